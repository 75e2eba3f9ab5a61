//! What people say about where something is: reading it ([`read`]) and finding it ([`PlaceIndex`]).
//!
//! Everything here is total: any text gives a reading, what cannot be read stays text, and what could mean two
//! things is asked back ([`Doubt`]) and never guessed.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::area::{AreaIndex, Point};

mod address;
pub mod bangka_selatan;
mod coordinates;
pub mod csv;
mod doubt;
mod folding;
pub mod geojson;
mod import;
mod index;
mod kilometre;
mod kind;
mod link;
mod numbers;
mod plus_code;
mod rank;
mod token;
mod vocabulary;
mod within;

pub use address::{Named, NamedKind};
pub use doubt::Doubt;
pub use import::{Mistake, MistakeReason, Place, Rows};
pub use index::{Found, Hit, HitKind, MatchedBy, PlaceIndex, Question};
pub use kilometre::Kilometre;
pub use kind::PlaceKind;
pub use within::{Seen, Window};

/// Metres of one degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.0;
/// A point farther away than this from the kabupaten was probably written wrongly: Sumatra is 150 km from
/// Bangka Selatan, the ends of Indonesia some 3,500.
const FAR_AWAY_M: f64 = 500_000.0;

/// How a point was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notation {
    /// Decimal degrees.
    Decimal,
    /// Degrees, minutes and seconds.
    Sexagesimal,
    /// A `geo:` URI (RFC 5870).
    GeoUri,
    /// A link to a map.
    Link,
    /// A full Plus code.
    PlusCode,
    /// A short Plus code, completed by a place nearby.
    ShortPlusCode,
}

/// A point that somebody wrote down.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ReadPoint {
    /// Where.
    pub point: Point,
    /// How it was written.
    pub notation: Notation,
    /// Metres of uncertainty that the writing itself leaves: half of its last digit, or what a `geo:` URI says.
    pub accuracy_m: f64,
}

impl ReadPoint {
    /// What the call-taker says to the caller.
    pub fn read_back_id(&self) -> String {
        let said = |degrees: f64| {
            let text = format!("{:.5}", degrees.abs());
            let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
            let decimals = decimals.trim_end_matches('0');
            let whole = numbers::spoken(whole.parse().unwrap_or(0));
            if decimals.is_empty() { whole } else { format!("{whole} koma {}", numbers::spelled(decimals)) }
        };
        let south = if self.point.lat < 0.0 { "selatan" } else { "utara" };
        let east = if self.point.lon < 0.0 { "barat" } else { "timur" };
        let (lat, lon) = (said(self.point.lat), said(self.point.lon));
        format!("Saya ulangi: lintang {south} {lat}; bujur {east} {lon}. Betul?")
    }

    /// The same in English.
    pub fn read_back_en(&self) -> String {
        let (lat, lon) = (self.point.lat, self.point.lon);
        let south = if lat < 0.0 { "south" } else { "north" };
        let east = if lon < 0.0 { "west" } else { "east" };
        format!("I repeat: {:.5} {south}, {:.5} {east}. Right?", lat.abs(), lon.abs())
    }
}

/// What a location text says beside names.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reading {
    /// Coordinates or a Plus code.
    pub point: Option<ReadPoint>,
    /// A road post.
    pub kilometre: Option<Kilometre>,
    /// Rukun tetangga, 1 to 999.
    pub rt: Option<u16>,
    /// Rukun warga, 1 to 999.
    pub rw: Option<u16>,
    /// Names after the word for what they are: "jalan Sudirman", "dusun Air Bara".
    pub named: Vec<Named>,
    /// What has to be asked back.
    pub doubts: Vec<Doubt>,
    /// The parts of the text that are said above and are no names, in bytes: a search leaves them out.
    pub spans: Vec<Range<usize>>,
}

/// The words of a landmark that can tell one place from another, each by what its spellings have in common.
pub fn telling_words(text: &str) -> impl Iterator<Item = String> {
    /// Shorter ones ("no", "rt") stand in every address.
    const LETTERS_MIN: usize = 3;
    /// Words for what a place is; they tell no street from another one.
    const KINDS: [&str; 8] = ["desa", "dusun", "gang", "jalan", "kampung", "kecamatan", "kelurahan", "rumah"];
    let words = folding::words(token::bounded(text)).into_iter();
    let tells = |word: &folding::FoldedWord| {
        let plain = word.plain.as_str();
        !folding::is_between(plain) && !KINDS.contains(&plain) && plain.chars().count() >= LETTERS_MIN
    };
    words.filter(tells).map(|word| word.key)
}

/// Reads a location as a call-taker types it. Points are checked against the areas of the site; a short Plus
/// code is completed by the area that the rest of the text names, else by the kabupaten.
pub fn read(text: &str, areas: &AreaIndex) -> Reading {
    let text = token::bounded(text);
    let mut reading = Reading::default();
    let home = areas.home();
    read_point(text, home, areas, &mut reading);
    let tokens: Vec<token::Token> = token::tokens(text)
        .into_iter()
        .filter(|token| !reading.spans.iter().any(|span| span.contains(&token.span.start)))
        .collect();
    if let Some(found) = kilometre::find(&tokens) {
        reading.spans.push(found.span);
        match found.read {
            Ok(kilometre) => reading.kilometre = Some(kilometre),
            Err(doubt) => reading.doubts.push(doubt),
        }
    }
    address::read(&tokens, &mut reading);
    reading
}

fn read_point(text: &str, home: Option<Point>, areas: &AreaIndex, reading: &mut Reading) {
    if let Some(found) = link::find(text) {
        reading.spans.push(found.span);
        match found.read {
            Ok(point) => reading.point = Some(point),
            Err(doubt) => reading.doubts.push(doubt),
        }
    } else if let Some((code, span)) = plus_code_in(text) {
        reading.spans.push(span);
        match code {
            Ok(code) => {
                let rest = token::without(text, &reading.spans);
                let named = areas.by_name(&rest).map(|area| area.centre);
                let reference = named.or(home).unwrap_or(Point { lat: 0.0, lon: 0.0 });
                reading.point = Some(code.locate(reference));
            }
            Err(plus_code::Broken) => reading.doubts.push(Doubt::PlusCodeBroken),
        }
    } else if let Some(found) = coordinates::find(&token::tokens(text), home) {
        reading.spans.push(found.span);
        reading.doubts.extend(found.doubt);
        reading.point = found.point;
    }
    let (Some(read), Some(home)) = (&reading.point, home) else { return };
    let away = crate::area::distance_m(read.point, home);
    if away > FAR_AWAY_M {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half the earth is 20,000 km"
        )]
        reading.doubts.push(Doubt::FarAway { kilometres: (away / 1_000.0).round() as u32 });
    }
}

type CodeInText = (Result<plus_code::PlusCode, plus_code::Broken>, Range<usize>);

fn plus_code_in(text: &str) -> Option<CodeInText> {
    let mut from = 0;
    text.split_whitespace().find_map(|word| {
        let at = from + text.get(from..)?.find(word)?;
        from = at + word.len();
        plus_code::read(word).map(|code| (code, at..from))
    })
}
