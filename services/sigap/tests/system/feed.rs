//! The feed's promises: no gap and no repeat over a reconnect, closed at log-out, resync for who does not read.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_tungstenite::tungstenite::Message;

use super::harness::{Api, Feed, Kind, SOON, Server, cursor_of, dispatch, fire, open_incident};

/// Incidents of the flood, each with seven agencies: eight changes, of which each brings a narrative of 16 KB.
/// 256 changes are a console's queue, and the kernel holds about as many more for a socket that nobody reads.
const INCIDENTS: usize = 90;

#[tokio::test]
async fn a_console_that_reconnects_misses_nothing_and_sees_nothing_twice() {
    tokio::join!(resumes(Kind::Sqlite), resumes(Kind::Postgres));
}

async fn resumes(kind: Kind) {
    let server = Server::demo(kind).await;
    let (petugas, pengawas) = (server.log_in("petugas1").await, server.log_in("pengawas").await);
    let witness = Feed::open(&pengawas).await;
    let mut cursor = witness.cursor();
    let first = cursor;
    let mut seen = Vec::new();
    for round in 0..5 {
        let feed = Feed::resume(&pengawas, cursor).await;
        feed.expect("resumed, not a snapshot", |m| m["type"] == "resumed").await;
        // Half of the writes while it is connected, half while nobody listens.
        let mut last = open_incident(&petugas, &fire()).await;
        feed.expect("the first write", |m| m["incident"]["id"] == last["id"]).await;
        seen.extend(changes(&feed.heard()));
        cursor = seen.iter().map(|(cursor, _)| *cursor).max().unwrap_or(cursor);
        drop(feed);
        for _ in 0..round {
            last = open_incident(&petugas, &fire()).await;
        }
        witness.expect("the last write", |m| m["incident"]["id"] == last["id"]).await;
    }
    let feed = Feed::resume(&pengawas, cursor).await;
    let all = changes(&witness.heard());
    let end = all.last().map_or(0, |(cursor, _)| *cursor);
    if end > cursor {
        feed.expect("the rest", |m| cursor_of(m) == Some(end) && m["incident"].is_object()).await;
    }
    seen.extend(changes(&feed.heard()));
    assert_eq!(seen, all, "{kind:?}: the same changes, from {first}, as a console that was never away");
    let distinct: BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len());

    // A cursor of another history, or from too long ago, gets a snapshot: everything, and no lie about continuity.
    let far = Feed::resume(&pengawas, 0).await;
    far.expect("an answer", |m| m["type"] == "snapshot" || m["type"] == "resumed").await;
}

/// What changed, in the order in which it came.
fn changes(heard: &[Value]) -> Vec<(u64, String)> {
    let changes = heard.iter().filter(|m| m["type"] == "incident.updated");
    changes.filter_map(|m| Some((cursor_of(m)?, m["incident"]["id"].to_string()))).collect()
}

#[tokio::test]
async fn log_out_closes_the_socket_within_two_seconds() {
    let server = Server::demo(Kind::Sqlite).await;
    let petugas = server.log_in("petugas1").await;
    let other = server.log_in("petugas1").await;
    let (feed, stays) = (Feed::open(&petugas).await, Feed::open(&other).await);
    let since = Instant::now();
    petugas.must(petugas.request("DELETE", "/session")).await.expect(204);
    assert!(
        feed.closed(Duration::from_secs(2)).await,
        "the socket is open {:?} after log-out",
        since.elapsed()
    );
    petugas.get("/calls").await.problem(401);
    // Another session of the same person is none of it.
    assert!(!stays.closed(Duration::from_millis(500)).await, "the other session goes on");

    let admin = server.log_in("admin").await;
    let id = other.user["id"].as_str().expect("an id");
    let change = admin.request("PATCH", &format!("/users/{id}")).json(&json!({ "active": false }));
    admin.must(change).await.expect(200);
    assert!(
        stays.closed(Duration::from_secs(2)).await,
        "somebody who may not work any more sees nothing more"
    );
    other.get("/calls").await.problem(401);
}

/// A console that reads nothing is told to start over, and nobody else notices.
#[tokio::test]
async fn a_console_that_does_not_read_is_told_to_start_over() {
    let server = Server::demo(Kind::Sqlite).await;
    let (petugas, pengawas) = (server.log_in("petugas1").await, server.log_in("pengawas").await);
    let reader = Feed::open(&pengawas).await;
    let origin = format!("http://{}", server.http);
    let slow = Feed::socket(server.http, Some(&pengawas.token), Some(&origin), None, Some(64 * 1024)).await;
    let mut slow = slow.unwrap_or_else(|refused| panic!("{refused}"));
    flood(&petugas).await;
    let head = pengawas.get("/log?after=0&limit=1").await.expect(200)["head"].clone();
    let head = head.as_str().and_then(|head| head.parse().ok()).expect("a head");
    reader.expect("everything", |m| cursor_of(m) >= Some(head)).await;
    // Nobody reads for longer than a message may take.
    sleep(Duration::from_secs(4)).await;
    let mut told = Vec::new();
    // What the kernel kept comes first, then the word to start over, then the end.
    let until = Instant::now() + SOON;
    let end = loop {
        match timeout_at(until, slow.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                told.push(message["type"].as_str().unwrap_or_default().to_owned());
            }
            Ok(Some(Ok(Message::Close(frame)))) => break format!("{frame:?}"),
            Ok(Some(Ok(_))) => {}
            end => break format!("{end:?}"),
        }
    };
    let last = told.last().map(String::as_str);
    assert_eq!(last, Some("resync"), "{} messages came, the end was {end}", told.len());
}

/// Far more than a console's queue and the kernel's buffers hold. Several at once, so that it is over before the
/// server gives up a console that has answered nothing for half a minute.
async fn flood(petugas: &Api) {
    let mut report = fire();
    report["narrative"] = json!("api ".repeat(4_000));
    let everybody = ["damkar", "bpbd", "ambulans", "polres", "satpolpp", "basarnas", "pln"];
    let one = |_| async {
        let incident = open_incident(petugas, &report).await;
        assert_eq!(dispatch(petugas, &incident, &everybody).await.len(), everybody.len());
    };
    stream::iter(0..INCIDENTS).map(one).buffer_unordered(8).collect::<Vec<()>>().await;
}
