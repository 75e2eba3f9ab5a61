//! Which area a point lies in, with and without outlines.

use std::path::PathBuf;

use dispatch_core::area::geojson::{SkipReason, geometry, parse};
use dispatch_core::area::{Area, AreaIndex, Level, LocatedBy, bangka_selatan};
use dispatch_core::ids::AreaCode;
use proptest::prelude::*;

fn code(text: &str) -> AreaCode {
    AreaCode(text.to_owned())
}

fn shared(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {name} is not beside the repository");
    }
    text
}

#[test]
fn the_example_area_finds_each_kecamatan_by_its_centre() {
    let index = AreaIndex::new(bangka_selatan::areas());
    let own: Vec<&Area> =
        index.iter().filter(|area| !area.neighbour && area.level == Level::Kecamatan).collect();
    assert_eq!(own.len(), 8);
    for area in own {
        let located = index.locate(area.centre.lat, area.centre.lon);
        assert_eq!(located.area.as_ref(), Some(&area.code), "{}", area.name);
        assert_eq!((located.by, located.outside), (LocatedBy::NearestCentre, false));
        assert!(located.distance_m < 1.0);
    }
}

#[test]
fn a_call_from_across_the_border_is_outside_and_names_the_neighbour() {
    let index = AreaIndex::new(bangka_selatan::areas());
    let koba = index.locate(-2.49, 106.41);
    assert!(koba.outside);
    let neighbour = bangka_selatan::neighbour_of(&koba.area.unwrap()).unwrap();
    assert_eq!(neighbour, ("19.04", "Kabupaten Bangka Tengah"));
    assert_eq!(bangka_selatan::neighbour_of(&code("19.03.01")), None);
    assert_eq!(bangka_selatan::neighbour_of(&code("19.041")), None);
}

#[test]
fn names_are_found_in_every_spelling() {
    let index = AreaIndex::new(bangka_selatan::areas());
    for (name, expected) in [
        ("AIR GEGAS", "19.03.03"),
        ("airgegas", "19.03.03"),
        ("Pulaubesar", "19.03.07"),
        ("Lepar Pongok", "19.03.02"),
        ("tukak-sadai", "19.03.06"),
        ("Kabupaten Bangka Selatan", "19.03"),
    ] {
        assert_eq!(index.by_name(name).map(|area| &area.code), Some(&code(expected)), "{name}");
    }
    assert!(index.by_name("Atlantis").is_none());
}

#[test]
fn a_point_off_the_earth_has_no_area() {
    let index = AreaIndex::new(bangka_selatan::areas());
    for (lat, lon) in [(f64::NAN, 106.0), (-91.0, 106.0), (-3.0, f64::INFINITY), (106.5, -2.9)] {
        let located = index.locate(lat, lon);
        assert_eq!((located.area, located.outside), (None, true));
    }
    assert_eq!(AreaIndex::default().locate(-2.9, 106.5).area, None);
    assert!(AreaIndex::default().is_empty());
}

const TWO: &str = r#"{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"kode":"19.03.01","nama":"Toboali"},
  "geometry":{"type":"Polygon","coordinates":[[[106,-3],[107,-3],[107,-2],[106,-2],[106,-3]],
   [[106.4,-2.6],[106.6,-2.6],[106.6,-2.4],[106.4,-2.4],[106.4,-2.6]]]}},
 {"type":"Feature","properties":{"code":"19.03.01.2004","name":"Serdang","label":[106.1,-2.9]},
  "geometry":{"type":"MultiPolygon","coordinates":[[[[106,-3],[106.2,-3],[106.2,-2.8],[106,-2.8],[106,-3]]]]}}]}"#;

#[test]
fn the_most_specific_outline_wins_and_a_hole_is_outside() {
    let (areas, report) = parse(TWO).unwrap();
    assert_eq!((report.imported, report.skipped.len()), (2, 0));
    assert_eq!(areas[1].parent, Some(code("19.03.01")));
    let index = AreaIndex::new(areas);
    let desa = index.locate(-2.9, 106.1);
    assert_eq!((desa.area, desa.by, desa.outside), (Some(code("19.03.01.2004")), LocatedBy::Polygon, false));
    assert_eq!(index.locate(-2.2, 106.5).area, Some(code("19.03.01")));
    let hole = index.locate(-2.5, 106.5);
    assert_eq!((hole.by, hole.outside), (LocatedBy::NearestOutline, true));
    let corner = index.locate(-3.0, 106.0);
    assert_eq!((corner.area, corner.outside), (Some(code("19.03.01.2004")), false));
}

#[test]
fn out_at_sea_the_nearest_coast_is_named_with_its_distance() {
    let index = AreaIndex::new(parse(TWO).unwrap().0);
    let at_sea = index.locate(-2.9, 105.91);
    assert_eq!(at_sea.area, Some(code("19.03.01.2004")));
    assert!(at_sea.outside && (at_sea.distance_m - 9_995.0).abs() < 30.0, "{}", at_sea.distance_m);
}

#[test]
fn each_bad_feature_is_skipped_with_its_reason() {
    let feature = |properties: &str, kind: &str, coordinates: &str| {
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
        )
    };
    let good = r#"{"kode":"19.03.01","nama":"A"}"#;
    let square = "[[[106,-3],[107,-3],[107,-2],[106,-3]]]";
    let features = [
        feature(good, "Polygon", square),
        feature(r#"{"nama":"A"}"#, "Polygon", square),
        feature(r#"{"kode":"19","nama":"Provinsi"}"#, "Polygon", square),
        feature(r#"{"kode":"19.03.0x","nama":"A"}"#, "Polygon", square),
        feature(r#"{"kode":"19.03.02"}"#, "Polygon", square),
        feature(good, "Polygon", square),
        feature(r#"{"kode":"19.03.03","nama":"A"}"#, "LineString", "[[106,-3],[107,-3]]"),
        feature(r#"{"kode":"19.03.03","nama":"A"}"#, "Polygon", "[[[106,-3],[107,-3],[106,-3]]]"),
        feature(r#"{"kode":"19.03.03","nama":"A"}"#, "Polygon", "[[[106,-3],[107,-3],[107,-2],[106,-2]]]"),
        feature(r#"{"kode":"19.03.03","nama":"A"}"#, "Polygon", "[[[-3,106],[-3,107],[-2,107],[-3,106]]]"),
        feature(r#"{"kode":"19.03.03","nama":"A"}"#, "Polygon", "[[[106,-3],[107,-3],[108,-3],[106,-3]]]"),
        feature(r#"{"kode":"19.03.03","nama":"A"}"#, "Polygon", r#""here""#),
        feature(r#"{"kode":"19.03.04","nama":"A"}"#, "Point", "[106.5,-2.5]"),
    ];
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let (areas, report) = parse(&text).unwrap();
    assert_eq!(areas.len(), 2);
    assert!(areas[1].polygon.is_none());
    let expected = [
        (1, SkipReason::NoCode),
        (2, SkipReason::BadCode("19".to_owned())),
        (3, SkipReason::BadCode("19.03.0x".to_owned())),
        (4, SkipReason::NoName),
        (5, SkipReason::CodeTwice(code("19.03.01"))),
        (6, SkipReason::GeometryKind("LineString".to_owned())),
        (7, SkipReason::ShortRing(3)),
        (8, SkipReason::OpenRing),
        (9, SkipReason::OutOfRange(-3.0, 106.0)),
        (10, SkipReason::Empty),
        (11, SkipReason::BadCoordinates),
    ];
    assert_eq!(report.skipped, expected);
}

#[test]
fn what_is_no_feature_collection_is_refused() {
    for text in ["", "{", "[]", r#"{"type":"Feature"}"#, r#"{"type":"FeatureCollection","features":{}}"#] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_official_outlines_find_every_kecamatan_and_desa() {
    for (name, points, count) in [
        ("kecamatan_1903_detail.geojson", "kecamatan_1903_detail.geojson", 8),
        ("desa_1903.geojson", "desa_1903_titik.geojson", 53),
    ] {
        let (Some(outlines), Some(points)) = (shared(name), shared(points)) else { continue };
        let (areas, report) = parse(&outlines).unwrap();
        assert_eq!((report.imported, &report.skipped), (count, &Vec::new()), "{name}");
        let index = AreaIndex::new(areas);
        for place in parse(&points).unwrap().0 {
            let located = index.locate(place.centre.lat, place.centre.lon);
            assert_eq!((located.area, located.by), (Some(place.code), LocatedBy::Polygon), "{}", place.name);
        }
        assert!(index.locate(-2.1, 106.1).outside, "Pangkal Pinang is not in Bangka Selatan");
    }
}

#[test]
fn an_outline_is_written_as_it_was_read() {
    let (areas, _) = parse(TWO).unwrap();
    let written = geometry(areas[1].polygon.as_ref().unwrap());
    assert_eq!(written["type"], "MultiPolygon");
    assert_eq!(written["coordinates"][0][0][1], serde_json::json!([106.2, -3.0]));
}

proptest! {
    #[test]
    fn every_point_on_earth_gets_an_area_and_always_the_same(lat in -90.0..90.0_f64, lon in -180.0..180.0_f64) {
        for index in [AreaIndex::new(bangka_selatan::areas()), AreaIndex::new(parse(TWO).unwrap().0)] {
            let located = index.locate(lat, lon);
            prop_assert!(located.area.is_some() && located.distance_m >= 0.0);
            prop_assert_eq!(&index.locate(lat, lon), &located);
        }
    }

    #[test]
    fn no_text_breaks_the_importer(text in "\\PC{0,200}", number in -1000.0..1000.0_f64) {
        let _ = parse(&text);
        let feature = format!(
            r#"{{"type":"FeatureCollection","features":[{{"properties":{{"kode":"19.03","nama":"A"}},
                "geometry":{{"type":"Polygon","coordinates":[[[{number},0],[1,{number}],[1,1],[{number},0]]]}}}}]}}"#
        );
        let (areas, report) = parse(&feature).unwrap();
        prop_assert_eq!(areas.len() + report.skipped.len(), 1);
    }
}
