//! Nobody acknowledges: the ladder's rungs appear on time, to the second, also across a crash.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::time::sleep;

use super::harness::{
    Feed, Heard, Kind, Server, Setup, dispatch, fire, kinds, looks_at_the_clock, micros, open_incident,
};

/// A rung may appear this much away from its time, in microseconds.
const TOLERANCE: i64 = 1_000_000;

/// All at once, because they mostly wait.
#[tokio::test]
async fn the_rungs_appear_on_time_also_across_a_crash() {
    let _turn = looks_at_the_clock().await;
    tokio::join!(
        across_a_crash(Kind::Sqlite),
        across_a_crash(Kind::Postgres),
        while_the_server_is_down(Kind::Sqlite),
        while_the_server_is_down(Kind::Postgres),
    );
}

/// Rungs at 15 s and 60 s; the server is killed at 20 s and is back at 25 s.
async fn across_a_crash(kind: Kind) {
    let mut server = Server::start(Setup::demo(kind).fixed_ports()).await;
    let (incident, sent_at) = sent_to_damkar(&server).await;
    let feed = Feed::open(&server.log_in("pengawas").await).await;
    let second = raised(&feed, Duration::from_secs(25), &incident, "second_channel").await;
    is_on_time(kind, &second, sent_at, 15);

    sleep_until(sent_at + 20_000_000).await;
    drop(feed);
    server.kill().await;
    sleep_until(sent_at + 25_000_000).await;
    server.start_again().await;
    let feed = Feed::open(&server.log_in("pengawas").await).await;
    let again = raised(&feed, Duration::from_secs(60), &incident, "renotify_and_call_duty").await;
    is_on_time(kind, &again, sent_at, 60);

    let petugas = server.log_in("petugas1").await;
    let steps = kinds(&petugas, &incident).await;
    assert_eq!(steps.iter().filter(|step| *step == "escalated").count(), 2, "each rung once: {steps:?}");
    server.verify().await;
}

/// The rung falls due while nobody is there to climb it; it is climbed as soon as somebody is.
async fn while_the_server_is_down(kind: Kind) {
    let mut server = Server::start(Setup::demo(kind).fixed_ports()).await;
    let (incident, sent_at) = sent_to_damkar(&server).await;
    sleep_until(sent_at + 5_000_000).await;
    server.kill().await;
    sleep_until(sent_at + 17_000_000).await;
    server.start_again().await;
    let serves_at = now();
    let feed = Feed::open(&server.log_in("pengawas").await).await;
    let rung = escalation(&feed, Duration::from_secs(10), &incident, "second_channel").await;
    assert_eq!(micros(&rung["due_at"]) - sent_at, 15_000_000, "{kind:?}: {rung}");
    let late = micros(&rung["at"]) - serves_at;
    assert!(late < TOLERANCE, "{kind:?}: climbed {late} µs after the server was back");
    let steps = kinds(&server.log_in("petugas1").await, &incident).await;
    assert_eq!(steps.iter().filter(|step| *step == "escalated").count(), 1, "{kind:?}: once: {steps:?}");
}

async fn sent_to_damkar(server: &Server) -> (Value, i64) {
    let petugas = server.log_in("petugas1").await;
    let incident = open_incident(&petugas, &fire()).await;
    let assignment = dispatch(&petugas, &incident, &["damkar"]).await.pop().expect("one assignment");
    (incident, micros(&assignment["sent_at"]))
}

/// The rung as a live message.
async fn raised(feed: &Feed, within: Duration, incident: &Value, step: &str) -> Heard {
    let like = |m: &Value| m["type"] == "escalation.raised" && is_rung(&m["escalation"], incident, step);
    feed.within(within, step, like).await
}

/// The rung as a live message or, when it was climbed before we connected, in the snapshot.
async fn escalation(feed: &Feed, within: Duration, incident: &Value, step: &str) -> Value {
    let found = |m: &Value| {
        let lately = m["escalations"].as_array().cloned().unwrap_or_default();
        lately.into_iter().chain([m["escalation"].clone()]).find(|e| is_rung(e, incident, step))
    };
    let heard = feed.within(within, step, |m| found(m).is_some()).await;
    found(&heard.message).expect("it was found just now")
}

fn is_rung(escalation: &Value, incident: &Value, step: &str) -> bool {
    escalation["incident_id"] == incident["id"] && escalation["step"] == step
}

fn is_on_time(kind: Kind, heard: &Heard, sent_at: i64, after_s: i64) {
    let rung = &heard.message["escalation"];
    let due = sent_at + after_s * 1_000_000;
    assert_eq!(micros(&rung["due_at"]), due, "{kind:?}: {rung}");
    let raised = micros(&rung["at"]) - due;
    assert!(
        (0..TOLERANCE).contains(&raised),
        "{kind:?}: the rung at {after_s} s was climbed {raised} µs late"
    );
    let came = heard.at.duration_since(UNIX_EPOCH).map_or(0, |t| t.as_micros() as i64) - due;
    assert!(came.abs() < TOLERANCE, "{kind:?}: the rung at {after_s} s came to the console {came} µs late");
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_micros() as i64)
}

async fn sleep_until(micros: i64) {
    sleep(Duration::from_micros(u64::try_from(micros - now()).unwrap_or(0))).await;
}
