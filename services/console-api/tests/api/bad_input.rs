//! What cannot be accepted is answered clearly, and nothing breaks.

use serde_json::{Value, json};

use crate::world::{World, fire};

fn with(path: &str, value: Value) -> Value {
    let mut body = fire();
    *body.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_field_is_named() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let cases = [
        (with("/category", json!("z")), "category", "unknown_value"),
        (with("/category", json!(7)), "category", "wrong_type"),
        (with("/type", json!("tidak_ada")), "type", "unknown_value"),
        (with("/type", json!("banjir")), "type", "unknown_value"),
        (with("/narrative", json!(["a"])), "narrative", "wrong_type"),
        (with("/narrative", json!("x".repeat(16 * 1024 + 1))), "narrative", "too_long"),
        (with("/narrative", json!("a\u{0}b")), "narrative", "forbidden_character"),
        (with("/location/lat", json!(91)), "location.lat", "out_of_range"),
        (with("/location/lon", json!(-180.5)), "location.lon", "out_of_range"),
        (with("/location/lat", json!("utara")), "location.lat", "wrong_type"),
        (with("/location/lon", Value::Null), "location.lon", "missing"),
        (with("/location", json!({ "area_code": "99.99" })), "location.area_code", "unknown_value"),
        (json!({ "narrative": "a", "location": {} }), "category", "missing"),
        (
            json!({ "category": "a", "narrative": "a", "location": {}, "casualties": -1 }),
            "casualties",
            "out_of_range",
        ),
        (
            json!({ "category": "a", "narrative": "a", "location": {}, "call_id": crate::world::new_id() }),
            "call_id",
            "unknown",
        ),
    ];
    for (body, field, code) in cases {
        let answer = taker.post("incidents", body.clone()).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid_fields"), "{body} {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let error = &answer.body["errors"][0];
        assert_eq!(
            (error["field"].as_str(), error["code"].as_str()),
            (Some(field), Some(code)),
            "{}",
            answer.text
        );
        assert!(
            !error["message"].as_str().unwrap().is_empty()
                && !answer.body["title"].as_str().unwrap().is_empty()
        );
    }
    assert_eq!(taker.get("incidents").await.expect(200)["items"], json!([]), "nothing of it was saved");
    taker.post("incidents", fire()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_paths_methods_and_keys_that_cannot_be() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let code = |answer: crate::client::Answer| (answer.status, answer.code().to_owned());
    let post = |body: String| taker.send("POST", "incidents", Some(body), &[]);

    assert_eq!(code(post("{\"category\":".into()).await), (400, "malformed_json".into()));
    assert_eq!(code(post("[".repeat(5_000)).await), (400, "malformed_json".into()));
    assert_eq!(code(post("[1,2]".into()).await), (422, "invalid_fields".into()));
    let megabyte = with("/narrative", json!("a".repeat(1_000_000))).to_string();
    assert_eq!(code(post(megabyte).await), (413, "body_too_large".into()));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        code(taker.send("POST", "incidents", Some("a=b".into()), &form).await),
        (415, "not_json".into())
    );
    assert_eq!(code(taker.get("tidak-ada").await), (404, "unknown_path".into()));
    assert_eq!(
        code(taker.send("PUT", "incidents", Some("{}".into()), &[]).await),
        (405, "method_not_allowed".into())
    );
    assert_eq!(code(taker.get("incidents/not-an-id").await), (404, "not_found".into()));
    assert_eq!(code(taker.get("calls?limit=many").await), (400, "invalid_query".into()));
    assert_eq!(code(taker.get("calls?before=x").await), (400, "invalid_query".into()));
    assert_eq!(code(taker.get("incidents?near=1,2").await), (400, "invalid_query".into()));
    assert_eq!(code(taker.get("incidents?status=odd").await), (400, "invalid_query".into()));
    for key in ["", " ", "a b", &"k".repeat(201)] {
        let answer = taker.post_with_key("incidents", fire(), key).await;
        assert_eq!(code(answer), (400, "invalid_idempotency_key".into()), "{key:?}");
    }
    let longest = "k".repeat(200);
    let first = taker.post_with_key("incidents", fire(), &longest).await.expect(201);
    assert_eq!(taker.post_with_key("incidents", fire(), &longest).await.expect(201)["id"], first["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_and_a_reused_key_is_refused() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let first = taker.post_with_key("incidents", fire(), "satu").await.expect(201);
    let id = first["id"].as_str().unwrap();
    taker.post(&format!("incidents/{id}/notes"), json!({ "text": "asap tebal" })).await.expect(200);
    let again = taker.post_with_key("incidents", fire(), "satu").await.expect(201);
    assert_eq!(again["version"], 1, "the answer of then, not the state of now");
    assert_eq!(again["number"], first["number"]);
    let other = taker.post_with_key("incidents", with("/narrative", json!("lain")), "satu").await;
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    let colleague = world.log_in("petugas2").await;
    let theirs = colleague.post_with_key("incidents", fire(), "satu").await.expect(201);
    assert_ne!(theirs["id"], first["id"], "keys of two people do not meet");
}
