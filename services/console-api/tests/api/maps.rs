//! Base maps over HTTP: what lies in the folder, in parts, and nothing from outside it.

use serde_json::json;

use crate::client::{Answer, Client};
use crate::world::{World, fire};

/// A map of 50,000 bytes of which the console reads nothing but the header.
fn archive() -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..50_000u32).map(|n| (n * 7 % 251) as u8).collect();
    bytes[..127].fill(0);
    bytes[..8].copy_from_slice(b"PMTiles\x03");
    bytes[56..64].copy_from_slice(&127u64.to_le_bytes());
    bytes[64..72].copy_from_slice(&49_873u64.to_le_bytes());
    bytes[97..100].copy_from_slice(&[2, 2, 1]);
    bytes
}

async fn part(person: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    person.send("GET", path, None, headers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_map_is_read_in_parts() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    assert_eq!(taker.get("map").await.expect(200), json!({ "base_maps": [] }), "without a folder");
    let bytes = archive();
    std::fs::create_dir(world.maps()).unwrap();
    std::fs::write(world.maps().join("bangka.pmtiles"), &bytes).unwrap();
    std::fs::write(world.maps().join("catatan.txt"), b"x").unwrap();
    let listed = taker.get("map").await.expect(200);
    let expected = json!([{ "name": "bangka.pmtiles", "bytes": 50_000, "fault": null }]);
    assert_eq!(listed["base_maps"], expected);

    let path = "map/base/bangka.pmtiles";
    let whole = taker.get(path).await;
    assert_eq!((whole.status, whole.bytes == bytes), (200, true));
    assert_eq!(whole.headers["content-type"], "application/octet-stream");
    assert!(!whole.headers.contains_key("content-encoding"));
    let middle = part(&taker, path, &[("range", "bytes=100-40000")]).await;
    assert_eq!((middle.status, middle.bytes == bytes[100..=40_000]), (206, true));
    assert_eq!(middle.headers["content-range"], "bytes 100-40000/50000");
    let outside = part(&taker, path, &[("range", "bytes=50000-")]).await;
    assert_eq!((outside.status, outside.code()), (416, "range_not_satisfiable"));
    assert_eq!(outside.headers["content-range"], "bytes */50000");
    let head = taker.send("HEAD", path, None, &[]).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.headers["content-length"], "50000");
    let tag = whole.headers["etag"].to_str().unwrap().to_owned();
    let same = part(&taker, path, &[("range", "bytes=0-9"), ("if-range", &tag)]).await;
    assert_eq!(same.status, 206);

    // A map that was renewed in between: its parts do not fit the old ones.
    std::fs::write(world.maps().join("bangka.pmtiles"), [bytes, vec![0; 10]].concat()).unwrap();
    let renewed = part(&taker, path, &[("range", "bytes=0-9"), ("if-range", &tag)]).await;
    assert_eq!((renewed.status, renewed.bytes.len()), (200, 50_010));
    assert_ne!(renewed.headers["etag"].to_str().unwrap(), tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_that_cannot_be_used_is_named_and_not_sent() {
    let world = World::new().await;
    let supervisor = world.log_in("pengawas").await;
    let maps = world.maps();
    std::fs::create_dir(&maps).unwrap();
    std::fs::write(maps.join("asing.pmtiles"), b"<html>").unwrap();
    std::fs::write(maps.join("putus.pmtiles"), &archive()[..9_000]).unwrap();
    std::fs::write(maps.join("peta kota.pmtiles"), archive()).unwrap();
    std::fs::create_dir(maps.join("folder.pmtiles")).unwrap();
    std::fs::write(maps.parent().unwrap().join("luar.pmtiles"), archive()).unwrap();
    std::os::unix::fs::symlink("../luar.pmtiles", maps.join("tautan.pmtiles")).unwrap();
    let listed = supervisor.get("map").await.expect(200);
    let faults: Vec<_> = listed["base_maps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|map| (map["name"].as_str().unwrap(), map["fault"].as_str().unwrap_or("-")))
        .collect();
    let expected = [
        ("asing.pmtiles", "foreign"),
        ("folder.pmtiles", "unreadable"),
        ("peta kota.pmtiles", "name"),
        ("putus.pmtiles", "truncated"),
        ("tautan.pmtiles", "unreadable"),
    ];
    assert_eq!(faults, expected);
    for name in [
        "asing.pmtiles",
        "putus.pmtiles",
        "tautan.pmtiles",
        "tidak-ada.pmtiles",
        "..%2Fluar.pmtiles",
        "..%2F..%2F..%2Fetc%2Fhostname",
        "%2Fetc%2Fhostname",
        "..",
        "peta%20kota.pmtiles",
    ] {
        let refused = supervisor.get(&format!("map/base/{name}")).await;
        assert_eq!(refused.status, 404, "{name}");
    }
    assert_eq!(world.stranger().get("map/base/asing.pmtiles").await.status, 401);

    // More than are drawn: one is named, and the rest is not even looked at.
    for place in 0..12 {
        std::fs::write(maps.join(format!("a{place:02}.pmtiles")), archive()).unwrap();
    }
    let many = supervisor.get("map").await.expect(200);
    let many = many["base_maps"].as_array().unwrap();
    assert_eq!((many.len(), &many[8]["fault"]), (9, &json!("too_many")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heat_map_counts_what_happened_once_and_says_what_has_no_point() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let supervisor = world.log_in("pengawas").await;
    let report = |location: serde_json::Value| {
        let mut report = fire();
        report["location"] = location;
        report
    };
    let at = |lat: f64, lon: f64| json!({ "lat": lat, "lon": lon, "landmark": "pasar" });
    let mut ids = Vec::new();
    for location in
        [at(-2.995, 106.451), at(-2.991, 106.459), at(-3.015, 106.451), json!({ "landmark": "x" })]
    {
        let opened = taker.post("incidents", report(location)).await.expect(201);
        ids.push((opened["id"].as_str().unwrap().to_owned(), opened["version"].clone()));
    }
    let heat = supervisor.get("map/heat?hours=168").await.expect(200);
    assert_eq!(
        (&heat["incidents"], &heat["without_point"], &heat["cut"]),
        (&json!(4), &json!(1), &json!(false))
    );
    let cells =
        json!([{ "x": 10_645, "y": -302, "incidents": 1 }, { "x": 10_645, "y": -300, "incidents": 2 }]);
    assert_eq!(heat["cells"], cells);

    // What was opened by mistake did not happen.
    let (id, version) = &ids[2];
    let cancel = json!({ "reason": "salah ketik", "version": version });
    taker.post(&format!("incidents/{id}/cancel"), cancel).await.expect(200);
    let heat = supervisor.get("map/heat").await.expect(200);
    assert_eq!((&heat["incidents"], heat["cells"].as_array().unwrap().len()), (&json!(3), 1));
    for hours in ["0", "169"] {
        let refused = supervisor.get(&format!("map/heat?hours={hours}")).await;
        assert_eq!(refused.status, 422, "{hours}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_places_of_a_window_are_told_and_none_outside() {
    let world = World::new().await;
    let agency = world.log_in("damkar").await;
    let all = agency.get("map/places?west=105&south=-4&east=108&north=-2").await.expect(200);
    let all = all.as_array().unwrap().clone();
    assert!(all.len() > 20 && all.len() <= 150, "{}", all.len());
    let one = &all[0];
    let (lat, lon) = (one["lat"].as_f64().unwrap(), one["lon"].as_f64().unwrap());
    let window = format!(
        "map/places?west={}&south={}&east={}&north={}",
        lon - 0.001,
        lat - 0.001,
        lon + 0.001,
        lat + 0.001
    );
    let few = agency.get(&window).await.expect(200);
    let few = few.as_array().unwrap();
    assert!(few.contains(one) && few.len() < all.len(), "{few:?}");
    for wrong in [
        "west=108&south=-4&east=105&north=-2",
        "west=105&south=-94&east=108&north=-2",
        "west=x&south=1&east=2&north=3",
    ] {
        assert_eq!(agency.get(&format!("map/places?{wrong}")).await.status, 400, "{wrong}");
    }
}
