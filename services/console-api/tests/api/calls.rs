//! From ring to disposition.

use dispatch_core::call::fact::EndReason;
use serde_json::json;

use crate::world::{World, fire};

#[tokio::test(flavor = "multi_thread")]
async fn one_answers_the_other_hears_who() {
    let world = World::new().await;
    let (first, second) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let call = world.trunk.ring("+628117000001").await;
    let ringing = first.get("calls?open=true").await.expect(200);
    assert_eq!(ringing["items"][0]["state"], "ringing");
    assert_eq!(ringing["items"][0]["caller"]["number"], "+628117000001");
    let path = format!("calls/{call}/answer");
    let answered = first.post(&path, json!({})).await.expect(200);
    assert_eq!((&answered["mode"], &answered["audio"]), (&json!("normal"), &json!("none")));
    assert_eq!(answered["call"]["state"], "connected");
    assert_eq!(answered["call"]["answered_by"]["name"], "Nama petugas1");
    let late = second.post(&path, json!({})).await;
    assert_eq!((late.status, late.code()), (409, "already_answered"));
    assert_eq!(late.body["winner"]["name"], "Nama petugas1");
    assert_eq!(
        first.post(&path, json!({})).await.expect(200)["call"]["state"],
        "connected",
        "the winner may ask again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prank_costs_one_request_and_shows_in_the_history_of_the_number() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = world.trunk.ring("+628117000002").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let disposed =
        taker.post(&format!("calls/{call}/disposition"), json!({ "kind": "prank" })).await.expect(200);
    assert_eq!((&disposed["state"], &disposed["end_reason"]), (&json!("ended"), &json!("centre_hung_up")));
    assert_eq!(disposed["disposition"]["kind"], "prank");
    assert_eq!(disposed["disposition_due_at"], json!(null));
    let again = world.trunk.ring("+628117000002").await;
    let again = taker.get(&format!("calls/{again}")).await.expect(200);
    assert_eq!(
        (&again["number_history"]["calls"], &again["number_history"]["prank"]),
        (&json!(1), &json!(1))
    );
    let gone = taker.post(&format!("calls/{call}/hangup"), json!({})).await;
    assert_eq!((gone.status, gone.code()), (409, "call_ended"));
    let unknown = taker.post(&format!("calls/{}/hangup", crate::world::new_id()), json!({})).await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_caller_is_called_back_until_reached() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = world.trunk.ring("+628117000003").await;
    world.trunk.caller_hangs_up(call, EndReason::CallerCancelled).await;
    let owed = taker.get("calls?call_back=open").await.expect(200);
    assert_eq!(owed["items"][0]["id"], call.to_string());
    assert_eq!(owed["items"][0]["disposition"]["kind"], "abandoned");
    assert_eq!(owed["items"][0]["call_back"]["state"], "open");
    let path = format!("calls/{call}/call-back");
    let tried = taker.post(&path, json!({ "outcome": "no_answer" })).await.expect(200);
    assert_eq!(tried["call_back"]["state"], "open");
    let reached = taker.post(&path, json!({ "outcome": "reached", "note": "aman" })).await.expect(200);
    assert_eq!(reached["call_back"]["state"], "done");
    assert!(reached["version"].as_u64() > tried["version"].as_u64());
    assert_eq!(taker.post(&path, json!({ "outcome": "reached" })).await.code(), "no_call_back_owed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_becomes_an_incident_in_one_step_and_a_second_call_joins_it() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = world.trunk.ring("+628117000004").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let mut body = fire();
    body["call_id"] = json!(call);
    let incident = taker.post("incidents", body).await.expect(201);
    assert_eq!(incident["calls"], json!([call]));
    let record = taker.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!(
        (&record["disposition"]["kind"], &record["incident_id"]),
        (&json!("incident"), &incident["id"])
    );
    assert_eq!(record["state"], "connected", "the caller is still on the line");
    let second = world.trunk.ring("+628117000005").await;
    let same = json!({ "kind": "duplicate", "incident_id": incident["id"] });
    taker.post(&format!("calls/{second}/disposition"), same).await.expect(200);
    let detail = taker.get(&format!("incidents/{}", incident["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(detail["calls"], json!([call, second]));
    assert_eq!(detail["calls_detail"].as_array().unwrap().len(), 2);
    let third = world.trunk.ring("+628117000006").await;
    let refused = taker.post(&format!("calls/{third}/disposition"), json!({ "kind": "duplicate" })).await;
    assert_eq!((refused.status, refused.code()), (422, "incident_missing"));
    assert_eq!(
        taker.get(&format!("calls/{third}")).await.expect(200)["state"],
        "ringing",
        "nobody was hung up on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_facts_from_the_store_a_call_is_answered_all_the_same() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    world.trunk.hold_facts();
    let call = world.trunk.ring("+628117000007").await;
    let answered = taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    assert_eq!(answered["mode"], "darurat");
    assert_eq!(answered["call"]["caller"]["number"], "+628117000007");
    assert_eq!(answered["call"]["answered_by"]["name"], "Nama petugas1");
    let ended = taker.post(&format!("calls/{call}/hangup"), json!({})).await.expect(200);
    assert_eq!(ended["state"], "ended");
}
