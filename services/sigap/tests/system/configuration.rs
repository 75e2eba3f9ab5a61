//! Starting and stopping: every mistake named before a port is bound, and an end that loses nobody.

use std::net::TcpListener;
use std::time::Duration;

use super::harness::{Kind, Server, Setup, UdpCaller, caller, sigap, tool};

#[tokio::test]
async fn every_mistake_is_named_at_once_and_nothing_is_bound() {
    let dir = tempfile::tempdir().expect("a folder");
    // Taken, so that a server that bound its port first would fail with another message and another status.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let http = taken.local_addr().expect("an address").to_string();
    let text = "warna = 1\nqueue_answer_after_s = \"enam\"\n[[trunk]]\nname = \"telco\"\nsources = [\"di mana\"]\n\
                [[webhook]]\nagency = \"pln\"\nurl = \"ftp://x\"\nsecret_file = \"/tidak/ada\"\n";
    std::fs::write(dir.path().join("sigap.toml"), text).expect("a file");
    let data = dir.path().display().to_string();
    let flags = [
        "serve",
        "--data-dir",
        &data,
        "--http",
        &http,
        "--sip",
        "di-sini",
        "--rtp-ports",
        "9-1",
        "--zone",
        "WIT",
    ];
    let variables =
        [("SIGAP_LOG_FORMAT", "puisi"), ("SIGAP_DRAIN_FOR_S", "-1"), ("SIGAP_DATABASE_URL", "mysql://x")];
    let ran = sigap(flags, &variables, "").await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let named = [
        "warna",
        "queue_answer_after_s",
        "[[trunk]] 1",
        "di mana",
        "ftp://x",
        "/tidak/ada",
        "--sip",
        "--rtp-ports",
        "--zone",
        "SIGAP_LOG_FORMAT",
        "SIGAP_DRAIN_FOR_S",
        "SIGAP_DATABASE_URL",
    ];
    for mistake in named {
        assert!(ran.err.contains(mistake), "{mistake} is not named:\n{}", ran.err);
    }
    assert_eq!(ran.out, "", "nothing is served");
    let left: Vec<_> =
        std::fs::read_dir(dir.path()).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["sigap.toml"], "nothing was made");
}

/// The centre's own clock reaches the consoles with the session, from the file as from a flag.
#[tokio::test]
async fn a_centre_in_the_east_lives_by_its_own_clock() {
    let in_file = Setup::demo(Kind::Sqlite).toml("zone = \"Asia/Jayapura\"\n");
    let by_flag = Setup::demo(Kind::Sqlite).flag("--zone", "Asia/Makassar");
    for (setup, zone) in
        [(in_file, "Asia/Jayapura"), (by_flag, "Asia/Makassar"), (Setup::demo(Kind::Sqlite), "Asia/Jakarta")]
    {
        let server = Server::start(setup).await;
        let session = server.log_in("petugas1").await.get("/session").await.expect(200);
        assert_eq!(session["zone"], zone);
    }
}

#[tokio::test]
async fn every_subcommand_explains_itself() {
    let whole = tool(["--help"]).await;
    assert_eq!(whole.code, Some(0));
    let list = whole.out.split_once("Commands:").map(|(_, list)| list).unwrap_or_default();
    let commands: Vec<&str> = list
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    for expected in ["serve", "verify", "export", "user", "area", "simulate", "openapi"] {
        assert!(commands.contains(&expected), "{expected} among {commands:?}");
    }
    for command in commands {
        let ran = tool([command, "--help"]).await;
        assert_eq!(ran.code, Some(0), "{command}: {ran:?}");
        assert!(ran.out.contains("Usage: sigap"), "{command}: {ran:?}");
    }
    let unknown = tool(["terbang"]).await;
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
}

#[tokio::test]
async fn the_demo_refuses_real_data_and_the_real_thing_refuses_the_demo() {
    let trunk = "[[trunk]]\nname = \"telco\"\nsources = [\"127.0.0.1/32\"]\n";
    for (first, second) in [
        (Setup::bare(Kind::Sqlite).toml(trunk), vec!["--demo"]),
        (Setup::demo(Kind::Sqlite).toml(trunk), vec![]),
    ] {
        let mut server = Server::start(first).await;
        assert_eq!(server.terminate(Duration::from_secs(20)).await.code(), Some(0));
        let data = server.data_dir().display().to_string();
        let mut flags = vec!["serve", "--data-dir", &data, "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0"];
        flags.extend(second);
        let ran = tool(flags).await;
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.err.contains("--data-dir"), "it says what to do: {}", ran.err);
    }
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let server = Server::demo(Kind::Sqlite).await;
    let data = server.data_dir().display().to_string();
    let flags = ["serve", "--demo", "--data-dir", &data, "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0"];
    let ran = tool(flags).await;
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    server.log_in("petugas1").await.get("/calls").await.expect(200);
}

/// SIGTERM: no new calls, live ones end properly within the limit, exit 0, nothing lost.
#[tokio::test]
async fn sigterm_ends_live_calls_properly() {
    let setup = Setup::demo(Kind::Sqlite)
        .fixed_ports()
        .flag("--queue-answer-after-s", "0")
        .flag("--drain-for-s", "3");
    let mut server = Server::start(setup).await;
    let number = caller();
    let phone = UdpCaller::new(server.sip).await;
    let invite = phone.invite(&number, 9);
    phone.send(&invite.bytes()).await;
    let ok = phone.expect("INVITE", 200, Duration::from_secs(5)).await;
    phone.send(&invite.ack(&ok)).await;

    server.ask_to_stop().await;
    let latecomer = UdpCaller::new(server.sip).await;
    let late = latecomer.invite(&caller(), 9);
    tokio::time::sleep(Duration::from_millis(500)).await;
    latecomer.send(&late.bytes()).await;
    let refused = latecomer.hears(Duration::from_secs(2), |m| m.status >= 300).await;
    assert_eq!(refused.map(|m| m.status), Some(503), "a call while draining is sent elsewhere");
    phone.expect_bye(Duration::from_secs(8)).await;
    assert_eq!(server.stopped(Duration::from_secs(20)).await.code(), Some(0));
    server.verify().await;

    server.start_again().await;
    let petugas = server.log_in("petugas1").await;
    let call = super::harness::the_call_of(&petugas, &number, "ended", |call| call["state"] == "ended").await;
    assert!(call["call_back"]["due_at"].is_string(), "{call}");
}
