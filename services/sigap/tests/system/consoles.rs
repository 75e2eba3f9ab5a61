//! Calls ring where somebody would notice: at open consoles, through restarts of either half.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{
    Api, Feed, Half, Halves, Kind, Server, Setup, UdpCaller, caller, eventually, the_call_of,
};

/// Longest time from one step to the next.
const STEP: Duration = Duration::from_secs(20);

/// Somebody who is ready, with a console open.
async fn ready(api: &Api) -> Feed {
    api.post("/duty", &json!({ "state": "ready", "audio": { "kind": "browser" } })).await.expect(200);
    Feed::open(api).await
}

/// A caller who rings, and their call.
async fn rings(server: std::net::SocketAddr, number: &str) -> UdpCaller {
    let phone = UdpCaller::new(server).await;
    phone.send(&phone.invite(number, 40_000).bytes()).await;
    phone
}

async fn offered_to(api: &Api, number: &str, names: &[&str]) -> Value {
    let rings = |call: &Value| {
        let offered = call["offered_to"].as_array();
        offered.is_some_and(|to| to.iter().any(|one| names.iter().any(|name| one["name"] == *name)))
    };
    let what = format!("offered to {names:?}");
    the_call_of(api, number, &what, rings).await["offered_to"][0]["name"].clone()
}

#[tokio::test]
async fn a_call_goes_on_when_the_console_closes_and_back_when_it_opens() {
    // A ring outlasts every wait here: nothing goes on because it ran out.
    let server = Server::start(Setup::demo(Kind::Sqlite).flag("--ring-s", "60")).await;
    let pengawas = server.log_in("pengawas").await;
    let watching = Feed::open(&pengawas).await;
    let takers = [server.log_in("petugas1").await, server.log_in("petugas2").await];
    let mut names = Vec::new();
    let mut consoles = Vec::new();
    for taker in &takers {
        consoles.push(Some(ready(taker).await));
        let session = taker.get("/session").await.expect(200);
        names.push(session["user"]["name"].as_str().expect("a name").to_owned());
    }
    let number = caller();
    let _phone = rings(server.sip, &number).await;
    let both: Vec<&str> = names.iter().map(String::as_str).collect();
    let first = offered_to(&pengawas, &number, &both).await;
    let at = names.iter().position(|name| first == json!(name)).expect("one of them");
    consoles[at] = None;
    offered_to(&pengawas, &number, &[both[1 - at]]).await;
    consoles[1 - at] = None;
    the_call_of(&pengawas, &number, "offered to nobody", |call| call["offered_to"] == json!([])).await;
    watching.expect("somebody is away", |m| m["type"] == "seat.away" && m["away"] == true).await;
    eventually("both are away", STEP, || async {
        let board = pengawas.get("/wallboard").await.expect(200);
        (board["voice"]["seats_away"] == 2).then_some(())
    })
    .await;
    consoles[at] = Some(Feed::open(&takers[at]).await);
    offered_to(&pengawas, &number, &[both[at]]).await;
    watching.expect("one is back", |m| m["type"] == "seat.away" && m["away"] == false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_of_either_half_calls_ring_at_open_consoles() {
    let mut halves = Halves::start(&[]).await;
    let petugas = halves.log_in("petugas1").await;
    let name = petugas.get("/session").await.expect(200)["user"]["name"].clone();
    let name = name.as_str().expect("a name").to_owned();
    let console = ready(&petugas).await;
    let number = caller();
    let phone = rings(halves.sip, &number).await;
    offered_to(&petugas, &number, &[&name]).await;

    halves.kill(Half::Desk).await;
    drop(console);
    halves.run(Half::Desk).await;
    let petugas = halves.log_in("petugas1").await;
    let _console = Feed::open(&petugas).await;
    offered_to(&petugas, &number, &[&name]).await;
    drop(phone);

    halves.kill(Half::Trunk).await;
    halves.run(Half::Trunk).await;
    let next = caller();
    let _phone = rings(halves.sip, &next).await;
    offered_to(&petugas, &next, &[&name]).await;
}
