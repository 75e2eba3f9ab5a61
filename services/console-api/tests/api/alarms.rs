//! The budget of alarms over real HTTP.

use dispatch_core::time::Timestamp;
use serde_json::json;

use crate::world::{World, now};

/// When the window of ten minutes began that is running.
fn window() -> String {
    let now = now().as_micros();
    Timestamp::from_micros(now - now.rem_euclid(600_000_000)).to_string()
}

#[tokio::test]
async fn what_sounded_is_counted_once_and_shown_to_supervisors_against_the_budget() {
    let world = World::new().await;
    let damkar = world.log_in("damkar").await;
    let from = window();
    let loud = json!({
        "from": from, "muted_s": 60,
        "begun": [{ "sound": "p1", "count": 9 }, { "sound": "cut", "count": 3 }, { "sound": "ring", "count": 5 }],
    });
    damkar.post_with_key("alarms", loud.clone(), "sepuluh-1").await.expect(204);
    damkar.post_with_key("alarms", loud, "sepuluh-1").await.expect(204);

    let shown = world.log_in("pengawas").await.get("alarms?hours=1").await.expect(200);
    assert_eq!((&shown["steady_max"], &shown["upset_max"]), (&json!(1), &json!(10)));
    let item = &shown["items"][0];
    assert_eq!(item["person"]["name"], "Nama damkar");
    assert_eq!(
        (&item["alarms"], &item["peak"], &item["floods"]),
        (&json!(12), &json!(12), &json!(1)),
        "{item}"
    );
    assert_eq!((&item["mean"], &item["muted_s"]), (&json!(2.0), &json!(60)));
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_count_that_cannot_be_is_refused_field_by_field() {
    let world = World::new().await;
    let damkar = world.log_in("damkar").await;
    let odd = json!({ "from": "2026-11-22T03:14:15.926535Z", "muted_s": 601, "begun": [{ "sound": "p1", "count": 1001 }] });
    let problem = damkar.post("alarms", odd).await.expect(422);
    let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["from", "begun", "muted_s"], "{problem}");
    let supervisor = world.log_in("pengawas").await;
    assert_eq!(supervisor.get("alarms?hours=169").await.status, 422);
}

#[tokio::test]
async fn the_sound_test_of_a_shift_stands_in_the_log() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    taker.post("alarms/sound-test", json!({ "heard": false })).await.expect(204);
    taker.post("alarms/sound-test", json!({ "heard": true })).await.expect(204);
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
    let tests: Vec<_> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["kind"] == "site.sound_tested")
        .map(|entry| entry["body"]["heard"].clone())
        .collect();
    assert_eq!(tests, [false, true]);
}
