//! The kabupaten's official outlines: a point lies in the kecamatan whose polygon holds it.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Api, Kind, Server, Setup, fire, open_incident, repository, tool};

#[tokio::test]
async fn a_point_is_located_by_the_imported_outlines() {
    let file = repository().join("../shared/data/kecamatan_1903_detail.geojson");
    if !file.is_file() {
        println!("skip: no official outlines beside the repository (../shared/data)");
        return;
    }
    let text = std::fs::read_to_string(&file).expect("the outlines can be read");
    let outlines: Value = serde_json::from_str(&text).expect("GeoJSON");
    let mut server = Server::start(Setup::demo(Kind::Sqlite).fixed_ports()).await;
    let petugas = server.log_in("petugas1").await;
    let (lon, lat) = label_point(&outlines, "19.03.01");
    assert_eq!(area_of(&petugas, lat, lon).await, ("19.03.01".into(), "nearest".into()), "before the import");
    assert_eq!(server.terminate(Duration::from_secs(20)).await.code(), Some(0));

    let data = server.data_dir().display().to_string();
    let ran = tool(["area", "import", "--data-dir", &data, &file.display().to_string()]).await;
    assert_eq!((ran.code, ran.number_after("imported areas=")), (Some(0), 8), "{ran:?}");
    server.start_again().await;
    let petugas = server.log_in("petugas1").await;
    for feature in outlines["features"].as_array().expect("features") {
        let code = feature["properties"]["kode"].as_str().expect("a code");
        let (lon, lat) = label_point(&outlines, code);
        assert_eq!(area_of(&petugas, lat, lon).await, (code.to_owned(), "polygon".to_owned()));
    }
    let areas = petugas.get("/areas").await.expect(200);
    let outlined = areas.as_array().expect("areas").iter().filter(|area| area["polygon"].is_object()).count();
    assert_eq!(outlined, 8);
    server.verify().await;

    let broken = server.scratch().join("rusak.geojson");
    std::fs::write(&broken, "{\"type\":\"FeatureCollection\",\"features\":[{}]}").expect("a file");
    server.terminate(Duration::from_secs(20)).await;
    let ran = tool(["area", "import", "--data-dir", &data, &broken.display().to_string()]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

fn label_point(outlines: &Value, code: &str) -> (f64, f64) {
    let features = outlines["features"].as_array().expect("features");
    let found = features.iter().find(|feature| feature["properties"]["kode"] == code).expect("the kecamatan");
    let label = &found["properties"]["label"];
    (label[0].as_f64().expect("a longitude"), label[1].as_f64().expect("a latitude"))
}

async fn area_of(petugas: &Api, lat: f64, lon: f64) -> (String, String) {
    let mut report = fire();
    report["location"] = json!({ "lat": lat, "lon": lon });
    let incident = open_incident(petugas, &report).await;
    let text = |key: &str| incident["location"][key].as_str().unwrap_or_default().to_owned();
    (text("area_code"), text("area_by"))
}
