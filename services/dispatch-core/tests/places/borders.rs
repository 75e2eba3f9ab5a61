//! Whose area a point is in, and whose begins nearby.

use std::path::PathBuf;

use dispatch_core::area::{Area, AreaIndex, Level, LocatedBy, Point, bangka_selatan, geojson};

fn square(code: &str, west: f64, east: f64, neighbour: bool) -> Vec<Area> {
    let ring = format!("[[{west},-3],[{east},-3],[{east},-2],[{west},-2],[{west},-3]]");
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{{"properties":{{"kode":"{code}","nama":"{code}"}},
            "geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
    );
    let (areas, report) = geojson::parse(&text).unwrap();
    assert_eq!(report.imported, 1, "{report:?}");
    areas.into_iter().map(|area| Area { neighbour, ..area }).collect()
}

fn two() -> AreaIndex {
    let own =
        [square("19.03.01", 106.0, 106.5, false), square("19.03.01.2004", 106.2, 106.5, false)].concat();
    AreaIndex::new([own, square("19.04.06", 106.5, 107.0, true)].concat())
}

#[test]
fn a_point_has_its_kecamatan_its_desa_and_the_neighbour_it_is_near_to() {
    let index = two();
    let near = index.whereabouts(Point { lat: -2.5, lon: 106.495 }, 1_000.0);
    assert_eq!(near.kecamatan.unwrap().0, "19.03.01");
    assert_eq!(near.desa.unwrap().0, "19.03.01.2004");
    assert!(!near.located.outside);
    let border = near.border.unwrap();
    assert_eq!((border.owner.0.as_str(), border.area.0.as_str()), ("19.04", "19.04.06"));
    assert!((border.distance_m - 555.0).abs() < 3.0, "{}", border.distance_m);

    assert_eq!(
        index.whereabouts(Point { lat: -2.5, lon: 106.495 }, 500.0).border,
        None,
        "further than asked"
    );
    let inland = index.whereabouts(Point { lat: -2.5, lon: 106.1 }, 1_000.0);
    assert_eq!((inland.desa, inland.border), (None, None));

    let across = index.whereabouts(Point { lat: -2.5, lon: 106.6 }, 0.0);
    assert!(across.located.outside);
    let border = across.border.unwrap();
    assert_eq!((border.owner.0.as_str(), border.distance_m), ("19.04", 0.0));
    let nowhere = index.whereabouts(Point { lat: f64::NAN, lon: 106.6 }, 1_000.0);
    assert_eq!((nowhere.kecamatan, nowhere.border), (None, None));
}

#[test]
fn without_outlines_the_line_between_two_centres_is_the_border() {
    let index = AreaIndex::new(bangka_selatan::areas());
    let own = index.get(&dispatch_core::ids::AreaCode("19.03.03".into())).unwrap().centre;
    let koba = index.get(&dispatch_core::ids::AreaCode("19.04.01".into())).unwrap().centre;
    let on_the_way = |share: f64| Point {
        lat: own.lat + (koba.lat - own.lat) * share,
        lon: own.lon + (koba.lon - own.lon) * share,
    };
    let before = index.whereabouts(on_the_way(0.48), 1_000.0);
    assert_eq!((before.located.by, before.located.outside), (LocatedBy::NearestCentre, false));
    let border = before.border.unwrap();
    assert!(
        border.owner.0 == "19.04" && border.distance_m > 100.0 && border.distance_m < 900.0,
        "{border:?}"
    );
    assert_eq!(index.whereabouts(on_the_way(0.1), 1_000.0).border, None);
    assert_eq!(index.whereabouts(on_the_way(0.55), 1_000.0).border.unwrap().distance_m, 0.0);
    assert_eq!(
        index.home().unwrap(),
        index.get(&dispatch_core::ids::AreaCode("19.03".into())).unwrap().centre
    );
}

#[test]
fn the_official_outlines_know_kecamatan_desa_and_the_neighbour_across() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let files = [
        "kecamatan_19.geojson",
        "kecamatan_1903_detail.geojson",
        "desa_1903.geojson",
        "desa_1903_titik.geojson",
    ];
    let [Some(province), Some(kecamatan), Some(desa), Some(points)] = files.map(read) else {
        println!("skipped: no official outlines beside the repository (../shared/data)");
        return;
    };
    let parse = |text: &str| geojson::parse(text).unwrap().0;
    let own = |area: &Area| area.code.0.starts_with("19.03");
    let mut areas: Vec<Area> = parse(&province)
        .into_iter()
        .filter(|area| !own(area))
        .map(|area| Area { neighbour: true, ..area })
        .collect();
    areas.extend(parse(&kecamatan));
    areas.extend(parse(&desa));
    let index = AreaIndex::new(areas);
    let desas = parse(&points);
    assert_eq!(desas.len(), index.iter().filter(|area| area.level == Level::Desa).count());
    let mut at_the_border = 0;
    for area in &desas {
        let found = index.whereabouts(area.centre, 5_000.0);
        assert!(!found.located.outside, "{}", area.name);
        assert_eq!(found.kecamatan, area.parent, "{}", area.name);
        assert_eq!(found.desa.as_ref(), Some(&area.code));
        at_the_border += usize::from(found.border.is_some_and(|border| border.owner.0 == "19.04"));
    }
    assert!((3..25).contains(&at_the_border), "{at_the_border} desa lie near Bangka Tengah");
    let koba = index.whereabouts(Point { lat: -2.49, lon: 106.41 }, 1_000.0);
    assert!(koba.located.outside && koba.border.unwrap().owner.0 == "19.04");
}
