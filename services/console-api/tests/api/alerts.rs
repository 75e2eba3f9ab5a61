//! The disaster mode by two people, and words to agencies, over real HTTP.

use serde_json::json;

use crate::world::{World, fire, new_id, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_switch_the_disaster_mode_on_and_the_trunk_hears_of_it() {
    let world = World::new().await;
    let (supervisor, taker) = (world.log_in("pengawas").await, world.log_in("petugas1").await);
    let incident = taker.post("incidents", fire()).await.expect(201);
    let asked = json!({ "name": "Gempa Toboali", "incident_id": incident["id"], "decree": "SK 112/2026" });
    let proposed = supervisor.post_with_key("disaster", asked.clone(), "gempa").await.expect(201);
    assert_eq!((&proposed["state"], &proposed["decree"]), (&json!("proposed"), &json!("SK 112/2026")));
    assert_eq!(
        supervisor.post_with_key("disaster", asked.clone(), "gempa").await.expect(201)["id"],
        proposed["id"]
    );
    assert_eq!(supervisor.post("disaster", asked).await.expect(409)["code"], "disaster_stands");
    let path = format!("disaster/{}", proposed["id"].as_str().unwrap());
    let alone = supervisor.post(&format!("{path}/confirm"), json!({})).await.expect(409);
    assert_eq!(alone["code"], "second_person_needed");
    assert!(!world.trunk.disaster());

    let on = taker.post(&format!("{path}/confirm"), json!({})).await.expect(200);
    let wall = world.log_in("dinding").await.get("wallboard").await.expect(200);
    assert!(wall["disaster_since"].is_string(), "{wall}");
    assert_eq!((&on["state"], &on["confirmed"]["by"]["name"]), (&json!("on"), &json!("Nama petugas1")));
    wait_for(|| async { world.trunk.disaster() }).await;
    let master = taker.get(&format!("incidents/{}", incident["id"].as_str().unwrap())).await.expect(200);
    assert!(master["mass_event_since"].is_string(), "the master incident");
    let person = new_id();
    let said = json!({ "person_id": person, "answer": "coming" });
    let noted = supervisor.post(&format!("{path}/call-in"), said).await.expect(200);
    assert_eq!(noted["called_in"][0]["answer"], "coming");
    let seen = world.log_in("damkar").await.get("alerts").await.expect(200)["disaster"].clone();
    assert_eq!(
        (&seen["state"], &seen["called_in"], &seen["incident_id"]),
        (&json!("on"), &json!([]), &json!(null))
    );

    assert_eq!(supervisor.post(&format!("{path}/end"), json!({ "reason": " " })).await.status, 422);
    let over = supervisor.post(&format!("{path}/end"), json!({ "reason": "reda" })).await.expect(200);
    let wall = world.log_in("dinding").await.get("wallboard").await.expect(200);
    assert!(wall["disaster_since"].is_null(), "{wall}");
    assert_eq!((&over["state"], &over["reason"]), (&json!("over"), &json!("reda")));
    wait_for(|| async { !world.trunk.disaster() }).await;
    assert_eq!(taker.post(&format!("{path}/confirm"), json!({})).await.expect(409)["code"], "disaster_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_stands_at_the_agencies_it_went_to_until_a_person_read_it() {
    let world = World::new().await;
    let supervisor = world.log_in("pengawas").await;
    let (fire, water) = (world.log_in("damkar").await, world.log_in("bpbd").await);
    let session = fire.get("session").await.expect(200);
    let only =
        json!({ "text": "Jalur Sadai tertutup", "urgent": true, "agencies": [session["user"]["agency_id"]] });
    let sent = supervisor.post("broadcasts", only).await.expect(201);
    assert_eq!(sent["to"].as_array().unwrap().len(), 1);
    assert_eq!(water.get("alerts").await.expect(200)["broadcasts"], json!([]), "not theirs");
    let there = fire.get("alerts").await.expect(200);
    assert_eq!(there["broadcasts"][0]["text"], "Jalur Sadai tertutup");
    let path = format!("broadcasts/{}/read", sent["id"].as_str().unwrap());
    assert_eq!(water.post(&path, json!({})).await.status, 404);
    let read = fire.post(&path, json!({})).await.expect(200);
    assert_eq!(read["to"][0]["read"]["by"]["name"], "Nama damkar");
    fire.post(&path, json!({})).await.expect(200);
    let all = supervisor.post("broadcasts", json!({ "text": "Apel 07.00" })).await.expect(201);
    assert!(all["to"].as_array().unwrap().len() > 2, "everybody");
    let nobody = json!({ "text": "x", "agencies": [new_id()] });
    assert_eq!(supervisor.post("broadcasts", nobody).await.expect(422)["errors"][0]["field"], "agencies");
    assert_eq!(supervisor.post("broadcasts", json!({ "text": " " })).await.status, 422);
    let shown = supervisor.get("alerts").await.expect(200);
    assert_eq!(shown["broadcasts"].as_array().unwrap().len(), 2);
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200).to_string();
    assert!(log.contains("site.broadcast_sent") && log.contains("site.broadcast_read"), "in the log");
}
