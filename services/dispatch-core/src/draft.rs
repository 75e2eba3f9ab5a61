//! How what binds everybody is changed: somebody writes, another one approves.
//!
//! Question cards ([`crate::card::draft`]) and rules ([`crate::policy::draft`]) are changed the same way. A draft is
//! written (by any number of people), handed in, and then approved or rejected by somebody who never wrote at it. What
//! it replaces is kept beside it, so that nobody approves over a change that came in between.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::card::CardMistake;
use crate::ids::UserId;
use crate::policy::PolicyMistake;
use crate::private::Private;
use crate::time::Timestamp;

/// How far a draft is, and who had a hand in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// Grows with each writing; whoever approves names the one that they read.
    pub revision: u32,
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
    /// The version that it became.
    pub version: Option<u64>,
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
    /// Its authors gave it up, or another one for them, with a reason.
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
    Withdraw {
        /// Why; needed from somebody who did not write at it.
        reason: Option<Private<String>>,
    },
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
    #[error("what it replaces has changed since the draft was begun")]
    Outdated,
    /// A reason must be given.
    #[error("a reason is needed")]
    ReasonMissing,
    /// A card has mistakes.
    #[error("the card has {} mistakes", .0.len())]
    Mistaken(Vec<CardMistake>),
    /// Rules have mistakes.
    #[error("the rules have {} mistakes", .0.len())]
    RulesMistaken(Vec<PolicyMistake>),
    /// Only a person can do this.
    #[error("only a person can do this")]
    NotAPerson,
}

impl Progress {
    /// A draft that begins.
    pub fn begin(by: UserId, at: Timestamp) -> Self {
        Self {
            revision: 1,
            state: DraftState::Open,
            authors: BTreeSet::from([by]),
            changed_by: by,
            changed_at: at,
            decided: None,
        }
    }

    /// Written anew by somebody who saw `revision`. One that was handed in is open again.
    ///
    /// # Errors
    /// When it has ended, or somebody wrote at it in between.
    pub fn written(&self, revision: u32, by: UserId, at: Timestamp) -> Result<Self, DraftRefusal> {
        self.must_be_under_way(revision, DraftState::Open)?;
        let mut authors = self.authors.clone();
        authors.insert(by);
        Ok(Self {
            revision: self.revision + 1,
            state: DraftState::Open,
            authors,
            changed_by: by,
            changed_at: at,
            decided: None,
        })
    }

    /// After a step. `sound` says whether it may hold, and as which version; it is asked only before handing in and
    /// before approving.
    ///
    /// # Errors
    /// See [`DraftRefusal`].
    pub fn stepped(
        &self,
        step: DraftStep,
        revision: u32,
        (by, at): (UserId, Timestamp),
        sound: impl FnOnce() -> Result<u64, DraftRefusal>,
    ) -> Result<Self, DraftRefusal> {
        let ended = |state, reason, version| Self {
            state,
            decided: Some(Decided { by, at, reason, version }),
            ..self.clone()
        };
        match step {
            DraftStep::Submit => {
                self.must_be_under_way(revision, DraftState::Submitted)?;
                sound()?;
                Ok(Self { state: DraftState::Submitted, ..self.clone() })
            }
            DraftStep::Withdraw { reason } => {
                self.must_be_under_way(revision, DraftState::Withdrawn)?;
                let reason = reason.filter(|reason| !reason.reveal().trim().is_empty());
                // Nobody's work vanishes without a word to who wrote it.
                if reason.is_none() && !self.authors.contains(&by) {
                    return Err(DraftRefusal::ReasonMissing);
                }
                Ok(ended(DraftState::Withdrawn, reason, None))
            }
            DraftStep::Reject { reason } => {
                self.must_be_read_by_another(revision, by, DraftState::Rejected)?;
                if reason.reveal().trim().is_empty() {
                    return Err(DraftRefusal::ReasonMissing);
                }
                Ok(ended(DraftState::Rejected, Some(reason), None))
            }
            DraftStep::Approve => {
                self.must_be_read_by_another(revision, by, DraftState::Approved)?;
                let version = sound()?;
                Ok(ended(DraftState::Approved, None, Some(version)))
            }
        }
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
}
