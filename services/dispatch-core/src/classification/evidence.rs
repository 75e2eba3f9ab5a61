//! Which concepts a text expresses, after sayings, landmarks and negations are taken out.

use std::collections::BTreeMap;

use crate::classification::phrases::{Hit, around};
use crate::classification::reader::Reader;
use crate::classification::words::Word;

/// Words quoted for one concept.
const QUOTES_MAX: usize = 3;

/// What was found in one text.
pub(super) struct Evidence {
    by_concept: BTreeMap<String, Vec<Hit>>,
    /// What is named and denied: "tidak ada korban".
    denied: BTreeMap<String, Vec<Hit>>,
    sayings: Vec<Hit>,
}

impl Evidence {
    /// Looks for every concept of the lexicon.
    pub fn collect(reader: &Reader, words: &[Word]) -> Self {
        let hits = reader.phrases.find(words);
        let (sayings, hits): (Vec<Hit>, Vec<Hit>) =
            hits.into_iter().partition(|hit| hit.owner == reader.concepts.len());
        let (compounds, hits): (Vec<Hit>, Vec<Hit>) =
            hits.into_iter().partition(|hit| hit.owner > reader.concepts.len());
        let in_compound = |hit: &Hit| {
            let inside = |whole: &Hit| {
                whole.start <= hit.start
                    && hit.end <= whole.end
                    && hit.end - hit.start < whole.end - whole.start
            };
            around(&compounds, hit.start, hit.end).iter().any(inside)
        };
        let covered = |hit: &Hit| {
            around(&sayings, hit.start, hit.end).iter().any(|saying| {
                let repeated =
                    hit.end == saying.start && words[hit.start].surface == words[saying.start].surface;
                repeated || (saying.start < hit.end && hit.start < saying.end)
            })
        };
        let (mut by_concept, mut denied) = (BTreeMap::<_, Vec<Hit>>::new(), BTreeMap::<_, Vec<Hit>>::new());
        for hit in hits {
            let concept = reader.concepts[hit.owner].as_str();
            let covered = covered(&hit) && concept != reader.lexicon.prank;
            if covered || in_compound(&hit) || is_landmark(reader, concept, words, hit) {
                continue;
            }
            let absent = is_negated(reader, words, hit) || is_feared(reader, concept, words, hit);
            let group = if absent { &mut denied } else { &mut by_concept };
            group.entry(concept.to_owned()).or_default().push(hit);
        }
        Self { by_concept, denied, sayings }
    }

    /// What was found, for the model: `c` a concept, `n` one that is denied, `s` a saying; each with the word
    /// it starts at.
    pub fn signs(&self) -> impl Iterator<Item = (char, &str, usize)> {
        let found = self.by_concept.iter().map(|(concept, hits)| ('c', concept.as_str(), hits[0].start));
        let denied = self.denied.iter().map(|(concept, hits)| ('n', concept.as_str(), hits[0].start));
        let sayings = self.sayings.first().map(|hit| ('s', "", hit.start));
        found.chain(denied).chain(sayings)
    }

    /// Whether a concept is there.
    pub fn has(&self, concept: &str) -> bool {
        self.by_concept.contains_key(concept)
    }

    /// The quoted words when all of `all` are there, near enough, and none of `none`.
    pub fn proves(
        &self,
        words: &[Word],
        all: &[String],
        none: &[String],
        near: Option<usize>,
    ) -> Option<String> {
        if none.iter().any(|concept| self.has(concept)) {
            return None;
        }
        let hits: Vec<&Vec<Hit>> =
            all.iter().map(|concept| self.by_concept.get(concept.as_str())).collect::<Option<_>>()?;
        if near.is_some_and(|near| !within(&hits, near)) {
            return None;
        }
        let mut quoted: Vec<Hit> =
            hits.iter().flat_map(|hits| hits.iter().take(QUOTES_MAX).copied()).collect();
        quoted.sort();
        quoted.dedup_by_key(|hit| (hit.start, hit.end));
        Some(quoted.iter().map(|hit| quote(words, *hit)).collect::<Vec<_>>().join(", "))
    }

    /// The first saying, quoted.
    pub fn saying(&self, words: &[Word]) -> Option<String> {
        self.sayings.first().map(|hit| quote(words, *hit))
    }
}

fn quote(words: &[Word], hit: Hit) -> String {
    let words: Vec<_> = words[hit.start..hit.end].iter().map(|word| word.surface.as_str()).collect();
    format!("“{}”", words.join(" "))
}

/// Whether one hit of each concept lies within `near` words of one hit of the first.
fn within(hits: &[&Vec<Hit>], near: usize) -> bool {
    let Some((first, rest)) = hits.split_first() else { return true };
    let gap = |a: &Hit, b: &Hit| {
        if a.start < b.start { b.start.saturating_sub(a.end) } else { a.start.saturating_sub(b.end) }
    };
    first.iter().any(|a| {
        let (start, end) = (a.start.saturating_sub(near), a.end + near);
        rest.iter().all(|others| around(others, start, end).iter().any(|b| gap(a, b) <= near))
    })
}

/// "dekat pasar", "belakang SMP": the place says where, not what.
fn is_landmark(reader: &Reader, concept: &str, words: &[Word], hit: Hit) -> bool {
    reader.lexicon.places.contains(concept)
        && hit.start.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| {
            !before.ends_clause && before.forms.iter().any(|form| reader.lexicon.locatives.contains(form))
        })
}

/// "takut tumbang", "rawan kecelakaan": what may happen has not happened.
fn is_feared(reader: &Reader, concept: &str, words: &[Word], hit: Hit) -> bool {
    /// Words from the fear to what is feared: "takut sewaktu-waktu tumbang".
    const REACH: usize = 3;
    let before = words[..hit.start].iter().rev().take(REACH).take_while(|before| !before.ends_clause);
    reader.lexicon.feared.contains(concept)
        && before.flat_map(|before| &before.forms).any(|form| reader.lexicon.fears.contains(form))
}

/// "tidak ada korban", "bukan kebakaran", "tidak ada yang luka". A phrase that itself starts with the negation
/// ("tidak sadar") is not touched, and a comma ends its reach.
fn is_negated(reader: &Reader, words: &[Word], hit: Hit) -> bool {
    /// Words that may stand between the negation and what it negates.
    const BETWEEN: [&str; 4] = ["ada", "yang", "sampai", "lagi"];
    for before in words[..hit.start].iter().rev().take(BETWEEN.len()) {
        if before.ends_clause {
            return false;
        }
        if before.forms.iter().any(|form| reader.lexicon.negations.contains(form)) {
            return true;
        }
        if !BETWEEN.iter().any(|word| before.is(word)) {
            return false;
        }
    }
    false
}
