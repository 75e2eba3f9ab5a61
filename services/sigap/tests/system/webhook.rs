//! The second channel: a signed POST to the agency's own system, again and again until it gets through.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use super::harness::{Kind, Server, Setup, dispatch, eventually, fire, kinds, open_incident};

/// What both sides know.
const SECRET: &str = "kunci-bersama-untuk-uji";

#[tokio::test]
async fn an_agency_without_a_screen_is_told_over_its_webhook() {
    let up = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    // This one is down at first: the port is known, and nobody listens.
    let reserved = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (up_at, down_at) = (up.local_addr().expect("an address"), reserved.local_addr().expect("an address"));
    drop(reserved);
    let secret_file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret_file.path(), format!("{SECRET}\n")).expect("the secret can be written");
    let channel = |agency: &str, at| {
        let file = secret_file.path().display();
        format!("[[webhook]]\nagency = \"{agency}\"\nurl = \"http://{at}/tugas\"\nsecret_file = \"{file}\"\n")
    };
    let toml = channel("pln", up_at) + &channel("damkar", down_at);
    let server = Server::start(Setup::demo(Kind::Sqlite).toml(&toml)).await;
    let petugas = server.log_in("petugas1").await;
    let incident = open_incident(&petugas, &fire()).await;
    let assignments = dispatch(&petugas, &incident, &["pln", "damkar"]).await;

    let told = timeout(Duration::from_secs(25), receive(&up))
        .await
        .expect("pln, which has no console, is told without waiting for a rung");
    told.is_about(&incident, &assignments, "pln");
    // The first tries at damkar's receiver have failed by now.
    sleep(Duration::from_secs(2)).await;
    let late = TcpListener::bind(down_at).await.expect("the receiver comes up");
    let told = timeout(Duration::from_secs(40), receive(&late))
        .await
        .expect("damkar is told once its receiver is up");
    told.is_about(&incident, &assignments, "damkar");

    let tried = eventually("both results in the timeline", Duration::from_secs(10), || async {
        let steps = kinds(&petugas, &incident).await;
        (steps.iter().filter(|step| *step == "channel_tried").count() >= 2).then_some(steps)
    })
    .await;
    assert_eq!(tried.iter().filter(|step| *step == "console_off").count(), 2, "{tried:?}");
    let id = incident["id"].as_str().expect("an id");
    let whole = petugas.get(&format!("/incidents/{id}")).await.expect(200);
    let timeline = whole["timeline"].as_array().expect("a timeline");
    for entry in timeline.iter().filter(|entry| entry["kind"] == "channel_tried") {
        let data = &entry["data"];
        assert_eq!(
            (data["channel"].as_str(), data["delivered"].as_bool()),
            (Some("webhook"), Some(true)),
            "{entry}"
        );
        assert_eq!(data["result"], "204", "{entry}");
    }
}

/// One request that came.
struct Told {
    head: String,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        let found = self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    /// The signature is right, and it tells what an agency needs and nothing about a person.
    fn is_about(&self, incident: &Value, assignments: &[Value], agency: &str) {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length is a key");
        let signed =
            format!("{}\n{}\n{}", self.header("x-sigap-timestamp"), self.header("x-sigap-id"), self.body);
        mac.update(signed.as_bytes());
        let right = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(self.header("x-sigap-signature"), right);
        let told: Value = serde_json::from_str(&self.body).expect("the body is JSON");
        let own = assignments.iter().find(|a| a["agency"]["code"] == agency).expect("its assignment");
        assert_eq!((&told["incident_id"], &told["assignment_id"]), (&incident["id"], &own["id"]), "{told}");
        assert_eq!(
            (told["agency"].as_str(), told["step"].as_str()),
            (Some(agency), Some("second_channel")),
            "{told}"
        );
        assert!(!self.body.contains("Samsudin") && !self.body.contains("62811"), "{}", self.body);
    }
}

/// Reads one request and says 204 to it.
async fn receive(listener: &TcpListener) -> Told {
    let (mut socket, _) = listener.accept().await.expect("a connection");
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = socket.read(&mut chunk).await.expect("the request can be read");
        bytes.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let told = Told { head: head.to_owned(), body: body.to_owned() };
            let whole = told.header("content-length").parse::<usize>().is_ok_and(|all| body.len() >= all);
            if whole || length == 0 {
                let answered =
                    socket.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
                answered.expect("the answer can be sent");
                return told;
            }
        }
        assert!(length > 0, "the request broke off: {text}");
    }
}
