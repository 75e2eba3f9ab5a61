//! Units over HTTP: registered, recommended with reasons, booked once, free again.

use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, now};

async fn register(crew: &Client, callsign: &str, kind: &str, lat: f64) -> Value {
    let body = json!({
        "callsign": callsign, "label": "uji", "kind": kind, "crew": 4, "skills": ["animal"],
        "base": { "lat": lat, "lon": 106.4537 }
    });
    crew.post("units", body).await.expect(201)
}

fn callsigns(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|unit| unit["callsign"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_fit_unit_is_proposed_booked_once_and_free_again() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let near = register(&damkar, "Damkar 1", "engine", -2.997).await;
    register(&damkar, "Damkar 2", "engine", -3.05).await;
    let boat = register(&damkar, "Perahu", "boat", -2.997).await;
    assert_eq!(boat["by_sea"], true, "whatever was ticked");
    assert_eq!((&near["state"], near["base"]["area_name"].as_str()), (&json!("ready"), Some("Toboali")));
    let twice = damkar.post("units", json!({ "callsign": "DAMKAR-1", "kind": "engine", "crew": 3 })).await;
    assert_eq!((twice.status, twice.code()), (409, "callsign_taken"));

    let (incident, first) = world.dispatched_fire(&taker).await;
    let id = incident["id"].as_str().unwrap();
    for who in [&damkar, &taker] {
        let advice = who.get(&format!("incidents/{id}/units")).await.expect(200);
        let of = &advice["agencies"][0];
        assert_eq!(of["assignment_id"].as_str(), Some(first.as_str()));
        assert_eq!(callsigns(&of["ranked"]), ["Damkar 1", "Damkar 2"]);
        let distance = of["ranked"][0]["distance_m"].as_u64().unwrap();
        assert!((20..200).contains(&distance), "{of}");
        assert_eq!(of["ranked"][0]["basis"], "base");
        assert_eq!(
            (callsigns(&of["passed_over"]), &of["passed_over"][0]["reason"]),
            (vec!["Perahu"], &json!("wrong_kind"))
        );
        assert_eq!((&of["wanted"][0]["kind"], &of["wanted"][0]["count"]), (&json!("engine"), &json!(2)));
    }
    // By its callsign, as somebody would type it.
    let path = format!("assignments/{first}/acknowledge");
    let taken = damkar.post(&path, json!({ "unit_id": "damkar 1" })).await.expect(200);
    assert_eq!((callsigns(&taken["units"]), &taken["unit"]), (vec!["Damkar 1"], &json!("Damkar 1")));
    let unit = near["id"].as_str().unwrap();

    let (second, other) = world.dispatched_fire(&taker).await;
    let path = format!("assignments/{other}/acknowledge");
    let lost = damkar.post(&path, json!({ "units": ["Damkar 2", unit] })).await;
    assert_eq!((lost.status, lost.code()), (409, "unit_booked"));
    let number = incident["number"].as_str().unwrap();
    let detail = lost.body["detail"].as_str().unwrap();
    assert!(detail.contains(number) && detail.contains("Instansi damkar"), "{detail}");
    assert_eq!(lost.body["winner"]["name"], "Nama damkar");
    assert_eq!(lost.body["current"]["state"], "sent", "all or nothing");
    let advice = damkar.get(&format!("incidents/{}/units", second["id"].as_str().unwrap())).await.expect(200);
    let of = &advice["agencies"][0];
    assert_eq!(callsigns(&of["ranked"]), ["Damkar 2"]);
    let busy = of["passed_over"].as_array().unwrap().iter().find(|one| one["reason"] == "booked").unwrap();
    assert_eq!((busy["callsign"].as_str(), busy["detail"].as_str()), (Some("Damkar 1"), Some(number)));

    damkar.post(&format!("assignments/{first}/complete"), json!({})).await.expect(200);
    damkar.post(&path, json!({ "units": ["Damkar 2", unit] })).await.expect(200);
    let left = damkar.post(&format!("units/{unit}"), json!({ "action": "leave" })).await.expect(200);
    assert_eq!((&left["state"], &left["booking"]), (&json!("ready"), &Value::Null));
    let back = json!({ "action": "join", "assignment_id": other });
    let back = damkar.post(&format!("units/{unit}"), back).await.expect(200);
    assert_eq!(back["booking"]["assignment_id"].as_str(), Some(other.as_str()));
    let text = taker.get(&format!("incidents/{}", second["id"].as_str().unwrap())).await.expect(200);
    let text = text["timeline"].to_string();
    assert!(text.contains("Damkar 1 ditugaskan") && text.contains("melepas satu unit"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_without_units_says_who_goes_in_its_own_words() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let damkar = world.log_in("damkar").await;
    let path = format!("assignments/{assignment}/acknowledge");
    let taken = damkar.post(&path, json!({ "unit": "Fuso 1" })).await.expect(200);
    assert_eq!((&taken["unit"], &taken["units"]), (&json!("Fuso 1"), &json!([])));
    let unknown = json!({ "units": ["Fuso 2"] });
    let unknown = damkar.post(&format!("assignments/{assignment}/en-route"), unknown).await;
    assert_eq!((unknown.status, unknown.body["errors"][0]["field"].as_str()), (422, Some("units[0]")));
    // Words are kept where a task is taken, and nowhere else.
    let words = json!({ "unit": "Fuso 2" });
    let words = damkar.post(&format!("assignments/{assignment}/en-route"), words).await;
    assert_eq!((words.status, words.body["errors"][0]["field"].as_str()), (422, Some("unit")));
    let blank = json!({ "unit": " ", "unit_id": "Fuso 2" });
    let blank = damkar.post(&format!("assignments/{assignment}/en-route"), blank).await;
    assert_eq!((blank.status, blank.body["errors"][0]["field"].as_str()), (422, Some("unit_id")));
    let advice =
        damkar.get(&format!("incidents/{}/units", incident["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(advice["agencies"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_taken_from_a_telephone_and_silly_ones_are_refused() {
    let world = World::new().await;
    let (damkar, bpbd) = (world.log_in("damkar").await, world.log_in("bpbd").await);
    let unit = register(&damkar, "Damkar 1", "engine", -2.997).await;
    let path = format!("units/{}", unit["id"].as_str().unwrap());
    let position = |lat: f64, at: &str| json!({ "action": "position", "lat": lat, "lon": 106.46, "accuracy_m": 12.5, "at": at, "source": "browser" });
    let fresh = now().to_string();
    assert_eq!(bpbd.post(&path, position(-2.99, &fresh)).await.code(), "not_found", "not their unit");
    let faults = [
        (position(-95.0, &fresh), "lat"),
        (position(50.0, &fresh), "lat"),
        (position(-2.99, "2020-01-01T00:00:00Z"), "at"),
    ];
    for (body, field) in faults {
        let answer = damkar.post(&path, body).await;
        assert_eq!(
            (answer.status, answer.body["errors"][0]["field"].as_str()),
            (422, Some(field)),
            "{}",
            answer.text
        );
    }
    let known = damkar.post(&path, position(-2.99, &fresh)).await.expect(200);
    assert_eq!((&known["position"]["lat"], &known["position"]["source"]), (&json!(-2.99), &json!("browser")));
    for (body, field) in [
        (json!({ "action": "out_of_service", "reason": " " }), "reason"),
        (json!({ "action": "crew", "size": 99 }), "size"),
    ] {
        let answer = damkar.post(&path, body).await;
        assert_eq!((answer.status, answer.body["errors"][0]["field"].as_str()), (422, Some(field)));
    }
    let out =
        damkar.post(&path, json!({ "action": "out_of_service", "reason": "ban pecah" })).await.expect(200);
    assert_eq!((&out["state"], &out["reason"]), (&json!("out_of_service"), &json!("ban pecah")));
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200).to_string();
    assert!(log.contains("unit.located") && !log.contains("-2.99,") && !log.contains("ban pecah"), "{log}");

    // The centre sees all units and what they leave open, another agency none of it.
    let all = world.log_in("pengawas").await.get("units").await.expect(200);
    assert_eq!(callsigns(&all["items"]), ["Damkar 1"]);
    assert!(all["gaps"].as_array().unwrap().iter().any(|gap| gap["area_name"] == "Toboali"), "{all}");
    let theirs = bpbd.get("units").await.expect(200);
    assert_eq!((&theirs["items"], &theirs["gaps"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_and_an_alarm_level_propose_more_and_send_nobody() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (incident, _) = world.dispatched_fire(&taker).await;
    let id = incident["id"].as_str().unwrap();
    let proposed = |incident: &Value| {
        let list = incident["proposed_agencies"].as_array().unwrap().clone();
        list.into_iter()
            .map(|one| {
                (one["code"].as_str().unwrap().to_owned(), one["because"].as_str().unwrap().to_owned())
            })
            .collect::<Vec<_>>()
    };
    let before = proposed(&incident);
    let bad = taker.post(&format!("incidents/{id}/alarm"), json!({ "level": 4 })).await;
    assert_eq!(bad.body["errors"][0]["field"], "level");
    let raised = taker
        .post(&format!("incidents/{id}/alarm"), json!({ "level": 2, "reason": "merambat" }))
        .await
        .expect(200);
    assert_eq!(raised["alarm_level"], 2);
    assert_eq!(raised["assignments"].as_array().unwrap().len(), 1, "nobody is sent by a level");
    let bpbd = proposed(&raised).into_iter().find(|(code, _)| code == "bpbd").unwrap();
    assert_eq!(bpbd.1, "Instansi pendukung: alarm tingkat 2: kebakaran meluas");
    assert!(!before.contains(&bpbd));
    let again = taker.post(&format!("incidents/{id}/alarm"), json!({ "level": 2 })).await.expect(200);
    assert_eq!(again["version"], raised["version"], "it is so already");
    // Whoever said no is not proposed once more; a person may still send it.
    let sent = taker.post(&format!("incidents/{id}/dispatch"), json!({ "agencies": ["bpbd"] })).await;
    let asked = sent.expect(200)["assignments"][0]["id"].as_str().unwrap().to_owned();
    let bpbd = world.log_in("bpbd").await;
    let no = json!({ "reason": "semua di luar" });
    bpbd.post(&format!("assignments/{asked}/decline"), no).await.expect(200);
    let now = taker.get(&format!("incidents/{id}")).await.expect(200);
    assert!(proposed(&now).iter().all(|(code, _)| code != "bpbd"), "{now}");
    let text = now["timeline"].to_string();
    assert!(text.contains("Tingkat alarm naik 1 → 2"), "{text}");
}
