//! What the trunk is told so that it can judge a call.

use dispatch_core::call::fact::{CallFact, CallerClass, ScreenReason};
use dispatch_core::time::Seconds;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire, now, wait_for};

/// A call that is answered and disposed of.
async fn disposed(world: &World, taker: &Client, number: &str, disposition: Value) {
    let call = world.trunk.ring(number).await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    taker.post(&format!("calls/{call}/disposition"), disposition).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_reach_the_trunk_at_once_and_a_new_trunk_hears_all_of_them() {
    const PRANKSTER: &str = "+628117000301";
    const CITIZEN: &str = "+628117000302";
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    for _ in 0..3 {
        disposed(&world, &taker, PRANKSTER, json!({ "kind": "prank" })).await;
    }
    let reported = json!({ "kind": "duplicate", "incident_id": incident["id"] });
    disposed(&world, &taker, CITIZEN, json!({ "kind": "prank" })).await;
    disposed(&world, &taker, CITIZEN, reported).await;
    let know = || async {
        let pasts = (world.trunk.past_of(PRANKSTER), world.trunk.past_of(CITIZEN));
        pasts == (Some([3, 0, 0]), Some([1, 0, 1]))
    };
    wait_for(know).await;
    world.trunk.restarts();
    assert_eq!(world.trunk.past_of(PRANKSTER), None);
    wait_for(know).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_about_one_open_incident_are_a_mass_event_until_it_is_closed() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    let reported = json!({ "kind": "duplicate", "incident_id": incident["id"] });
    for caller in 0..5 {
        assert!(!world.trunk.mass_event(), "{caller} calls");
        disposed(&world, &taker, &format!("+62811700031{caller}"), reported.clone()).await;
    }
    wait_for(|| async { world.trunk.mass_event() }).await;
    let path = format!("incidents/{}", incident["id"].as_str().unwrap());
    let cancel = json!({ "reason": "Laporan keliru" });
    let cancelled = taker.post(&format!("{path}/cancel"), cancel).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    wait_for(|| async { !world.trunk.mass_event() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_what_is_held_against_a_call_until_when_and_lifts_it() {
    const NUMBER: &str = "+628117000321";
    let world = World::new().await;
    let (taker, supervisor) = (world.log_in("petugas1").await, world.log_in("pengawas").await);
    let call = world.trunk.ring(NUMBER).await;
    let path = format!("calls/{call}");
    assert_eq!(supervisor.get(&path).await.expect(200)["restriction"], json!(null));
    let because = vec![ScreenReason::EarlierPrank];
    world.trunk.report(call, CallFact::Screened { class: CallerClass::Suspect, because }).await;
    let held = supervisor.get(&path).await.expect(200);
    assert_eq!((&held["class"], &held["because"]), (&json!("suspect"), &json!(["earlier_prank"])));
    assert!(held["restriction"]["until"].as_str() > held["arrived_at"].as_str(), "{held}");
    assert_eq!(held["restriction"]["lifted_by"], json!(null));
    let refused = taker.post(&format!("{path}/lift-restriction"), json!({})).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let lifted = supervisor.post(&format!("{path}/lift-restriction"), json!({})).await.expect(200);
    assert_eq!(lifted["class"], "unknown");
    assert_eq!(
        lifted["restriction"]["lifted_by"]["id"],
        supervisor.get("session").await.expect(200)["user"]["id"]
    );
    // The number's next calls are treated like any other, also by a trunk that was restarted.
    let known = || async { world.trunk.lifted_until(NUMBER).is_some_and(|until| until > now()) };
    wait_for(known).await;
    world.trunk.restarts();
    wait_for(known).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_held_with_a_reason_and_an_end_and_let_go_again() {
    const NUMBER: &str = "+628117000777";
    let world = World::new().await;
    let (taker, supervisor) = (world.log_in("petugas1").await, world.log_in("pengawas").await);
    for _ in 0..2 {
        disposed(&world, &taker, NUMBER, json!({ "kind": "prank" })).await;
    }
    let listed = supervisor.get("numbers").await.expect(200);
    let known = listed.as_array().unwrap().iter().find(|one| one["number"] == NUMBER).unwrap();
    assert_eq!((&known["pranks"], &known["class"]), (&json!(2), &json!("unknown")));
    assert!(known["counts_until"].as_str() > known["last_at"].as_str(), "{known}");
    let until = |days: u32| now().after(Seconds(days * 86_400)).to_string();
    let asked = json!({ "number": "0811-7000-777", "rule": "restricted", "until": until(30), "reason": "Ancaman palsu",
        "decree": "SK 12/2026" });
    assert_eq!(taker.post("numbers/rules", asked.clone()).await.status, 403);
    let held = supervisor.post("numbers/rules", asked).await.expect(200);
    assert_eq!((&held["class"], &held["rule"]["rule"]), (&json!("suspect"), &json!("restricted")));
    assert_eq!(held["rule"]["by"]["id"], supervisor.get("session").await.expect(200)["user"]["id"]);
    wait_for(|| async { world.trunk.restricted_until(NUMBER).is_some_and(|until| until > now()) }).await;
    // A trunk that was restarted is told again.
    world.trunk.restarts();
    wait_for(|| async { world.trunk.restricted_until(NUMBER).is_some() }).await;
    for (wrong, field) in [
        (json!({ "number": "warung", "rule": "restricted", "until": until(30), "reason": "x" }), "number"),
        (json!({ "number": NUMBER, "rule": "restricted", "until": until(100), "reason": "x" }), "until"),
        (json!({ "number": NUMBER, "rule": "restricted", "until": until(1), "reason": " " }), "reason"),
        (json!({ "number": NUMBER, "rule": "restricted", "reason": "x" }), "until"),
    ] {
        assert_eq!(supervisor.post("numbers/rules", wrong).await.expect(422)["errors"][0]["field"], field);
    }
    let free = json!({ "number": NUMBER, "rule": null, "reason": "Keberatan diterima" });
    let freed = supervisor.post("numbers/rules", free).await.expect(200);
    assert_eq!((&freed["class"], &freed["rule"]), (&json!("unknown"), &json!(null)));
    wait_for(|| async { world.trunk.restricted_until(NUMBER).is_none() }).await;
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
    let ruled =
        log["entries"].as_array().unwrap().iter().filter(|one| one["kind"] == "site.number_ruled").count();
    assert_eq!(ruled, 2);
}
