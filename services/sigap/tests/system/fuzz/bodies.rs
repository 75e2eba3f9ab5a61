//! JSON bodies of every kind at the real server: each request gets an answer, none of them 500, and the server goes on.
//! A panic shows twice: as a request without an answer, and as a line of the log that fails the test at its end.

use std::time::Instant;

use serde_json::json;
use simulator::seeded::Seeded;

use super::super::harness::{Call, Kind, Server, fire, loads_the_machine, new_key, open_incident};
use super::{INPUT_WITHIN, budget, mutated, seed};

#[tokio::test(flavor = "multi_thread")]
async fn no_body_is_answered_with_500_or_not_at_all() {
    let _turn = loads_the_machine().await;
    let seed = seed("bodies");
    let mut chance = Seeded::new(seed);
    let server = Server::demo(Kind::Sqlite).await;
    let petugas = server.log_in("petugas1").await;
    let incident = open_incident(&petugas, &fire()).await;
    let of_incident =
        |verb: &str| format!("/incidents/{}/{verb}", incident["id"].as_str().unwrap_or_default());
    let nobody = "00000000-0000-7000-8000-000000000000";
    let targets = [
        ("/session".to_owned(), json!({"username": "petugas2", "password": "sigap-demo"})),
        (
            "/duty".to_owned(),
            json!({"state": "ready", "audio": {"kind": "phone", "uri": "sip:1@127.0.0.1"}, "skills": ["id"]}),
        ),
        ("/incidents".to_owned(), fire()),
        (of_incident("notes"), json!({"text": "catatan"})),
        (of_incident("dispatch"), json!({"agencies": ["damkar"], "note": "cepat"})),
        ("/classify".to_owned(), json!({"text": "kebakaran rumah di pasar"})),
        (format!("/calls/{nobody}/answer"), json!({"sdp": "v=0\r\n"})),
        (format!("/calls/{nobody}/disposition"), json!({"kind": "prank", "note": "x"})),
        (format!("/calls/{nobody}/conference"), json!({"target": "sip:1@127.0.0.1", "agency": "damkar"})),
        (format!("/calls/{nobody}/digits"), json!({"digits": "112#"})),
        (format!("/assignments/{nobody}/decline"), json!({"reason": "x", "unit_id": null})),
    ];
    let inputs: Vec<Vec<u8>> = targets.iter().map(|(_, body)| body.to_string().into_bytes()).collect();
    let until = Instant::now() + budget();
    let mut sent = 0_u64;
    while Instant::now() < until || sent == 0 {
        for (n, (path, _)) in targets.iter().enumerate() {
            // Mostly its own body, sometimes one that is meant for another path.
            let from = if chance.chance(0.8) { &inputs[n..=n] } else { &inputs[..] };
            let body = mutated(&mut chance, from);
            let request = if path == "/session" {
                Call::new("POST", "/api/v1/session")
            } else {
                petugas.request("POST", path).header("idempotency-key", &new_key())
            };
            let began = Instant::now();
            let answer = request
                .header("content-type", "application/json")
                .bytes(body.clone())
                .send(server.http)
                .await;
            let shown = || body.escape_ascii().to_string();
            let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}, seed {seed}: {}", shown()));
            assert!(
                answer.status < 500 || answer.status == 503,
                "{path}: {}, seed {seed}: {}",
                answer.status,
                shown()
            );
            assert!(
                began.elapsed() < INPUT_WITHIN * 5,
                "{path}: {:?}, seed {seed}: {}",
                began.elapsed(),
                shown()
            );
            sent += 1;
        }
    }
    println!("{sent} bodies");
    server.verify().await;
}
