//! Lists of places as they come in files.

use dispatch_core::place::{MistakeReason, PlaceKind, csv, geojson};
use proptest::prelude::*;

#[test]
fn a_csv_is_read_as_spreadsheets_write_it() {
    let english = "id,nama,jenis,lat,lon,alias,km\r\n1,\"Masjid \"\"Al-Falah\"\", Rias\",masjid,-2.95,106.51,Surau Rias|Al Falah,\r\n2,Jalan Sadai,jalan,-3.0,106.6,,7+600\r\n\r\n";
    let rows = csv::parse(english, "dinas");
    assert_eq!(rows.mistakes, []);
    let [mosque, post] = &rows.places[..] else { panic!("{rows:?}") };
    assert_eq!(
        (mosque.name.as_str(), mosque.kind, mosque.source.as_str()),
        ("Masjid \"Al-Falah\", Rias", PlaceKind::Worship, "dinas")
    );
    assert_eq!(mosque.aliases, ["Surau Rias", "Al Falah"]);
    assert_eq!(post.kilometre.unwrap().to_string(), "KM 7+600");

    let indonesian = "\u{feff}ID;Nama;Jenis;Lintang;Bujur;akurasi_m;catatan\n7;Kolong Hijau;kolong;-2,95;106,51;250;dalam\n";
    let rows = csv::parse(indonesian, "dinas");
    assert_eq!(rows.mistakes, []);
    assert_eq!((rows.places[0].point.lat, rows.places[0].accuracy_m), (-2.95, Some(250.0)));
}

#[test]
fn every_mistake_of_every_line_is_told_at_once() {
    let text = "id,nama,jenis,lat,lon,km\n1,A,pasar,-3,106,\n1,B,pasar,-3,106,\n,C,pasar,-3,106,\n3,,candi,x,106,\n4,D,pasar,-91,106,760\n5,E,pasar,-3\n6,\"F,pasar,-3,106,\n";
    let rows = csv::parse(text, "s");
    assert_eq!(rows.places.len(), 1);
    let told: Vec<(usize, MistakeReason)> = rows.mistakes.into_iter().map(|m| (m.line, m.reason)).collect();
    let expected = [
        (8, MistakeReason::OpenQuote),
        (3, MistakeReason::Twice("1".into())),
        (4, MistakeReason::Missing("id")),
        (5, MistakeReason::Missing("nama")),
        (5, MistakeReason::Kind("candi".into())),
        (5, MistakeReason::Number("lat", "x".into())),
        (6, MistakeReason::OffEarth(-91.0, 106.0)),
        (6, MistakeReason::Kilometre("760".into())),
        (7, MistakeReason::Fields { found: 4, expected: 6 }),
    ];
    assert_eq!(told, expected);
    let header = csv::parse("id,nama,tipe\n1,A,b\n", "s");
    let told: Vec<MistakeReason> = header.mistakes.into_iter().map(|m| m.reason).collect();
    let missing = ["jenis", "lat", "lon"].map(MistakeReason::Missing);
    assert_eq!(told, [vec![MistakeReason::Column("tipe".into())], missing.to_vec()].concat());
    assert_eq!(csv::parse("", "s").mistakes.len(), 1);
}

#[test]
fn a_geojson_gives_points_and_the_middle_of_shapes() {
    let feature = |properties: &str, geometry: &str| {
        format!(r#"{{"type":"Feature","id":9,"properties":{properties},"geometry":{geometry}}}"#)
    };
    let good = r#"{"nama":"Lapangan","jenis":"lapangan","alias":["Alun-alun"],"akurasi_m":20}"#;
    let features = [
        feature(good, r#"{"type":"Point","coordinates":[106.5,-3.0]}"#),
        feature(
            r#"{"id":"b","nama":"Kolong","jenis":"kolong","alias":"A|B"}"#,
            r#"{"type":"Polygon","coordinates":[[[106,-3],[106.2,-3],[106.2,-2.8],[106,-2.8],[106,-3]]]}"#,
        ),
        feature(
            r#"{"id":"c","nama":"Jalan","jenis":"jalan"}"#,
            r#"{"type":"LineString","coordinates":[[106,-3],[106.1,-3],[106.3,-3]]}"#,
        ),
        feature(r#"{"id":"d","nama":"X","jenis":"pasar"}"#, r#"{"type":"Point","coordinates":["a"]}"#),
        feature(r#"{"id":"e","jenis":"pasar"}"#, r#"{"type":"Point","coordinates":[-3.0,106.5]}"#),
    ];
    let rows = geojson::parse(
        &format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")),
        "s",
    );
    let points: Vec<_> = rows.places.iter().map(|p| (p.id.as_str(), p.point.lat, p.point.lon)).collect();
    assert_eq!(points[0], ("9", -3.0, 106.5));
    assert!((points[1].1 + 2.9).abs() < 1e-9 && (points[1].2 - 106.1).abs() < 1e-9, "{points:?}");
    assert_eq!(points[2], ("c", -3.0, 106.1));
    assert_eq!(rows.places[1].aliases, ["A", "B"]);
    let told: Vec<_> = rows.mistakes.into_iter().map(|m| (m.line, m.reason)).collect();
    let expected = [
        (4, MistakeReason::Geometry),
        (5, MistakeReason::Missing("nama")),
        (5, MistakeReason::OffEarth(106.5, -3.0)),
    ];
    assert_eq!(told, expected);
    for text in ["", "[]", r#"{"type":"Feature"}"#] {
        assert_eq!(geojson::parse(text, "s").mistakes.len(), 1, "{text}");
    }
}

#[test]
fn every_kind_has_one_word_that_names_it() {
    for word in PlaceKind::words() {
        assert_eq!(PlaceKind::named(word).unwrap().word(), word);
    }
    assert_eq!(PlaceKind::named("Rumah Sakit"), Some(PlaceKind::Health));
    assert_eq!(PlaceKind::named("candi"), None);
}

proptest! {
    #[test]
    fn no_file_breaks_it(text in "[\\PC\n\",;]{0,200}") {
        let _ = geojson::parse(&text, "s");
        let rows = csv::parse(&format!("id,nama,jenis,lat,lon\n{text}"), "s");
        prop_assert!(rows.places.iter().all(|place| place.point.is_on_earth()));
    }
}
