//! kill -9 again and again while calls come and incidents are written: what was acknowledged is there, once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use simulator::seeded::Seeded;
use simulator::sip_agent::{CallOrder, CallRecord, SipAgent, Transport};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use super::harness::{
    Answer, Api, Kind, Server, Setup, caller, eventually, fire, loads_the_machine, new_key, unique,
};

/// Crashes of one run. The long run is `load-tests crash`.
const ROUNDS: usize = 10;
/// 20 calls a second.
const CALL_EVERY: Duration = Duration::from_millis(50);
/// Five writes a second.
const WRITE_EVERY: Duration = Duration::from_millis(200);
/// A write that nobody answered is sent again, with its key, for this long.
const WRITE_AGAIN_FOR: Duration = Duration::from_secs(30);

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_crashes_under_load() {
    let _turn = loads_the_machine().await;
    tokio::join!(crashes(Kind::Sqlite), crashes(Kind::Postgres));
}

async fn crashes(kind: Kind) {
    let seed = unique();
    println!("{kind:?}: seed {seed}");
    let mut chance = Seeded::new(seed);
    let setup = Setup::demo(kind).fixed_ports().flag("--queue-answer-after-s", "1");
    let mut server = Server::start(setup).await;
    let petugas = server.log_in("petugas1").await;
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn(calls(server.sip, Arc::clone(&stop)));
    let writes = tokio::spawn(writes(petugas.clone(), Arc::clone(&stop)));
    for _ in 0..ROUNDS {
        sleep(Duration::from_millis(600 + chance.word() % 900)).await;
        server.kill().await;
        server.start_again().await;
    }
    sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    let records = load.await.expect("the callers end");
    let written = writes.await.expect("the writers end");
    println!("{kind:?}: {} calls, {} writes, {ROUNDS} crashes", records.len(), written.len());
    every_call_is_there_once(&petugas, &records).await;
    every_write_is_there_once(&petugas, &written).await;
    server.verify().await;
}

/// Short calls from numbers of their own, whatever becomes of the server.
async fn calls(server: std::net::SocketAddr, stop: Arc<AtomicBool>) -> Vec<CallRecord> {
    let agent = Arc::new(SipAgent::open(server, Transport::Udp, unique()).await.expect("a caller"));
    let mut under_way = JoinSet::new();
    let mut tick = interval(CALL_EVERY);
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let agent = Arc::clone(&agent);
        let (unanswered_for, stays) = (Duration::from_secs(8), Duration::from_millis(300));
        let order = CallOrder { number: caller(), location: None, unanswered_for, stays };
        under_way.spawn(async move { agent.call(&order).await });
    }
    under_way.join_all().await
}

/// Incidents, each sent with one key until it is answered; the landmark tells them apart.
async fn writes(petugas: Api, stop: Arc<AtomicBool>) -> Vec<(String, Value)> {
    let mut under_way = JoinSet::new();
    let mut tick = interval(WRITE_EVERY);
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let petugas = petugas.clone();
        under_way.spawn(async move {
            let landmark = format!("tanda {:x}", unique());
            let mut report = fire();
            report["location"] = json!({ "landmark": landmark });
            let answer = until_answered(&petugas, &report).await;
            (landmark, answer.expect(201))
        });
    }
    under_way.join_all().await
}

async fn until_answered(petugas: &Api, report: &Value) -> Answer {
    let key = new_key();
    let until = Instant::now() + WRITE_AGAIN_FOR;
    loop {
        match petugas.try_post_as("/incidents", &key, report).await {
            Ok(answer) if answer.status < 500 => return answer,
            Ok(answer) => assert!(Instant::now() < until, "still {}: {}", answer.status, answer.text()),
            Err(error) => assert!(Instant::now() < until, "still {error}"),
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Exactly one record for each caller who got a 200; none without a disposition or somebody who owes one.
async fn every_call_is_there_once(petugas: &Api, records: &[CallRecord]) {
    let all = eventually("every call is over", Duration::from_secs(30), || async {
        let all = petugas.all("/calls?").await;
        all.iter().all(|call| call["state"] == "ended").then_some(all)
    })
    .await;
    let mut by_number: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for call in &all {
        let owned = call["disposition"].is_object() || call["disposition_due_at"].is_string();
        assert!(owned, "a call without an outcome or an owner: {call}");
        by_number.entry(call["caller"]["number"].as_str().unwrap_or_default()).or_default().push(call);
    }
    let answered: Vec<&CallRecord> = records.iter().filter(|record| record.answered.is_some()).collect();
    assert!(answered.len() > 20, "the load was real: {} answered", answered.len());
    for record in answered {
        let found = by_number.get(record.number.as_str()).map(Vec::as_slice).unwrap_or_default();
        let shown = || found.iter().map(|call| call.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(found.len(), 1, "a caller with a 200 is there exactly once: {record:?}\n{}", shown());
        assert!(found[0]["queue_answered_at"].is_string(), "its 200 is known: {record:?}\n{}", shown());
    }
}

async fn every_write_is_there_once(petugas: &Api, written: &[(String, Value)]) {
    let all = petugas.all("/incidents?").await;
    for (landmark, incident) in written {
        let found: Vec<&Value> =
            all.iter().filter(|i| i["location"]["landmark"] == landmark.as_str()).map(|i| &i["id"]).collect();
        assert_eq!(found, [&incident["id"]], "an answered write is there exactly once: {landmark}");
    }
    let mut numbers: Vec<&str> = all.iter().filter_map(|incident| incident["number"].as_str()).collect();
    numbers.sort_unstable();
    let last = numbers.last().and_then(|number| number.rsplit('-').next()).and_then(|n| n.parse().ok());
    assert_eq!(last, Some(numbers.len()), "the numbers have no gap and no repeat");
}
