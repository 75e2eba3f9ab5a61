//! Finds many phrases in one pass over the words.
//!
//! A phrase is a row of words. `bakar*`, `*bakar` and `*bakar*` stand for words that start with, end with or
//! contain something; `~` stands for up to four words.

use std::collections::BTreeMap;

use crate::classification::words::Word;

/// Words that a `~` may stand for.
const GAP_WORDS_MAX: usize = 4;

/// Letters of a pattern: two would fit half of all words.
const PATTERN_LETTERS_MIN: usize = 3;
/// Words that a hit may have: no phrase has more than six words and three gaps.
pub(super) const HIT_WORDS_MAX: usize = 18;

/// One place of a phrase.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Place {
    Exact(String),
    Starts(String),
    Ends(String),
    Contains(String),
    Gap,
}

impl Place {
    fn read(text: &str) -> Self {
        match (text.strip_prefix('*'), text.strip_suffix('*')) {
            _ if text == "~" => Self::Gap,
            (Some(_), Some(_)) => Self::Contains(text.trim_matches('*').to_owned()),
            (Some(rest), None) => Self::Ends(rest.to_owned()),
            (None, Some(rest)) => Self::Starts(rest.to_owned()),
            (None, None) => Self::Exact(text.to_owned()),
        }
    }

    fn fits(&self, word: &Word) -> bool {
        let any = |test: &dyn Fn(&str) -> bool| word.forms.iter().any(|form| test(form));
        match self {
            Self::Exact(text) => any(&|form| form == text),
            Self::Starts(text) => any(&|form| form.starts_with(text.as_str())),
            Self::Ends(text) => any(&|form| form.ends_with(text.as_str())),
            Self::Contains(text) => any(&|form| form.contains(text.as_str())),
            Self::Gap => false,
        }
    }
}

/// Where a phrase was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Hit {
    /// The first word.
    pub start: usize,
    /// One after the last word.
    pub end: usize,
    /// Whose phrase it is.
    pub owner: usize,
}

/// The hits that may touch the words from `start` to `end`, of hits in order of their start.
pub(super) fn around(hits: &[Hit], start: usize, end: usize) -> &[Hit] {
    let first = hits.partition_point(|hit| hit.start + HIT_WORDS_MAX < start);
    let last = hits.partition_point(|hit| hit.start <= end);
    &hits[first.min(last)..last]
}

/// All phrases of a lexicon, by the word that they start with.
#[derive(Clone, Debug, Default)]
pub(super) struct Phrases {
    phrases: Vec<(Vec<Place>, usize)>,
    exact: BTreeMap<String, Vec<usize>>,
    /// Phrases whose first word starts with something, by its first letters.
    starts: BTreeMap<String, Vec<usize>>,
    /// Phrases whose first word ends with something or contains it; they are tried on every word.
    patterns: Vec<usize>,
}

impl Phrases {
    /// Adds a phrase of an owner. Says whether it can be found at all: it starts with a word
    /// and is no longer than a hit may be.
    pub fn add(&mut self, phrase: &str, owner: usize) -> bool {
        let places: Vec<Place> = phrase.split_whitespace().map(Place::read).collect();
        let number = self.phrases.len();
        let words = |place: &Place| if *place == Place::Gap { GAP_WORDS_MAX } else { 1 };
        if places.iter().map(words).sum::<usize>() > HIT_WORDS_MAX {
            return false;
        }
        match places.first() {
            None | Some(Place::Gap) => return false,
            Some(Place::Exact(word)) => self.exact.entry(word.clone()).or_default().push(number),
            Some(Place::Starts(part) | Place::Ends(part) | Place::Contains(part))
                if part.chars().count() < PATTERN_LETTERS_MIN =>
            {
                return false;
            }
            Some(Place::Starts(part)) => self.starts.entry(head(part)).or_default().push(number),
            Some(Place::Ends(_) | Place::Contains(_)) => self.patterns.push(number),
        }
        self.phrases.push((places, owner));
        true
    }

    /// Every hit, by start.
    pub fn find(&self, words: &[Word]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (start, word) in words.iter().enumerate() {
            let exact = word.forms.iter().filter_map(|form| self.exact.get(form)).flatten();
            let starts = word.forms.iter().filter_map(|form| self.starts.get(&head(form))).flatten();
            for &number in exact.chain(starts).chain(&self.patterns) {
                let (places, owner) = &self.phrases[number];
                if let Some(end) = matches_from(places, words, start) {
                    hits.push(Hit { start, end, owner: *owner });
                }
            }
        }
        hits.sort();
        hits.dedup();
        hits
    }
}

/// The first letters of a word, by which patterns are found.
fn head(word: &str) -> String {
    word.chars().take(PATTERN_LETTERS_MIN).collect()
}

/// The end of the shortest match of the places from `start` on.
fn matches_from(places: &[Place], words: &[Word], start: usize) -> Option<usize> {
    let Some((place, rest)) = places.split_first() else { return Some(start) };
    match place {
        Place::Gap => (0..=GAP_WORDS_MAX).find_map(|skip| matches_from(rest, words, start + skip)),
        Place::Exact(_) | Place::Starts(_) | Place::Ends(_) | Place::Contains(_) => words
            .get(start)
            .filter(|word| place.fits(word))
            .and_then(|_| matches_from(rest, words, start + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classification::spelling::Spelling;
    use crate::classification::words::words;

    #[test]
    fn finds_words_patterns_and_gaps() {
        let mut phrases = Phrases::default();
        let all = ["api", "*bakar*", "tidak ~ bangun", "kawat*"];
        assert!(all.iter().enumerate().all(|(owner, phrase)| phrases.add(phrase, owner)));
        assert!(!phrases.add("a ~ b ~ c ~ d ~ e ~ f", 9), "longer than a hit may be");
        assert!(!phrases.add("~ api", 9) && !phrases.add("", 9) && !phrases.add("*ab", 9));
        let found = |text: &str| -> Vec<usize> {
            phrases.find(&words(text, &Spelling::default(), 99)).iter().map(|hit| hit.owner).collect()
        };
        assert_eq!(found("apinya besar, terbakar!"), [0, 1]);
        assert_eq!(found("tidak mau juga bangun"), [2]);
        assert_eq!(found("tidak mau juga ikut lagi saja bangun"), Vec::<usize>::new());
    }
}
