//! From raw text to words that a phrase can be compared with.
//!
//! Callers are written down in a hurry, in Indonesian, Bangka Malay and abbreviations. Each word carries every
//! form it may stand for; only a word that is not known is taken for one that is (`spelling.rs`).

use crate::classification::spelling::Spelling;

/// Enclitics: the stem before them is a form of its own (`apinya`, Bangka Malay `apinye`).
const CLITICS: [&str; 6] = ["nya", "nye", "lah", "kah", "ku", "mu"];

/// A stem shorter than this is no stem: `buku` is not `bu` + `ku`.
const STEM_LETTERS_MIN: usize = 3;

/// One word of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    /// As written, in small letters.
    pub surface: String,
    /// What it may stand for, the most likely first.
    pub forms: Vec<String>,
    /// A comma or a full stop follows: negation does not reach over it.
    pub ends_clause: bool,
}

impl Word {
    /// Whether one of the forms is this word.
    pub fn is(&self, word: &str) -> bool {
        self.forms.iter().any(|form| form == word)
    }
}

/// Whether a word as written is laughter: `hahaha`, `wkwk`, `hihihi`.
pub(super) fn is_laughter(surface: &str) -> bool {
    const LAUGHS: [&str; 8] = ["haha", "hehe", "hihi", "hoho", "wkwk", "kwkw", "xixi", "huehue"];
    LAUGHS.iter().any(|laugh| surface.starts_with(laugh)) && surface.chars().all(|c| "haeiouwkx".contains(c))
        || surface == "wk"
        || surface == "xi"
}

/// The words of a text, at most `words_max`.
pub(super) fn words(text: &str, spelling: &Spelling, words_max: usize) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut raw = String::new();
    for c in text.chars().flat_map(char::to_lowercase).chain(std::iter::once(' ')) {
        if c.is_alphanumeric() {
            raw.push(c);
            continue;
        }
        // An apostrophe is part of a word: "jum'at" is one.
        if matches!(c, '\'' | '’' | '`') {
            continue;
        }
        push(&std::mem::take(&mut raw), spelling, &mut found);
        if matches!(c, ',' | '.' | ';' | '!' | '?' | ':' | '\n')
            && let Some(last) = found.last_mut()
        {
            last.ends_clause = true;
        }
        if found.len() >= words_max {
            break;
        }
    }
    found
}

fn push(raw: &str, spelling: &Spelling, found: &mut Vec<Word>) {
    if raw.is_empty() {
        return;
    }
    // "muntah2" is "muntah-muntah".
    let singular = raw.strip_suffix('2').filter(|stem| stem.chars().all(char::is_alphabetic)).unwrap_or(raw);
    let word = shorten(singular, 3);
    let right = spelling.listed(&word).or_else(|| spelling.listed(&shorten(&word, 2)));
    let right = right.or_else(|| {
        let known = forms(&word).iter().any(|form| spelling.knows(form));
        if known { None } else { spelling.guess(&word) }
    });
    for part in right.unwrap_or(&word).split(' ') {
        let mut forms = forms(part);
        // Many write the passive apart: "di tabrak", "di perbaiki".
        let passive = ["di", part].concat();
        if found.last().is_some_and(|last| last.surface == "di") && spelling.knows(&passive) {
            forms.insert(1, passive);
        }
        found.push(Word { surface: raw.to_owned(), forms, ends_clause: false });
    }
}

/// Runs of `run` or more equal letters become one: `tolooong` is `tolong`.
fn shorten(word: &str, run: usize) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut short = String::with_capacity(word.len());
    for group in letters.chunk_by(|a, b| a == b) {
        let kept = if group.len() >= run && group[0].is_alphabetic() { 1 } else { group.len() };
        short.extend(&group[..kept]);
    }
    short
}

fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    let stem = CLITICS.iter().find_map(|clitic| {
        word.strip_suffix(clitic).filter(|stem| stem.len() >= STEM_LETTERS_MIN).map(str::to_owned)
    });
    forms.extend(stem);
    forms.push(shorten(word, 2));
    // Bangka Malay ends in -e or -o where Indonesian ends in -a: ade, kemano.
    for position in 0..forms.len() {
        let form = &forms[position];
        if let Some(stem) = form.strip_suffix(['e', 'o']).filter(|stem| stem.len() >= 2) {
            forms.push(format!("{stem}a"));
        }
    }
    // Toboali says h for s at the start: hakit, hungai.
    for position in 0..forms.len() {
        if let Some(rest) = forms[position].strip_prefix('h').filter(|rest| rest.len() >= STEM_LETTERS_MIN) {
            forms.push(format!("s{rest}"));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    forms.retain(|form| seen.insert(form.clone()));
    forms
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn all(text: &str) -> Vec<Word> {
        let listed = [("dak", "tidak"), ("dakde", "tidak ada"), ("tolong", "tolong")];
        let listed = BTreeMap::from(listed.map(|(written, meant)| (written.to_owned(), meant.to_owned())));
        words(text, &Spelling::new(&listed, ["penghuni", "sakit", "api", "ditabrak"].into_iter()), 50)
    }

    #[test]
    fn every_way_of_writing_reaches_the_word() {
        let stories = [
            ("TOLOOOONG!!", "tolong"),
            ("toloong", "tolong"),
            ("apinye", "api"),
            ("Ade", "ada"),
            ("kemano", "kemana"),
            ("hakit", "sakit"),
            ("muntah2", "muntah"),
            ("dak", "tidak"),
            ("jum'at", "jumat"),
            ("pnghuni", "penghuni"),
        ];
        for (written, meant) in stories {
            assert!(all(written)[0].is(meant), "{written} -> {:?}", all(written));
        }
        assert!(all("di tabrak")[1].is("ditabrak") && !all("dia tabrak")[1].is("ditabrak"));
        let words = all("dakde korban, anak-anak");
        let surfaces: Vec<_> = words.iter().map(|word| word.surface.as_str()).collect();
        assert_eq!(surfaces, ["dakde", "dakde", "korban", "anak", "anak"]);
        assert!(words[0].is("tidak") && words[1].is("ada") && words[2].ends_clause);
    }

    #[test]
    fn laughter_is_told_from_words() {
        for laugh in ["haha", "hahahah", "wkwkwk", "hihihi", "xixi", "hehehe"] {
            assert!(is_laughter(laugh), "{laugh}");
        }
        for word in ["hehat", "hahan", "api", "hai", "hehet2", "haus"] {
            assert!(!is_laughter(word), "{word}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_an_empty_one_is_empty() {
        assert_eq!(all(&"api ".repeat(200)).len(), 50);
        assert!(all(" \n…—").is_empty());
    }
}
