//! Answers to a question card, on the incident that they tell of.
//!
//! Each answer is a fact of its own. A priority that an answer raises is another one, which says which answer it was;
//! taking the answer back does not lower it again: that is for a person.

use serde::{Deserialize, Serialize};

use super::decide::{Course, dispatch_within};
use super::event::IncidentEvent;
use super::refusal::IncidentRefusal;
use super::state::Incident;
use crate::actor::Actor;
use crate::card::{CardAnswer, Flag};
use crate::limits::CARD_ANSWERS_PER_INCIDENT_MAX;
use crate::time::Timestamp;

/// An answer, by whom and when it was written down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What.
    #[serde(flatten)]
    pub answer: CardAnswer,
}

impl Incident {
    /// What holds of it, by the answers that stand and by what was merged into it; each once, in the order of
    /// [`Flag::ALL`].
    pub fn flags(&self) -> Vec<Flag> {
        let brought = |flag: Flag| self.absorbed.iter().any(|one| one.flags.contains(&flag));
        let given = |flag: &&Flag| brought(**flag) || self.answers.iter().any(|one| holds(one, **flag));
        Flag::ALL.iter().filter(given).copied().collect()
    }

    /// Whether this very answer stands already, or is taken back already.
    pub(super) fn knows(&self, answer: &CardAnswer) -> bool {
        let code = |of: &CardAnswer| of.answer.as_ref().map(|chosen| chosen.code.clone());
        let standing = self.answers.iter().find(|one| is_same_question(&one.answer, answer));
        standing.map_or(answer.answer.is_none(), |one| code(&one.answer) == code(answer))
    }

    /// Takes an answer in the place of an earlier one to the same question.
    pub(super) fn answered(&mut self, answer: &CardAnswer, by: Actor, at: Timestamp) {
        self.answers.retain(|one| !is_same_question(&one.answer, answer));
        if answer.answer.is_some() {
            self.answers.push(GivenAnswer { at, by, answer: answer.clone() });
        }
    }
}

impl Course<'_> {
    /// Answers that stand already change nothing, so that a repeat is none.
    pub(super) fn answer(&mut self, answers: Vec<CardAnswer>) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        for answer in answers {
            if self.incident.knows(&answer) {
                continue;
            }
            let chosen = answer.answer.clone();
            let asked = answer.asked.clone();
            self.emit(IncidentEvent::CardAnswered { answer: Box::new(answer) });
            if self.incident.answers.len() > CARD_ANSWERS_PER_INCIDENT_MAX {
                let max = CARD_ANSWERS_PER_INCIDENT_MAX;
                return Err(IncidentRefusal::TooMany { what: "answers", max });
            }
            let raised = chosen.and_then(|chosen| Some((chosen.priority?, chosen.label)));
            if let Some((to, answered)) = raised.filter(|(to, _)| *to < self.incident.priority) {
                let sooner = self.now.after(dispatch_within(to, self.policy));
                let dispatch_due_at = self.incident.dispatch_due_at.map(|due| due.min(sooner));
                let from = self.incident.priority;
                self.emit(IncidentEvent::PriorityRaised { from, to, asked, answered, dispatch_due_at });
                self.hasten();
            }
        }
        Ok(())
    }
}

fn holds(given: &GivenAnswer, flag: Flag) -> bool {
    given.answer.answer.as_ref().is_some_and(|chosen| chosen.flags.contains(&flag))
}

fn is_same_question(one: &CardAnswer, other: &CardAnswer) -> bool {
    (&one.card, &one.question) == (&other.card, &other.question)
}
