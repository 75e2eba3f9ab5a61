//! A desk that dies over an order that rings a telephone: whoever asked repeats it at the next desk, and the telephone
//! has rung once.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::phone::{Phone, Tones};
use tokio::time::sleep;

use super::harness::{Answer, Api, DeskPhone, Half, Halves, SOON, caller, new_key, the_call_of};

/// After this long a second INVITE would have been there for a second.
const A_SECOND_RING: Duration = Duration::from_secs(1);

/// A caller in the queue, and the id of the call.
async fn waiting(halves: &Halves, taker: &Api, seed: u64) -> (Phone, String) {
    let number = caller();
    let phone = Phone::open(halves.sip, Tones::CALLER, seed).await.expect("a phone");
    assert!(phone.call(&number, SOON).await, "the call of {seed} was not answered");
    let call = the_call_of(taker, &number, "waiting", |call| call["state"] == "queued").await;
    (phone, call["id"].as_str().expect("an id").to_owned())
}

/// Somebody whose ear is a telephone, and who calls a number with it.
async fn dials(taker: &Api, seat: &DeskPhone, path: &str, key: &str, body: &Value) -> Value {
    let duty = json!({ "state": "ready", "audio": { "kind": "phone", "uri": seat.uri() } });
    taker.post("/duty", &duty).await.expect(200);
    // The trunk knows the telephone by then.
    taker.post_as(path, key, body).await.expect(200)["call"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_their_telephone_is_rung_at_the_new_one() {
    let halves = Halves::start(&["--queue-answer-after-s", "0"]).await;
    let taker = halves.log_in("petugas1").await;
    for seed in 1..=5 {
        let (caller, call) = waiting(&halves, &taker, seed).await;
        let phone = DeskPhone::new().await;
        let duty = json!({ "state": "ready", "audio": { "kind": "phone", "uri": phone.uri() } });
        taker.post("/duty", &duty).await.expect(200);
        taker.post(&format!("/calls/{call}/answer"), &json!({})).await.expect(200);
        phone.rings().await;
        assert_eq!(caller.ask("BYE", SOON).await, Some(200));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_dies_over_an_order_rings_nobody_twice() {
    let mut halves = Halves::start(&["--queue-answer-after-s", "1"]).await;
    let (taker, dialler) = (halves.log_in("petugas1").await, halves.log_in("petugas2").await);
    let (caller, call) = waiting(&halves, &taker, 1).await;
    let (lost, lost_call) = waiting(&halves, &taker, 2).await;
    taker.post(&format!("/calls/{call}/answer"), &json!({})).await.expect(200);
    assert_eq!(lost.ask("BYE", SOON).await, Some(200));
    let (asked, given, seat) = (DeskPhone::new().await, DeskPhone::new().await, DeskPhone::new().await);

    // The desk dies while the telephone rings already and nobody has been told.
    let (conference, first) = (format!("/calls/{call}/conference"), new_key());
    let body = json!({ "target": asked.uri() });
    let order = {
        let (taker, path, key, body) = (taker.clone(), conference.clone(), first.clone(), body.clone());
        tokio::spawn(async move { taker.try_post_as(&path, &key, &body).await })
    };
    asked.rings().await;
    halves.kill(Half::Desk).await;
    let told: Result<Answer, String> = order.await.expect("the request ends");
    println!("before it died the desk said {:?}", told.map(|answer| answer.status));
    halves.run(Half::Desk).await;
    let there = taker.post_as(&conference, &first, &body).await.expect(200);
    assert_eq!(there["parties"].as_array().map(Vec::len), Some(1), "{there}");

    // And once it has answered.
    let (transfer, second) = (format!("/calls/{call}/transfer"), new_key());
    let whom = json!({ "target": given.uri() });
    taker.post_as(&transfer, &second, &whom).await.expect(200);
    given.rings().await;
    let (dial, third) = (format!("/calls/{lost_call}/dial"), new_key());
    let number = json!({ "number": asked.uri() });
    let dialled = dials(&dialler, &seat, &dial, &third, &number).await;
    seat.rings().await;
    halves.kill(Half::Desk).await;
    halves.run(Half::Desk).await;
    let again = taker.post_as(&transfer, &second, &whom).await.expect(200);
    assert_eq!(again["parties"].as_array().map(Vec::len), Some(2), "{again}");
    let once_more = dialler.post_as(&dial, &third, &number).await.expect(200);
    assert_eq!(once_more["call"]["id"], dialled);
    let other = taker.post_as(&transfer, &second, &json!({ "target": asked.uri() })).await;
    assert_eq!(other.problem(422), "idempotency_key_reused");

    sleep(A_SECOND_RING).await;
    let rung = [("asked", asked.calls()), ("given", given.calls()), ("seat", seat.calls())];
    assert_eq!(rung, [("asked", 1), ("given", 1), ("seat", 1)]);
    assert_eq!(caller.ask("BYE", SOON).await, Some(200));
}
