//! How long a question takes among 10,000 and among 100,000 places, in this process: there is no peer for it,
//! so the two are compared with each other, question by question.

use std::fmt::Write as _;
use std::time::Instant;

use dispatch_core::area::{AreaIndex, Point, bangka_selatan};
use dispatch_core::place::{Place, PlaceIndex, PlaceKind, Question};
use simulator::percentile::nearest_rank;

/// Places of a kabupaten's list.
const FEW: u32 = 10_000;
/// Places of a province's list.
const MANY: u32 = 100_000;
/// Milliseconds that a question may take (requirement of the location search).
const LIMIT_MS: f64 = 30.0;
/// Questions of each size.
const QUESTIONS: usize = 300;
/// How often each is asked.
const TURNS: u32 = 5;

/// The parts of made-up names.
const SYLLABLES: [&str; 24] = [
    "ba", "bang", "ci", "da", "ge", "gas", "ja", "ka", "la", "li", "lang", "ma", "na", "nur", "pa", "ri",
    "sa", "sung", "ta", "tung", "to", "wa", "ya", "ul",
];

/// What was measured.
pub struct Measured {
    few_ms: Vec<f64>,
    many_ms: Vec<f64>,
    build_s: f64,
    megabytes: usize,
}

/// Builds both indexes and asks them.
pub fn measure() -> anyhow::Result<Measured> {
    let areas = AreaIndex::new(bangka_selatan::areas());
    let places = made_up(MANY)?;
    let few = PlaceIndex::new(&areas, places.iter().take(FEW as usize).cloned().collect());
    let texts = questions(places.iter().take(FEW as usize));
    let began = Instant::now();
    let many = PlaceIndex::new(&areas, places);
    let build_s = began.elapsed().as_secs_f64();
    let (mut few_ms, mut many_ms) = (Vec::new(), Vec::new());
    for text in &texts {
        few_ms.push(ask(&few, text));
        many_ms.push(ask(&many, text));
    }
    Ok(Measured { few_ms, many_ms, build_s, megabytes: many.bytes() / 1_000_000 })
}

/// The best of some turns: in the others the machine did something else in between.
fn ask(index: &PlaceIndex, text: &str) -> f64 {
    let near = Some(Point { lat: -3.0, lon: 106.4 });
    let once = |_turn| {
        let began = Instant::now();
        let found = index.search(&Question { text, skip: &[], kilometre: None, near, limit: 8 });
        std::hint::black_box(found);
        began.elapsed().as_secs_f64() * 1e3
    };
    (0..TURNS).map(once).fold(f64::INFINITY, f64::min)
}

/// A name as it is being typed, whole, and with a letter left out.
fn questions<'p>(places: impl Iterator<Item = &'p Place>) -> Vec<String> {
    let typed = |place: &Place| {
        let letters: Vec<char> = place.name.chars().collect();
        let begun: String = letters.iter().take(letters.len() * 2 / 3).collect();
        let slipped = letters.iter().enumerate().filter(|(at, _)| *at != letters.len() / 2).map(|(_, c)| c);
        [place.name.clone(), begun, slipped.collect()]
    };
    let general = ["ma", "masjid", "jalan", "toko", "sd negeri"].map(str::to_owned);
    places.step_by(97).flat_map(typed).chain(general).take(QUESTIONS).collect()
}

/// Names as a province has them: what it is, one or two words that many share, a number now and then.
fn made_up(count: u32) -> anyhow::Result<Vec<Place>> {
    let kinds = [
        ("Masjid", PlaceKind::Worship),
        ("SD Negeri", PlaceKind::School),
        ("Jalan", PlaceKind::Road),
        ("Toko", PlaceKind::Market),
        ("Kolong", PlaceKind::Kolong),
    ];
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut draw = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut places = Vec::new();
    for number in 0..count {
        let (word, kind) = kinds[usize::try_from(draw(5))?];
        let mut name = word.to_owned();
        for _word in 0..=draw(2) {
            let mut rest = if draw(3) == 0 { draw(24 * 24 * 24) } else { draw(600) * 23 };
            name.push(' ');
            for _syllable in 0..3 {
                name.push_str(SYLLABLES[usize::try_from(rest % 24)?]);
                rest /= 24;
            }
        }
        if draw(4) == 0 {
            write!(name, " {}", draw(60))?;
        }
        let mut degrees = |below: u32| -> anyhow::Result<f64> {
            Ok(f64::from(u32::try_from(draw(u64::from(below)))?) / 1_000.0)
        };
        let point = Point { lat: -2.5 - degrees(700)?, lon: 106.0 + degrees(900)? };
        let (source, id) = ("bench".to_owned(), number.to_string());
        places.push(Place {
            source,
            id,
            name,
            kind,
            point,
            accuracy_m: None,
            aliases: vec![],
            kilometre: None,
        });
    }
    Ok(places)
}

impl Measured {
    /// The table.
    pub fn markdown(&self) -> anyhow::Result<String> {
        let mut text = String::from("## Finding a place while somebody types\n\n");
        text.push_str("| places | p50 ms | p99 ms | most ms |\n|---|---|---|---|\n");
        for (count, figures) in [(FEW, &self.few_ms), (MANY, &self.many_ms)] {
            let at = |percent| nearest_rank(figures, percent).unwrap_or(f64::NAN);
            writeln!(text, "| {count} | {:.2} | {:.2} | {:.2} |", at(50.0), at(99.0), at(100.0))?;
        }
        let most = |figures: &[f64]| nearest_rank(figures, 100.0).unwrap_or(f64::NAN);
        let (few, many) = (most(&self.few_ms), most(&self.many_ms));
        let met = if many < LIMIT_MS { "met" } else { "**not met**" };
        writeln!(
            text,
            "\n{met}: {LIMIT_MS} ms at {MANY} places; ten times the places cost {:.1} times the time of the slowest \
             question. Index of {MANY}: {} MB, built in {:.2} s.\n",
            many / few,
            self.megabytes,
            self.build_s
        )?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_places_have_names_and_are_asked_for() {
        let places = made_up(200).expect("places");
        assert_eq!(places.len(), 200);
        let texts = questions(places.iter());
        assert!(texts.len() >= 10 && texts.iter().all(|text| !text.is_empty()), "{texts:?}");
        let measured = Measured { few_ms: vec![1.0], many_ms: vec![4.0], build_s: 1.0, megabytes: 25 };
        let text = measured.markdown().expect("a table");
        assert!(text.contains("cost 4.0 times") && text.contains("met: 30 ms"), "{text}");
    }
}
