//! Second reports: proposed while it rings and while somebody types, attached, taken back, merged and split.

use serde_json::{Value, json};

use crate::client::Client;
use crate::feed;
use crate::world::{World, fire, wait_for};

const BESIDE: (f64, f64) = (-2.9990, 106.4537);

async fn asked(taker: &Client, body: Value) -> Vec<Value> {
    taker.post("duplicates", body).await.expect(200)["items"].as_array().unwrap().clone()
}

/// The answer, once the index has followed the log.
async fn proposed(taker: &Client, body: Value) -> Value {
    wait_for(|| async { !asked(taker, body.clone()).await.is_empty() }).await;
    asked(taker, body).await.remove(0)
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_compared_by_place_type_and_number_and_says_why() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (incident, _) = world.dispatched_fire(&taker).await;
    let near =
        json!({ "location": { "lat": BESIDE.0, "lon": BESIDE.1 }, "type": "gas_bocor", "category": "a" });
    let found = proposed(&taker, near).await;
    assert_eq!((&found["incident_id"], &found["number"]), (&incident["id"], &incident["number"]));
    assert_eq!(found["because"], json!(["near", "related_kind"]));
    assert!((200..340).contains(&found["distance_m"].as_u64().unwrap()), "{found}");
    assert_eq!(found["agencies"], json!([{ "code": "damkar", "state": "sent" }]));
    assert_eq!((&found["calls"], &found["master"]), (&json!(0), &json!(false)));

    let words = json!({ "location": { "landmark": "mesjid toboali" }, "text": "rumah terbakar, sudah ada yang lapor belum?" });
    let found = proposed(&taker, words).await;
    assert_eq!(found["incident_id"], incident["id"]);
    let because = found["because"].as_array().unwrap();
    assert!(["same_landmark", "said_known"].iter().all(|one| because.contains(&json!(one))), "{found}");

    for other in [
        json!({}),
        json!({ "text": "rumah terbakar" }),
        json!({ "location": { "lat": -2.80, "lon": 106.4537 }, "type": "kebakaran_bangunan", "category": "a" }),
        json!({ "location": { "lat": BESIDE.0, "lon": BESIDE.1 }, "type": "persalinan", "category": "e" }),
    ] {
        assert_eq!(asked(&taker, other.clone()).await, Vec::<Value>::new(), "{other}");
    }
    let half = taker.post("duplicates", json!({ "location": { "lat": 1.0 } })).await;
    assert_eq!((half.status, half.body["errors"][0]["field"].as_str()), (422, Some("location.lon")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ringing_call_is_told_with_what_it_may_be_and_attached_in_one_act() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut console = feed::open(&taker).await;
    let call = world.trunk.ring_from("+628117000401", BESIDE.0, BESIDE.1, 400.0).await;
    let (incident, _) = world.dispatched_fire(&taker).await;
    let told = console.until(|m| m["type"] == "duplicates.updated" && m["calls"] != json!([])).await;
    assert_eq!(told["calls"][0]["call_id"], json!(call));
    assert_eq!(
        told["calls"][0]["items"][0]["incident_id"], incident["id"],
        "told as soon as the incident is there"
    );
    // Whoever opens a console later is told at once.
    let mut late = feed::open(&world.log_in("petugas2").await).await;
    late.until(|m| m["type"] == "duplicates.updated" && m["calls"][0]["call_id"] == json!(call)).await;

    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    console.until(|m| m["type"] == "duplicates.updated" && m["calls"] == json!([])).await;
    let found = proposed(&taker, json!({ "call_id": call })).await;
    assert_eq!(found["because"], json!(["near"]));
    let attach = json!({ "kind": "duplicate", "incident_id": incident["id"], "note": "Api ke rumah sebelah", "hang_up": false });
    let path = format!("calls/{call}/disposition");
    let attached = taker.post_with_key(&path, attach.clone(), "kait").await.expect(200);
    assert_eq!(
        (&attached["state"], &attached["incident_id"]),
        (&json!("connected"), &incident["id"]),
        "the call goes on"
    );
    taker.post_with_key(&path, attach, "kait").await.expect(200);
    let address = format!("incidents/{}", id(&incident));
    let whole = taker.get(&address).await.expect(200);
    assert_eq!(whole["calls"], json!([call]));
    assert_eq!(whole["notes"].as_array().unwrap().len(), 1, "once: {whole}");
    assert_eq!(whole["notes"][0]["text"], "Api ke rumah sebelah");
    assert_eq!(asked(&taker, json!({ "call_id": call })).await, Vec::<Value>::new(), "it is on it already");

    let withdrawn = taker.send("DELETE", &path, None, &[]).await.expect(200);
    assert_eq!((&withdrawn["disposition"], &withdrawn["incident_id"]), (&Value::Null, &Value::Null));
    assert!(withdrawn["version"].as_u64() > attached["version"].as_u64(), "a console sees which is newer");
    assert_eq!(taker.get(&address).await.expect(200)["calls"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn attaching_to_what_ended_meanwhile_is_refused_and_nothing_is_lost() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    let other = taker.post("incidents", fire()).await.expect(201);
    let call = world.trunk.ring("+628117000411").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let attach = |to: &Value| json!({ "kind": "duplicate", "incident_id": to["id"], "note": "kata pelapor", "hang_up": false });
    let path = format!("calls/{call}/disposition");
    taker
        .post(&format!("incidents/{}/merge", id(&incident)), json!({ "into": other["id"] }))
        .await
        .expect(200);
    let merged = taker.post(&path, attach(&incident)).await;
    assert_eq!((merged.status, merged.code()), (409, "incident_merged"));
    assert_eq!(merged.body["current"]["merged_into"], other["id"]);
    let cancel = json!({ "reason": "keliru" });
    taker.post(&format!("incidents/{}/cancel", id(&other)), cancel).await.expect(200);
    let ended = taker.post(&path, attach(&other)).await;
    assert_eq!((ended.status, ended.code()), (409, "incident_ended"));
    assert_eq!(taker.get(&format!("calls/{call}")).await.expect(200)["disposition"], Value::Null);
    assert_eq!(taker.get(&format!("incidents/{}", id(&other))).await.expect(200)["notes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_incidents_show_their_reports_and_are_split_out_with_callers_and_agencies() {
    let world = World::new().await;
    let (taker, supervisor) = (world.log_in("petugas1").await, world.log_in("pengawas").await);
    let crew = world.log_in("damkar").await;
    let mut reports = Vec::new();
    for number in ["+628117000421", "+628117000422"] {
        let mut report = fire();
        report["call_id"] = json!(world.trunk.ring(number).await);
        report["reporter"] = json!({ "name": format!("Pelapor {number}"), "number": number });
        reports.push(taker.post("incidents", report).await.expect(201));
    }
    let (stays, goes) = (id(&reports[0]), id(&reports[1]));
    taker.post(&format!("incidents/{goes}/notes"), json!({ "text": "catatan lama" })).await.expect(200);
    let sent = taker
        .post(&format!("incidents/{goes}/dispatch"), json!({ "agencies": ["damkar"] }))
        .await
        .expect(200);
    let was = id(&sent["assignments"][0]);
    crew.post(&format!("assignments/{was}/acknowledge"), json!({ "unit": "A1" })).await.expect(200);

    let merged = taker.post(&format!("incidents/{goes}/merge"), json!({ "into": stays })).await.expect(200);
    assert_eq!(merged["calls"], json!([reports[0]["calls"][0], reports[1]["calls"][0]]));
    let task = merged["assignments"][0].clone();
    assert_eq!(
        (&task["state"], &task["unit"]),
        (&json!("acknowledged"), &json!("A1")),
        "nobody is called off"
    );
    let whole = taker.get(&format!("incidents/{stays}")).await.expect(200);
    let absorbed = &whole["absorbed"][0];
    assert_eq!((&absorbed["number"], &absorbed["directly"]), (&reports[1]["number"], &json!(true)));
    assert_eq!(absorbed["notes"][0]["text"], "catatan lama");
    assert_eq!(absorbed["reporter"]["name"], "Pelapor +628117000422");
    let theirs = crew.get(&format!("incidents/{goes}")).await.expect(200);
    assert_eq!((&theirs["status"], &theirs["merged_into_number"]), (&json!("merged"), &reports[0]["number"]));
    let late = crew.post(&format!("assignments/{was}/en-route"), json!({})).await;
    assert_eq!((late.status, late.code()), (409, "incident_merged"));
    crew.post(&format!("assignments/{}/en-route", id(&task)), json!({})).await.expect(200);

    let out = json!({ "kind": "incident", "incident_id": goes });
    let split = supervisor.post(&format!("incidents/{stays}/split"), out.clone()).await.expect(200);
    assert_eq!((&split["id"], &split["calls"]), (&json!(goes), &reports[1]["calls"]));
    assert_eq!(split["assignments"][0]["state"], "en_route");
    let again = supervisor.post(&format!("incidents/{stays}/split"), out).await;
    assert_eq!((again.status, again.code()), (409, "not_merged_here"));
    let left = taker.get(&format!("incidents/{stays}")).await.expect(200);
    assert_eq!((&left["calls"], &left["absorbed"]), (&reports[0]["calls"], &json!([])));
    let told = left["timeline"].to_string();
    assert!(told.contains("digabungkan ke sini") && told.contains("dipisahkan lagi"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_gets_an_incident_of_its_own_or_goes_to_another_one() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    let call = world.trunk.ring("+628117000431").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let attach = json!({ "kind": "duplicate", "incident_id": incident["id"] });
    taker.post(&format!("calls/{call}/disposition"), attach).await.expect(200);
    let path = format!("incidents/{}/split", id(&incident));
    let out = json!({ "kind": "call", "call_id": call, "narrative": "Rumah lain di Sadai" });
    let own = taker.post(&path, out.clone()).await.expect(200);
    assert_eq!((&own["calls"], &own["narrative"]), (&json!([call]), &json!("Rumah lain di Sadai")));
    assert_ne!(own["number"], incident["number"]);
    assert_eq!(taker.get(&format!("incidents/{}", id(&incident))).await.expect(200)["calls"], json!([]));
    let known = taker.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!((&known["incident_id"], &known["disposition"]["kind"]), (&own["id"], &json!("incident")));
    assert_eq!(taker.post(&path, out).await.status, 422, "it is not there any more");
    let back = json!({ "kind": "call", "call_id": call, "to": incident["id"] });
    let holder = taker.post(&format!("incidents/{}/split", id(&own)), back).await.expect(200);
    assert_eq!((&holder["id"], &holder["calls"]), (&incident["id"], &json!([call])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_incident_is_proposed_first_to_whoever_rings_around_it() {
    let world = World::new().await;
    let (taker, supervisor) = (world.log_in("petugas1").await, world.log_in("pengawas").await);
    let master = taker.post("incidents", fire()).await.expect(201);
    let mut near = fire();
    near["location"] = json!({ "lat": BESIDE.0 - 0.006, "lon": BESIDE.1 });
    let near = taker.post("incidents", near).await.expect(201);
    let path = format!("incidents/{}/mass-event", id(&master));
    assert_eq!(taker.post(&path, json!({ "holds": true })).await.status, 403, "only a supervisor");
    let mut console = feed::open(&taker).await;
    let declared = supervisor.post(&path, json!({ "holds": true })).await.expect(200);
    assert!(declared["mass_event_since"].is_string());
    let told = console.until(|m| m["type"] == "duplicates.updated" && m["mass_events"] != json!([])).await;
    assert_eq!(told["mass_events"][0]["incident_id"], master["id"]);
    assert_eq!(
        (&told["mass_events"][0]["declared"], &told["mass_events"][0]["calls"]),
        (&json!(true), &json!(0))
    );
    wait_for(|| async { world.trunk.mass_event() }).await;
    world.trunk.ring_from("+628117000441", BESIDE.0 - 0.006, BESIDE.1, 200.0).await;
    let told = console.until(|m| m["type"] == "duplicates.updated" && m["calls"] != json!([])).await;
    let items = told["calls"][0]["items"].as_array().unwrap().clone();
    assert_eq!(items.iter().map(|one| &one["incident_id"]).collect::<Vec<_>>(), [&master["id"], &near["id"]]);
    assert_eq!((&items[0]["master"], &items[0]["because"][0]), (&json!(true), &json!("mass_event")));
    let over = supervisor.post(&path, json!({ "holds": false })).await.expect(200);
    assert_eq!(over["mass_event_since"], Value::Null);
    wait_for(|| async { !world.trunk.mass_event() }).await;
}
