//! How a card is changed: somebody writes, another one approves.
//!
//! A draft holds one card with the instructions that it leads to. It is written (by any number of people), handed in,
//! and then approved or rejected by somebody who never wrote at it. What it replaces is kept beside it, so that nobody
//! approves over a change that came in between.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Card, CardMistake, CardSet, Instruction};
use crate::ids::{CardDraftId, UserId};
use crate::policy::Rules;
use crate::private::Private;
use crate::time::Timestamp;

/// A card with instructions that change with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardChange {
    /// The card as it shall be.
    pub card: Card,
    /// Instructions as they shall be; those that are not here stay as they are.
    pub instructions: Vec<Instruction>,
}

/// A change on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardDraft {
    /// Its id.
    pub id: CardDraftId,
    /// Grows with each writing; whoever approves names the one that they read.
    pub revision: u32,
    /// The version of the set that it began from.
    pub base: u32,
    /// The card of that version, if it had one, and those of the changed instructions that it had.
    pub before: Option<Card>,
    /// See `before`.
    pub instructions_before: Vec<Instruction>,
    /// What it changes.
    pub change: CardChange,
    /// How far it is.
    pub state: DraftState,
    /// Everybody who wrote at it. None of them may approve it.
    pub authors: BTreeSet<UserId>,
    /// Who wrote last.
    pub changed_by: UserId,
    /// When.
    pub changed_at: Timestamp,
    /// How it ended.
    pub decided: Option<Decided>,
}

/// How a draft ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decided {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why not.
    pub reason: Option<Private<String>>,
    /// The version of the set that it became.
    pub version: Option<u32>,
}

/// How far a draft is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// Somebody writes.
    Open,
    /// Another one has to read it.
    Submitted,
    /// It holds.
    Approved,
    /// It will not hold.
    Rejected,
    /// Its authors gave it up.
    Withdrawn,
}

impl DraftState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Submitted, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// The state's name as stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    const fn is_under_way(self) -> bool {
        matches!(self, Self::Open | Self::Submitted)
    }
}

/// What somebody does with a draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DraftStep {
    /// Hand it in.
    Submit,
    /// Let it hold from now on.
    Approve,
    /// Let it not hold.
    Reject {
        /// Why; must not be empty.
        reason: Private<String>,
    },
    /// Give it up.
    Withdraw,
}

/// Who does it, when, and what holds meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The set that holds.
    pub holding: &'a CardSet,
    /// The rules that hold.
    pub rules: &'a Rules,
}

/// Why nothing came of it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum DraftRefusal {
    /// There is no such draft.
    #[error("no such draft")]
    Unknown,
    /// Somebody wrote at it in between.
    #[error("the draft is at revision {current}")]
    Changed {
        /// The revision it has now.
        current: u32,
    },
    /// The step does not follow from the present state.
    #[error("cannot go from {from} to {to}")]
    NotInThisState {
        /// The present state.
        from: &'static str,
        /// The state asked for.
        to: &'static str,
    },
    /// Who wrote at it may not decide on it.
    #[error("an author may not decide on the draft")]
    Own,
    /// What it replaces has changed since it was begun.
    #[error("the card has changed since the draft was begun")]
    Outdated,
    /// A reason must be given.
    #[error("a reason is needed")]
    ReasonMissing,
    /// It has mistakes.
    #[error("the card has {} mistakes", .0.len())]
    Mistaken(Vec<CardMistake>),
    /// Only a person can do this.
    #[error("only a person can do this")]
    NotAPerson,
}

impl CardSet {
    /// This set with a change in it. The card that changes is of the new version.
    pub fn with(&self, change: &CardChange, version: u32, day: &str) -> Self {
        let mut set = self.clone();
        set.version = version;
        set.decree.clone_from(&change.card.decree);
        day.clone_into(&mut set.effective_from);
        let card = Card { since: version, ..change.card.clone() };
        match set.cards.iter_mut().find(|known| known.code == card.code) {
            Some(known) => *known = card,
            None => set.cards.push(card),
        }
        for changed in &change.instructions {
            match set.instructions.iter_mut().find(|known| known.code == changed.code) {
                Some(known) => known.clone_from(changed),
                None => set.instructions.push(changed.clone()),
            }
        }
        set
    }

    /// Every mistake of a change, by its field; types that would lose their card are one.
    pub fn check_change(&self, change: &CardChange, rules: &Rules) -> Vec<CardMistake> {
        let with = self.with(change, self.version, &self.effective_from);
        let mut mistakes = with.check_parts(&change.card, &change.instructions, rules);
        let before = self.check(rules);
        for mistake in with.check(rules) {
            // Those of the card itself are named by their own fields above; what is left is what it does to others.
            let is_new = mistake.field == "cards" && !before.contains(&mistake);
            if is_new {
                mistakes.push(CardMistake { field: "card.types".to_owned(), fault: mistake.fault });
            }
        }
        mistakes
    }

    /// What a change replaces: the card, and those of its instructions that there are.
    fn replaced_by(&self, change: &CardChange) -> (Option<Card>, Vec<Instruction>) {
        let card = self.card(&change.card.code).cloned();
        let known = |changed: &Instruction| self.instruction(&changed.code).cloned();
        (card, change.instructions.iter().filter_map(known).collect())
    }
}

impl CardDraft {
    /// A draft that begins, from the set that holds.
    pub fn begin(id: CardDraftId, change: CardChange, around: &Around<'_>) -> Self {
        let (before, instructions_before) = around.holding.replaced_by(&change);
        Self {
            id,
            revision: 1,
            base: around.holding.version,
            before,
            instructions_before,
            change,
            state: DraftState::Open,
            authors: BTreeSet::from([around.by]),
            changed_by: around.by,
            changed_at: around.at,
            decided: None,
        }
    }

    /// The draft as somebody wrote it anew. One that was handed in is open again.
    ///
    /// # Errors
    /// When it has ended, or somebody wrote at it in between.
    pub fn written(
        &self,
        revision: u32,
        change: CardChange,
        around: &Around<'_>,
    ) -> Result<Self, DraftRefusal> {
        self.must_be_under_way(revision, DraftState::Open)?;
        let mut draft = self.clone();
        // What an outdated one replaces stays what it was: whoever writes on must see that it has changed.
        if !self.is_outdated(around.holding) {
            (draft.before, draft.instructions_before) = around.holding.replaced_by(&change);
            draft.base = around.holding.version;
        }
        draft.authors.insert(around.by);
        Ok(Self {
            revision: self.revision + 1,
            change,
            state: DraftState::Open,
            changed_by: around.by,
            changed_at: around.at,
            ..draft
        })
    }

    /// The draft after a step, and the set that holds from now on when it was approved.
    ///
    /// # Errors
    /// See [`DraftRefusal`].
    pub fn stepped(
        &self,
        step: DraftStep,
        revision: u32,
        around: &Around<'_>,
    ) -> Result<(Self, Option<CardSet>), DraftRefusal> {
        let mut draft = self.clone();
        match step {
            DraftStep::Submit => {
                self.must_be_under_way(revision, DraftState::Submitted)?;
                self.must_be_sound(around)?;
                draft.state = DraftState::Submitted;
                Ok((draft, None))
            }
            DraftStep::Withdraw => {
                self.must_be_under_way(revision, DraftState::Withdrawn)?;
                Ok((draft.ended(DraftState::Withdrawn, around, None, None), None))
            }
            DraftStep::Reject { reason } => {
                self.must_be_read_by_another(revision, around.by, DraftState::Rejected)?;
                if reason.reveal().trim().is_empty() {
                    return Err(DraftRefusal::ReasonMissing);
                }
                Ok((draft.ended(DraftState::Rejected, around, Some(reason), None), None))
            }
            DraftStep::Approve => {
                self.must_be_read_by_another(revision, around.by, DraftState::Approved)?;
                self.must_be_sound(around)?;
                let holding = around.holding;
                let set = holding.with(&self.change, holding.version + 1, &around.at.date_wib());
                let version = Some(set.version);
                Ok((draft.ended(DraftState::Approved, around, None, version), Some(set)))
            }
        }
    }

    fn ended(
        mut self,
        state: DraftState,
        around: &Around<'_>,
        reason: Option<Private<String>>,
        version: Option<u32>,
    ) -> Self {
        self.state = state;
        self.decided = Some(Decided { by: around.by, at: around.at, reason, version });
        self
    }

    /// Whether what it replaces is no longer what holds.
    pub fn is_outdated(&self, holding: &CardSet) -> bool {
        holding.replaced_by(&self.change) != (self.before.clone(), self.instructions_before.clone())
    }

    fn must_be_under_way(&self, revision: u32, to: DraftState) -> Result<(), DraftRefusal> {
        if !self.state.is_under_way() {
            return Err(DraftRefusal::NotInThisState { from: self.state.name(), to: to.name() });
        }
        if revision == self.revision { Ok(()) } else { Err(DraftRefusal::Changed { current: self.revision }) }
    }

    fn must_be_read_by_another(&self, revision: u32, by: UserId, to: DraftState) -> Result<(), DraftRefusal> {
        if self.state != DraftState::Submitted {
            return Err(DraftRefusal::NotInThisState { from: self.state.name(), to: to.name() });
        }
        self.must_be_under_way(revision, to)?;
        if self.authors.contains(&by) { Err(DraftRefusal::Own) } else { Ok(()) }
    }

    fn must_be_sound(&self, around: &Around<'_>) -> Result<(), DraftRefusal> {
        if self.is_outdated(around.holding) {
            return Err(DraftRefusal::Outdated);
        }
        let mistakes = around.holding.check_change(&self.change, around.rules);
        if mistakes.is_empty() { Ok(()) } else { Err(DraftRefusal::Mistaken(mistakes)) }
    }
}
