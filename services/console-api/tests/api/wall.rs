//! The screen on the wall: figures, nothing of anybody, and a session that outlasts the night.

use dispatch_core::time::Timestamp;
use serde_json::json;

use crate::world::{PASSWORD, World, fire, now};

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn the_wall_sees_figures_and_no_person() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    let opened =
        world.stranger().post("session", json!({ "username": "dinding", "password": PASSWORD })).await;
    let until: Timestamp = opened.expect(200)["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(until.millis_since(now()) > 365 * DAY_MS, "nobody logs a wall in every morning");
    let wall = world.log_in("dinding").await;
    let figures = wall.get("wallboard").await.expect(200);
    assert_eq!(figures["incidents_open"], 1);
    let staffing = &figures["staffing"];
    assert_eq!((&staffing["needed"], &staffing["present"]), (&json!(1), &json!(0)), "{staffing}");
    assert_eq!((&staffing["calls_per_hour"], &staffing["handling_s"]), (&json!(0), &json!(180)));
    let told = figures.to_string();
    for private in ["Nama petugas1", incident["number"].as_str().unwrap()] {
        assert!(!told.contains(private), "{told}");
    }
    let path = format!("incidents/{}", incident["id"].as_str().unwrap());
    for refused in [path.as_str(), "incidents", "calls", "escalations", "feed", "roster", "users"] {
        assert_eq!(wall.get(refused).await.status, 403, "{refused}");
    }
}
