//! The rules are changed by two people, and a later decision goes by them.

use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire, new_id, wait_for};

/// A second supervisor, made by the admin.
async fn second_supervisor(world: &World) -> Client {
    let admin = world.log_in("admin").await;
    let password = crate::world::PASSWORD;
    let user =
        json!({ "username": "pengawas2", "name": "Bu Sari", "role": "supervisor", "password": password });
    admin.post("users", user).await.expect(201);
    world.log_in("pengawas2").await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_supervisors_change_ladder_and_matrix_and_an_older_version_can_be_read() {
    let world = World::new().await;
    let (wati, sari) = (world.log_in("pengawas").await, second_supervisor(&world).await);
    let taker = world.log_in("petugas1").await;
    let first = wati.get("policy/drafts").await.expect(200);
    assert_eq!((&first["items"], &first["rules"]["version"]), (&json!([]), &json!("1")));
    let parts = &first["rules"]["parts"];
    let mut ladder = parts["ladders"]["P1"].clone();
    ladder[1]["after"] = json!(45);
    let of = |code: &str| -> Value {
        let routing = parts["routing"].as_array().unwrap();
        routing.iter().find(|rule| rule["code"] == code).unwrap().clone()
    };
    let mut routing = of("kebakaran_bangunan");
    (routing["lead"], routing["support"], routing["notify"]) = (json!([]), json!(["polres"]), json!([]));
    let id = new_id().to_string();
    let body = |routing: &Value, revision: Option<u32>| {
        let change = json!({ "decree": "SK Bupati 188.45/1/2027", "owner": "Diskominfo",
            "ladders": { "P1": ladder }, "routing": [routing] });
        json!({ "id": id, "revision": revision, "change": change })
    };

    let draft = wati.post("policy/drafts", body(&routing, None)).await.expect(200);
    assert_eq!(draft["mistakes"][0]["field"], "routing.kebakaran_bangunan");
    assert_eq!(draft["mistakes"][0]["message"], "Harus ada yang memimpin.");
    assert_eq!(draft["before"]["ladders"]["P1"][1]["after"], 60);
    let step = format!("policy/drafts/{id}/step");
    let refused = wati.post(&step, json!({ "step": "submit", "revision": 1 })).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "routing.kebakaran_bangunan");
    routing["lead"] = json!(["damkar"]);
    let stale = wati.post("policy/drafts", body(&routing, Some(7))).await;
    assert_eq!((stale.status, stale.code()), (409, "draft_changed"));
    wati.post("policy/drafts", body(&routing, Some(1))).await.expect(200);
    wati.post(&step, json!({ "step": "submit", "revision": 2 })).await.expect(200);
    let approve = json!({ "step": "approve", "revision": 2 });
    let own = wati.post(&step, approve.clone()).await;
    assert_eq!((own.status, own.code()), (403, "own_draft"));
    assert_eq!(taker.get("policy").await.expect(200)["version"], "1", "nothing holds yet");
    let draft = sari.post_with_key(&step, approve.clone(), "setuju").await.expect(200);
    assert_eq!((&draft["state"], &draft["version"]), (&json!("approved"), &json!("2")));
    sari.post_with_key(&step, approve, "setuju").await.expect(200);

    let now = taker.get("policy").await.expect(200);
    assert_eq!((&now["version"], &now["decree"]), (&json!("2"), &json!("SK Bupati 188.45/1/2027")));
    assert_eq!(now["ladders"]["P1"][1]["after_s"], 45);
    let incident = taker.post("incidents", fire()).await.expect(201);
    let proposed: Vec<_> =
        incident["proposed_agencies"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(proposed, [&json!("damkar"), &json!("polres")]);
    let old = world.log_in("auditor").await.get("policy/drafts?version=1").await.expect(200);
    assert_eq!((&old["rules"], &old["items"][0]["decided_by"]["name"]), (&first["rules"], &json!("Bu Sari")));
    assert_eq!(wati.get("policy/drafts?version=9").await.status, 404);
    wait_for(|| async {
        let log = world.log_in("auditor").await.get("log?limit=500").await.expect(200);
        let entries = log["entries"].as_array().unwrap().clone();
        let opened = entries.iter().find(|entry| entry["kind"] == "incident.opened");
        opened.is_some_and(|entry| entry["policy"] == "2")
            && entries.iter().any(|entry| entry["kind"] == "site.policy_adopted")
    })
    .await;
}
