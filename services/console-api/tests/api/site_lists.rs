//! Agencies, areas and places as an administrator keeps them.

use dispatch_core::time::Seconds;
use serde_json::json;

use crate::world::{World, now, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_is_added_changed_and_closed_and_the_log_names_the_decree() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let new =
        json!({ "code": "tagana", "name": "Tagana", "functions": ["logistics"], "decree": "Perbup 5/2026" });
    let made = admin.post("agencies", new.clone()).await.expect(201);
    assert_eq!(made["functions"], json!(["tagana", "logistics"]));
    assert_eq!(admin.post("agencies", new).await.expect(422)["errors"][0]["field"], "code");
    for wrong in ["Tagana", "ta gana", "", &"x".repeat(33)] {
        let refused = admin.post("agencies", json!({ "code": wrong, "name": "x" })).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "code", "{wrong}");
    }
    let path = format!("agencies/{}", made["id"].as_str().unwrap());
    let change =
        json!({ "name": "Taruna Siaga", "functions": [], "active": false, "decree": "Perbup 6/2026" });
    let changed = admin.patch(&path, change).await.expect(200);
    assert_eq!((&changed["name"], &changed["functions"]), (&json!("Taruna Siaga"), &json!(["tagana"])));
    assert_eq!(changed["active"], false);
    // The last one that can be sent stays.
    let all = admin.get("agencies").await.expect(200);
    let active: Vec<_> = all.as_array().unwrap().iter().filter(|one| one["active"] == true).collect();
    for (at, one) in active.iter().enumerate() {
        let path = format!("agencies/{}", one["id"].as_str().unwrap());
        let closed = admin.patch(&path, json!({ "active": false })).await;
        assert_eq!(closed.status, if at + 1 == active.len() { 422 } else { 200 }, "{}", closed.text);
    }
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
    let entries = log["entries"].as_array().unwrap();
    let of = |kind: &str| entries.iter().find(|one| one["kind"] == kind && !one["body"]["decree"].is_null());
    assert_eq!(of("site.agency_added").unwrap()["body"]["decree"], "Perbup 5/2026");
    assert_eq!(of("site.agency_changed").unwrap()["body"]["decree"], "Perbup 6/2026");
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_are_checked_before_they_are_taken_over_and_each_mistake_is_told() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let square = |x: f64| json!([[[x, -3.1], [x + 0.2, -3.1], [x + 0.2, -2.9], [x, -3.1]]]);
    let feature = |kode: &str, nama: &str, x: f64| {
        json!({ "type": "Feature", "properties": { "kode": kode, "nama": nama },
        "geometry": { "type": "Polygon", "coordinates": square(x) } })
    };
    let file = json!({ "type": "FeatureCollection", "features": [
        feature("19.03.01", "Toboali", 106.4), feature("19.03.99", "Kecamatan Baru", 106.0), feature("abc", "Salah", 106.0),
    ] });
    let ask = |check_only: bool| json!({ "text": file.to_string(), "check_only": check_only, "decree": "Perda 1/2026" });
    let checked = admin.post("areas", ask(true)).await.expect(200);
    assert_eq!(
        (&checked["changed"], &checked["usable"], &checked["known"]),
        (&json!(false), &json!(2), &json!(1))
    );
    assert_eq!((&checked["mistakes"][0]["line"], &checked["mistakes_count"]), (&json!(3), &json!(1)));
    assert!(checked["mistakes"][0]["reason"].as_str().unwrap().contains("abc"), "{checked}");
    let areas = admin.get("areas").await.expect(200);
    assert!(areas.as_array().unwrap().iter().all(|one| one["code"] != "19.03.99"), "nothing was changed");
    assert_eq!(admin.post("areas", ask(false)).await.expect(200)["changed"], true);
    let is_there = async || {
        let areas = admin.get("areas").await.expect(200);
        let found = areas.as_array().unwrap().iter().find(|one| one["code"] == "19.03.99").cloned();
        found.is_some_and(|one| one["polygon"]["type"] == "MultiPolygon")
    };
    wait_for(|| async { is_there().await }).await;
    for (wrong, says) in [("{", "baris 1"), ("[]", "FeatureCollection")] {
        let refused = admin.post("areas", json!({ "text": wrong })).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "text");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(says), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_other_requests_is_read_and_places_with_one_mistake_change_nothing() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let rows: String = (0..6_000)
        .map(|n| format!("{n},Masjid Nomor {n} Jalan Panjang Sekali,masjid,-3.0{n:04},106.4{n:04}\n"))
        .collect();
    let text = format!("id,nama,jenis,lat,lon\n{rows}");
    assert!(text.len() > 300_000);
    let wrong = format!("{text}x,Tanpa Tempat,masjid,utara,106\n");
    let ask = |text: &str| json!({ "text": text, "format": "csv", "source": "kemenag", "replace": true });
    let refused = admin.post("places", ask(&wrong)).await.expect(200);
    assert_eq!((&refused["changed"], &refused["mistakes"][0]["line"]), (&json!(false), &json!(6_002)));
    assert!(
        admin
            .get("places/lists")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["source"] != "kemenag")
    );
    let taken = admin.post("places", ask(&text)).await.expect(200);
    assert_eq!((&taken["changed"], &taken["usable"]), (&json!(true), &json!(6_000)));
    let lists = admin.get("places/lists").await.expect(200);
    assert!(lists.as_array().unwrap().contains(&json!({ "source": "kemenag", "places": 6_000 })), "{lists}");
    let taker = world.log_in("petugas1").await;
    wait_for(|| async { taker.get("places?q=Masjid%20Nomor%204711").await.text.contains("4711") }).await;
    // Nobody makes the server read more than a kabupaten's file.
    let huge = "x".repeat(17 * 1024 * 1024);
    assert_eq!(admin.post("places", ask(&huge)).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn trunks_are_shown_as_they_are_configured_and_the_log_says_since_when() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    wait_for(|| async { !admin.get("trunks").await.expect(200)["configured_at"].is_null() }).await;
    let list = admin.get("trunks").await.expect(200);
    let trunk = &list["trunks"][0];
    assert_eq!((&trunk["name"], &trunk["up"], &list["answers"]), (&json!("uji"), &json!(true), &json!(true)));
    assert_eq!((&trunk["tests_passed"], &trunk["tests_failed"]), (&json!(3), &json!(1)));
    assert_eq!((&trunk["setup"]["transport"], &trunk["setup"]["channels"]), (&json!("tls"), &json!(30)));
    // A telephone part that was started again with the same file writes nothing.
    world.trunk.restarts();
    let noted = async || {
        let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
        let entries = log["entries"].as_array().unwrap().clone();
        entries.into_iter().filter(|one| one["kind"] == "site.trunks_configured").collect::<Vec<_>>()
    };
    let first = noted().await;
    assert_eq!((first.len(), &first[0]["body"]["trunks"][0]["sources"][0]), (1, &json!("127.0.0.0/8")));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(noted().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_people_of_rosters_and_shifts_name_their_decree_and_so_does_the_log() {
    let world = World::new().await;
    let supervisor = world.log_in("pengawas").await;
    let unit = json!({ "callsign": "DAMKAR 9", "kind": "engine", "crew": 4, "agency": "damkar", "decree": "SK 21/2026" });
    let unit = supervisor.post("units", unit).await.expect(201);
    assert_eq!(unit["decree"], "SK 21/2026");
    let person =
        json!({ "action": "set_person", "post": "call_taker", "name": "Rina", "decree": "SK 22/2026" });
    let roster = supervisor.post("roster", person).await.expect(200);
    let rina = roster["people"].as_array().unwrap().iter().find(|one| one["name"] == "Rina").unwrap();
    assert_eq!(rina["decree"], "SK 22/2026");
    let at = |hours: u32| now().after(Seconds(hours * 3_600)).to_string();
    let plan = json!({ "action": "plan", "shifts": [{ "person_id": rina["id"], "from": at(1), "to": at(9) }],
        "decree": "SK 23/2026" });
    supervisor.post("roster", plan).await.expect(200);
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200).to_string();
    for decree in ["SK 21/2026", "SK 22/2026", "SK 23/2026"] {
        assert!(log.contains(decree), "{decree}");
    }
    let long =
        json!({ "action": "set_person", "post": "call_taker", "name": "Rina", "decree": "x".repeat(3_000) });
    assert_eq!(supervisor.post("roster", long).await.expect(422)["errors"][0]["field"], "decree");
}
