//! `sigap user`: the first people of a new site, with nothing but the binary.

use std::time::Duration;

use serde_json::json;

use super::harness::{Call, Kind, Server, Setup, sigap, tool};

const TRUNK: &str = "[[trunk]]\nname = \"telco\"\nsources = [\"127.0.0.1/32\"]\n";

#[tokio::test]
async fn people_are_added_listed_and_given_new_passwords() {
    let mut server = Server::start(Setup::bare(Kind::Sqlite).toml(TRUNK).fixed_ports()).await;
    assert_eq!(server.terminate(Duration::from_secs(20)).await.code(), Some(0));
    let data = server.data_dir().display().to_string();
    let user = |action: &'static str, more: &[&str]| {
        let mut flags: Vec<String> = vec!["user".into(), action.into(), "--data-dir".into(), data.clone()];
        flags.extend(more.iter().map(|flag| (*flag).to_owned()));
        flags
    };
    let kepala = ["--username", "kepala", "--name", "Kepala Piket", "--role", "supervisor"];
    let short = sigap(user("add", &kepala), &[], "pendek\n").await;
    assert_eq!(short.code, Some(1), "a short password is refused: {short:?}");
    let added = sigap(user("add", &kepala), &[], "kata sandi pertama\n").await;
    assert_eq!(added.code, Some(0), "{added:?}");
    let twice = sigap(user("add", &kepala), &[], "kata sandi pertama\n").await;
    assert_eq!(twice.code, Some(1), "a name is given once: {twice:?}");
    let added = tool(user("add-agency", &["--code", "damkar", "--name", "Pemadam"])).await;
    assert_eq!(added.code, Some(0), "{added:?}");
    let regu = ["--username", "regu", "--name", "Regu Satu", "--role", "dispatcher", "--agency", "damkar"];
    assert_eq!(sigap(user("add", &regu), &[], "kata sandi regu satu\n").await.code, Some(0));
    let unknown = ["--username", "x", "--name", "X", "--role", "raja"];
    assert_eq!(sigap(user("add", &unknown), &[], "kata sandi pertama\n").await.code, Some(2));

    let list = tool(user("list", &[])).await;
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(list.out.contains("kepala\tsupervisor\t-\tactive"), "{}", list.out);
    assert!(list.out.contains("regu\tdispatcher\tdamkar\tactive"), "{}", list.out);

    server.start_again().await;
    log_in(&server, "kepala", "kata sandi pertama").await.expect(200);
    assert_eq!(log_in(&server, "kepala", "sigap-demo").await.problem(401), "wrong_credentials");
    assert_eq!(server.terminate(Duration::from_secs(20)).await.code(), Some(0));
    let changed = sigap(user("password", &["--username", "kepala"]), &[], "kata sandi kedua\n").await;
    assert_eq!(changed.code, Some(0), "{changed:?}");
    let nobody = sigap(user("password", &["--username", "hantu"]), &[], "kata sandi kedua\n").await;
    assert_eq!(nobody.code, Some(1), "{nobody:?}");
    server.start_again().await;
    assert_eq!(log_in(&server, "kepala", "kata sandi pertama").await.problem(401), "wrong_credentials");
    log_in(&server, "kepala", "kata sandi kedua").await.expect(200);
    server.verify().await;
}

async fn log_in(server: &Server, username: &str, password: &str) -> super::harness::Answer {
    let credentials = json!({ "username": username, "password": password });
    let sent = Call::new("POST", "/api/v1/session").json(&credentials).send(server.http).await;
    sent.unwrap_or_else(|error| panic!("{error}"))
}
