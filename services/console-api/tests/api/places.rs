//! Finding places, and what an incident knows of its place.

use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire};

/// Asks with a text that may hold anything.
async fn ask(taker: &Client, text: &str, more: &str) -> Value {
    let bytes = text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    taker.get(&format!("places?q={bytes}{more}")).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_place_is_found_with_its_area_and_its_neighbour() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let found = ask(&taker, "dekat pelabuhan sadei, gudang biru", "").await;
    let hit = &found["hits"][0];
    assert_eq!((&hit["name"], &hit["matched_by"]), (&json!("Pelabuhan Sadai"), &json!("some_words")));
    assert_eq!((&hit["rest"], &hit["kind"]), (&json!("dekat gudang biru"), &json!("pelabuhan")));
    assert_eq!(hit["whereabouts"]["kecamatan"], json!({ "code": "19.03.06", "name": "Tukak Sadai" }));
    assert_eq!((&hit["whereabouts"]["border"], &hit["whereabouts"]["desa"]), (&Value::Null, &Value::Null));
    assert!(hit["accuracy_m"].as_f64().unwrap() >= 500.0, "the example says that it is a guess");

    let area = &ask(&taker, "Toboalih", "").await["hits"][0];
    assert_eq!((&area["id"], &area["matched_by"]), (&json!("area:19.03.01"), &json!("typo")));
    let near = ask(&taker, "pelabuhan", "&lat=-2.95&lon=106.92&limit=2").await;
    assert_eq!(
        (&near["hits"][0]["name"], near["hits"].as_array().unwrap().len()),
        (&json!("Pelabuhan Tanjung Labu"), 2)
    );
    assert!(near["hits"][0]["distance_m"].as_f64().unwrap() < 2_000.0);

    let across = taker.get("places?lat=-2.49&lon=106.31").await.expect(200)["here"].clone();
    assert_eq!(across["outside"], json!(true));
    let border = &across["border"];
    assert_eq!(border["owner"], json!({ "code": "19.04", "name": "Kabupaten Bangka Tengah" }));
    assert_eq!((&border["distance_m"], &border["contact"]), (&json!(0.0), &json!("112 Bangka Tengah")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_read_for_kilometres_coordinates_and_rt() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let km = ask(&taker, "km 7+600 jalan Sadai rt 3 rw 2", "").await["reading"].clone();
    assert_eq!(km["kilometre"]["text"], "KM 7+600");
    assert_eq!(
        km["kilometre"]["read_back_id"],
        "Saya ulangi: kilometer tujuh, lewat enam ratus meter. Betul?"
    );
    assert_eq!((&km["rt"], &km["rw"], &km["named"][0]["name"]), (&json!(3), &json!(2), &json!("sadai")));
    let doubt = ask(&taker, "km 760", "").await["reading"]["doubts"][0].clone();
    assert_eq!(
        (&doubt["code"], &doubt["question_id"]),
        (&json!("which_kilometre"), &json!("KM 7+600 atau KM 760?"))
    );
    let point = ask(&taker, "2\u{b0}59'28\" LS 106\u{b0}27'24\" BT", "").await["reading"]["point"].clone();
    assert_eq!(
        (&point["notation"], &point["whereabouts"]["area_code"]),
        (&json!("sexagesimal"), &json!("19.03.01"))
    );

    for wrong in ["lat=1", "lon=1", "lat=91&lon=0", "q=a&limit=x"] {
        let answer = taker.get(&format!("places?{wrong}")).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_query"), "{wrong}: {}", answer.text);
    }
    let long = taker.get(&format!("places?q={}", "a".repeat(3_000))).await;
    assert_eq!(long.code(), "invalid_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_keeps_where_its_point_comes_from_and_how_old_it_is() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut report = fire();
    report["location"] = json!({ "lat": -2.49, "lon": 106.31, "accuracy_m": 800.0, "source": "caller_fix",
        "fixed_at": "2026-11-22T01:02:03.000000Z", "landmark": "km 7+600 arah Koba", "address": "RT 03/02" });
    let incident = taker.post("incidents", report).await.expect(201);
    let location = &incident["location"];
    assert_eq!(
        (&location["source"], &location["fixed_at"]),
        (&json!("caller_fix"), &json!("2026-11-22T01:02:03.000000Z"))
    );
    assert_eq!(
        (&location["km"], &location["rt"], &location["rw"]),
        (&json!("KM 7+600"), &json!(3), &json!(2))
    );
    assert_eq!((&location["outside"], &location["border"]["owner"]["code"]), (&json!(true), &json!("19.04")));

    let id = incident["id"].as_str().unwrap();
    let edit = json!({ "version": incident["version"], "location": { "landmark": "2.9912 LS 106.4567 BT, rumah hijau" } });
    let edited = taker.patch(&format!("incidents/{id}"), edit).await.expect(200)["location"].clone();
    assert_eq!((&edited["source"], &edited["lat"]), (&json!("typed"), &json!(-2.9912)));
    assert_eq!((&edited["area_code"], &edited["fixed_at"]), (&json!("19.03.01"), &Value::Null));
    let edit =
        json!({ "version": incident["version"].as_u64().unwrap() + 1, "location": { "landmark": "km 760" } });
    let asked = taker.patch(&format!("incidents/{id}"), edit).await.expect(200)["location"].clone();
    assert_eq!(
        (&asked["km"], &asked["lat"]),
        (&Value::Null, &Value::Null),
        "what is in doubt is not guessed"
    );
}
