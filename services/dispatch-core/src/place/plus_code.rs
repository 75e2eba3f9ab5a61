//! Plus codes (Open Location Code): a place in ten or eleven letters, or in six with the name of a town.
//!
//! The algorithm is the published one: the first five pairs of letters divide latitude and longitude by twenty
//! each, every further letter divides the rest into five rows of four columns. All counting is in whole
//! numbers of the finest cell, so that no rounding moves a code into its neighbour.

use super::{Notation, ReadPoint};
use crate::area::Point;

/// The letters in the order of their values: no vowels, nothing that looks like a digit.
const LETTERS: &[u8; 20] = b"23456789CFGHJMPQRVWX";
/// Where the plus stands in a full code.
const LETTERS_BEFORE_PLUS: usize = 8;
/// Letters in pairs.
const PAIRED: usize = 10;
/// Letters that are counted; more say less than a centimetre.
const LETTERS_MAX: usize = 15;
/// Finest cells of latitude in a degree: 20^3 pairs below the degree, 5^5 rows.
const LAT_CELLS: i64 = 8_000 * 3_125;
/// Finest cells of longitude in a degree: 20^3 pairs, 4^5 columns.
const LON_CELLS: i64 = 8_000 * 1_024;

/// A code that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum PlusCode {
    /// Says a place on earth.
    Full(String),
    /// Its first letters are missing; a place nearby completes it.
    Short(String),
}

/// The code in this word, if it looks like one: `Err` when it does and is none.
pub(super) fn read(word: &str) -> Option<Result<PlusCode, Broken>> {
    let word = word.trim_matches(|c: char| matches!(c, ',' | '.' | ';' | '(' | ')')).to_ascii_uppercase();
    let (before, after) = word.split_once('+')?;
    let is_letter = |c: char| LETTERS.iter().any(|letter| char::from(*letter) == c);
    let has_digit = before.chars().chain(after.chars()).any(|c| c.is_ascii_digit());
    let looks = before.len() >= 4 && before.chars().chain(after.chars()).all(|c| c.is_ascii_alphanumeric());
    let has_letter = before.chars().chain(after.chars()).any(|c| c.is_ascii_alphabetic());
    // "12+300" is a road post; a code of nothing but digits has two after the plus.
    if !looks || !has_letter && after.len() != 2 {
        return None;
    }
    let padded = before.trim_end_matches('0');
    let sound = padded.chars().chain(after.chars()).all(is_letter);
    let good = match before.len() {
        LETTERS_BEFORE_PLUS if padded.len() < LETTERS_BEFORE_PLUS => {
            after.is_empty() && padded.len() >= 2 && padded.len().is_multiple_of(2)
        }
        4 | 6 | LETTERS_BEFORE_PLUS => padded.len() == before.len() && after.len() != 1,
        _ => false,
    };
    let on_earth = || {
        let first = |place: usize, top: usize| {
            padded.as_bytes().get(place).and_then(|c| value(*c)).is_some_and(|v| v < top)
        };
        before.len() < LETTERS_BEFORE_PLUS || (first(0, 9) && first(1, 18))
    };
    if !sound || !good || !on_earth() || after.len() > LETTERS_MAX - LETTERS_BEFORE_PLUS {
        // "Toboali+Sadai" are two names.
        return (has_digit && has_letter).then_some(Err(Broken));
    }
    let code = format!("{padded}{after}");
    Some(Ok(if before.len() == LETTERS_BEFORE_PLUS {
        PlusCode::Full(code)
    } else {
        PlusCode::Short(format!("{padded}+{after}"))
    }))
}

/// Not a Plus code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Broken;

impl PlusCode {
    /// The middle of the code's cell; a short code is completed by the place nearest to `reference`.
    pub(super) fn locate(&self, reference: Point) -> ReadPoint {
        match self {
            Self::Full(code) => cell(code).read(Notation::PlusCode),
            Self::Short(code) => {
                let (before, after) = code.split_once('+').unwrap_or((code, ""));
                let missing = LETTERS_BEFORE_PLUS - before.len();
                let prefix: String = encode(reference).chars().take(missing).collect();
                let found = cell(&format!("{prefix}{before}{after}"));
                // The neighbour on the other side may be nearer than the one with the same first letters.
                let step = 20f64.powi(2 - i32::try_from(missing / 2).unwrap_or(2));
                let nearer = |at: f64, reference: f64, edge: f64| {
                    let moved = if reference + step / 2.0 < at {
                        at - step
                    } else if reference - step / 2.0 > at {
                        at + step
                    } else {
                        at
                    };
                    if moved.abs() > edge { at } else { moved }
                };
                let middle = found.middle();
                let point = Point {
                    lat: nearer(middle.lat, reference.lat, 90.0),
                    lon: nearer(middle.lon, reference.lon, 180.0),
                };
                ReadPoint { point, ..found.read(Notation::ShortPlusCode) }
            }
        }
    }
}

/// The ten letters of a point, without the plus.
pub(super) fn encode(point: Point) -> String {
    // The pole belongs to the last row.
    let lat = cells(point.lat.clamp(-90.0, 90.0) + 90.0, LAT_CELLS).clamp(0, 180 * LAT_CELLS - 1) / 3_125;
    let lon = cells(point.lon + 180.0, LON_CELLS).rem_euclid(360 * LON_CELLS) / 1_024;
    let mut letters = Vec::with_capacity(PAIRED);
    let (mut lat, mut lon) = (lat, lon);
    for _pair in 0..PAIRED / 2 {
        letters.push(letter(lon % 20));
        letters.push(letter(lat % 20));
        (lat, lon) = (lat / 20, lon / 20);
    }
    letters.iter().rev().map(|byte| char::from(*byte)).collect()
}

#[allow(clippy::cast_possible_truncation, reason = "degrees times cells are far below 2^53")]
fn cells(degrees: f64, per_degree: i64) -> i64 {
    #[allow(clippy::cast_precision_loss, reason = "25 million is exact in a float")]
    let scaled = degrees * per_degree as f64;
    // A millionth of a cell mends what the sum of two floats has lost.
    (scaled + 1e-6).floor() as i64
}

fn letter(value: i64) -> u8 {
    usize::try_from(value.rem_euclid(20)).ok().and_then(|place| LETTERS.get(place)).copied().unwrap_or(b'2')
}

fn value(byte: u8) -> Option<usize> {
    LETTERS.iter().position(|letter| *letter == byte)
}

/// The rectangle that a code stands for, in finest cells from the south pole and the date line.
struct Cell {
    lat: i64,
    lon: i64,
    height: i64,
    width: i64,
}

fn cell(code: &str) -> Cell {
    let values: Vec<i64> = code
        .bytes()
        .filter_map(value)
        .take(LETTERS_MAX)
        .filter_map(|value| i64::try_from(value).ok())
        .collect();
    let (mut lat, mut lon) = (0, 0);
    let (mut height, mut width) = (400 * LAT_CELLS, 400 * LON_CELLS);
    for (place, value) in values.iter().enumerate() {
        if place < PAIRED {
            if place % 2 == 0 {
                height /= 20;
                lat += value * height;
            } else {
                width /= 20;
                lon += value * width;
            }
        } else {
            height /= 5;
            width /= 4;
            lat += (value / 4) * height;
            lon += (value % 4) * width;
        }
    }
    Cell { lat, lon, height, width }
}

impl Cell {
    #[allow(clippy::cast_precision_loss, reason = "400 degrees in cells are far below 2^53")]
    fn middle(&self) -> Point {
        let degrees =
            |from: i64, size: i64, per_degree: i64| (from as f64 + size as f64 / 2.0) / per_degree as f64;
        let lat = degrees(self.lat, self.height, LAT_CELLS) - 90.0;
        Point { lat: lat.min(90.0), lon: degrees(self.lon, self.width, LON_CELLS) - 180.0 }
    }

    #[allow(clippy::cast_precision_loss, reason = "400 degrees in cells are far below 2^53")]
    fn read(&self, notation: Notation) -> ReadPoint {
        let half_m =
            |size: i64, per_degree: i64| size as f64 / per_degree as f64 / 2.0 * super::METRES_PER_DEGREE;
        let accuracy_m = half_m(self.height, LAT_CELLS).hypot(half_m(self.width, LON_CELLS)).ceil();
        ReadPoint { point: self.middle(), notation, accuracy_m }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(code: &str) -> Point {
        let Some(Ok(code)) = read(code) else { panic!("{code} is no code") };
        code.locate(Point { lat: -2.9, lon: 106.4 }).point
    }

    #[test]
    fn known_codes_are_where_they_are() {
        // Places whose codes are public knowledge: Google's office in Zurich, Wellington's middle, the Gulf of Guinea.
        for (code, lat, lon) in [
            ("8FVC9G8F+6X", 47.365_562_5, 8.524_937_5),
            ("8fvc9g8f+6xq", 47.365_587_5, 8.524_984_375),
            ("4VCPPQGP+Q9", -41.273_062_5, 174.785_937_5),
            ("7FG49QCJ+2V", 20.370_062_5, 2.782_187_5),
            ("6FG22222+22", 0.000_062_5, 0.000_062_5),
            ("7FG49Q00+", 20.375, 2.775),
        ] {
            let point = at(code);
            assert!((point.lat - lat).abs() < 1e-4, "{code}: {point:?}");
            assert!((point.lon - lon).abs() < 1e-4, "{code}: {point:?}");
        }
        assert_eq!(encode(Point { lat: 47.365_59, lon: 8.524_997 }), "8FVC9G8F6X");
        assert_eq!(encode(Point { lat: -41.273_062_5, lon: 174.785_937_5 }), "4VCPPQGPQ9");
        assert_eq!(encode(Point { lat: 90.0, lon: 1.0 }), "CFX3X2X2X2");
        assert_eq!(encode(Point { lat: 1.0, lon: 180.0 }), "62H2222222");
    }

    #[test]
    fn what_is_no_code_is_told_from_a_road_post_and_from_a_slip() {
        for text in ["7+600", "12+300", "KM", "a+b", "rt3+4", "1234+56", "Toboali+Sadai"] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in [
            "8FVC9G8F+6",
            "8FVC9G8I+6X",
            "ZZVC9G8F+6X",
            "8FVC9G8+6X",
            "8F0C9G8F+6X",
            "8FVC0000+22",
            "8FVCABCD+",
        ] {
            assert_eq!(read(text), Some(Err(Broken)), "{text}");
        }
    }

    #[test]
    fn a_short_code_is_completed_by_the_nearest_cell() {
        let near = |code: &str, lat: f64, lon: f64| {
            let Some(Ok(code)) = read(code) else { panic!("{code} is no code") };
            code.locate(Point { lat, lon }).point
        };
        let zurich = near("9G8F+6X", 47.4, 8.6);
        assert!((zurich.lat - 47.365_56).abs() < 1e-3 && (zurich.lon - 8.524_9).abs() < 1e-3, "{zurich:?}");
        // Just across the edge of a one-degree cell, where the prefix of the reference is the wrong one.
        for (lat, lon) in [(-3.01, 106.99), (-2.99, 107.01), (-3.001, 106.001)] {
            let code = encode(Point { lat, lon });
            let short = format!("{}+{}", &code[4..8], &code[8..]);
            for (up, right) in [(0.3, 0.3), (-0.3, -0.3), (0.3, -0.3)] {
                let found = near(&short, lat + up, lon + right);
                assert!(
                    (found.lat - lat).abs() < 2e-4 && (found.lon - lon).abs() < 2e-4,
                    "{short}: {found:?}"
                );
            }
        }
    }
}
