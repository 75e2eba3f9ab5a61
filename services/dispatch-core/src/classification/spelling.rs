//! What a word that is written otherwise stands for: by the lexicon's list, or by what is left of it.
//!
//! Call-takers leave vowels out (`nlyn`, `pnghuni`), Bangka Malay ends in other vowels and says `te-` for `ter-`
//! (`dalem`, `tebakar`). No list holds all of that, so a word that is not known is compared with the known words
//! that have the same consonants in the same order.

use std::collections::{BTreeMap, BTreeSet};

/// Fewer consonants fit too many words.
const CONSONANTS_MIN: usize = 3;
/// A word of so many letters with one missing is a slip of the pen.
const SLIP_LETTERS_MIN: usize = 5;
/// Prefixes whose `r` is often left out: `tebakar`, `pdarahan`.
const PREFIXES_WITH_R: [&str; 3] = ["ter", "ber", "per"];

/// Spellings and the words that are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling {
    /// Written so, meant so; what is meant may be two words.
    listed: BTreeMap<String, String>,
    known: BTreeSet<String>,
    /// Consonants to the words that have them, the more frequent first; each as it may be pronounced.
    by_consonants: BTreeMap<String, Vec<(String, String)>>,
}

impl Spelling {
    /// `words` are the words that are known, the more frequent first.
    pub fn new<'a>(listed: &BTreeMap<String, String>, words: impl Iterator<Item = &'a str>) -> Self {
        let known = listed.keys().cloned().collect();
        let mut spelling = Self { listed: listed.clone(), known, ..Self::default() };
        for word in words {
            if !spelling.known.insert(word.to_owned()) {
                continue;
            }
            let short = PREFIXES_WITH_R.iter().find_map(|prefix| {
                let rest = word.strip_prefix(prefix)?;
                Some([&prefix[..2], rest].concat())
            });
            for said in std::iter::once(word.to_owned()).chain(short) {
                let of_it = spelling.by_consonants.entry(consonants(&said)).or_default();
                of_it.push((said, word.to_owned()));
            }
        }
        spelling
    }

    /// What the list says.
    pub fn listed(&self, word: &str) -> Option<&str> {
        self.listed.get(word).map(String::as_str)
    }

    /// Whether it is a word.
    pub fn knows(&self, word: &str) -> bool {
        self.known.contains(word)
    }

    /// The known word that an unknown one is most likely meant to be.
    pub fn guess(&self, word: &str) -> Option<&str> {
        let left = consonants(word);
        if left.len() < CONSONANTS_MIN {
            return None;
        }
        let same = self.by_consonants.get(&left).into_iter().flatten();
        let meant = same.filter(|(said, _)| is_shortened(word, said) || is_dialect(word, said));
        let meant = meant.map(|(_, word)| word.as_str()).next();
        // Bangka Malay closes many words with a k: "kepalak", "bukak".
        meant.or_else(|| word.strip_suffix('k').and_then(|open| self.known.get(open)).map(String::as_str))
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// The consonants, doubled ones once.
fn consonants(word: &str) -> String {
    let mut left: Vec<char> = word.chars().filter(|letter| !is_vowel(*letter)).collect();
    left.dedup();
    left.into_iter().collect()
}

/// Whether letters were left out of `said`, not the first one. A word that can be spoken as it is ("bank") is more
/// likely one that nobody told us than an abbreviation, unless only one letter of a long one is missing.
fn is_shortened(word: &str, said: &str) -> bool {
    let mut letters = said.chars();
    let missing = said.len().saturating_sub(word.len());
    (missing > 0 && !is_spoken(word) || missing == 1 && word.len() >= SLIP_LETTERS_MIN)
        && word.chars().next() == said.chars().next()
        && word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// Whether an Indonesian tongue can say it: no word begins or ends with two consonants, but for a few.
fn is_spoken(word: &str) -> bool {
    const SOUNDS: [&str; 4] = ["ng", "ny", "sy", "kh"];
    let merged = SOUNDS.iter().fold(word.to_owned(), |word, sound| word.replace(sound, "g"));
    let letters: Vec<char> = merged.chars().collect();
    let vowels: Vec<usize> = (0..letters.len()).filter(|place| is_vowel(letters[*place])).collect();
    let (Some(first), Some(last)) = (vowels.first(), vowels.last()) else { return false };
    let begins = *first <= 1 || *first == 2 && matches!(letters[1], 'r' | 'l');
    let together = vowels.windows(2).all(|two| two[1] - two[0] <= 3);
    begins && together && letters.len() - last <= 3
}

/// Whether only vowels differ, the way Bangka Malay says them: `dalem`, `runtoh`, `mulot`.
fn is_dialect(word: &str, said: &str) -> bool {
    let same = |(heard, meant): (char, char)| {
        heard == meant || matches!((heard, meant), ('e', 'a' | 'i') | ('o', 'a' | 'u'))
    };
    word.chars().count() == said.chars().count() && word.chars().zip(said.chars()).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_word_finds_it_and_nothing_else_does() {
        let words = "tanya nelayan penghuni terbakar perdarahan berjalan dalam runtuh kepala korban semalam tabung beranak";
        let spelling = Spelling::new(&BTreeMap::new(), words.split(' '));
        let meant = [
            ("tny", "tanya"),
            ("nlyn", "nelayan"),
            ("pnghuni", "penghuni"),
            ("trbakar", "terbakar"),
            ("tebakar", "terbakar"),
            ("pdarahan", "perdarahan"),
            ("bejalen", "berjalan"),
            ("dalem", "dalam"),
            ("runtoh", "runtuh"),
            ("kepalak", "kepala"),
            ("krbn", "korban"),
            ("smlm", "semalam"),
        ];
        for (written, word) in meant {
            assert_eq!(spelling.guess(written), Some(word), "{written}");
        }
        for other in ["tn", "tabun", "tenyu", "nelayang", "korbin", "alam", "bank", "xyz", ""] {
            assert_eq!(spelling.guess(other), None, "{other}");
        }
    }
}
