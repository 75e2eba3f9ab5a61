//! `sigap trunk` and `sigap desk`: what each does without the other, and that nobody on the line hears of it.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::phone::{Heard, Phone, Tones};
use tokio::time::{Instant, sleep};

use super::harness::{
    Api, Call, Half, Halves, SOON, caller, calls_of, eventually, fire, loads_the_machine, open_incident,
    the_call_of, tool,
};

/// The queue announcement answers after a second, so that calls are established soon.
const QUEUE_SOON: &[&str] = &["--queue-answer-after-s", "1"];
/// Longest time from one step of a call to the next.
const STEP: Duration = Duration::from_secs(20);
/// A packet comes every 20 ms; beside other tests the machine may lose some of these, but not many.
const GAP_MAX: Duration = Duration::from_millis(1_500);

/// A caller who is in the queue.
async fn in_the_queue(halves: &Halves, seed: u64) -> (String, Phone) {
    let number = caller();
    let phone = Phone::open(halves.sip, Tones::CALLER, seed).await.expect("a phone");
    assert!(phone.call(&number, STEP).await, "the call of {seed} was not answered");
    (number, phone)
}

async fn unbroken(phone: &Phone) {
    let enough = || async { Some(phone.heard()).filter(|heard| heard.packets > 20) };
    let heard: Heard = eventually("the caller hears something", STEP, enough).await;
    assert_eq!((heard.breaks, heard.new_streams), (0, 0), "of {} packets", heard.packets);
    assert!(heard.longest_gap < GAP_MAX, "silence of {:?}", heard.longest_gap);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_dies_is_not_heard_and_misses_nothing() {
    let mut halves = Halves::start(QUEUE_SOON).await;
    let petugas = halves.log_in("petugas1").await;
    let mut callers = Vec::new();
    for seed in 0..4 {
        callers.push(in_the_queue(&halves, seed).await);
    }
    let first = the_call_of(&petugas, &callers[0].0, "waiting", |c| c["state"] == "queued").await;
    let id = first["id"].as_str().expect("an id").to_owned();
    petugas.post(&format!("/calls/{id}/answer"), &json!({})).await.expect(200);

    halves.kill(Half::Desk).await;
    // Who calls now rings, is answered and hears the announcement all the same; who hangs up is let go.
    callers.push(in_the_queue(&halves, 4).await);
    let (gone, phone) = callers.swap_remove(1);
    assert_eq!(phone.ask("BYE", STEP).await, Some(200));
    sleep(Duration::from_secs(1)).await;
    halves.run(Half::Desk).await;

    // A session is in the store, so the console goes on where it was.
    let petugas = halves.log_in("petugas1").await;
    let ended = the_call_of(&petugas, &gone, "ended", |c| c["state"] == "ended").await;
    assert_eq!(ended["end_reason"], "caller_hung_up", "{ended}");
    for (number, phone) in &callers {
        let state = if *number == callers[0].0 { "connected" } else { "queued" };
        the_call_of(&petugas, number, state, |c| c["state"] == state).await;
        unbroken(phone).await;
    }
    // An upgrade: SIGTERM, and the next one. The trunk goes on without either.
    let status = halves.terminate(Half::Desk, STEP).await;
    assert_eq!(status.code(), Some(0));
    halves.run(Half::Desk).await;
    let petugas = halves.log_in("petugas1").await;
    petugas.post(&format!("/calls/{id}/hangup"), &json!({})).await.expect(200);
    eventually("the caller hears the end", STEP, || async { callers[0].1.is_hung_up().then_some(()) }).await;
    for (number, phone) in &callers {
        unbroken(phone).await;
        if !phone.is_hung_up() {
            assert_eq!(phone.ask("BYE", STEP).await, Some(200));
        }
        the_call_of(&petugas, number, "ended", |c| c["state"] == "ended").await;
        assert_eq!(calls_of(&petugas, number).await.len(), 1);
    }
    each_fact_came_once(&halves.log_in("pengawas").await, &id).await;
    whole_log(&halves).await;
    assert_eq!(halves.terminate(Half::Trunk, STEP).await.code(), Some(0));
}

/// What happened to the call is in the log once.
async fn each_fact_came_once(pengawas: &Api, id: &str) {
    let entries = pengawas.get("/log?after=0&limit=500").await.expect(200)["entries"].clone();
    let of_call = |entry: &&Value| entry["stream"].as_str().is_some_and(|stream| stream.contains(id));
    let kinds: Vec<&str> = entries
        .as_array()
        .into_iter()
        .flatten()
        .filter(of_call)
        .filter_map(|entry| entry["kind"].as_str())
        .collect();
    for kind in ["call.arrived", "call.answered", "call.ended"] {
        assert_eq!(kinds.iter().filter(|found| **found == kind).count(), 1, "{kind}: {kinds:?}");
    }
}

async fn whole_log(halves: &Halves) {
    let ran =
        tool(["verify".to_owned(), "--data-dir".to_owned(), halves.data_dir().display().to_string()]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_trunk_the_desk_works_and_says_what_it_cannot() {
    let mut halves = Halves::start(QUEUE_SOON).await;
    let petugas = halves.log_in("petugas1").await;
    let (number, phone) = in_the_queue(&halves, 1).await;
    let call = the_call_of(&petugas, &number, "waiting", |c| c["state"] == "queued").await;
    let id = call["id"].as_str().expect("an id").to_owned();

    halves.kill(Half::Trunk).await;
    let begun = Instant::now();
    let refused = petugas.post(&format!("/calls/{id}/answer"), &json!({})).await;
    assert_eq!(refused.problem(503), "trunk_busy");
    assert!(begun.elapsed() < SOON, "an order to nobody waits: {:?}", begun.elapsed());
    open_incident(&petugas, &fire()).await;
    the_link_is(&halves, "sigap_link_up 0").await;

    halves.run(Half::Trunk).await;
    the_link_is(&halves, "sigap_link_up 1").await;
    let (other, again) = in_the_queue(&halves, 2).await;
    the_call_of(&petugas, &other, "waiting", |c| c["state"] == "queued").await;
    assert_eq!(again.ask("BYE", STEP).await, Some(200));
    the_call_of(&petugas, &other, "ended", |c| c["state"] == "ended").await;
    drop(phone);
}

async fn the_link_is(halves: &Halves, line: &str) {
    eventually(line, SOON, || async {
        let metrics = Call::new("GET", "/metrics").send(halves.http).await.ok()?;
        metrics.text().lines().any(|found| found == line).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_before_the_first_desk_are_there_when_it_comes() {
    let mut halves = Halves::nothing(QUEUE_SOON);
    halves.run(Half::Trunk).await;
    let mut callers = Vec::new();
    for seed in 0..3 {
        callers.push(in_the_queue(&halves, seed).await);
    }
    assert_eq!(callers[0].1.ask("BYE", STEP).await, Some(200));
    halves.run(Half::Desk).await;
    let petugas = halves.log_in("petugas1").await;
    for (place, (number, phone)) in callers.iter().enumerate() {
        let state = if place == 0 { "ended" } else { "queued" };
        the_call_of(&petugas, number, state, |c| c["state"] == state).await;
        unbroken(phone).await;
    }
    // Two trunks on one journal would be two truths: the second one does not start.
    let second = tool([
        "trunk",
        "--demo",
        "--sip",
        "127.0.0.1:0",
        "--data-dir",
        &halves.data_dir().display().to_string(),
    ])
    .await;
    assert!(second.code == Some(1) && second.err.contains("in use by another process"), "{second:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_outlive_a_trunk_that_is_killed() {
    let _turn = loads_the_machine().await;
    let mut halves = Halves::start(QUEUE_SOON).await;
    let petugas = halves.log_in("petugas1").await;
    let mut callers = Vec::new();
    for seed in 0..10 {
        callers.push(in_the_queue(&halves, seed).await);
    }
    let first = the_call_of(&petugas, &callers[0].0, "waiting", |c| c["state"] == "queued").await;
    let id = first["id"].as_str().expect("an id").to_owned();
    petugas.post(&format!("/calls/{id}/answer"), &json!({})).await.expect(200);
    sleep(Duration::from_secs(1)).await;

    halves.kill(Half::Trunk).await;
    let killed = Instant::now();
    println!("the trunk was ready again after {:?}", halves.run(Half::Trunk).await);
    for (number, phone) in &callers {
        eventually("the caller hears something again", STEP, || async {
            (phone.heard().since(killed).0 > 20).then_some(())
        })
        .await;
        let heard = phone.heard();
        assert_eq!(heard.new_streams, 0, "the caller's phone took it for a new call");
        println!("silence of {:?}", heard.longest_gap);
        let state = if *number == callers[0].0 { "connected" } else { "queued" };
        the_call_of(&petugas, number, state, |c| c["state"] == state).await;
        assert_eq!(phone.ask("INVITE", STEP).await, Some(200));
    }
    for (number, phone) in &callers {
        assert_eq!(phone.ask("BYE", STEP).await, Some(200));
        let ended = the_call_of(&petugas, number, "ended", |c| c["state"] == "ended").await;
        assert_eq!(ended["end_reason"], "caller_hung_up", "{ended}");
    }
    // One file for the whole call, on both sides of the restart.
    let recorded = the_call_of(&petugas, &callers[0].0, "recorded", |c| c["recording"].is_object()).await;
    let seconds = recorded["recording"]["seconds"].as_f64().unwrap_or_default();
    assert!(seconds > killed.elapsed().as_secs_f64().min(2.0), "{recorded}");
    assert_eq!(recorded["without_recording"], false);
    whole_log(&halves).await;
}
