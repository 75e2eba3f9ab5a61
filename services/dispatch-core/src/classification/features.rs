//! What the model sees of a text: its words, pairs of words and runs of letters, and what the rules saw in it.

use crate::category::Category;
use crate::classification::words::Word;

/// Rows that features are hashed to, as a power of two. Half of them have to stay empty, else words that were never
/// met share rows with known ones and look known.
pub(super) const ROW_BITS: u32 = 18;
/// The shortest and the longest run of letters. Three letters hear a stem through a slip of the pen; five are
/// nearly a word.
const RUN: std::ops::RangeInclusive<usize> = 3..=5;
/// A word that is longer is cut: no word of Indonesian has more letters, and a pasted blob must not cost more.
const WORD_LETTERS_MAX: usize = 24;

/// One feature of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Feature {
    /// Its row in the model.
    pub row: u32,
    /// The word it comes from.
    pub word: u32,
}

/// The features of a text, each row once.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Features {
    /// Of the words themselves.
    pub spelled: Vec<Feature>,
    /// Of what the rules saw in them.
    pub seen: Vec<Feature>,
    /// How strongly the rules speak for each category, 0 to 1.
    pub leanings: [f32; Category::ALL.len()],
}

impl Features {
    /// The features of these words; `signs` are names of what the rules saw, each with the word it starts at.
    pub fn of<'a>(
        words: &[Word],
        signs: impl Iterator<Item = (char, &'a str, usize)>,
        leanings: [f32; Category::ALL.len()],
    ) -> Self {
        let mut spelled = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let mut add = |kind: u8, parts: &[&[u8]]| {
                spelled.push(Feature { row: row(kind, parts), word: place as u32 });
            };
            let form = word.forms[0].as_bytes();
            add(b'w', &[form]);
            // The last form is the plainest: without -nya, with -a for Bangka Malay -e.
            let plain = word.forms[word.forms.len() - 1].as_bytes();
            if plain != form {
                add(b'w', &[plain]);
            }
            match words.get(place + 1) {
                Some(next) => add(b'p', &[form, b" ", next.forms[0].as_bytes()]),
                None => add(b'p', &[form, b" ."]),
            }
            if let Some(next) = words.get(place + 2) {
                add(b's', &[form, b" ", next.forms[0].as_bytes()]);
            }
            if place == 0 {
                add(b'p', &[b". ", form]);
            }
            runs(&word.forms[0], |run| add(b'r', &[run.as_bytes()]));
        }
        let seen = signs.map(|(kind, name, word)| Feature {
            row: row(b'!', &[kind.to_string().as_bytes(), name.as_bytes()]),
            word: word as u32,
        });
        Self { spelled: once_each(spelled), seen: once_each(seen.collect()), leanings }
    }
}

/// Every run of letters of a word, its ends marked.
fn runs(word: &str, mut found: impl FnMut(&str)) {
    let end = word.char_indices().nth(WORD_LETTERS_MAX).map_or(word.len(), |(end, _)| end);
    let marked = ["<", &word[..end], ">"].concat();
    let mut borders: Vec<usize> = marked.char_indices().map(|(border, _)| border).collect();
    borders.push(marked.len());
    for length in RUN {
        for run in borders.windows(length + 1) {
            found(&marked[run[0]..run[length]]);
        }
    }
}

fn once_each(mut features: Vec<Feature>) -> Vec<Feature> {
    features.sort();
    features.dedup_by_key(|feature| feature.row);
    features
}

/// FNV-1a, folded to the number of rows: the same on every machine and in every version of Rust.
fn row(kind: u8, parts: &[&[u8]]) -> u32 {
    let mut hash: u32 = 0x811C_9DC5;
    for byte in std::iter::once(&kind).chain(parts.iter().copied().flatten()) {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> ROW_BITS)) & ((1 << ROW_BITS) - 1)
}
