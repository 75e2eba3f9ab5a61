//! Which names fit a question best.

use std::cmp::Reverse;

use super::folding::{FoldedWord, key};
use super::index::{Belongs, HitKind, MatchedBy, PlaceIndex, Question};
use super::vocabulary::{Beginning, Likeness};
use crate::area::{Level, Point, distance_m};

/// Words of a question that count; more is a story and no name.
pub(super) const QUESTION_WORDS_MAX: usize = 8;
/// Names that are compared word by word in the end, for each one that is answered.
const REFINED_PER_ANSWER: usize = 4;
/// A name that fits less than this share of the best is not answered.
const OF_THE_BEST: f32 = 0.6;
/// A name that fits less than this is not answered at all.
const FIT_MIN: f32 = 0.3;
/// Steps between no fit and a full one; within a step the nearer place comes first.
const FIT_STEPS: f32 = 20.0;

/// A name that is answered.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Ranked {
    /// Which name.
    pub(super) name: u32,
    /// Why.
    pub(super) matched_by: MatchedBy,
    /// Which words of the question it has: bit 0 is the first.
    pub(super) words: u32,
}

/// A name that has at least one word of the question.
#[derive(Clone, Copy)]
struct Touched {
    name: u32,
    /// How well each word of the question is there.
    best: [u8; QUESTION_WORDS_MAX],
    /// Words of the question that are in the name itself.
    own: u8,
    /// The question has the whole name in one word.
    joined: bool,
}

/// The places for a question of some words, best first; each place once.
pub(super) fn rank(
    index: &PlaceIndex,
    asked: &[FoldedWord],
    question: &Question<'_>,
    looked_at: &mut usize,
) -> Vec<Ranked> {
    let last = asked.len().saturating_sub(1);
    let likes: Vec<Vec<Likeness>> = asked
        .iter()
        .enumerate()
        .map(|(place, word)| {
            let beginning = if place == last { Beginning::Perhaps } else { Beginning::No };
            let mut likes: Vec<Likeness> =
                word.forms().flat_map(|form| index.vocabulary.like(form, beginning, looked_at)).collect();
            likes.sort_unstable_by_key(|like| (Reverse(like.quality), like.word));
            likes
        })
        .collect();
    let mut names = Names { touched: Vec::new(), slots: vec![0; index.names.len()] };
    for (place, likes) in likes.iter().enumerate() {
        names.note(index, likes, place..place + 1, looked_at);
    }
    for (place, pair) in asked.windows(2).enumerate() {
        let whole = key(&format!("{}{}", pair[0].plain, pair[1].plain));
        let likes: Vec<Likeness> = index
            .vocabulary
            .exactly(&whole)
            .map(|word| Likeness { word, quality: u8::MAX })
            .into_iter()
            .collect();
        names.note(index, &likes, place..place + 2, looked_at);
    }
    let weights: Vec<f32> = likes.iter().map(|likes| weight(index, likes)).collect();
    *looked_at += names.touched.len();
    refine(index, asked, question, best_of(index, &names.touched, &weights, question))
}

struct Names {
    touched: Vec<Touched>,
    /// For each name, 0 or one more than its place in `touched`.
    slots: Vec<u32>,
}

impl Names {
    /// Every name that has one of these words has the words `places` of the question.
    fn note(
        &mut self,
        index: &PlaceIndex,
        likes: &[Likeness],
        places: std::ops::Range<usize>,
        looked_at: &mut usize,
    ) {
        for like in likes {
            let postings = index.vocabulary.postings(like.word);
            *looked_at += postings.len();
            for posting in postings {
                let (name, belongs) = Belongs::read(*posting);
                let touched = self.touched(name);
                // What a place is and where counts less than what it is called.
                let quality = match belongs {
                    Belongs::Own | Belongs::Joined => like.quality,
                    Belongs::Context => like.quality - like.quality / 8,
                };
                touched.joined |= belongs == Belongs::Joined && like.quality == u8::MAX;
                for place in places.clone() {
                    touched.best[place] = touched.best[place].max(quality);
                    if belongs != Belongs::Context {
                        touched.own |= 1 << place;
                    }
                }
            }
        }
    }

    fn touched(&mut self, name: u32) -> &mut Touched {
        let slot = &mut self.slots[name as usize];
        if *slot == 0 {
            let empty = Touched { name, best: [0; QUESTION_WORDS_MAX], own: 0, joined: false };
            self.touched.push(empty);
            *slot = u32::try_from(self.touched.len()).unwrap_or(u32::MAX);
        }
        &mut self.touched[*slot as usize - 1]
    }
}

/// A word that few names have says more than one that many have. A word that none has says nothing.
#[allow(clippy::cast_precision_loss, reason = "counts far below 2^24")]
fn weight(index: &PlaceIndex, likes: &[Likeness]) -> f32 {
    let Some(nearest) = likes.first() else { return 0.0 };
    let alike = likes.iter().take_while(|like| like.quality == nearest.quality);
    let count: usize = alike.map(|like| index.vocabulary.postings(like.word).len()).sum();
    (1.0 + index.names.len() as f32 / (1 + count) as f32).ln().clamp(1.0, 6.0)
}

#[derive(Clone, Copy)]
struct Candidate {
    step: u8,
    metres: u32,
    kind: u8,
    letters: u16,
    entry: u32,
    touched: Touched,
}

type Order = (Reverse<u8>, u32, u8, u16, u32, u32);

impl Candidate {
    fn order(&self) -> Order {
        (Reverse(self.step), self.metres, self.kind, self.letters, self.entry, self.touched.name)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "metres on earth and steps up to 40"
)]
fn best_of(
    index: &PlaceIndex,
    touched: &[Touched],
    weights: &[f32],
    question: &Question<'_>,
) -> Vec<Candidate> {
    let total: f32 = weights.iter().sum::<f32>().max(f32::EPSILON);
    let fits: Vec<f32> = touched.iter().map(|one| fit(index, one, weights) / total).collect();
    let best = fits.iter().copied().fold(0.0, f32::max);
    let least = (best * OF_THE_BEST).max(FIT_MIN);
    let mut candidates: Vec<Candidate> = touched
        .iter()
        .zip(&fits)
        .filter(|(_, fit)| **fit >= least)
        .map(|(one, fit)| {
            let name = &index.names[one.name as usize];
            let entry = &index.entries[name.entry as usize];
            let along = index.along(entry, question.kilometre);
            let step = (fit * FIT_STEPS).round() + if along.is_some() { FIT_STEPS } else { 0.0 };
            let metres =
                question.near.map_or(0, |near| metres_class(near, along.map_or(entry.point, |(p, _)| p)));
            Candidate {
                step: step as u8,
                metres,
                kind: kind_rank(entry.kind),
                letters: u16::try_from(entry.name.len()).unwrap_or(u16::MAX),
                entry: name.entry,
                touched: *one,
            }
        })
        .collect();
    let wanted = question.limit.saturating_mul(REFINED_PER_ANSWER).max(1);
    if candidates.len() > wanted {
        candidates.select_nth_unstable_by_key(wanted - 1, Candidate::order);
        candidates.truncate(wanted);
    }
    candidates
}

fn fit(index: &PlaceIndex, one: &Touched, weights: &[f32]) -> f32 {
    let words: f32 =
        one.best.iter().zip(weights).map(|(best, weight)| f32::from(*best) / 255.0 * weight).sum();
    let length = f32::from(index.names[one.name as usize].words.max(1));
    let own = if one.joined { length } else { f32::from(u8::try_from(one.own.count_ones()).unwrap_or(0)) };
    // Only enough to put a whole name before a longer one: of two longer ones the nearer comes first.
    words * (0.94 + 0.06 * (own / length).min(1.0))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half the earth is 20,000,000 m")]
fn metres_class(near: Point, point: Point) -> u32 {
    distance_m(near, point).round() as u32
}

/// What is named first when all else is equal: larger areas, then places by their kind.
fn kind_rank(kind: HitKind) -> u8 {
    match kind {
        HitKind::Area(Level::Kecamatan) => 0,
        HitKind::Area(Level::Desa) => 1,
        HitKind::Place(kind) => 2 + kind as u8,
        HitKind::Area(Level::Kabupaten) => 60,
    }
}

/// Compares the best word by word, orders them anew and keeps one name of each place.
fn refine(
    index: &PlaceIndex,
    asked: &[FoldedWord],
    question: &Question<'_>,
    candidates: Vec<Candidate>,
) -> Vec<Ranked> {
    let mut refined: Vec<(Order, Ranked)> = candidates
        .into_iter()
        .map(|mut candidate| {
            let matched_by = why(index, asked, &candidate.touched);
            // What is written as it was typed comes before what only sounds so.
            if matched_by == MatchedBy::Spelling {
                candidate.step = candidate.step.saturating_sub(1);
            }
            let words = candidate.touched.best.iter().enumerate().filter(|(_, best)| **best > 0);
            let words = words.fold(0, |bits, (place, _)| bits | 1 << place);
            (candidate.order(), Ranked { name: candidate.touched.name, matched_by, words })
        })
        .collect();
    refined.sort_by_key(|(order, _)| *order);
    let mut seen = std::collections::BTreeSet::new();
    refined.retain(|(_, ranked)| seen.insert(index.names[ranked.name as usize].entry));
    refined.truncate(question.limit);
    refined.into_iter().map(|(_, ranked)| ranked).collect()
}

fn why(index: &PlaceIndex, asked: &[FoldedWord], touched: &Touched) -> MatchedBy {
    if touched.best.iter().take(asked.len()).any(|best| *best == 0) {
        return MatchedBy::SomeWords;
    }
    let own = index.words_of(&index.names[touched.name as usize]);
    let joined: String = own.iter().map(|word| word.plain.as_str()).collect();
    let typed: String = asked.iter().map(|word| word.plain.as_str()).collect();
    if joined == typed {
        return MatchedBy::Exact;
    }
    let reasons = asked.iter().enumerate().map(|(place, word)| {
        let is = |fits: &dyn Fn(&FoldedWord) -> bool| own.iter().any(fits);
        if touched.own & (1 << place) == 0 {
            // In the name of its desa or its kind, which is not at hand here: by the quality that was found.
            return match touched.best[place] {
                224..=u8::MAX => MatchedBy::Exact,
                195..=223 => MatchedBy::Prefix,
                _ => MatchedBy::Typo,
            };
        }
        if is(&|own| own.plain == word.plain) {
            MatchedBy::Exact
        } else if is(&|own| own.plain.starts_with(&word.plain)) {
            MatchedBy::Prefix
        } else if is(&|own| own.key == word.key || own.key.starts_with(&word.key))
            || touched.best[place] == u8::MAX
        {
            MatchedBy::Spelling
        } else {
            MatchedBy::Typo
        }
    });
    reasons.max().unwrap_or(MatchedBy::SomeWords)
}
