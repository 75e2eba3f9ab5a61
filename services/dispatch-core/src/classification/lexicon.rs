//! The words that a classification goes by, as data: `policy/lexicon.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::category::{Category, Priority, TypeCode};

/// The whole lexicon.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lexicon {
    /// Counts up with every change of its words.
    pub version: u32,
    /// Abbreviation, slang or Bangka Malay word to the word (or words) that phrases are written in.
    pub spelling: BTreeMap<String, String>,
    /// Words that are written out, the more frequent first, a line of several each: what is none of them is taken
    /// for the one that has the same consonants.
    pub words: Vec<String>,
    /// Words that turn a following concept into its absence.
    pub negations: BTreeSet<String>,
    /// Words after which a damage is only feared: "takut tumbang".
    pub fears: BTreeSet<String>,
    /// Concepts that are such damages. Violence is none: who fears it is in danger.
    pub feared: BTreeSet<String>,
    /// Words after which a place is only a landmark: "dekat pasar".
    pub locatives: BTreeSet<String>,
    /// Concepts that are places and can be such landmarks.
    pub places: BTreeSet<String>,
    /// Sayings whose words mean nothing: "kebakaran hati".
    pub sayings: Vec<String>,
    /// Two words that mean something else together: "rumah sakit" is no house and nobody is ill.
    pub compounds: Vec<String>,
    /// Concepts: a name and the phrases that express it, `|` between them.
    pub concepts: BTreeMap<String, Vec<String>>,
    /// Concepts together to a type.
    pub rules: Vec<KindRule>,
    /// Concepts that raise the priority of what was found.
    pub raisers: Vec<Raiser>,
    /// Concepts that lower it by one level.
    pub lowerers: Vec<Lowerer>,
    /// Subjects that are no emergency.
    pub topics: Vec<Topic>,
    /// What hints at a caller who cannot speak freely.
    pub covert: Vec<Covert>,
    /// What to ask such a caller: yes or no is enough.
    pub covert_questions: Vec<Question>,
    /// The type that such a call is until it is known.
    pub covert_kind: TypeCode,
    /// The concept that says that the caller is not sure.
    pub doubt: String,
    /// Concepts of danger that nothing beside them explains away: nobody breathes.
    pub certain: Vec<String>,
    /// The concept that hints at a prank.
    pub prank: String,
}

/// When these concepts are there, it is this type.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// The type.
    pub kind: TypeCode,
    /// All of these.
    pub all: Vec<String>,
    /// None of these.
    #[serde(default)]
    pub none: Vec<String>,
    /// All within so many words of each other.
    #[serde(default)]
    pub near: Option<usize>,
    /// How much it says, between 0 and 1.
    pub weight: f32,
    /// At least this urgent.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// A remark for the call-taker.
    #[serde(default)]
    pub remark: Option<String>,
}

/// When these concepts are there, it is at least this urgent.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raiser {
    /// All of these.
    pub all: Vec<String>,
    /// At least this urgent.
    pub to: Priority,
    /// Only in these categories; in all when empty.
    #[serde(default)]
    pub categories: BTreeSet<Category>,
}

/// When these concepts are there, it is one level less urgent, unless something raises it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lowerer {
    /// All of these.
    pub all: Vec<String>,
    /// None of these.
    #[serde(default)]
    pub none: Vec<String>,
    /// Only in these categories; in all when empty.
    #[serde(default)]
    pub categories: BTreeSet<Category>,
}

/// A subject that is no emergency, unless something else in the text is one.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// All of these.
    pub all: Vec<String>,
    /// None of these.
    #[serde(default)]
    pub none: Vec<String>,
    /// How much it says, between 0 and 1.
    pub weight: f32,
    /// The category it is nearest to.
    pub category: Category,
    /// What to do with it, in Indonesian.
    pub remark: String,
}

/// When these concepts are there, the caller may not be able to speak freely.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covert {
    /// All of these.
    pub all: Vec<String>,
    /// None of these.
    #[serde(default)]
    pub none: Vec<String>,
    /// Why, in Indonesian.
    pub remark: String,
}

/// A question in both languages of the console.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// In Indonesian, to be read out.
    pub label_id: String,
    /// In English.
    pub label_en: String,
}

/// Why a lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The text is not the JSON of [`Lexicon`].
    #[error("the lexicon could not be read")]
    Unreadable(#[source] serde_json::Error),
    /// A rule names a concept that there is not.
    #[error("{of}: there is no concept {concept:?}")]
    UnknownConcept {
        /// Who names it.
        of: String,
        /// What is named.
        concept: String,
    },
    /// A phrase that can never be found, or would be found everywhere.
    #[error("{of}: the phrase {phrase:?} cannot be used")]
    BadPhrase {
        /// Whose phrase.
        of: String,
        /// The phrase.
        phrase: String,
    },
    /// A weight that is not between 0 and 1, or a rule without concepts.
    #[error("{of}: weight or concepts are wrong")]
    BadRule {
        /// Whose.
        of: String,
    },
}

impl Lexicon {
    /// Reads a lexicon.
    pub fn from_json(text: &str) -> Result<Self, LexiconError> {
        serde_json::from_str(text).map_err(LexiconError::Unreadable)
    }

    /// The lexicon that a new installation starts with.
    pub fn default_lexicon() -> Result<Self, LexiconError> {
        Self::from_json(include_str!("../../policy/lexicon.json"))
    }

    /// Checks that everything that is named exists. The phrases are checked when they are indexed.
    pub(super) fn check(&self) -> Result<(), LexiconError> {
        for rule in &self.rules {
            self.check_rule(&rule.kind.0, [&rule.all, &rule.none], rule.weight)?;
        }
        for raiser in &self.raisers {
            self.check_rule("raisers", [&raiser.all, &Vec::new()], 0.5)?;
        }
        for lowerer in &self.lowerers {
            self.check_rule("lowerers", [&lowerer.all, &lowerer.none], 0.5)?;
        }
        for topic in &self.topics {
            self.check_rule(&topic.remark, [&topic.all, &topic.none], topic.weight)?;
        }
        for covert in &self.covert {
            self.check_rule(&covert.remark, [&covert.all, &covert.none], 0.5)?;
        }
        let named =
            self.places.iter().chain(&self.feared).chain(&self.certain).chain([&self.doubt, &self.prank]);
        named
            .into_iter()
            .try_for_each(|concept| self.check_concept("places, feared, certain, doubt, prank", concept))
    }

    fn check_rule(&self, of: &str, [all, none]: [&Vec<String>; 2], weight: f32) -> Result<(), LexiconError> {
        if all.is_empty() || !(weight > 0.0 && weight < 1.0) {
            return Err(LexiconError::BadRule { of: of.to_owned() });
        }
        all.iter().chain(none).try_for_each(|concept| self.check_concept(of, concept))
    }

    fn check_concept(&self, of: &str, concept: &str) -> Result<(), LexiconError> {
        if self.concepts.contains_key(concept) {
            return Ok(());
        }
        Err(LexiconError::UnknownConcept { of: of.to_owned(), concept: concept.to_owned() })
    }
}
