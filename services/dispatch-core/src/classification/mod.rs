//! From what a caller says to a category, a type and a priority, as a suggestion with its reasons.
//!
//! Two layers. The **rules** (`policy/lexicon.json`) find concepts in the text and know types, priorities and
//! sayings; each conclusion quotes its words. The **model** (`data/model.bin`, learned from
//! `data/statements.tsv`) sees the words, runs of letters and what the rules saw; it weighs the categories and
//! whether this is an emergency at all. `docs/classification.md` tells how they are put together and measured.
//!
//! A suggestion, never a decision: the call-taker confirms or changes it. It keeps on the safe side: what is
//! unclear goes one level up and is to be asked ("bila ragu, naikkan"); laughter never outweighs a sign of
//! danger; "no emergency" is said only when model and rules agree; a caller who may not be able to speak is
//! flagged, never called a prank.
//!
//! Invariant: no clock, no chance, no file. The same text gives the same answer on every machine.

use serde::{Deserialize, Serialize};

use crate::category::{Category, Priority, TypeCode};
use crate::policy::Rules;

mod evidence;
mod features;
mod judging;
mod lexicon;
mod model;
mod phrases;
mod reader;
mod spelling;
mod statements;
mod training;
mod weigh;
mod words;

pub use judging::{Share, Verdict, judge};
pub use lexicon::{Covert, KindRule, Lexicon, LexiconError, Lowerer, Question, Raiser, Topic};
pub use model::{Model, ModelError};
use reader::Reader;
pub use statements::{STATEMENTS, Split, Statement, StatementError, read_statements};
pub use training::train;

/// What a text suggests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Classification {
    /// False only when the text is about something that is no emergency and shows no sign of one.
    pub emergency: bool,
    /// The text says too little, or the caller is not sure; priorities are one level up.
    pub uncertain: bool,
    /// It has to be asked what happened before anything is taken for granted: "perlu ditanya".
    pub ask: bool,
    /// The caller may not be able to speak freely: an order for food, one-word answers. Never a prank.
    pub covert: Option<CovertSign>,
    /// Best first, one to five. The second is the best of another category, unless there is no doubt.
    pub suggestions: Vec<Suggestion>,
    /// The version of lexicon and model.
    pub version: String,
}

/// Why the caller may not be able to speak freely, and what to ask.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CovertSign {
    /// Why, in Indonesian, the words of the text quoted. Quotes the caller: personal.
    pub because: Vec<String>,
    /// Questions that yes or no answers.
    pub questions: Vec<Question>,
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

/// A lexicon and a model, ready to be used.
#[derive(Clone, Debug)]
pub struct Classifier {
    reader: Reader,
    model: Model,
    version: String,
}

/// Why there is no classifier.
#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    /// The lexicon cannot be used.
    #[error("the lexicon cannot be used")]
    Lexicon(#[from] LexiconError),
    /// The model cannot be used.
    #[error("the model cannot be used")]
    Model(#[from] ModelError),
}

impl Classifier {
    /// Checks and indexes a lexicon; the model should be trained with it.
    pub fn new(lexicon: Lexicon, model: Model) -> Result<Self, LexiconError> {
        let version = format!("{}+{}", lexicon.version, model.version());
        Ok(Self { reader: Reader::new(lexicon)?, model, version })
    }

    /// What a new installation starts with.
    pub fn default_classifier() -> Result<Self, ClassifierError> {
        Ok(Self::new(Lexicon::default_lexicon()?, Model::default_model()?)?)
    }

    /// What this text suggests under these rules. Types that the rules do not have are never suggested.
    pub fn classify(&self, text: &str, rules: &Rules) -> Classification {
        weigh::weigh(&self.reader, &self.model, &self.version, text, rules)
    }
}
