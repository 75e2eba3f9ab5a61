//! Logging in and out.

use std::time::{Duration, Instant};

use dispatch_core::time::Seconds;
use serde_json::json;

use crate::world::{PASSWORD, World, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_shows_and_closes() {
    let world = World::new().await;
    let body = json!({ "username": "Petugas1", "password": PASSWORD });
    let opened = world.stranger().post("session", body).await;
    let cookie = opened.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-sesi="), "{cookie}");
    for part in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert_eq!(opened.headers["cache-control"], "no-store");
    let session = opened.expect(200);
    assert_eq!(session["user"]["role"], "call_taker");
    assert_eq!(session["user"]["name"], "Nama petugas1");

    let pair = cookie.split(';').next().unwrap();
    let by_cookie = world.stranger().send("GET", "session", None, &[("cookie", pair)]).await.expect(200);
    assert_eq!(by_cookie["user"]["username"], "petugas1");

    // A page of another origin has the cookie sent for it, but not its own origin hidden.
    let foreign = [("cookie", pair), ("origin", "http://evil.example")];
    let refused = world.stranger().send("POST", "duty", Some("{\"state\":\"ready\"}".into()), &foreign).await;
    assert_eq!((refused.status, refused.code()), (403, "foreign_origin"));

    let gone = world.stranger().send("DELETE", "session", None, &[("cookie", pair)]).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert!(gone.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    let after = world.stranger().send("GET", "session", None, &[("cookie", pair)]).await;
    assert_eq!((after.status, after.code()), (401, "no_session"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_look_the_same_and_five_close_the_name_for_a_minute() {
    let world = World::new().await;
    let log_in = |name: &'static str, password: &'static str| {
        let client = world.stranger();
        async move { client.post("session", json!({ "username": name, "password": password })).await }
    };
    let mut texts = Vec::new();
    let mut times = Vec::new();
    for name in ["petugas2", "tidak-ada"] {
        let begun = Instant::now();
        let answer = log_in(name, "salah salah").await;
        times.push(begun.elapsed());
        assert_eq!((answer.status, answer.code()), (401, "wrong_credentials"));
        texts.push(answer.text);
    }
    assert_eq!(texts[0], texts[1]);
    // Both hash: neither is ten times faster than the other.
    assert!(times[0] < times[1] * 10 && times[1] < times[0] * 10, "{times:?}");
    for _ in 0..4 {
        assert_eq!(log_in("petugas2", "salah salah").await.status, 401);
    }
    let closed = log_in("petugas2", PASSWORD).await;
    assert_eq!((closed.status, closed.code()), (429, "too_many_attempts"));
    assert_eq!(closed.headers["retry-after"], "60");
    assert_eq!(log_in("petugas1", PASSWORD).await.status, 200, "another name is not closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_try_name_after_name() {
    let world = World::new().await;
    let stranger = world.stranger();
    let mut statuses = Vec::new();
    for n in 0..31 {
        let body = json!({ "username": format!("nama{n}"), "password": "salah salah" });
        statuses.push(stranger.post("session", body).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 30);
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_ends_but_not_during_a_call() {
    let world = World::with_sessions_of(Seconds(2)).await;
    let (talking, idle) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let call = world.trunk.ring("+628117000001").await;
    talking.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    idle.get("session").await.expect(200);
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    assert_eq!(idle.get("session").await.code(), "no_session");
    talking.get("session").await.expect(200);
    talking.post(&format!("calls/{call}/disposition"), json!({ "kind": "prank" })).await.expect(200);
    assert_eq!(talking.get("session").await.code(), "no_session", "the call is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_adds_changes_and_shuts_out_people() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let body =
        json!({ "username": "petugas9", "password": PASSWORD, "name": "Sembilan", "role": "call_taker" });
    let added = admin.post_with_key("users", body.clone(), "add-9").await.expect(201);
    let again = admin.post_with_key("users", body.clone(), "add-9").await.expect(201);
    assert_eq!(added["id"], again["id"], "a repeat makes nobody twice");
    assert_eq!(admin.post("users", body).await.code(), "username_taken");
    let id = added["id"].as_str().unwrap().to_owned();
    let new = world.log_in("petugas9").await;
    new.get("calls").await.expect(200);
    admin.patch(&format!("users/{id}"), json!({ "role": "auditor" })).await.expect(200);
    wait_for(|| async { new.post("incidents", crate::world::fire()).await.status == 403 }).await;
    admin.patch(&format!("users/{id}"), json!({ "active": false })).await.expect(200);
    wait_for(|| async { new.get("session").await.status == 401 }).await;
    let me = world.users["admin"];
    let locked_out = admin.patch(&format!("users/{me}"), json!({ "active": false })).await;
    assert_eq!((locked_out.status, locked_out.code()), (422, "invalid_fields"));
}
