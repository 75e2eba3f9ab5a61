//! How rules are changed: somebody writes, another one approves ([`crate::draft`]).

use serde::{Deserialize, Serialize};

use super::{Rules, RulesChange};
use crate::draft::{DraftRefusal, DraftState, DraftStep, Progress};
use crate::ids::{RulesDraftId, UserId};
use crate::time::Timestamp;

/// A change of the rules on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RulesDraft {
    /// Its id.
    pub id: RulesDraftId,
    /// The version of the rules that it began from.
    pub base: u64,
    /// What it replaces of that version.
    pub before: RulesChange,
    /// What it changes.
    pub change: RulesChange,
    /// How far it is.
    #[serde(flatten)]
    pub progress: Progress,
}

/// Who does it, when, and what holds meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The rules that hold.
    pub holding: &'a Rules,
    /// The rules that its author saw when the writing began; those that hold when they did not say.
    pub began: Option<&'a Rules>,
}

impl Around<'_> {
    /// What somebody wrote without seeing what came in between is told to be outdated, not taken for the newest.
    fn began_from(&self, change: &RulesChange) -> (u64, RulesChange) {
        let began = self.began.filter(|began| began.version < self.holding.version).unwrap_or(self.holding);
        (began.version, began.replaced_by(change))
    }
}

impl RulesDraft {
    /// A draft that begins, from the rules that its author saw.
    pub fn begin(id: RulesDraftId, change: RulesChange, around: &Around<'_>) -> Self {
        let (base, before) = around.began_from(&change);
        let progress = Progress::begin(around.by, around.at);
        Self { id, base, before, change, progress }
    }

    /// The draft as somebody wrote it anew. One that was handed in is open again.
    ///
    /// # Errors
    /// When it has ended, or somebody wrote at it in between.
    pub fn written(
        &self,
        revision: u32,
        change: RulesChange,
        around: &Around<'_>,
    ) -> Result<Self, DraftRefusal> {
        let progress = self.progress.written(revision, around.by, around.at)?;
        // What an outdated one replaces stays what it was: whoever writes on must see that it has changed.
        let (base, before) = if self.is_outdated(around.holding) {
            (self.base, self.before.clone())
        } else {
            around.began_from(&change)
        };
        Ok(Self { id: self.id, base, before, change, progress })
    }

    /// The draft after a step, and the rules that hold from now on when it was approved.
    ///
    /// # Errors
    /// See [`DraftRefusal`].
    pub fn stepped(
        &self,
        step: DraftStep,
        revision: u32,
        around: &Around<'_>,
    ) -> Result<(Self, Option<Rules>), DraftRefusal> {
        let holding = around.holding;
        let sound = || self.must_be_sound(holding).map(|()| holding.version + 1);
        let progress = self.progress.stepped(step, revision, (around.by, around.at), sound)?;
        let holds = progress.state == DraftState::Approved;
        let rules = holds.then(|| holding.with(&self.change, around.at));
        Ok((Self { progress, ..self.clone() }, rules))
    }

    /// Whether what it replaces is no longer what holds. Changes of other parts do not matter.
    pub fn is_outdated(&self, holding: &Rules) -> bool {
        holding.replaced_by(&self.change) != self.before
    }

    fn must_be_sound(&self, holding: &Rules) -> Result<(), DraftRefusal> {
        if self.is_outdated(holding) {
            return Err(DraftRefusal::Outdated);
        }
        let mistakes = holding.check_change(&self.change);
        if mistakes.is_empty() { Ok(()) } else { Err(DraftRefusal::RulesMistaken(mistakes)) }
    }
}
