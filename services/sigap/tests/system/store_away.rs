//! PostgreSQL crashes while calls come: nobody on the line notices, the consoles say so, nothing is lost.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::sip_agent::{CallOrder, CallRecord, SipAgent, Transport};
use tokio::time::{Instant, sleep};

use super::harness::{
    Api, Feed, Kind, RtpEar, Server, Setup, UdpCaller, caller, calls_of, eventually, fire, open_incident,
};

/// Calls that come while the store is away.
const CALLS: usize = 20;
/// Longest time from the crash to `mode darurat` on a console, and from the return to `normal`.
const MODE_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_while_the_store_is_away_and_nothing_is_lost() {
    let server = Server::start(Setup::demo(Kind::Postgres).flag("--queue-answer-after-s", "2")).await;
    let cluster = server.cluster.as_ref().expect("PostgreSQL");
    let petugas = server.log_in("petugas1").await;
    let desk = Feed::open(&petugas).await;
    let before = open_incident(&petugas, &fire()).await;

    tokio::task::block_in_place(|| cluster.crash());
    let away_at = Instant::now();
    let (records, answered) = tokio::join!(calls(&server), async {
        desk.within(MODE_WITHIN, "mode darurat", |m| m["type"] == "system.mode" && m["mode"] == "darurat")
            .await;
        a_write_is_refused_with_what_is_kept(&petugas).await;
        a_call_is_answered_by_a_person(&server, &petugas).await
    });
    for record in &records {
        assert!(record.answered.is_some(), "a caller was not answered while the store was away: {record:?}");
        assert!(record.ending.is_proper(), "{record:?}");
    }
    println!("the store was away for {:?}", away_at.elapsed());

    tokio::task::block_in_place(|| cluster.start_again());
    desk.within(MODE_WITHIN, "mode normal", |m| m["type"] == "system.mode" && m["mode"] == "normal").await;
    nothing_is_lost(&petugas, &records, &answered).await;
    let id = before["id"].as_str().expect("an id");
    assert_eq!(petugas.get(&format!("/incidents/{id}")).await.expect(200)["number"], before["number"]);
    // The desk writes again.
    open_incident(&petugas, &fire()).await;
    server.verify().await;
}

/// Twenty callers who wait for the queue announcement and hang up after it.
async fn calls(server: &Server) -> Vec<CallRecord> {
    let agent = SipAgent::open(server.sip, Transport::Udp, 1).await.expect("a caller");
    let placed = (0..CALLS).map(|n| {
        let order = CallOrder {
            number: caller(),
            location: None,
            unanswered_for: Duration::from_secs(20),
            stays: Duration::from_secs(1),
        };
        let agent = &agent;
        async move {
            sleep(Duration::from_millis(200) * n as u32).await;
            agent.call(&order).await
        }
    });
    futures_util::future::join_all(placed).await
}

async fn a_write_is_refused_with_what_is_kept(petugas: &Api) {
    let refused = petugas.post("/incidents", &fire()).await;
    assert_eq!(refused.problem(503), "store_away");
}

/// The console knows the live calls from the feed's word, answers one, and the caller hears it.
async fn a_call_is_answered_by_a_person(server: &Server, petugas: &Api) -> String {
    let number = caller();
    let phone = UdpCaller::new(server.sip).await;
    let ear = RtpEar::new().await;
    let invite = phone.invite(&number, ear.port());
    phone.send(&invite.bytes()).await;
    phone.expect("INVITE", 180, Duration::from_secs(5)).await;
    let live = eventually("the live call in the list", Duration::from_secs(10), || async {
        let page = petugas.get("/calls?open=true").await.expect(200);
        let calls = page["items"].as_array().cloned().unwrap_or_default();
        assert_eq!(page["mode"], "darurat");
        calls.into_iter().find(|call| call["caller"]["number"] == number.as_str())
    })
    .await;
    let id = live["id"].as_str().expect("an id");
    let answered = petugas.post(&format!("/calls/{id}/answer"), &json!({})).await.expect(200);
    assert_eq!(answered["call"]["answered_by"]["id"], petugas.user["id"], "{answered}");
    let ok = phone.expect("INVITE", 200, Duration::from_secs(5)).await;
    phone.send(&invite.ack(&ok)).await;
    let heard = ear.listen(Duration::from_secs(1)).await;
    assert!(heard > 20, "the caller hears the announcement: {heard} packets of 20 ms in a second");
    phone.send(&invite.bye(&ok)).await;
    phone.expect("BYE", 200, Duration::from_secs(5)).await;
    number
}

async fn nothing_is_lost(petugas: &Api, records: &[CallRecord], answered: &str) {
    let numbers: Vec<&str> = records.iter().map(|record| record.number.as_str()).chain([answered]).collect();
    for number in numbers {
        let found: Vec<Value> =
            eventually("every call is there and over", Duration::from_secs(20), || async {
                let calls = calls_of(petugas, number).await;
                calls.iter().any(|call| call["state"] == "ended").then_some(calls)
            })
            .await;
        assert_eq!(found.len(), 1, "exactly once: {found:?}");
        let owed = &found[0];
        let by_a_person = number == answered;
        let owner = if by_a_person { &owed["disposition_due_at"] } else { &owed["call_back"]["due_at"] };
        assert!(owner.is_string(), "somebody owns the next step: {owed}");
        assert_eq!(owed["answered_by"]["id"].is_string(), by_a_person, "{owed}");
    }
}
