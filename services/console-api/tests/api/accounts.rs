//! Accounts as an administrator keeps them: made with a password for once, changed with a decree, closed.

use serde_json::json;

use crate::world::{World, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_the_administrator_made_opens_nothing_but_the_choice_of_another_one() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let new = json!({ "username": "sari", "password": "melati-tujuh-42", "name": "Sari", "role": "call_taker",
        "temporary": true, "decree": "SK 800/17/2026" });
    let made = admin.post("users", new).await.expect(201);
    assert_eq!(made["password_is_temporary"], true);
    let sari = world.log_in_with("sari", "melati-tujuh-42").await;
    for path in ["calls", "incidents", "policy", "duty", "drafts"] {
        let refused = sari.get(path).await;
        assert_eq!((refused.status, refused.code()), (403, "password_is_temporary"), "{path}");
    }
    assert_eq!(sari.get("session").await.expect(200)["user"]["password_is_temporary"], true);
    let wrong = json!({ "current": "melati-tujuh-43", "password": "rahasia sendiri" });
    assert_eq!(sari.post("session/password", wrong).await.expect(422)["errors"][0]["field"], "current");
    let same = json!({ "current": "melati-tujuh-42", "password": "melati-tujuh-42" });
    assert_eq!(sari.post("session/password", same).await.expect(422)["errors"][0]["field"], "password");
    let chosen = json!({ "current": "melati-tujuh-42", "password": "rahasia sendiri" });
    sari.post("session/password", chosen).await.expect(204);
    wait_for(|| async { sari.get("session").await.status == 401 }).await;
    let again = world.log_in_with("sari", "rahasia sendiri").await;
    again.get("calls").await.expect(200);

    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
    let entries = log["entries"].as_array().unwrap();
    let added = entries.iter().rfind(|entry| entry["kind"] == "site.user_added").unwrap();
    assert_eq!(added["body"]["decree"], "SK 800/17/2026");
    assert!(!log.to_string().contains("melati") && !log.to_string().contains("rahasia sendiri"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_ended_and_an_account_is_closed_and_nobody_locks_themselves_out() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let taker = world.log_in("petugas1").await;
    let users = admin.get("users").await.expect(200);
    let id = |name: &str| {
        let found = users.as_array().unwrap().iter().find(|one| one["username"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    admin.patch(&format!("users/{}", id("petugas1")), json!({ "end_sessions": true })).await.expect(200);
    wait_for(|| async { taker.get("session").await.status == 401 }).await;
    let off = json!({ "active": false, "decree": "Mutasi 3/2026" });
    let closed = admin.patch(&format!("users/{}", id("petugas1")), off).await.expect(200);
    assert_eq!(closed["active"], false);
    let mine = admin.patch(&format!("users/{}", id("admin")), json!({ "active": false })).await;
    assert_eq!(mine.status, 422, "{}", mine.text);
    let long = json!({ "decree": "x".repeat(3_000), "active": true });
    let refused = admin.patch(&format!("users/{}", id("petugas1")), long).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "decree");
}
