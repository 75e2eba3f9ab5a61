//! An answer as an incident keeps it: with the words that were asked and said, so that it can be read without the set
//! it was given under.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{AnswerCode, CardCode, CardSet, Flag, InstructionCode, QuestionCode, SKIP, Words};
use crate::category::Priority;

/// Before the code of an instruction it is the question whether that was read out to the caller. No question of a card
/// can have such a code.
pub const READ: &str = "read:";
/// The answer that it was.
pub const READ_OUT: &str = "read";

/// One answer to a card. It holds no words of the caller's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardAnswer {
    /// Which card.
    pub card: CardCode,
    /// Of which version of the set.
    pub set_version: u32,
    /// Which question.
    pub question: QuestionCode,
    /// What was asked.
    pub asked: Words,
    /// What was answered; nothing when an answer is taken back.
    pub answer: Option<Chosen>,
}

/// The answer that was chosen, with what it changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chosen {
    /// Which answer; [`SKIP`] when the question was passed over.
    pub code: AnswerCode,
    /// What it says.
    pub label: Words,
    /// The priority is at least this.
    pub priority: Option<Priority>,
    /// What holds from now on.
    pub flags: Vec<Flag>,
}

/// What is not on a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum AnswerError {
    /// No such card.
    #[error("no such card")]
    Card,
    /// No such question on it.
    #[error("no such question")]
    Question,
    /// No such answer to it.
    #[error("no such answer")]
    Answer,
}

impl CardSet {
    /// The answer with everything that this set says about it; `None` takes an answer back. That an instruction was read
    /// out is an answer too ([`READ`]): it changes nothing, and stands on the incident as everything that was said does.
    ///
    /// # Errors
    /// When the set has no such card, question, instruction or answer.
    pub fn answer(
        &self,
        card: &CardCode,
        question: &QuestionCode,
        answer: Option<&AnswerCode>,
    ) -> Result<CardAnswer, AnswerError> {
        let found = self.card(card).ok_or(AnswerError::Card)?;
        if let Some(code) = question.0.strip_prefix(READ) {
            let instruction = self.instruction(&InstructionCode::new(code)).ok_or(AnswerError::Question)?;
            if answer.is_some_and(|answer| answer.0 != READ_OUT) {
                return Err(AnswerError::Answer);
            }
            let read = |answer: &AnswerCode| Chosen {
                code: answer.clone(),
                label: instruction.title.clone(),
                priority: None,
                flags: Vec::new(),
            };
            let asked = Words { id: "Petunjuk dibacakan:".to_owned(), en: "Read out:".to_owned() };
            let (card, question) = (card.clone(), question.clone());
            let answer = answer.map(read);
            return Ok(CardAnswer { card, set_version: self.version, question, asked, answer });
        }
        let asked = found.question(question).ok_or(AnswerError::Question)?;
        let chosen = match answer {
            None => None,
            Some(code) if code.0 == SKIP => {
                let label = Words { id: "Dilewati".to_owned(), en: "Passed over".to_owned() };
                Some(Chosen { code: code.clone(), label, priority: None, flags: Vec::new() })
            }
            Some(code) => {
                let answer = asked.answer(code).ok_or(AnswerError::Answer)?;
                let (label, priority, flags) = (answer.label.clone(), answer.priority, answer.flags.clone());
                Some(Chosen { code: code.clone(), label, priority, flags })
            }
        };
        Ok(CardAnswer {
            card: card.clone(),
            set_version: self.version,
            question: question.clone(),
            asked: asked.text.clone(),
            answer: chosen,
        })
    }
}
