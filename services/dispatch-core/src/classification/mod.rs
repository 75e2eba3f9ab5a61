//! From what a caller says to a category, a type and a priority, as a suggestion with its reasons.
//!
//! A suggestion, never a decision: the call-taker confirms or changes it. Three rules keep it on the safe side:
//! what is unclear goes one level up ("bila ragu, naikkan"); laughter or a saying never outweighs a sign of
//! danger; a subject that is no emergency counts only when nothing else in the text is one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::category::{Category, Priority, TypeCode};
use crate::limits;
use crate::policy::Rules;

mod evidence;
mod lexicon;
mod phrases;
mod words;

use evidence::Evidence;
pub use lexicon::{KindRule, Lexicon, LexiconError, Lowerer, Raiser, Topic};
use phrases::Phrases;

/// Suggestions shown to a call-taker: more than five are not read.
const SUGGESTIONS_MAX: usize = 5;
/// From this score on a type is more likely than not.
const SCORE_CLEAR: f32 = 0.5;
/// Below this share of the best score a suggestion only distracts.
const SCORE_SHARE_SHOWN: f32 = 0.3;
/// The score of "something happened, nobody knows what".
const SCORE_UNKNOWN: f32 = 0.05;

/// What a text suggests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Classification {
    /// False only when the text is about something that is no emergency and shows no sign of one.
    pub emergency: bool,
    /// The text says too little, or the caller is not sure; priorities are one level up.
    pub uncertain: bool,
    /// Best first, one to five.
    pub suggestions: Vec<Suggestion>,
}

/// One suggestion.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Suggestion {
    /// The category.
    pub category: Category,
    /// The type, if the text says as much.
    pub kind: Option<TypeCode>,
    /// The priority.
    pub priority: Priority,
    /// How well the text fits, 0 to 1.
    pub score: f32,
    /// Why, in Indonesian, the words of the text quoted. Quotes the caller: personal.
    pub because: Vec<String>,
}

/// A lexicon, ready to be used.
#[derive(Clone, Debug)]
pub struct Classifier {
    lexicon: Lexicon,
    /// The owners of the phrases: concept names in order, then the sayings.
    concepts: Vec<String>,
    phrases: Phrases,
}

impl Classifier {
    /// Checks and indexes a lexicon.
    pub fn new(lexicon: Lexicon) -> Result<Self, LexiconError> {
        lexicon.check()?;
        let concepts: Vec<String> = lexicon.concepts.keys().cloned().collect();
        let mut phrases = Phrases::default();
        let mut add = |of: &str, phrase: &str, owner: usize| {
            let bad = || LexiconError::BadPhrase { of: of.to_owned(), phrase: phrase.to_owned() };
            phrases.add(phrase, owner).then_some(()).ok_or_else(bad)
        };
        for (owner, (concept, lines)) in lexicon.concepts.iter().enumerate() {
            for phrase in lines.iter().flat_map(|line| line.split('|')) {
                add(concept, phrase, owner)?;
            }
        }
        for saying in &lexicon.sayings {
            add("sayings", saying, concepts.len())?;
        }
        Ok(Self { lexicon, concepts, phrases })
    }

    /// The lexicon that a new installation starts with.
    pub fn default_classifier() -> Result<Self, LexiconError> {
        Self::new(Lexicon::from_json(include_str!("../../policy/lexicon.json"))?)
    }

    /// What this text suggests under these rules. Types that the rules do not have are never suggested.
    pub fn classify(&self, text: &str, rules: &Rules) -> Classification {
        let words = words::words(text, &self.lexicon.spelling, limits::CLASSIFIED_WORDS_MAX);
        let evidence = Evidence::collect(self, &words);
        let mut suggestions = self.kinds(&evidence, rules);
        let clear =
            suggestions.iter().any(|found| found.score >= SCORE_CLEAR && found.priority <= Priority::P2);
        if !clear && let Some(topic) = self.topic(&evidence, &suggestions) {
            suggestions.insert(0, topic);
            suggestions.truncate(SUGGESTIONS_MAX);
            return Classification { emergency: false, uncertain: false, suggestions };
        }
        if let Some(remark) = self.prank_remark(&evidence, suggestions.first_mut()) {
            suggestions.clear();
            suggestions.push(remark);
            return Classification { emergency: false, uncertain: true, suggestions };
        }
        let unsure = evidence.has(&self.lexicon.doubt);
        let uncertain =
            suggestions.first().is_none_or(|best| best.score < if unsure { 0.8 } else { SCORE_CLEAR });
        if uncertain {
            for suggestion in &mut suggestions {
                suggestion.priority = suggestion.priority.raised();
                suggestion.because.push("Belum jelas: dinaikkan satu tingkat".to_owned());
            }
        }
        if suggestions.is_empty() {
            suggestions.push(unknown());
        }
        Classification { emergency: true, uncertain, suggestions }
    }

    /// Every type that the evidence speaks for, best first.
    fn kinds(&self, evidence: &Evidence<'_>, rules: &Rules) -> Vec<Suggestion> {
        let mut found: BTreeMap<&TypeCode, Suggestion> = BTreeMap::new();
        for rule in &self.lexicon.rules {
            let Some(kind) = rules.kind(&rule.kind) else { continue };
            let Some(quoted) = evidence.proves(&rule.all, &rule.none, rule.near) else { continue };
            let suggestion = found.entry(&rule.kind).or_insert_with(|| Suggestion {
                category: kind.category,
                kind: Some(kind.code.clone()),
                priority: kind.priority,
                score: 0.0,
                because: Vec::new(),
            });
            // Independent signs add up like chances: two of one half make three quarters.
            suggestion.score = 1.0 - (1.0 - suggestion.score) * (1.0 - rule.weight);
            suggestion.priority = suggestion.priority.min(rule.priority.unwrap_or(Priority::P0));
            suggestion.because.push(format!("{}: {quoted}", kind.label_id));
            suggestion.because.extend(rule.remark.clone());
        }
        let mut suggestions: Vec<_> = found.into_values().collect();
        for suggestion in &mut suggestions {
            self.weigh_urgency(evidence, suggestion);
        }
        rank(&mut suggestions, rules);
        suggestions
    }

    fn weigh_urgency(&self, evidence: &Evidence<'_>, suggestion: &mut Suggestion) {
        let holds = |categories: &BTreeSet<Category>| {
            categories.is_empty() || categories.contains(&suggestion.category)
        };
        let mut raised = false;
        for raiser in self.lexicon.raisers.iter().filter(|raiser| holds(&raiser.categories)) {
            let Some(quoted) = evidence.proves(&raiser.all, &[], None) else { continue };
            raised = true;
            if raiser.to < suggestion.priority {
                suggestion.priority = raiser.to;
                suggestion.because.push(format!("Dinaikkan ke {}: {quoted}", raiser.to));
            }
        }
        if raised {
            return;
        }
        for lowerer in self.lexicon.lowerers.iter().filter(|lowerer| holds(&lowerer.categories)) {
            let Some(quoted) = evidence.proves(&lowerer.all, &lowerer.none, None) else { continue };
            suggestion.priority = lowered(suggestion.priority);
            suggestion.because.push(format!("Diturunkan ke {}: {quoted}", suggestion.priority));
            return;
        }
    }

    /// The strongest subject that is no emergency, when it is stronger than every type found.
    fn topic(&self, evidence: &Evidence<'_>, suggestions: &[Suggestion]) -> Option<Suggestion> {
        let best = suggestions.iter().map(|found| found.score).fold(0.0, f32::max);
        let topics = self.lexicon.topics.iter().filter_map(|topic| {
            let quoted = evidence.proves(&topic.all, &topic.none, None)?;
            Some((topic, quoted))
        });
        let (topic, quoted) = topics.max_by(|a, b| a.0.weight.total_cmp(&b.0.weight))?;
        (topic.weight > best).then(|| Suggestion {
            category: topic.category,
            kind: None,
            priority: Priority::P0,
            score: topic.weight,
            because: vec![format!("{}: {quoted}", topic.remark)],
        })
    }

    /// A hint at a prank is the suggestion only when nothing else is there; beside a sign of danger it is a
    /// remark on it and changes nothing.
    fn prank_remark(&self, evidence: &Evidence<'_>, best: Option<&mut Suggestion>) -> Option<Suggestion> {
        let quoted = evidence.proves(std::slice::from_ref(&self.lexicon.prank), &[], None);
        let quoted = quoted.or_else(|| evidence.saying())?;
        match best {
            Some(best) if best.score >= SCORE_CLEAR || best.priority == Priority::P1 => {
                best.because.push(format!("Mungkin iseng ({quoted}), tetap perlakukan sebagai darurat"));
                None
            }
            Some(_) | None => Some(Suggestion {
                category: Category::G,
                kind: None,
                priority: Priority::P0,
                score: SCORE_UNKNOWN,
                because: vec![format!("Mungkin iseng: {quoted}. Pastikan sebelum menutup")],
            }),
        }
    }
}

/// Best first; the category's general type only where nothing more special is as good.
fn rank(suggestions: &mut Vec<Suggestion>, rules: &Rules) {
    let urgency = |priority: Priority| match priority {
        Priority::P1 => 0.08,
        Priority::P2 => 0.04,
        Priority::P3 | Priority::P0 => 0.0,
    };
    let rank = |found: &Suggestion| found.score + urgency(found.priority);
    suggestions.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.kind.cmp(&b.kind)));
    let best = suggestions.first().map_or(0.0, |found| found.score);
    let mut special = BTreeSet::new();
    suggestions.retain(|found| {
        let general = rules.category(found.category).map(|rule| &rule.general);
        let is_general = found.kind.as_ref() == general;
        let keep =
            found.score >= best * SCORE_SHARE_SHOWN && !(is_general && special.contains(&found.category));
        if keep && !is_general {
            special.insert(found.category);
        }
        keep
    });
    suggestions.truncate(SUGGESTIONS_MAX);
}

fn lowered(priority: Priority) -> Priority {
    match priority {
        Priority::P1 => Priority::P2,
        Priority::P2 | Priority::P3 => Priority::P3,
        Priority::P0 => Priority::P0,
    }
}

fn unknown() -> Suggestion {
    Suggestion {
        category: Category::G,
        kind: None,
        priority: Priority::P2.raised(),
        score: SCORE_UNKNOWN,
        because: vec!["Tidak ada kata kunci: tanyakan apa yang terjadi, jangan tutup".to_owned()],
    }
}
