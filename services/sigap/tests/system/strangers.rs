//! A call from an address that no trunk owns: 403, counted, and no call comes of it.

use std::time::Duration;

use super::harness::{Call, Kind, Server, Setup, Sipp, caller};

#[tokio::test]
async fn a_stranger_is_refused_and_counted() {
    let trunk = "[[trunk]]\nname = \"telco\"\nsources = [\"127.0.0.1/32\"]\n";
    let server =
        Server::start(Setup::bare(Kind::Sqlite).toml(trunk).flag("--queue-answer-after-s", "0")).await;
    let before = refused(&server).await;
    Sipp::start("uac_stranger", server.sip, &caller(), &["-i", "127.0.0.2"])
        .done(Duration::from_secs(20))
        .await;
    assert_eq!(refused(&server).await, before + 1);
    let log = server.log();
    assert!(log.contains("127.0.0.2"), "the alarm names the address: {log}");
    // The trunk itself is served.
    Sipp::start("uac_answered", server.sip, &caller(), &["-d", "200"]).done(Duration::from_secs(20)).await;
    assert_eq!(refused(&server).await, before + 1);
}

/// The counter of refused INVITEs; the figures are open to everybody on the machine and hold no person.
async fn refused(server: &Server) -> u64 {
    let answer =
        Call::new("GET", "/metrics").send(server.http).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.status, 200);
    let text = answer.text();
    let line = text.lines().find(|line| line.starts_with("sigap_trunk_invites_refused_total"));
    let value = line.and_then(|line| line.rsplit(' ').next()).and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("no counter of refused INVITEs in\n{text}"))
}
