//! Road posts: "KM 7+600" however it is said or typed.
//!
//! A bare number of three digits is never guessed at: "760" has been both KM 760 and KM 7+600.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::numbers::{digit, heard, spoken};
use super::token::{Kind, Token};

/// The longest road: the posts of Indonesian roads have at most three digits.
const KILOMETRES_MAX: u32 = 999;

/// A place along a road, counted from the road's beginning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Kilometre {
    /// Whole kilometres, 0 to 999.
    pub km: u16,
    /// Metres beyond, 0 to 999.
    pub metres: u16,
}

impl Kilometre {
    /// A place so many metres from the road's beginning; none beyond KM 999+999.
    pub fn of_metres(metres: u32) -> Option<Self> {
        let km = u16::try_from(metres / 1_000).ok().filter(|km| u32::from(*km) <= KILOMETRES_MAX)?;
        let metres = u16::try_from(metres % 1_000).ok()?;
        Some(Self { km, metres })
    }

    /// Metres from the road's beginning.
    pub fn in_metres(self) -> u32 {
        u32::from(self.km) * 1_000 + u32::from(self.metres)
    }

    /// What the call-taker says to the caller.
    pub fn read_back_id(self) -> String {
        let km = spoken(self.km.into());
        if self.metres == 0 {
            return format!("Saya ulangi: kilometer {km} tepat. Betul?");
        }
        format!("Saya ulangi: kilometer {km}, lewat {} meter. Betul?", spoken(self.metres.into()))
    }

    /// The same in English.
    pub fn read_back_en(self) -> String {
        if self.metres == 0 {
            return format!("I repeat: kilometre {} exactly. Right?", self.km);
        }
        format!("I repeat: kilometre {} plus {} metres. Right?", self.km, self.metres)
    }
}

impl std::fmt::Display for Kilometre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KM {}+{:03}", self.km, self.metres)
    }
}

/// A kilometre found in a text: what it says, or what has to be asked.
pub(super) struct Found {
    pub(super) read: Result<Kilometre, Doubt>,
    pub(super) span: Range<usize>,
}

/// The first kilometre that the pieces name, after the word for it.
pub(super) fn find(tokens: &[Token]) -> Option<Found> {
    (0..tokens.len()).find_map(|at| {
        is_kilometre(&tokens[at]).then_some(())?;
        let mut next = at + 1;
        if tokens.get(next).is_some_and(|token| token.is_mark('.') || token.is_mark(':')) {
            next += 1;
        }
        let (read, end) = after(tokens, next)?;
        Some(Found { read, span: tokens[at].span.start..tokens[end - 1].span.end })
    })
}

fn is_kilometre(token: &Token) -> bool {
    ["km", "kilometer", "kilo", "kilometre", "pal"].into_iter().any(|word| token.is(word))
}

/// A number as it was given: its digits, or its value when it was said in words.
#[derive(Clone, Debug)]
enum Given {
    Digits(String),
    Said(u32),
}

impl Given {
    fn value(&self) -> Option<u32> {
        match self {
            Self::Digits(digits) => digits.parse().ok(),
            Self::Said(value) => Some(*value),
        }
    }
}

fn after(tokens: &[Token], at: usize) -> Option<(Result<Kilometre, Doubt>, usize)> {
    let (whole, next) = number(tokens, at)?;
    let Some(sign) = tokens.get(next) else { return alone(tokens, at) };
    let plus =
        sign.is_mark('+') || ["plus", "tambah", "lewat", "lebih"].into_iter().any(|word| sign.is(word));
    if plus && let Some((metres, end)) = number(tokens, next + 1) {
        return Some((with_metres(&whole, &metres), past_unit(tokens, end)));
    }
    let comma = (sign.is_mark(',') || sign.is_mark('.')) && !sign.apart;
    let comma = comma && tokens.get(next + 1).is_some_and(|token| token.kind == Kind::Digits && !token.apart);
    let comma = comma || sign.is("koma") || sign.is("titik");
    if comma && let Some((decimals, end)) = decimals(tokens, next + 1) {
        return Some((with_decimals(&whole, &decimals), end));
    }
    alone(tokens, at)
}

/// The number at this place, when nothing after it belongs to it.
fn alone(tokens: &[Token], at: usize) -> Option<(Result<Kilometre, Doubt>, usize)> {
    let (whole, next) = number(tokens, at)?;
    // "KM 7 600" and "kilometer tujuh enam ratus"; "KM 7 2 orang" names two people.
    if let Some((metres, end)) = number(tokens, next) {
        let is_metres = match &metres {
            Given::Digits(digits) => digits.len() == 3,
            Given::Said(value) => (100..=999).contains(value),
        };
        if is_metres {
            return Some((with_metres(&whole, &metres), past_unit(tokens, end)));
        }
    }
    Some((bare(&whole), next))
}

fn number(tokens: &[Token], at: usize) -> Option<(Given, usize)> {
    let first = tokens.get(at)?;
    if first.kind == Kind::Digits {
        return Some((Given::Digits(first.text.clone()), at + 1));
    }
    let words: Vec<&str> = tokens[at..]
        .iter()
        .take_while(|token| token.kind == Kind::Word)
        .map(|token| token.text.as_str())
        .collect();
    // Digit by digit, as on a telephone: "tujuh enam nol".
    let digits: String = words.iter().map_while(|word| digit(word)).map(|digit| digit.to_string()).collect();
    let (value, used) = heard(&words)?;
    if digits.len() >= 3 && used == 1 {
        let end = at + digits.len();
        return Some((Given::Digits(digits), end));
    }
    Some((Given::Said(value), at + used))
}

fn decimals(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let first = tokens.get(at)?;
    if first.kind == Kind::Digits {
        return Some((first.text.clone(), at + 1));
    }
    let digits: String =
        tokens[at..].iter().map_while(|token| digit(&token.text)).map(|d| d.to_string()).collect();
    let end = at + digits.len();
    (!digits.is_empty()).then_some((digits, end))
}

fn past_unit(tokens: &[Token], at: usize) -> usize {
    let unit = tokens.get(at).is_some_and(|token| token.is("meter") || token.is("m"));
    if unit { at + 1 } else { at }
}

fn with_metres(whole: &Given, metres: &Given) -> Result<Kilometre, Doubt> {
    let km = kilometres(whole)?;
    let value = metres.value().filter(|value| *value <= 999).ok_or(Doubt::MetresTooMany)?;
    let Given::Digits(digits) = metres else { return of(km * 1_000 + value) };
    // "7+6" has been written for 7+600 and for 7+006.
    let scale = match digits.len() {
        1 => 100,
        2 => 10,
        _ => return of(km * 1_000 + value),
    };
    if value == 0 {
        return of(km * 1_000);
    }
    Err(Doubt::WhichKilometre { one: of(km * 1_000 + value * scale)?, other: of(km * 1_000 + value)? })
}

fn with_decimals(whole: &Given, decimals: &str) -> Result<Kilometre, Doubt> {
    let km = kilometres(whole)?;
    let metres = decimals.chars().chain("000".chars()).take(3).filter_map(|c| c.to_digit(10));
    of(km * 1_000 + metres.fold(0, |sum, digit| sum * 10 + digit))
}

fn bare(whole: &Given) -> Result<Kilometre, Doubt> {
    let Given::Digits(digits) = whole else { return of(kilometres(whole)? * 1_000) };
    let value = whole.value().ok_or(Doubt::KilometreTooFar)?;
    match digits.len() {
        0..=2 => of(value * 1_000),
        // 760 may be KM 7+60(0), written without its last nought.
        3 => Err(Doubt::WhichKilometre { one: of(value * 10)?, other: of(value * 1_000)? }),
        // No road has a kilometre 7600: those are metres.
        4..=6 => of(value),
        _ => Err(Doubt::KilometreTooFar),
    }
}

fn kilometres(whole: &Given) -> Result<u32, Doubt> {
    whole.value().filter(|km| *km <= KILOMETRES_MAX).ok_or(Doubt::KilometreTooFar)
}

fn of(metres: u32) -> Result<Kilometre, Doubt> {
    Kilometre::of_metres(metres).ok_or(Doubt::KilometreTooFar)
}
