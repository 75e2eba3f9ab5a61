//! Finding a place by what somebody types.

use std::sync::LazyLock;

use dispatch_core::area::{AreaIndex, Level, Point, bangka_selatan};
use dispatch_core::place::{
    self, Found, HitKind, Kilometre, MatchedBy, Place, PlaceIndex, PlaceKind, Question,
};
use proptest::prelude::*;

pub fn place(id: &str, name: &str, kind: PlaceKind, lat: f64, lon: f64) -> Place {
    let (source, id, name) = ("uji".to_owned(), id.to_owned(), name.to_owned());
    Place {
        source,
        id,
        name,
        kind,
        point: Point { lat, lon },
        accuracy_m: None,
        aliases: Vec::new(),
        kilometre: None,
    }
}

static AREAS: LazyLock<AreaIndex> = LazyLock::new(|| AreaIndex::new(bangka_selatan::areas()));
static EXAMPLE: LazyLock<PlaceIndex> =
    LazyLock::new(|| PlaceIndex::new(&AREAS, place::bangka_selatan::places()));

fn find(index: &PlaceIndex, text: &str, near: Option<Point>) -> Found {
    let reading = place::read(text, &AREAS);
    index.search(&Question { text, skip: &reading.spans, kilometre: reading.kilometre, near, limit: 8 })
}

fn first(index: &PlaceIndex, text: &str) -> (String, MatchedBy) {
    let hit = find(index, text, None).hits.into_iter().next();
    hit.map_or((String::new(), MatchedBy::SomeWords), |hit| (hit.name, hit.matched_by))
}

#[test]
fn a_place_is_found_with_one_slip_another_ending_and_s_for_h() {
    let index = &*EXAMPLE;
    for (typed, name, why) in [
        ("Pelabuhan Sadai", "Pelabuhan Sadai", MatchedBy::Exact),
        ("pelabuhan sadei", "Pelabuhan Sadai", MatchedBy::Spelling),
        ("plabuhan sadai", "Pelabuhan Sadai", MatchedBy::Typo),
        ("sadai pelabuhan", "Pelabuhan Sadai", MatchedBy::Exact),
        ("pelabuhan sad", "Pelabuhan Sadai", MatchedBy::Prefix),
        ("pelabuan sadia", "Pelabuhan Sadai", MatchedBy::Typo),
        ("pel. sadai", "Pelabuhan Sadai", MatchedBy::Exact),
        ("pantai nek aji", "Pantai Nek Aji", MatchedBy::Exact),
        ("pante nek aji", "Pantai Nek Aji", MatchedBy::Spelling),
        ("batuperahu", "Pantai Batu Perahu", MatchedBy::Typo),
        ("pantai batu peraso", "Pantai Batu Perahu", MatchedBy::Typo),
        ("p. celagen", "Pulau Celagen", MatchedBy::Exact),
        ("pulo burong", "Pulau Burung", MatchedBy::Spelling),
        ("rsud", "RSUD Bangka Selatan", MatchedBy::Exact),
        ("pkm airgegas", "Puskesmas Air Gegas", MatchedBy::Exact),
        ("himpang lime", "Simpang Lima Toboali", MatchedBy::Exact),
        ("simpang lime tobuali", "Simpang Lima Toboali", MatchedBy::Spelling),
    ] {
        assert_eq!(first(index, typed), (name.to_owned(), why), "{typed}");
    }
    assert_eq!(find(index, "Atlantis", None).hits, []);
    assert_eq!(find(index, "   ", None).hits, []);
}

#[test]
fn areas_are_found_in_every_spelling_and_come_first() {
    let index = &*EXAMPLE;
    for (typed, code) in [
        ("toboali", "19.03.01"),
        ("Toboalih", "19.03.01"),
        ("Tobouali", "19.03.01"),
        ("Tuboali", "19.03.01"),
        ("toobali", "19.03.01"),
        ("kec. toboali", "19.03.01"),
        ("air gegas", "19.03.03"),
        ("airgegas", "19.03.03"),
        ("air gegs", "19.03.03"),
        ("sinpang rimba", "19.03.04"),
        ("simpangrimba", "19.03.04"),
        ("Koba", "19.04.01"),
        ("tukak sade", "19.03.06"),
    ] {
        let hits = find(index, typed, None).hits;
        let hit = hits.first().unwrap_or_else(|| panic!("nothing for {typed}"));
        assert_eq!(hit.id, format!("area:{code}"), "{typed}: {:?}", hit.name);
        assert_eq!(hit.kind, HitKind::Area(Level::Kecamatan));
    }
}

#[test]
fn what_was_said_besides_is_kept() {
    let index = &*EXAMPLE;
    let hit = &find(index, "belakang Pasar Tobuali, rumah cat hijau", None).hits[0];
    assert_eq!((hit.name.as_str(), hit.rest.as_str()), ("Pasar Toboali", "belakang rumah cat hijau"));
    assert_eq!(hit.area.as_ref().unwrap().0, "19.03.01");
    assert_eq!(hit.matched_by, MatchedBy::SomeWords);
    let alias = &find(index, "dermaga sadai", None).hits[0];
    assert_eq!((alias.name.as_str(), alias.alias.as_deref()), ("Pelabuhan Sadai", Some("Dermaga Sadai")));
}

#[test]
fn of_equals_the_nearest_comes_first_and_its_desa_tells_them_apart() {
    let areas = AreaIndex::new(bangka_selatan::areas());
    let mosques = [("a", -3.01, 106.45), ("b", -2.72, 106.37), ("c", -2.63, 106.14)];
    let mosques = mosques.map(|(id, lat, lon)| place(id, "Masjid Al-Falah", PlaceKind::Worship, lat, lon));
    let index = PlaceIndex::new(&areas, mosques.to_vec());
    let ids = |text: &str, near: Option<Point>| -> Vec<String> {
        find(&index, text, near)
            .hits
            .into_iter()
            .filter(|hit| hit.id.starts_with("uji"))
            .map(|hit| hit.id)
            .collect()
    };
    assert_eq!(ids("masjid al falah", Some(Point { lat: -2.7, lon: 106.3 })), ["uji:b", "uji:c", "uji:a"]);
    assert_eq!(ids("msjd alfalah", Some(Point { lat: -3.0, lon: 106.4 }))[0], "uji:a");
    assert_eq!(ids("masjid payung", None)[0], "uji:c", "in the kecamatan that was named");
    let near = find(&index, "masjid", Some(Point { lat: -3.01, lon: 106.45 }));
    assert_eq!(near.hits[0].distance_m, Some(0.0));
}

#[test]
fn a_kilometre_becomes_a_point_between_the_posts_of_its_road() {
    let post = |km: u32, lat: f64| Place {
        kilometre: Kilometre::of_metres(km * 1_000),
        ..place(&format!("sadai-{km}"), "Jalan Raya Sadai", PlaceKind::Road, lat, 106.6)
    };
    let other = Place { name: "Jalan Raya Payung".to_owned(), ..post(90, -2.6) };
    let index = PlaceIndex::new(
        &AreaIndex::new(bangka_selatan::areas()),
        vec![post(8, -3.01), post(7, -3.00), post(9, -3.02), other],
    );
    for text in ["km 7+600 jalan sadai", "jl raya sadai kilometer tujuh koma enam", "km 7+600"] {
        let hit = &find(&index, text, None).hits[0];
        assert_eq!(hit.name, "Jalan Raya Sadai KM 7+600", "{text}");
        assert!((hit.point.lat + 3.006).abs() < 1e-9 && hit.accuracy_m == Some(278.0), "{hit:?}");
        assert_eq!(hit.rest, "", "{text}");
    }
    let beyond = &find(&index, "km 20 jalan sadai", None).hits[0];
    assert_eq!((beyond.name.as_str(), beyond.rest.as_str()), ("Jalan Raya Sadai", "km 20"));
    assert_eq!(find(&index, "km 8", None).hits[0].name, "Jalan Raya Sadai KM 8+000");
    assert_eq!(find(&index, "km 300+000", None).hits, []);
}

proptest! {
    /// Whatever single slip is made in a longer name, the name is found.
    #[test]
    fn one_slip_anywhere_is_forgiven(which in 0..37_usize, at in 0..40_usize, letter in "[a-z]", slip in 0..4_u8) {
        let places = place::bangka_selatan::places();
        let place = &places[which % places.len()];
        let mut letters: Vec<char> = place.name.to_lowercase().chars().collect();
        let at = at % letters.len();
        let in_word = letters[at].is_alphabetic() && letters.get(at + 1).is_some_and(|c| c.is_alphabetic());
        let start = letters[..at].iter().rposition(|c| !c.is_alphabetic()).map_or(0, |space| space + 1);
        let length = letters[start..].iter().take_while(|c| c.is_alphabetic()).count();
        prop_assume!(in_word && length >= 6);
        match slip {
            0 => letters[at] = letter.chars().next().unwrap(),
            1 => { letters.remove(at); }
            2 => letters.insert(at, letter.chars().next().unwrap()),
            _ => letters.swap(at, at + 1),
        }
        let typed: String = letters.into_iter().collect();
        let index = &*EXAMPLE;
        let hits = find(index, &typed, None).hits;
        let found = hits.iter().any(|hit| hit.id == format!("contoh:{}", place.id));
        prop_assert!(found, "{:?} for {:?} gave {:?}", typed, place.name, hits.iter().map(|h| &h.name).collect::<Vec<_>>());
    }

    #[test]
    fn no_question_breaks_it(text in "\\PC{0,60}", limit in 0..20_usize) {
        let index = &*EXAMPLE;
        let found = index.search(&Question { text: &text, skip: &[], kilometre: None, near: None, limit });
        prop_assert!(found.hits.len() <= limit);
    }
}
