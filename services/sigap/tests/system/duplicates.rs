//! Two callers, one fire: told while it rings, merged with a crew on its way, split again after the server was killed.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{
    Feed, Kind, Server, Sipp, acknowledge, caller, dispatch, fire, open_incident, the_call_of,
};

#[tokio::test]
async fn a_merge_with_a_crew_on_its_way_outlives_a_kill_and_is_taken_back() {
    tokio::join!(two_callers_one_fire(Kind::Sqlite), two_callers_one_fire(Kind::Postgres));
}

async fn two_callers_one_fire(kind: Kind) {
    let mut server = Server::demo(kind).await;
    let petugas = server.log_in("petugas1").await;
    let damkar = server.log_in("damkar").await;
    let desk = Feed::open(&petugas).await;
    let mut report = fire();
    // Where the SIP scenario's caller stands (250 m).
    report["location"] = json!({ "lat": -3.0049, "lon": 106.4553, "accuracy_m": 30 });
    let stays = open_incident(&petugas, &report).await;

    let number = caller();
    let sipp = Sipp::start("uac_pidf_lo", server.sip, &number, &["-d", "3000"]);
    let call = the_call_of(&petugas, &number, "ringing", |c| c["state"] == "ringing").await;
    let told = desk.expect("what it may be", |m| {
        m["type"] == "duplicates.updated" && m["calls"][0]["items"][0]["incident_id"] == stays["id"]
    });
    assert_eq!(told.await["calls"][0]["call_id"], call["id"]);
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    petugas.post(&format!("/calls/{}/answer", id(&call)), &json!({})).await.expect(200);
    let attach = json!({ "kind": "duplicate", "incident_id": stays["id"], "note": "api ke rumah sebelah", "hang_up": false });
    let attached = petugas.post(&format!("/calls/{}/disposition", id(&call)), &attach).await.expect(200);
    assert_eq!(attached["state"], "connected", "the caller stays on the line");

    let goes = open_incident(&petugas, &report).await;
    let sent = dispatch(&petugas, &goes, &["damkar", "polres"]).await;
    let of = |code: &str| sent.iter().find(|a| a["agency"]["code"] == code).expect("it is asked").clone();
    let crew = acknowledge(&damkar, &of("damkar")).await;
    damkar.post(&format!("/assignments/{}/en-route", id(&crew)), &json!({})).await.expect(200);
    let merge = json!({ "into": stays["id"] });
    let merged = petugas.post(&format!("/incidents/{}/merge", id(&goes)), &merge).await.expect(200);
    let task = merged["assignments"][0].clone();
    assert_eq!((&task["agency"]["code"], &task["state"]), (&json!("damkar"), &json!("en_route")));
    assert_eq!(merged["calls"], json!([call["id"]]));
    sipp.done(Duration::from_secs(30)).await;
    drop(desk);

    server.kill().await;
    server.start_again().await;
    let petugas = server.log_in("petugas1").await;
    let known = petugas.post("/duplicates", &json!({ "location": report["location"] })).await.expect(200);
    assert_eq!(known["items"][0]["incident_id"], stays["id"], "read again from what is open: {known}");
    assert_eq!(known["items"].as_array().map(Vec::len), Some(1), "the merged one is not proposed");
    let on_scene = format!("/assignments/{}/on-scene", id(&task));
    server.log_in("damkar").await.post(&on_scene, &json!({})).await.expect(200);
    let out = json!({ "kind": "incident", "incident_id": goes["id"] });
    let split = petugas.post(&format!("/incidents/{}/split", id(&stays)), &out).await.expect(200);
    let states: Vec<_> =
        split["assignments"].as_array().into_iter().flatten().map(|a| a["state"].as_str()).collect();
    assert_eq!((split["id"].clone(), states), (goes["id"].clone(), vec![Some("on_scene"), Some("sent")]));
    let left = petugas.get(&format!("/incidents/{}", id(&stays))).await.expect(200);
    assert_eq!(
        (&left["calls"], &left["notes"][0]["text"]),
        (&json!([call["id"]]), &json!("api ke rumah sebelah"))
    );
    server.verify().await;
}
