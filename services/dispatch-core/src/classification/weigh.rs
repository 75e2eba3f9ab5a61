//! Puts together what the rules found and what the model makes of it.

use std::collections::BTreeSet;

use crate::category::{Category, Priority};
use crate::classification::features::Features;
use crate::classification::model::{DANGER, EMERGENCY, Model, Opinion};
use crate::classification::reader::{Reader, Reading};
use crate::classification::{Classification, CovertSign, Suggestion};
use crate::policy::Rules;

/// Suggestions shown to a call-taker: more than five are not read.
const SUGGESTIONS_MAX: usize = 5;
/// From this score on what a rule says is more likely than not.
const SCORE_CLEAR: f32 = 0.5;
/// From this score on a rule, or several together, are strong.
const SCORE_STRONG: f32 = 0.8;
/// The score of "something happened, nobody knows what".
const SCORE_UNKNOWN: f32 = 0.05;
/// Below this chance the best category is a guess.
const CATEGORY_CLEAR: f32 = 0.55;
/// The same for a category that no rule names.
const CATEGORY_ALONE_CLEAR: f32 = 0.85;
/// Below this chance a category only distracts, unless a rule names it.
const CATEGORY_SHOWN: f32 = 0.02;
/// Above this chance of the first category the second place goes to whatever fits second best.
const CATEGORY_SURE: f32 = 0.999;
/// Below this chance of an emergency it is called none.
const NO_EMERGENCY: f32 = 0.5;
/// Below this chance where the words are few, or a rule sees danger to life, and no rule knows the subject.
const NO_EMERGENCY_AGAINST: f32 = 0.3;
/// Below this chance where a rule is strong that sees danger to life.
const NO_EMERGENCY_CERTAIN: f32 = 0.2;
/// Above this chance of an emergency a text that is taken for none has to be asked about.
const NO_EMERGENCY_ASK: f32 = 0.12;
/// From this chance on the model says that life is in danger.
const DANGER_SEEN: f32 = 0.85;
/// At this chance of danger to life nothing is called no emergency.
const DANGER_POSSIBLE: f32 = 0.5;
/// Below this share of known features the text is in words that the model has not met.
const KNOWN_ENOUGH: f32 = 0.45;
/// From this share on it is in words that the model has met.
const KNOWN_WELL: f32 = 0.6;
/// Fewer words say nothing: "halo", "ini siapa".
const WORDS_ENOUGH: usize = 3;
/// Words of the text that are named as the heaviest.
const HEAVIEST_MAX: usize = 3;

/// One text under two layers.
struct Case<'a> {
    reader: &'a Reader,
    model: &'a Model,
    reading: Reading,
    features: Features,
    opinion: Opinion,
    rules: &'a Rules,
}

/// What this text suggests.
pub(super) fn weigh(
    reader: &Reader,
    model: &Model,
    version: &str,
    text: &str,
    rules: &Rules,
) -> Classification {
    let reading = reader.read(text);
    let features = reading.features(reader, rules);
    let opinion = model.opinion(&features);
    let case = Case { reader, model, reading, features, opinion, rules };
    let answer = |emergency, uncertain, ask, covert, mut suggestions: Vec<Suggestion>| {
        suggestions.truncate(SUGGESTIONS_MAX);
        Classification { emergency, uncertain, ask, covert, suggestions, version: version.to_owned() }
    };
    let kinds = case.reading.kinds(reader, rules);
    let covert = case.covert();
    if covert.is_none() && case.no_emergency(&kinds) {
        let ask = case.opinion.emergency > NO_EMERGENCY_ASK;
        return answer(false, ask, ask, None, case.no_emergency_first(kinds));
    }
    let mut suggestions = case.ranked(kinds);
    let uncertain = case.uncertain(suggestions.first());
    if uncertain {
        for suggestion in &mut suggestions {
            suggestion.priority = suggestion.priority.raised();
            suggestion.because.push("Belum jelas: dinaikkan satu tingkat, perlu ditanya".to_owned());
        }
    }
    if let Some(covert) = &covert {
        case.put_covert_first(covert, &mut suggestions);
    }
    if case.reading.words.is_empty() || suggestions.is_empty() {
        suggestions.insert(0, unknown());
    }
    case.remark_jest(&mut suggestions);
    answer(true, uncertain, uncertain || covert.is_some(), covert, suggestions)
}

impl Case<'_> {
    /// Whether it is no emergency. What the rules saw is among what the model weighs; beside it they only explain:
    /// laughter, a subject that is none. What is not explained and sounds like danger, or strange, has to be less likely.
    fn no_emergency(&self, kinds: &[Suggestion]) -> bool {
        if self.reading.words.is_empty() {
            return self.reading.is_jest(self.reader);
        }
        let explained = self.reading.topic(self.reader).is_some() || self.reading.is_jest(self.reader);
        let says_something = self.reading.words.len() >= WORDS_ENOUGH && self.opinion.known >= KNOWN_WELL;
        let danger = |from: f32| kinds.iter().any(|kind| kind.score >= from && kind.priority == Priority::P1);
        let strange = !explained && self.opinion.known < KNOWN_ENOUGH;
        let certain = self.reader.lexicon.certain.iter().any(|concept| self.reading.has(concept));
        if strange || certain {
            return false;
        }
        let limit = if danger(SCORE_STRONG) {
            NO_EMERGENCY_CERTAIN
        } else if explained || (says_something && !danger(SCORE_CLEAR)) {
            NO_EMERGENCY
        } else {
            NO_EMERGENCY_AGAINST
        };
        self.opinion.emergency < limit && self.opinion.danger < DANGER_POSSIBLE
    }

    /// Why it is no emergency, then what the rules found all the same.
    fn no_emergency_first(&self, mut kinds: Vec<Suggestion>) -> Vec<Suggestion> {
        let (category, score, mut because) = match self.reading.topic(self.reader) {
            Some((topic, quoted)) => {
                (topic.category, topic.weight, vec![format!("{}: {quoted}", topic.remark)])
            }
            None => (
                Category::G,
                1.0 - self.opinion.emergency,
                vec!["Bukan darurat menurut kata-katanya".to_owned()],
            ),
        };
        if let Some(quoted) = self.reading.jest(self.reader) {
            because.push(format!("Mungkin iseng: {quoted}. Pastikan sebelum menutup"));
        }
        because.extend(self.heaviest(EMERGENCY, -1.0));
        let first = Suggestion { category, kind: None, priority: Priority::P0, score, because };
        kinds.sort_by(|a, b| b.score.total_cmp(&a.score));
        std::iter::once(first).chain(kinds).collect()
    }

    /// The types that the rules found and the categories that only the model sees, best first.
    fn ranked(&self, kinds: Vec<Suggestion>) -> Vec<Suggestion> {
        let mut all = Vec::new();
        for (category, chance) in Category::ALL.into_iter().zip(self.opinion.categories) {
            let mut of_it: Vec<_> = kinds.iter().filter(|kind| kind.category == category).cloned().collect();
            self.order_kinds(category, &mut of_it);
            if of_it.is_empty() && chance >= CATEGORY_SHOWN {
                of_it.push(self.only_category(category));
            }
            if of_it.is_empty() {
                continue;
            }
            let best = of_it.first().map_or(1.0, |kind| kind.score).max(f32::MIN_POSITIVE);
            let heaviest = self.heaviest(place(category), 1.0);
            for mut suggestion in of_it {
                suggestion.score = (chance * suggestion.score / best).clamp(0.0, 1.0);
                suggestion.because.extend(heaviest.clone());
                self.raise_danger(&mut suggestion);
                all.push(suggestion);
            }
        }
        all.sort_by(|a: &Suggestion, b| b.score.total_cmp(&a.score));
        self.second_of_another_category(&mut all);
        all
    }

    /// Best first; the category's general type only where nothing more special is there.
    fn order_kinds(&self, category: Category, kinds: &mut Vec<Suggestion>) {
        /// Below this share of the best score a type only distracts.
        const SCORE_SHARE_SHOWN: f32 = 0.3;
        let urgency = |priority: Priority| match priority {
            Priority::P1 => 0.08,
            Priority::P2 => 0.04,
            Priority::P3 | Priority::P0 => 0.0,
        };
        let rank = |found: &Suggestion| found.score + urgency(found.priority);
        kinds.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.kind.cmp(&b.kind)));
        let best = kinds.iter().map(|kind| kind.score).fold(0.0, f32::max);
        let general = self.rules.category(category).map(|rule| &rule.general);
        let special = kinds.iter().any(|kind| kind.kind.as_ref() != general);
        kinds.retain(|kind| {
            kind.score >= best * SCORE_SHARE_SHOWN && !(special && kind.kind.as_ref() == general)
        });
    }

    /// A category that no rule names.
    fn only_category(&self, category: Category) -> Suggestion {
        let label = self.rules.category(category).map_or("", |rule| rule.label_local.as_str());
        let because = vec![format!("{label}: menurut kata-katanya; jenisnya perlu ditanya")];
        let mut suggestion = Suggestion { category, kind: None, priority: Priority::P2, score: 1.0, because };
        self.reading.weigh_urgency(self.reader, &mut suggestion);
        // Nobody knows what it is: nothing that is said about it makes it less urgent.
        suggestion.priority = suggestion.priority.min(Priority::P2);
        suggestion
    }

    fn raise_danger(&self, suggestion: &mut Suggestion) {
        if self.opinion.danger >= DANGER_SEEN && suggestion.priority > Priority::P1 {
            suggestion.priority = Priority::P1;
            let heaviest = self.heaviest(DANGER, 1.0).unwrap_or_default();
            suggestion.because.push(format!("Dinaikkan ke P1, terdengar mengancam jiwa. {heaviest}"));
        }
    }

    /// If the first is wrong, most likely its category is: the second place goes to the best of another one.
    fn second_of_another_category(&self, all: &mut [Suggestion]) {
        let Some(first) = all.first().map(|first| first.category) else { return };
        if self.opinion.categories[place(first)] >= CATEGORY_SURE {
            return;
        }
        if let Some(other) = all.iter().position(|suggestion| suggestion.category != first) {
            all[1..=other].rotate_right(1);
        }
    }

    fn uncertain(&self, best: Option<&Suggestion>) -> bool {
        let Some(best) = best else { return true };
        let clear = if self.reading.has(&self.reader.lexicon.doubt) { 0.8 } else { CATEGORY_CLEAR };
        // A category that no rule names rests on the model alone.
        let clear = if best.kind.is_none() { CATEGORY_ALONE_CLEAR } else { clear };
        best.score < clear || self.opinion.known < KNOWN_ENOUGH || self.opinion.emergency < NO_EMERGENCY
    }

    /// What hints at a caller who cannot speak freely.
    fn covert(&self) -> Option<CovertSign> {
        let lexicon = &self.reader.lexicon;
        let because: Vec<String> = lexicon
            .covert
            .iter()
            .filter_map(|sign| {
                let quoted = self.reading.proves(&sign.all, &sign.none)?;
                Some(format!("{}: {quoted}", sign.remark))
            })
            .collect();
        (!because.is_empty()).then(|| CovertSign { because, questions: lexicon.covert_questions.clone() })
    }

    fn put_covert_first(&self, covert: &CovertSign, suggestions: &mut Vec<Suggestion>) {
        let Some(kind) = self.rules.kind(&self.reader.lexicon.covert_kind) else { return };
        // What is said plainly counts more: a whispered burglary is a burglary.
        let plain = |best: &Suggestion| {
            best.category == kind.category && best.kind.is_some() && best.score >= CATEGORY_CLEAR
        };
        if let Some(best) = suggestions.first_mut().filter(|best| plain(best)) {
            best.priority = Priority::P1;
            best.because.extend(covert.because.clone());
            return;
        }
        suggestions.retain(|suggestion| suggestion.kind.as_ref() != Some(&kind.code));
        let first = Suggestion {
            category: kind.category,
            kind: Some(kind.code.clone()),
            priority: Priority::P1,
            score: suggestions.first().map_or(CATEGORY_CLEAR, |best| best.score.max(CATEGORY_CLEAR)),
            because: covert.because.clone(),
        };
        suggestions.insert(0, first);
    }

    /// Laughter beside a sign of danger is a remark on it and changes nothing.
    fn remark_jest(&self, suggestions: &mut [Suggestion]) {
        if let (Some(quoted), Some(best)) = (self.reading.jest(self.reader), suggestions.first_mut()) {
            best.because.push(format!("Mungkin iseng ({quoted}), tetap perlakukan sebagai darurat"));
        }
    }

    /// The words that weigh most for an answer, as a reason.
    fn heaviest(&self, answer: usize, sign: f32) -> Option<String> {
        let words = &self.reading.words;
        let order = self.model.heaviest(&self.features, answer, sign, words.len());
        let mut named = BTreeSet::new();
        let long = order.into_iter().map(|word| words[word].surface.as_str()).filter(|word| word.len() > 2);
        let first: Vec<_> = long.filter(|word| named.insert(*word)).take(HEAVIEST_MAX).collect();
        (!first.is_empty()).then(|| format!("Kata terberat: “{}”", first.join("”, “")))
    }
}

fn place(category: Category) -> usize {
    crate::classification::training::place(category)
}

fn unknown() -> Suggestion {
    Suggestion {
        category: Category::G,
        kind: None,
        priority: Priority::P1,
        score: SCORE_UNKNOWN,
        because: vec!["Tidak ada kata kunci: tanyakan apa yang terjadi, jangan tutup".to_owned()],
    }
}
