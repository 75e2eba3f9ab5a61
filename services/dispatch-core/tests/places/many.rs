//! A whole province of places: the work of a question stays small, and so does the memory.

use dispatch_core::area::{AreaIndex, Point, bangka_selatan};
use dispatch_core::place::{Place, PlaceIndex, PlaceKind, Question};

use crate::search::place;

const SYLLABLES: [&str; 24] = [
    "ba", "bang", "ci", "da", "ge", "gas", "ja", "ka", "la", "li", "lang", "ma", "na", "nur", "pa", "ri",
    "sa", "sung", "ta", "tung", "to", "wa", "ya", "ul",
];

/// Names as a province has them: a word for what it is, one or two names that many share, and a number now and then.
fn places(count: u32) -> Vec<Place> {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut draw = |below: u32| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        u32::try_from(seed % u64::from(below)).unwrap()
    };
    let kinds = [
        ("Masjid", PlaceKind::Worship),
        ("SD Negeri", PlaceKind::School),
        ("Jalan", PlaceKind::Road),
        ("Toko", PlaceKind::Market),
        ("Kolong", PlaceKind::Kolong),
        ("Gang", PlaceKind::Road),
    ];
    (0..count)
        .map(|number| {
            let (word, kind) = kinds[draw(6) as usize];
            let mut name = word.to_owned();
            for _word in 0..=draw(2) {
                // Most names are of a few hundred words, some are of many thousand.
                let mut rest = if draw(3) == 0 { draw(24 * 24 * 24) } else { draw(600) * 23 };
                name.push(' ');
                for _syllable in 0..3 {
                    name.push_str(SYLLABLES[(rest % 24) as usize]);
                    rest /= 24;
                }
            }
            if draw(4) == 0 {
                name.push_str(&format!(" {}", draw(60)));
            }
            let (lat, lon) = (-2.5 - f64::from(draw(700)) / 1_000.0, 106.0 + f64::from(draw(900)) / 1_000.0);
            place(&number.to_string(), &name, kind, lat, lon)
        })
        .collect()
}

/// What somebody types, letter by letter, with slips: the most that one question looks at.
fn questions(index: &PlaceIndex, some: &[Place]) -> usize {
    let near = Some(Point { lat: -3.0, lon: 106.4 });
    let mut texts: Vec<String> =
        ["m", "ma", "masjid", "jalan", "toko 12", "kolong sa"].map(str::to_owned).to_vec();
    for place in some.iter().step_by(some.len() / 12) {
        let letters = place.name.chars().count();
        texts.push(place.name.clone());
        texts.push(place.name.chars().take(letters * 2 / 3).collect());
        texts.push(
            place.name.chars().enumerate().filter(|(at, _)| *at != letters - 3).map(|(_, c)| c).collect(),
        );
    }
    let mut most = 0;
    for text in &texts {
        let found = index.search(&Question { text, skip: &[], kilometre: None, near, limit: 8 });
        most = most.max(found.looked_at);
    }
    for place in some.iter().step_by(some.len() / 12) {
        let found = index.search(&Question { text: &place.name, skip: &[], kilometre: None, near, limit: 8 });
        assert!(found.hits.iter().any(|hit| hit.name == place.name), "{}", place.name);
    }
    most
}

#[test]
fn a_hundred_thousand_places_are_searched_while_somebody_types() {
    let areas = AreaIndex::new(bangka_selatan::areas());
    let all = places(100_000);
    let few = PlaceIndex::new(&areas, all[..10_000].to_vec());
    let many = PlaceIndex::new(&areas, all.clone());
    let (few_work, many_work) = (questions(&few, &all[..10_000]), questions(&many, &all));
    println!(
        "looked at: {few_work} of 10,000 places, {many_work} of 100,000; {} MB",
        many.bytes() / 1_000_000
    );
    assert!(many.len() > 100_000);
    // A name, a word or a posting that is looked at takes some ten nanoseconds, so that this is a tenth of 30 ms;
    // `make bench` measures the time.
    assert!(many_work < 300_000, "{many_work}");
    assert!(many.bytes() < 40_000_000, "{}", many.bytes());
}
