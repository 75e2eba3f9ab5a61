//! A task in words, put together from pieces, for a person whom the program calls.

use dispatch_core::category::{Category, Priority};

use crate::announcement::{self, Frame};
use crate::wav::{self, WavError};

macro_rules! wav {
    ($file:literal) => {
        include_bytes!(concat!("../../../sip-config/announcements/", $file))
    };
}

const DIGITS: [&[u8]; 10] = [
    wav!("angka-0.wav"),
    wav!("angka-1.wav"),
    wav!("angka-2.wav"),
    wav!("angka-3.wav"),
    wav!("angka-4.wav"),
    wav!("angka-5.wav"),
    wav!("angka-6.wav"),
    wav!("angka-7.wav"),
    wav!("angka-8.wav"),
    wav!("angka-9.wav"),
];

/// The words of a task: what it is, how urgent, its number digit by digit, and what to press. A-law.
///
/// # Errors
/// When one of the pieces is not A-law at 8000 Hz; the program was then built from a broken tree.
pub fn task(category: Category, priority: Priority, number: &str) -> Result<Vec<Frame>, WavError> {
    let kind: &[u8] = match category {
        Category::A => wav!("kategori-a.wav"),
        Category::B => wav!("kategori-b.wav"),
        Category::C => wav!("kategori-c.wav"),
        Category::D => wav!("kategori-d.wav"),
        Category::E => wav!("kategori-e.wav"),
        Category::F => wav!("kategori-f.wav"),
        Category::G => wav!("kategori-g.wav"),
    };
    let mut pieces: Vec<&[u8]> = vec![wav!("tugas-baru.wav"), kind, wav!("tugas-prioritas.wav")];
    pieces.extend(digits(priority.code()));
    pieces.push(wav!("tugas-nomor.wav"));
    pieces.extend(digits(number));
    pieces.push(wav!("tugas-pilihan.wav"));
    joined(&pieces)
}

/// The words of a test.
///
/// # Errors
/// As [`task`].
pub fn test() -> Result<Vec<Frame>, WavError> {
    joined(&[wav!("tugas-uji.wav")])
}

/// What is said when a key was pressed.
///
/// # Errors
/// As [`task`].
pub fn thanks() -> Result<Vec<Frame>, WavError> {
    joined(&[wav!("tugas-dicatat.wav")])
}

/// What is no digit is left out.
fn digits(text: &str) -> impl Iterator<Item = &'static [u8]> + '_ {
    text.chars().filter_map(|c| c.to_digit(10)).filter_map(|digit| DIGITS.get(digit as usize).copied())
}

fn joined(pieces: &[&[u8]]) -> Result<Vec<Frame>, WavError> {
    let mut samples = Vec::new();
    for piece in pieces {
        samples.extend_from_slice(wav::read_alaw(piece)?);
    }
    Ok(announcement::frames(&samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_can_be_spoken_and_a_task_takes_less_than_half_a_minute() {
        for category in Category::ALL {
            for priority in Priority::ALL {
                let words = task(category, priority, "1234567890").unwrap();
                assert!((400..1_500).contains(&words.len()), "{category} {priority}: {} frames", words.len());
            }
        }
        let (short, long) = (task(Category::A, Priority::P1, "1"), task(Category::A, Priority::P1, "12"));
        assert!(long.unwrap().len() > short.unwrap().len(), "each digit is said");
        assert_eq!(task(Category::A, Priority::P1, "-x"), task(Category::A, Priority::P1, ""));
        assert!(test().unwrap().len() > 100 && thanks().unwrap().len() > 50);
    }
}
