//! Names and questions as words that can be compared: abbreviations written out, spellings of Bangka Malay and
//! of older days made one.

use std::ops::Range;

/// Bytes of a word that are compared.
pub(super) const WORD_BYTES_MAX: usize = 24;

/// One word of a name or a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FoldedWord {
    /// In lower case, without accents.
    pub(super) plain: String,
    /// What the word has in common with its other spellings.
    pub(super) key: String,
    /// Where it stands in the text, in bytes.
    pub(super) span: Range<usize>,
}

/// Sorted by the short form.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("bkt", "bukit"),
    ("blk", "belakang"),
    ("dkt", "dekat"),
    ("dpn", "depan"),
    ("ds", "desa"),
    ("dsn", "dusun"),
    ("gg", "gang"),
    ("grj", "gereja"),
    ("jbt", "jembatan"),
    ("jl", "jalan"),
    ("jln", "jalan"),
    ("kab", "kabupaten"),
    ("kec", "kecamatan"),
    ("kel", "kelurahan"),
    ("kmp", "kampung"),
    ("kp", "kampung"),
    ("ktr", "kantor"),
    ("lap", "lapangan"),
    ("masjit", "masjid"),
    ("mesjid", "masjid"),
    ("mjd", "masjid"),
    ("msj", "masjid"),
    ("msjd", "masjid"),
    ("mushalla", "musala"),
    ("mushola", "musala"),
    ("musholla", "musala"),
    ("musolla", "musala"),
    ("p", "pulau"),
    ("pel", "pelabuhan"),
    ("perum", "perumahan"),
    ("pkm", "puskesmas"),
    ("pl", "pulau"),
    ("ps", "pasar"),
    ("psr", "pasar"),
    ("pusk", "puskesmas"),
    ("rs", "rumah sakit"),
    ("sblh", "sebelah"),
    ("sdn", "sd negeri"),
    ("sei", "sungai"),
    ("sman", "sma negeri"),
    ("smkn", "smk negeri"),
    ("smpg", "samping"),
    ("smpn", "smp negeri"),
    ("spg", "simpang"),
    ("surau", "musala"),
    ("tg", "tanjung"),
    ("tj", "tanjung"),
    ("tjg", "tanjung"),
    ("vhr", "vihara"),
];

/// Words that say how a place lies to another one; they find nothing.
const BETWEEN: &[&str] = &[
    "ada", "arah", "belakang", "daerah", "dalam", "dan", "dari", "dekat", "deket", "depan", "di", "ini",
    "itu", "kat", "ke", "menuju", "muka", "pas", "pinggir", "samping", "sana", "sebelah", "sebelum",
    "seberang", "sekitar", "sesudah", "setelah", "sini", "situ", "tepi", "ujung", "yang",
];

/// Spellings of older maps and of Arabic words, and what is written today.
const OLD_SPELLINGS: [(&str, &str); 7] =
    [("oe", "u"), ("dj", "j"), ("tj", "c"), ("sy", "s"), ("kh", "k"), ("sh", "s"), ("dz", "z")];

/// Whether a word only says how a place lies to another one.
pub(super) fn is_between(plain: &str) -> bool {
    BETWEEN.binary_search(&plain).is_ok()
}

impl FoldedWord {
    /// How it is looked up: as it is written, so that one slip is one slip, and by what its spellings have in
    /// common.
    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        let mut end = self.plain.len().min(WORD_BYTES_MAX);
        while !self.plain.is_char_boundary(end) {
            end -= 1;
        }
        let plain = &self.plain[..end];
        std::iter::once(plain).chain(Some(self.key.as_str()).filter(|key| *key != plain))
    }
}

/// The words of a text. A word that is an abbreviation becomes what it stands for, at the same place.
pub(super) fn words(text: &str) -> Vec<FoldedWord> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        // "Ma'ruf", "Jum'at".
        if matches!(c, '\'' | '\u{2019}' | '\u{2bc}') {
            continue;
        }
        let turns = word.chars().last().is_some_and(|last| last.is_ascii_digit() != c.is_ascii_digit());
        if !word.is_empty() && (!c.is_alphanumeric() || turns) {
            push(&mut found, &std::mem::take(&mut word), start..at);
        }
        if c.is_alphanumeric() {
            if word.is_empty() {
                start = at;
            }
            c.to_lowercase().for_each(|c| plain(c, &mut word));
        }
    }
    if !word.is_empty() {
        push(&mut found, &word, start..text.len());
    }
    found
}

fn push(found: &mut Vec<FoldedWord>, word: &str, span: Range<usize>) {
    let known = ABBREVIATIONS.binary_search_by(|(short, _)| (*short).cmp(word));
    let long = known.ok().and_then(|place| ABBREVIATIONS.get(place)).map_or(word, |(_, long)| long);
    for word in long.split(' ') {
        found.push(FoldedWord { plain: word.to_owned(), key: key(word), span: span.clone() });
    }
}

fn plain(c: char, into: &mut String) {
    into.push(match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    });
}

/// What the spellings of a word have in common. Toboali says h for s (*pihang* for *pisang*); endings in a, e
/// and o change from kampung to kampung (*apa*, *ape*, *apo*; Sadai is *Sade*); older maps write oe, dj and tj.
pub(super) fn key(plain: &str) -> String {
    if plain.bytes().any(|b| b.is_ascii_digit()) {
        return bounded(plain.to_owned());
    }
    let mut word = plain.to_owned();
    for (old, new) in OLD_SPELLINGS {
        if word.contains(old) {
            word = word.replace(old, new);
        }
    }
    let stem = ["ai", "au", "ei", "ay", "a", "e", "o"].into_iter().find_map(|end| word.strip_suffix(end));
    if let Some(stem) = stem.map(str::len).filter(|stem| *stem >= 2) {
        word.truncate(stem);
        word.push('a');
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.chars() {
        let c = match c {
            'h' => 's',
            'o' => 'u',
            'v' | 'f' => 'p',
            'q' => 'k',
            'z' => 'j',
            'y' => 'i',
            other => other,
        };
        if !folded.ends_with(c) {
            folded.push(c);
        }
    }
    bounded(folded)
}

fn bounded(mut word: String) -> String {
    let mut end = word.len().min(WORD_BYTES_MAX);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.truncate(end);
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (one, other) in [
            ("toboali", "tobouali"),
            ("toboali", "tuboali"),
            ("toboali", "tobuali"),
            ("sadai", "sade"),
            ("pisang", "pihang"),
            ("kemana", "kemano"),
            ("kite", "kita"),
            ("pulau", "pulo"),
            ("tanjoeng", "tanjung"),
            ("kampong", "kampung"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        assert_ne!(key("sadai"), key("sadap"));
        assert_eq!(key("2004"), "2004");
    }

    #[test]
    fn words_are_split_folded_and_written_out() {
        let plain = |text: &str| words(text).into_iter().map(|word| word.plain).collect::<Vec<_>>();
        assert_eq!(
            plain("SDN 5, Jl.Jum'at Al-Falah"),
            ["sd", "negeri", "5", "jalan", "jumat", "al", "falah"]
        );
        assert_eq!(plain("smpn1"), ["smp", "negeri", "1"]);
        assert_eq!(plain("  "), Vec::<String>::new());
        assert!(BETWEEN.is_sorted() && ABBREVIATIONS.is_sorted(), "they are searched by halves");
        assert!(is_between("dekat") && !is_between("pasar"));
        let spans: Vec<_> = words("di SDN 5").into_iter().map(|word| word.span).collect();
        assert_eq!(spans, [0..2, 3..6, 3..6, 7..8]);
    }
}
