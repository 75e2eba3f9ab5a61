//! Every word of every name, once, and which names have it: what a typed word could mean is found by walking
//! down the common beginnings of the sorted words, so that most words are never looked at.

use std::collections::BTreeMap;

use super::folding::WORD_BYTES_MAX;

/// Bytes of a word from which one slip is forgiven; shorter ones would match anything.
const ONE_SLIP_FROM: usize = 4;
/// Bytes of a word from which two slips are forgiven.
const TWO_SLIPS_FROM: usize = 8;
/// Bytes of a beginning within which one slip is forgiven.
const SLIP_IN_PREFIX_FROM: usize = 5;
/// Bytes from which a beginning finds words.
const PREFIX_FROM: usize = 2;

/// One more than the longest word: a row of distances.
const ROW: usize = WORD_BYTES_MAX + 1;

/// Sorted words with their postings.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    words: Vec<Box<str>>,
    /// Where the postings of each word begin, and the end of the last.
    starts: Vec<u32>,
    postings: Vec<u32>,
}

/// How near a word of the vocabulary is to a typed one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Likeness {
    /// Which word.
    pub(super) word: u32,
    /// 0 to 255, more is nearer.
    pub(super) quality: u8,
}

impl Vocabulary {
    /// Words with their postings.
    pub(super) fn new(words: BTreeMap<Box<str>, Vec<u32>>) -> Self {
        let mut made = Self { words: Vec::with_capacity(words.len()), ..Self::default() };
        for (word, postings) in words {
            made.starts.push(u32::try_from(made.postings.len()).unwrap_or(u32::MAX));
            made.postings.extend(postings);
            made.words.push(word);
        }
        made.starts.push(u32::try_from(made.postings.len()).unwrap_or(u32::MAX));
        made
    }

    /// The postings of a word.
    pub(super) fn postings(&self, word: u32) -> &[u32] {
        let at = word as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => &self.postings[*start as usize..*end as usize],
            (_, _) => &[],
        }
    }

    /// The word itself, exactly.
    pub(super) fn exactly(&self, key: &str) -> Option<u32> {
        self.words.binary_search_by(|word| (**word).cmp(key)).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let text: usize = self.words.iter().map(|word| word.len() + size_of::<Box<str>>()).sum();
        text + (self.starts.len() + self.postings.len()) * size_of::<u32>()
    }

    /// The words that a typed one may mean, nearest first; `is_beginning`: it may still be typed. Counts what it looks at.
    pub(super) fn like(&self, key: &str, is_beginning: Beginning, looked_at: &mut usize) -> Vec<Likeness> {
        let typed = key.as_bytes();
        let has_digit = typed.iter().any(u8::is_ascii_digit);
        let slips = match typed.len() {
            _ if has_digit => 0,
            0..ONE_SLIP_FROM => 0,
            ONE_SLIP_FROM..TWO_SLIPS_FROM => 1,
            _ => 2,
        };
        let prefix = is_beginning == Beginning::Perhaps && typed.len() >= PREFIX_FROM && !has_digit;
        let prefix_slips = if typed.len() >= SLIP_IN_PREFIX_FROM { 1 } else { 0 };
        let mut first = [0u8; ROW];
        for (distance, cell) in (0u8..).zip(first.iter_mut()) {
            *cell = distance;
        }
        let mut walk =
            Walk { typed, slips, prefix: prefix.then_some(prefix_slips), found: Vec::new(), looked_at };
        walk.down(&self.words, 0, 0, Rows { row: first, earlier: None }, 0);
        let mut found = walk.found;
        found.sort_unstable_by_key(|like| (like.word, std::cmp::Reverse(like.quality)));
        found.dedup_by_key(|like| like.word);
        found.sort_unstable_by_key(|like| (std::cmp::Reverse(like.quality), like.word));
        found
    }
}

/// Whether a typed word may be the beginning of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Beginning {
    /// It may still be typed.
    Perhaps,
    /// Another word follows it.
    No,
}

/// The distances of a beginning to each beginning of what was typed, and those of the one a letter shorter.
#[derive(Clone, Copy)]
struct Rows {
    row: [u8; ROW],
    earlier: Option<[u8; ROW]>,
}

struct Walk<'w> {
    typed: &'w [u8],
    slips: u8,
    /// Slips that are forgiven in a beginning, when beginnings count.
    prefix: Option<u8>,
    found: Vec<Likeness>,
    looked_at: &'w mut usize,
}

impl Walk<'_> {
    /// Looks at the words `words`, which agree in their first `depth` bytes; the first of them has the number
    /// `number`. `before` is the last byte of them.
    fn down(&mut self, words: &[Box<str>], number: usize, depth: usize, rows: Rows, before: u8) {
        *self.looked_at += 1;
        let row = rows.row;
        let length = self.typed.len();
        let mut rest = words;
        let mut number = number;
        if words.first().is_some_and(|word| word.len() == depth) {
            let distance = row[length];
            if distance <= self.slips {
                self.take(number, whole(distance));
            }
            rest = &words[1..];
            number += 1;
        }
        if let Some(slips) = self.prefix
            && depth > 0
            && row[length] <= slips
        {
            let distance = row[length];
            for (place, word) in rest.iter().enumerate() {
                self.take(number + place, beginning(distance, length, word.len()));
            }
            *self.looked_at += rest.len() / 16;
            // Whatever is longer is found by its beginning already.
            if distance == 0 {
                return;
            }
        }
        let nearest = row[..=length].iter().copied().min().unwrap_or(u8::MAX);
        if nearest > self.slips.max(self.prefix.unwrap_or(0)) || depth >= WORD_BYTES_MAX {
            return;
        }
        while let Some(byte) = rest.first().and_then(|word| word.as_bytes().get(depth)).copied() {
            let same = rest.partition_point(|word| word.as_bytes().get(depth) <= Some(&byte));
            let next = Rows { row: self.next_row(&rows, byte, before), earlier: Some(row) };
            self.down(&rest[..same], number, depth + 1, next, byte);
            rest = &rest[same..];
            number += same;
        }
    }

    /// Optimal string alignment: insertions, deletions, exchanges, and two neighbours that changed places.
    fn next_row(&self, rows: &Rows, byte: u8, before: u8) -> [u8; ROW] {
        let row = &rows.row;
        let mut next = [u8::MAX; ROW];
        next[0] = row[0].saturating_add(1);
        for (at, typed) in self.typed.iter().enumerate() {
            let exchanged = row[at].saturating_add(u8::from(*typed != byte));
            let mut best = exchanged.min(row[at + 1].saturating_add(1)).min(next[at].saturating_add(1));
            let turned = at > 0 && *typed == before && self.typed[at - 1] == byte;
            if turned && let Some(earlier) = &rows.earlier {
                best = best.min(earlier[at - 1].saturating_add(1));
            }
            next[at + 1] = best;
        }
        next
    }

    fn take(&mut self, number: usize, quality: u8) {
        if let Ok(word) = u32::try_from(number) {
            self.found.push(Likeness { word, quality });
        }
    }
}

/// How good a whole word with so many slips is.
fn whole(slips: u8) -> u8 {
    match slips {
        0 => 255,
        1 => 205,
        _ => 160,
    }
}

/// How good a beginning is: the more of the word is there, the better.
fn beginning(slips: u8, typed: usize, length: usize) -> u8 {
    let share = u8::try_from(25 * typed.min(length) / length.max(1)).unwrap_or(25);
    if slips == 0 { 222 + share } else { 165 + share }
}
