//! What is being typed is on the server: for the same person elsewhere, and for whoever has the call next.

use serde_json::json;

use crate::client::Client;
use crate::world::{World, new_id};

async fn put(who: &Client, form: &str, revision: u32, text: &str) -> (u16, serde_json::Value) {
    let body = json!({ "revision": revision, "content": { "landmark": text } }).to_string();
    let answer = who.send("PUT", &format!("drafts/{form}"), Some(body), &[]).await;
    (answer.status, answer.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_seat_finds_what_was_typed_and_two_screens_do_not_overwrite_each_other_unseen() {
    let world = World::new().await;
    let (here, there) = (world.log_in("petugas1").await, world.log_in("petugas1").await);
    let (status, kept) = put(&here, "free", 0, "Pasar Toboali").await;
    assert_eq!((status, &kept["revision"]), (200, &json!(1)));
    assert_eq!(
        put(&here, "free", 0, "Pasar Toboali").await,
        (200, kept),
        "an answer that was lost is given again"
    );
    let found = there.get("drafts").await.expect(200);
    assert_eq!(found["items"][0]["content"], json!({ "landmark": "Pasar Toboali" }));
    assert_eq!(
        (&found["items"][0]["form"], &found["items"][0]["author"]["name"]),
        (&json!("free"), &json!("Nama petugas1"))
    );

    assert_eq!(put(&there, "free", 1, "Pasar Toboali, kios 7").await.0, 200);
    let (status, problem) = put(&here, "free", 1, "Pasar Toboali belakang").await;
    assert_eq!((status, &problem["code"]), (409, &json!("draft_overtaken")));
    assert_eq!(problem["current"]["content"]["landmark"], "Pasar Toboali, kios 7");
    assert_eq!(put(&here, "free", 2, "Pasar Toboali belakang").await.0, 200, "typed last, with open eyes");

    let other = world.log_in("petugas2").await;
    assert_eq!(other.get("drafts").await.expect(200)["items"], json!([]), "nobody else's");
    here.send("DELETE", "drafts/free", None, &[]).await.expect(204);
    assert_eq!(there.get("drafts").await.expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_call_goes_with_the_call() {
    let world = World::new().await;
    let (first, second) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let call = new_id();
    let form = format!("call-{call}");
    put(&first, &form, 0, "Jembatan Nibung").await;
    let found = second.get(&format!("drafts?call={call}")).await.expect(200);
    assert_eq!(found["items"][0]["author"]["name"], "Nama petugas1");
    assert_eq!(put(&second, &form, 1, "Jembatan Nibung, sisi utara").await.0, 200);
    let stands = first.get(&format!("drafts?call={call}")).await.expect(200);
    assert_eq!(stands["items"][0]["content"]["landmark"], "Jembatan Nibung, sisi utara");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_or_too_long_is_refused_and_no_leaf_tells_of_drafts() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    for form in ["anything", "call-7", "incident-", "call"] {
        assert_eq!(put(&taker, form, 0, "x").await.0, 404, "{form}");
    }
    let (status, problem) = put(&taker, "paper", 0, &"x".repeat(70_000)).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("content")));
    let no_object = r#"{"revision":0,"content":"x"}"#.to_owned();
    assert_eq!(taker.send("PUT", "drafts/free", Some(no_object), &[]).await.status, 422);
    put(&taker, "free", 0, "rahasia").await;
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
    assert!(!log.to_string().contains("rahasia") && !log.to_string().contains("draft"), "{log}");
}
