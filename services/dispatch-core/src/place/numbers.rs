//! Numbers in Indonesian words, as callers say them and as they are read back.

const UNITS: [&str; 10] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];

/// The words of a number below one million: `7600` is "tujuh ribu enam ratus".
pub(super) fn spoken(number: u32) -> String {
    let number = number % 1_000_000;
    match number {
        0..=9 => unit(number).to_owned(),
        10 => "sepuluh".to_owned(),
        11 => "sebelas".to_owned(),
        12..=19 => format!("{} belas", unit(number - 10)),
        20..=99 => joined(format!("{} puluh", unit(number / 10)), number % 10),
        100..=199 => joined("seratus".to_owned(), number % 100),
        200..=999 => joined(format!("{} ratus", unit(number / 100)), number % 100),
        1_000..=1_999 => joined("seribu".to_owned(), number % 1_000),
        _ => joined(format!("{} ribu", spoken(number / 1_000)), number % 1_000),
    }
}

/// Digits one by one, as after a decimal sign: `99` is "sembilan sembilan".
pub(super) fn spelled(digits: &str) -> String {
    let words: Vec<&str> = digits.chars().filter_map(|c| c.to_digit(10)).map(unit).collect();
    words.join(" ")
}

fn unit(number: u32) -> &'static str {
    UNITS[(number % 10) as usize]
}

fn joined(head: String, rest: u32) -> String {
    if rest == 0 { head } else { format!("{head} {}", spoken(rest)) }
}

/// The number that these words begin with, and how many of them say it. "tujuh puluh enam" is one number;
/// "tujuh enam ratus" begins with 7.
pub(super) fn heard(words: &[&str]) -> Option<(u32, usize)> {
    let (value, used) = match words.first()? {
        &"seribu" => (1_000, 1),
        _ => {
            let (value, used) = below_thousand(words)?;
            if words.get(used) == Some(&"ribu") && value > 0 {
                (value * 1_000, used + 1)
            } else {
                (value, used)
            }
        }
    };
    if value < 1_000 {
        return Some((value, used));
    }
    let more = words.get(used..).and_then(below_thousand).filter(|(more, _)| *more > 0);
    Some(more.map_or((value, used), |(more, also)| (value + more, used + also)))
}

fn below_thousand(words: &[&str]) -> Option<(u32, usize)> {
    let (hundreds, used) = match (*words.first()?, words.get(1)) {
        ("seratus", _) => (100, 1),
        (first, Some(&"ratus")) => (digit(first).filter(|digit| *digit > 0)? * 100, 2),
        (_, _) => return below_hundred(words),
    };
    let more = words.get(used..).and_then(below_hundred).filter(|(more, _)| *more > 0);
    // "seratus dua ratus" are two numbers, not 102 and a stray word.
    let more = more.filter(|(_, also)| words.get(used + also) != Some(&"ratus"));
    Some(more.map_or((hundreds, used), |(more, also)| (hundreds + more, used + also)))
}

fn below_hundred(words: &[&str]) -> Option<(u32, usize)> {
    let first = *words.first()?;
    match first {
        "sepuluh" => return Some((10, 1)),
        "sebelas" => return Some((11, 1)),
        _ => {}
    }
    let value = digit(first)?;
    match words.get(1) {
        Some(&"belas") if value > 1 => Some((10 + value, 2)),
        Some(&"puluh") if value > 1 => {
            let more = words.get(2).and_then(|word| digit(word)).filter(|more| *more > 0);
            let stands_alone = !matches!(words.get(3), Some(&("ratus" | "puluh" | "belas")));
            Some(match more.filter(|_| stands_alone) {
                Some(more) => (value * 10 + more, 3),
                None => (value * 10, 2),
            })
        }
        Some(_) | None => Some((value, 1)),
    }
}

/// The digit that a word says.
pub(super) fn digit(word: &str) -> Option<u32> {
    let word = if word == "kosong" { "nol" } else { word };
    UNITS.iter().position(|unit| *unit == word).and_then(|place| u32::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spoken_and_heard_again() {
        for number in (0..2_000).chain([7_600, 10_011, 12_345, 100_000, 999_999]) {
            let words = spoken(number);
            let words: Vec<&str> = words.split(' ').collect();
            assert_eq!(heard(&words), Some((number, words.len())), "{words:?}");
        }
        assert_eq!(spoken(7_600), "tujuh ribu enam ratus");
        assert_eq!(spelled("0.90"), "nol sembilan nol");
    }

    #[test]
    fn two_numbers_are_not_taken_for_one() {
        assert_eq!(heard(&["tujuh", "enam", "ratus"]), Some((7, 1)));
        assert_eq!(heard(&["dua", "puluh", "lima", "ratus"]), Some((20, 2)));
        assert_eq!(heard(&["seratus", "dua", "ratus"]), Some((100, 1)));
        assert_eq!(heard(&["masjid"]), None);
        assert_eq!(heard(&[]), None);
    }
}
