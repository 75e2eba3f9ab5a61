//! The kabupaten's own places: imported by the tool, found over the API, kept through a restart.

use std::time::Duration;

use serde_json::json;

use super::harness::{Kind, Server, Setup, tool};

const LIST: &str = "id;nama;jenis;lat;lon;alias;km
1;Masjid Al-Ikhlas Rias;masjid;-2,953;106,512;Surau Rias;
2;Jalan Raya Sadai;jalan;-3,0;106,6;;7+000
3;Jalan Raya Sadai;jalan;-3,01;106,6;;8+000
";

/// A piece of a neighbour's kecamatan.
const NEIGHBOUR: &str = r#"{"type":"FeatureCollection","features":[{"properties":{"kode":"19.04.06","nama":"Lubuk Besar"},
    "geometry":{"type":"Polygon","coordinates":[[[106.6,-2.6],[106.7,-2.6],[106.7,-2.5],[106.6,-2.5],[106.6,-2.6]]]}}]}"#;

#[tokio::test]
async fn a_list_is_imported_whole_or_not_at_all_and_found_with_a_slip() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let mut server = Server::start(Setup::demo(kind).fixed_ports()).await;
        let found = server.log_in("petugas1").await.get("/places?q=pantai+nek+aje").await.expect(200);
        assert_eq!(found["hits"][0]["name"], "Pantai Nek Aji", "the demo has places: {found}");
        // The embedded store serves one process; a database serves the tool beside the running server.
        let stopped = matches!(kind, Kind::Sqlite);
        if stopped {
            assert_eq!(server.terminate(Duration::from_secs(20)).await.code(), Some(0));
        }
        let (good, bad) = (server.scratch().join("dinas.csv"), server.scratch().join("rusak.csv"));
        std::fs::write(&good, LIST).expect("a file");
        std::fs::write(&bad, LIST.replace("masjid;-2,953", "candi;x").replace("8+000", "760"))
            .expect("a file");
        let run = async |file: &std::path::Path, more: &[&str]| {
            let (store, file) = (server.place(), file.display().to_string());
            let mut flags: Vec<&str> = vec!["area", "places", "--source", "dinas"];
            flags.extend(store.iter().map(String::as_str));
            flags.extend(more);
            flags.push(&file);
            tool(flags).await
        };
        let refused = run(&bad, &[]).await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        for told in ["line 2: kind \"candi\"", "line 2: lat \"x\"", "line 4: kilometre \"760\""] {
            assert!(refused.err.contains(told), "{told} in {}", refused.err);
        }
        for more in [&[][..], &["--replace"]] {
            let ran = run(&good, more).await;
            assert_eq!((ran.code, ran.number_after("imported places=")), (Some(0), 3), "{ran:?}");
        }
        let outline = server.scratch().join("tetangga.geojson");
        std::fs::write(&outline, NEIGHBOUR).expect("a file");
        let (store, outline) = (server.place(), outline.display().to_string());
        let mut flags = vec!["area", "import", "--neighbour"];
        flags.extend(store.iter().map(String::as_str));
        flags.push(&outline);
        let ran = tool(flags).await;
        assert_eq!((ran.code, ran.number_after("imported areas=")), (Some(0), 1), "{ran:?}");
        if stopped {
            server.start_again().await;
        }
        let petugas = server.log_in("petugas1").await;
        let mut mosque = petugas.get("/places?q=msjd+al+ihklas").await.expect(200);
        for _turn in 0..100 {
            if mosque["hits"][0]["id"] == "dinas:1" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            mosque = petugas.get("/places?q=msjd+al+ihklas").await.expect(200);
        }
        assert_eq!(mosque["hits"][0]["id"], "dinas:1", "{mosque}");
        let across = petugas.get("/places?lat=-2.55&lon=106.65").await.expect(200);
        let border = &across["here"]["border"];
        assert_eq!(
            (&across["here"]["area_by"], &border["owner"]["code"]),
            (&json!("polygon"), &json!("19.04")),
            "{across}"
        );
        let road = petugas.get("/places?q=km+7%2B600+jalan+sade").await.expect(200);
        assert_eq!(road["hits"][0]["name"], "Jalan Raya Sadai KM 7+600", "{road}");
        server.verify().await;
    }
}
