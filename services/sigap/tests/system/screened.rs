//! What call-takers say of a number's calls is known at its next call, also after the trunk was restarted; it orders
//! the queue and blocks nobody.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Api, Half, Halves, UdpCaller, caller, calls_of, eventually, fire, open_incident};

/// Longest time from one step to the next.
const STEP: Duration = Duration::from_secs(20);

/// What the desk logs when a trunk has the signs of all numbers.
const TOLD: &str = "The trunk knows what earlier calls turned out to be";

/// The newest call of a number, once there are so many.
async fn nth_call(api: &Api, number: &str, n: usize, like: impl Fn(&Value) -> bool) -> Value {
    eventually("the next call", STEP, || async {
        let calls = calls_of(api, number).await;
        let newest = calls.iter().max_by_key(|call| call["arrived_at"].as_str().map(str::to_owned));
        newest.filter(|call| calls.len() == n && like(call)).cloned()
    })
    .await
}

/// The `n`-th call of a number comes, is answered and disposed of.
async fn disposed(halves: &Halves, api: &Api, number: &str, n: usize, how: &Value) {
    let phone = UdpCaller::new(halves.sip).await;
    let invite = phone.invite(number, 40_000);
    phone.send(&invite.bytes()).await;
    let call = nth_call(api, number, n, |call| call["state"] != "ended").await;
    let path = format!("/calls/{}", call["id"].as_str().expect("an id"));
    api.post(&format!("{path}/answer"), &json!({})).await.expect(200);
    let ok = phone.expect("INVITE", 200, STEP).await;
    phone.send(&invite.ack(&ok)).await;
    api.post(&format!("{path}/disposition"), how).await.expect(200);
}

/// The next call rings, is looked at once it is `like`, and is given up.
async fn rings(halves: &Halves, api: &Api, number: &str, n: usize, like: impl Fn(&Value) -> bool) -> Value {
    let phone = UdpCaller::new(halves.sip).await;
    phone.send(&phone.invite(number, 40_000).bytes()).await;
    phone.expect("INVITE", 180, STEP).await;
    let call = nth_call(api, number, n, like).await;
    let path = format!("/calls/{}/hangup", call["id"].as_str().expect("an id"));
    api.post(&path, &json!({})).await.expect(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_pranks_are_suspect_at_the_next_call_and_a_real_report_never_is() {
    let mut halves = Halves::start(&[]).await;
    let petugas = halves.log_in("petugas1").await;
    let (prankster, citizen) = (caller(), caller());
    let prank = json!({ "kind": "prank" });
    for n in 1..=3 {
        disposed(&halves, &petugas, &prankster, n, &prank).await;
        disposed(&halves, &petugas, &citizen, n, &prank).await;
    }
    let incident = open_incident(&petugas, &fire()).await;
    let real = json!({ "kind": "duplicate", "incident_id": incident["id"] });
    disposed(&halves, &petugas, &citizen, 4, &real).await;

    for (n, restarted) in [(4, false), (5, true)] {
        if restarted {
            // Calls that follow each other fast may end before the first trunk was told anything.
            let before = halves.log(Half::Desk).matches(TOLD).count();
            halves.kill(Half::Trunk).await;
            halves.run(Half::Trunk).await;
            let told = || halves.log(Half::Desk).matches(TOLD).count();
            eventually("the new trunk is told", STEP, || async { (told() > before).then_some(()) }).await;
        }
        let suspect = rings(&halves, &petugas, &prankster, n, |call| call["class"] == "suspect").await;
        assert!(suspect["because"].as_array().is_some_and(|why| why.contains(&json!("earlier_prank"))));
        let heard = rings(&halves, &petugas, &citizen, n + 1, |call| call["state"] != "ended").await;
        assert_ne!(heard["class"], "suspect", "{}", heard["because"]);
    }
}
