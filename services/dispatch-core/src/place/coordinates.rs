//! Coordinates as people write them: decimal with a point or a comma, degrees with minutes and seconds, with
//! signs, letters (S, E, LS, BT …) or words.

use std::ops::Range;

use super::doubt::Doubt;
use super::link::precision_m;
use super::token::{Kind, Token};
use super::{FAR_AWAY_M, METRES_PER_DEGREE, Notation, ReadPoint};
use crate::area::{Point, distance_m};

/// Coordinates that were found, or what is wrong with them.
pub(super) struct Found {
    pub(super) point: Option<ReadPoint>,
    pub(super) doubt: Option<Doubt>,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Axis {
    Lat,
    Lon,
}

/// Which character stands before the decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Decimal {
    Point,
    Comma,
}

/// A number of degrees with all that says what it means.
#[derive(Clone, Debug, Default)]
struct Angle {
    degrees: f64,
    minus: bool,
    axis: Option<Axis>,
    /// Whether a letter or a word says south or west (`true`), north or east.
    letter: Option<bool>,
    decimals: usize,
    sexagesimal: bool,
    /// Has a degree sign, a letter or a label: it cannot be anything but an angle.
    marked: bool,
    sixty: bool,
}

impl Angle {
    fn signed(&self) -> f64 {
        if self.letter.unwrap_or(self.minus) { -self.degrees } else { self.degrees }
    }

    fn has_sign(&self) -> bool {
        self.minus || self.letter.is_some()
    }

    /// Half of the last digit in metres.
    fn accuracy_m(&self) -> f64 {
        if self.sexagesimal { (METRES_PER_DEGREE / 3_600.0 / 2.0).ceil() } else { precision_m(self.decimals) }
    }
}

/// The first pair of coordinates among the pieces.
pub(super) fn find(tokens: &[Token], home: Option<Point>) -> Option<Found> {
    let points = tokens.windows(3).any(|three| {
        three[0].kind == Kind::Digits
            && three[1].is_mark('.')
            && three[2].kind == Kind::Digits
            && !three[2].apart
    });
    let order = if points { [Decimal::Point, Decimal::Comma] } else { [Decimal::Comma, Decimal::Point] };
    (0..tokens.len()).filter(|at| begins(tokens, *at)).find_map(|at| {
        order.into_iter().find_map(|decimal| pair(tokens, at, decimal)).map(|(lat, lon, end)| {
            let span = tokens[at].span.start..tokens[end - 1].span.end;
            meaning(&lat, &lon, home, span)
        })
    })
}

/// Not in the middle of another number or word.
fn begins(tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return true };
    tokens[at].apart
        || matches!(before.kind, Kind::Mark(mark) if !matches!(mark, '.' | ',' | '-' | '+' | '/'))
}

fn pair(tokens: &[Token], at: usize, decimal: Decimal) -> Option<(Angle, Angle, usize)> {
    let (first, next) = angle(tokens, at, decimal)?;
    let separated =
        tokens.get(next).is_some_and(|t| [',', ';', '/', '|'].into_iter().any(|mark| t.is_mark(mark)));
    let next = if separated { next + 1 } else { next };
    let next = if tokens.get(next).is_some_and(|token| token.is("dan")) { next + 1 } else { next };
    let touching = next < tokens.len() && !separated && !tokens[next].apart;
    let (second, end) = angle(tokens, next, decimal)?;
    let whole = at == 0 && end == tokens.len();
    let exact = first.decimals >= 2 && second.decimals >= 2;
    let typed = separated && (first.minus || first.decimals > 0) || first.decimals > 0 && second.decimals > 0;
    let surely = first.marked && second.marked || exact && (!touching || second.minus) || whole && typed;
    // What follows without a gap makes it something else: "7.60, 12.5x".
    let goes_on = |kind: Kind| match kind {
        Kind::Word | Kind::Digits => true,
        Kind::Mark(mark) => matches!(mark, '+' | '-' | '/'),
    };
    let follows = tokens.get(end).is_some_and(|token| !token.apart && goes_on(token.kind));
    (surely && !follows).then_some((first, second, end))
}

fn angle(tokens: &[Token], at: usize, decimal: Decimal) -> Option<(Angle, usize)> {
    let mut angle = Angle::default();
    let mut at = label(tokens, at, &mut angle);
    let prefixed = hemisphere(tokens, at, &mut angle);
    at = prefixed.unwrap_or(at);
    if tokens.get(at)?.is_mark('-') || tokens.get(at)?.is_mark('+') {
        angle.minus = tokens[at].is_mark('-');
        at += 1;
    }
    let (degrees, decimals, next) = number(tokens, at, decimal)?;
    if degrees >= 1_000.0 {
        return None;
    }
    (angle.degrees, angle.decimals, at) = (degrees, decimals, next);
    at = minutes_and_seconds(tokens, at, decimal, &mut angle);
    if angle.letter.is_none() {
        at = hemisphere(tokens, at, &mut angle).unwrap_or(at);
    }
    Some((angle, at))
}

fn label(tokens: &[Token], mut at: usize, angle: &mut Angle) -> usize {
    let Some(token) = tokens.get(at) else { return at };
    angle.axis = if ["lat", "latitude", "lintang"].into_iter().any(|word| token.is(word)) {
        Some(Axis::Lat)
    } else if ["lon", "lng", "long", "longitude", "bujur"].into_iter().any(|word| token.is(word)) {
        Some(Axis::Lon)
    } else {
        return at;
    };
    angle.marked = true;
    at += 1;
    if tokens.get(at).is_some_and(|token| token.is_mark(':') || token.is_mark('=')) { at + 1 } else { at }
}

/// A letter or a word for a hemisphere, and where the text goes on.
fn hemisphere(tokens: &[Token], at: usize, angle: &mut Angle) -> Option<usize> {
    let first = tokens.get(at)?;
    if first.kind != Kind::Word {
        return None;
    }
    let two_words =
        ["lintang", "bujur"].into_iter().any(|word| first.is(word)) && tokens.get(at + 1).is_some();
    let (word, next) = if two_words { (&tokens[at + 1].text, at + 2) } else { (&first.text, at + 1) };
    let (axis, south_or_west) = match word.as_str() {
        "ls" | "s" | "selatan" | "south" => (Axis::Lat, true),
        "lu" | "n" | "u" | "utara" | "north" => (Axis::Lat, false),
        "bb" | "w" | "b" | "barat" | "west" => (Axis::Lon, true),
        "bt" | "e" | "t" | "timur" | "east" => (Axis::Lon, false),
        _ => return None,
    };
    // "lat 106.4 E" contradicts itself: what the letter says counts, and the pair is asked back.
    (angle.axis, angle.letter, angle.marked) = (Some(axis), Some(south_or_west), true);
    Some(next)
}

fn number(tokens: &[Token], at: usize, decimal: Decimal) -> Option<(f64, usize, usize)> {
    let whole = tokens.get(at).filter(|token| token.kind == Kind::Digits && token.text.len() <= 3)?;
    let sign = match decimal {
        Decimal::Point => '.',
        Decimal::Comma => ',',
    };
    let has_decimals = tokens.get(at + 1).is_some_and(|token| token.is_mark(sign) && !token.apart);
    match tokens.get(at + 2).filter(|token| has_decimals && token.kind == Kind::Digits && !token.apart) {
        Some(decimals) => {
            let text = format!("{}.{}", whole.text, decimals.text);
            Some((text.parse().ok()?, decimals.text.len(), at + 3))
        }
        None => Some((whole.text.parse().ok()?, 0, at + 1)),
    }
}

/// What follows whole degrees: a sign for them, minutes and seconds, each with or without its sign.
fn minutes_and_seconds(tokens: &[Token], at: usize, decimal: Decimal, angle: &mut Angle) -> usize {
    let sign = |at: usize, mark: char, words: [&str; 3]| {
        tokens
            .get(at)
            .is_some_and(|token| token.is_mark(mark) || words.into_iter().any(|word| token.is(word)))
    };
    let has_sign = sign(at, '\u{b0}', ["d", "derajat", "deg"]);
    angle.marked |= has_sign;
    let lettered = has_sign && !tokens[at].is_mark('\u{b0}');
    let after_degrees = if has_sign { at + 1 } else { at };
    if angle.decimals > 0 {
        return after_degrees;
    }
    // Without signs only a letter at the end tells minutes from a second number: "2 59 40 S".
    let bare = !has_sign;
    let Some((minutes, decimals, next)) = number(tokens, after_degrees, decimal) else {
        return after_degrees;
    };
    let signed = sign(next, '\'', ["m", "menit", "min"]);
    let mut found = Angle { degrees: angle.degrees + minutes / 60.0, sexagesimal: true, ..angle.clone() };
    found.sixty = minutes >= 60.0;
    let mut end = if signed { next + 1 } else { next };
    if decimals == 0
        && (signed || bare)
        && let Some((seconds, _, next)) = number(tokens, end, decimal)
    {
        found.degrees += seconds / 3_600.0;
        found.sixty |= seconds >= 60.0;
        end = next;
        let twice = sign(end, '\'', ["''"; 3]) && sign(end + 1, '\'', ["''"; 3]);
        // In "2d59m40s" the s is the seconds' own; in `2°59'40" S` it is the hemisphere.
        let own = sign(end, '"', ["detik", "det", "sec"]) || lettered && sign(end, '"', ["s"; 3]);
        end += if twice { 2 } else { usize::from(own) };
    }
    let mut probe = found.clone();
    if bare
        && (found.letter.is_none() && hemisphere(tokens, end, &mut probe).is_none()
            || end - after_degrees < 2)
    {
        return after_degrees;
    }
    *angle = found;
    end
}

fn meaning(one: &Angle, two: &Angle, home: Option<Point>, span: Range<usize>) -> Found {
    let wrong = |doubt| Found { point: None, doubt: Some(doubt), span: span.clone() };
    if one.sixty || two.sixty {
        return wrong(Doubt::SixtyOrMore);
    }
    if [one, two].into_iter().any(|angle| angle.minus && angle.letter == Some(false)) {
        return wrong(Doubt::SignAgainstLetter);
    }
    let lon_first = match (one.axis, two.axis) {
        (Some(a), Some(b)) if a == b => return wrong(Doubt::SameAxisTwice),
        (Some(Axis::Lon), _) | (_, Some(Axis::Lat)) => true,
        (_, _) => false,
    };
    let (lat, lon) = if lon_first { (two, one) } else { (one, two) };
    let as_written = Point { lat: lat.signed(), lon: lon.signed() };
    let named = one.axis.is_some() || two.axis.is_some();
    let near = |point: Point| home.is_some_and(|home| distance_m(point, home) <= FAR_AWAY_M);
    let south = Point { lat: -as_written.lat, ..as_written };
    let swapped = Point { lat: as_written.lon, lon: as_written.lat };
    let (point, doubt) = if near(as_written) {
        (as_written, None)
    } else if !lat.has_sign() && near(south) {
        (south, Some(Doubt::SouthAssumed))
    } else if !named && swapped.is_on_earth() && near(swapped) {
        (swapped, Some(Doubt::Swapped))
    } else {
        (as_written, None)
    };
    if !point.is_on_earth() {
        return wrong(Doubt::OutOfRange);
    }
    let sexagesimal = one.sexagesimal || two.sexagesimal;
    let notation = if sexagesimal { Notation::Sexagesimal } else { Notation::Decimal };
    let accuracy_m = one.accuracy_m().max(two.accuracy_m());
    Found { point: Some(ReadPoint { point, notation, accuracy_m }), doubt, span }
}
