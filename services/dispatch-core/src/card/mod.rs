//! Question cards (kartu tanya): what to ask about each type of incident, what an answer changes, and what the
//! caller is told to do until somebody comes.
//!
//! A card is data: [`CardSet::default_set`] is the one that comes with the program, and supervisors change it, two
//! people to a change ([`draft`]). [`assess`] says what answers come to; [`CardSet::check`] names every mistake of a
//! set at once. What each procedure has to name (who answers for it, its time, its order) is that of Peraturan
//! Bupati Batang on SPBE, Pasal 9 ayat (2): `owner`, `within_s`, the order of `questions`.
//!
//! Architecture invariant: total and pure. The same answers give the same assessment in whatever order they came.

mod answer;
mod assess;
mod check;
mod code;
pub mod draft;
mod flag;

use serde::{Deserialize, Serialize};

use crate::category::{Category, Priority, TypeCode};
use crate::policy::Rules;

pub use answer::{AnswerError, CardAnswer, Chosen, READ, READ_OUT};
pub use assess::{Answers, Assessment, Because, Effect, assess};
pub use check::{CardFault, CardMistake};
pub use code::{AnswerCode, CardCode, InstructionCode, QuestionCode};
pub use flag::Flag;

/// The answer "lewati": the question was passed over. It has no effect.
pub const SKIP: &str = "skip";
/// Where a branch ends that leaves out the rest of the card.
pub const END: &str = "end";

/// A text in both languages of the consoles.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Words {
    /// Indonesian; what is read out to a caller.
    pub id: String,
    /// English.
    pub en: String,
}

/// All cards and instructions, as they hold together.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CardSet {
    /// Grows by one with each approved change.
    pub version: u32,
    /// The decree or approval that set this version.
    pub decree: String,
    /// The first day it holds, `YYYY-MM-DD`.
    pub effective_from: String,
    /// What callers can be told to do, shared by the cards.
    pub instructions: Vec<Instruction>,
    /// One for each kind of question; every type has exactly one.
    pub cards: Vec<Card>,
}

/// One card.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Its code.
    pub code: CardCode,
    /// The version of the set that brought it as it stands.
    pub since: u32,
    /// Its name.
    pub title: Words,
    /// The types that it is for.
    pub types: Vec<TypeCode>,
    /// Who answers for the procedure (penanggung jawab proses).
    pub owner: String,
    /// The decree that approved it, or that none has yet.
    pub decree: String,
    /// Seconds in which all of it should be asked (waktu proses).
    pub within_s: u32,
    /// Instructions that hold whatever is answered, most important first.
    #[serde(default)]
    pub first: Vec<InstructionCode>,
    /// In the order in which they are asked (urutan proses): 3 to 8.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Its code within the card.
    pub code: QuestionCode,
    /// What has to be known.
    pub text: Words,
    /// The exact words to read out, where they matter.
    #[serde(default)]
    pub say: Option<Words>,
    /// What can be answered: 2 to 5.
    pub answers: Vec<Answer>,
}

/// One answer and what it changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Its code within the question.
    pub code: AnswerCode,
    /// The letter that gives it on a keyboard.
    pub key: String,
    /// What it says.
    pub label: Words,
    /// The priority is at least this.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// A less urgent priority is proposed; a person decides.
    #[serde(default)]
    pub lower: Option<Priority>,
    /// What holds of the incident from now on.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// What the caller should be told.
    #[serde(default)]
    pub instructions: Vec<InstructionCode>,
    /// Another type fits better.
    #[serde(default, rename = "type")]
    pub kind: Option<TypeCode>,
    /// The question that follows, a later one, or [`END`]; the next one in order when absent.
    #[serde(default)]
    pub next: Option<QuestionCode>,
}

/// What a caller is told to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Instruction {
    /// Its code.
    pub code: InstructionCode,
    /// Its name.
    pub title: Words,
    /// Who answers for its content.
    pub owner: String,
    /// To be read out one after the other.
    pub steps: Vec<Words>,
    /// A beat to press by.
    #[serde(default)]
    pub rhythm: Option<Rhythm>,
    /// What to remember as time passes.
    #[serde(default)]
    pub marks: Vec<Mark>,
}

/// A beat to press by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rhythm {
    /// Beats a minute: 100 to 120.
    pub per_minute: u32,
    /// After so many beats come the breaths; 0 when it goes on without a pause.
    #[serde(default)]
    pub beats: u32,
    /// How many breaths.
    #[serde(default)]
    pub breaths: u32,
}

/// Something to say again and again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Each time so many seconds have passed.
    pub every_s: u32,
    /// What to say.
    pub text: Words,
}

/// The set that comes with the program.
const DEFAULT_SET: &str = include_str!("../../policy/cards.json");

impl CardSet {
    /// The set that comes with the program: a proposal that nobody has approved.
    ///
    /// # Errors
    /// When the file is not a set, which a test rules out.
    pub fn default_set() -> Result<Self, serde_json::Error> {
        serde_json::from_str(DEFAULT_SET)
    }

    /// The card with this code.
    pub fn card(&self, code: &CardCode) -> Option<&Card> {
        self.cards.iter().find(|card| &card.code == code)
    }

    /// The instruction with this code.
    pub fn instruction(&self, code: &InstructionCode) -> Option<&Instruction> {
        self.instructions.iter().find(|instruction| &instruction.code == code)
    }

    /// The card for what is known of an incident: its type's, else that of its category's most general type.
    pub fn card_for(&self, kind: Option<&TypeCode>, category: Category, rules: &Rules) -> Option<&Card> {
        let of = |code: &TypeCode| self.cards.iter().find(|card| card.types.contains(code));
        kind.and_then(of).or_else(|| rules.category(category).and_then(|rule| of(&rule.general)))
    }
}

impl Card {
    /// The question with this code.
    pub fn question(&self, code: &QuestionCode) -> Option<&Question> {
        self.questions.iter().find(|question| &question.code == code)
    }

    /// The codes of all instructions that it can lead to.
    pub fn instructions(&self) -> impl Iterator<Item = &InstructionCode> {
        let of_answers = self.questions.iter().flat_map(|q| &q.answers).flat_map(|a| &a.instructions);
        self.first.iter().chain(of_answers)
    }
}

impl Question {
    /// The answer with this code.
    pub fn answer(&self, code: &AnswerCode) -> Option<&Answer> {
        self.answers.iter().find(|answer| &answer.code == code)
    }
}
