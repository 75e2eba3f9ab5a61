//! Disaster mode (mode bencana): one switch for the evening on which everybody calls about the same thing.
//!
//! One person proposes it, another one switches it on. Then callers in the queue hear the disaster text, short and silent
//! calls are no suspects, one incident is the master of what is reported, and the people of the roster are called in. It
//! ends when a supervisor says so, with a reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{DisasterId, IncidentId, RosterPersonId, UserId};
use crate::limits::{NOTE_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

/// A proposal that nobody confirms lapses: the second person was meant to look at the same thing.
pub const PROPOSAL_HOLDS: Seconds = Seconds(600);

/// One switching of the mode, from the proposal to the end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Disaster {
    /// Its id.
    pub id: DisasterId,
    /// What people call it: "Gempa Toboali".
    pub name: String,
    /// The incident that becomes the master of what is reported.
    pub incident: Option<IncidentId>,
    /// By which decree or order (nomor surat), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<String>,
    /// Who proposed it.
    pub proposed_by: UserId,
    /// When.
    pub proposed_at: Timestamp,
    /// Who switched it on, and when.
    pub confirmed: Option<Signed>,
    /// Who ended it or took the proposal back, and when.
    pub ended: Option<Signed>,
    /// Why it ended.
    pub reason: Option<Private<String>>,
    /// What people of the roster said who were called in.
    pub called_in: BTreeMap<RosterPersonId, CalledIn>,
}

/// Somebody, at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// What somebody said who was called in, as it was written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CalledIn {
    /// What they said.
    pub answer: CallInAnswer,
    /// Who called them, and when.
    pub noted: Signed,
}

/// What somebody says who is called in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallInAnswer {
    /// They are on their way.
    Coming,
    /// They cannot.
    CannotCome,
    /// Nobody answered.
    NoAnswer,
}

impl CallInAnswer {
    /// All answers.
    pub const ALL: [Self; 3] = [Self::Coming, Self::CannotCome, Self::NoAnswer];

    /// The code as stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::CannotCome => "cannot_come",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// How far a switching is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisasterState {
    /// It waits for the second person.
    Proposed,
    /// Callers hear it.
    On,
    /// It ended, or nobody switched it on in time.
    Over,
}

impl DisasterState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Proposed, Self::On, Self::Over];
}

/// What is done with the switch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum DisasterStep {
    /// Propose it.
    Propose {
        /// What people call it.
        name: String,
        /// The master incident.
        incident: Option<IncidentId>,
        /// By which decree.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// Switch it on: another person than the one who proposed it.
    Confirm,
    /// End it, or take the proposal back.
    End {
        /// Why.
        reason: Private<String>,
    },
    /// Write down what somebody said who was called in.
    CallIn {
        /// Whom.
        person: RosterPersonId,
        /// What they said.
        answer: CallInAnswer,
    },
}

/// Why a step is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum DisasterRefusal {
    /// Another one is proposed or on.
    #[error("a disaster mode is proposed or on")]
    Stands,
    /// There is no such one.
    #[error("no such disaster mode")]
    Unknown,
    /// The person who proposed it cannot switch it on.
    #[error("the second person must be another one")]
    SamePerson,
    /// Nobody confirmed it in time, or it is over.
    #[error("the proposal lapsed or is over")]
    Over,
    /// It is not on.
    #[error("the disaster mode is not on")]
    NotOn,
    /// A program cannot do it.
    #[error("this takes a person")]
    NotAPerson,
    /// A text is missing or too long.
    #[error("{field} is missing or too long")]
    Text {
        /// Which.
        field: &'static str,
    },
}

impl Disaster {
    /// Whether callers hear it now.
    pub const fn is_on(&self) -> bool {
        self.confirmed.is_some() && self.ended.is_none()
    }

    /// Whether it waits for the second person.
    pub fn is_proposed(&self, now: Timestamp) -> bool {
        self.confirmed.is_none() && self.ended.is_none() && now < self.proposed_at.after(PROPOSAL_HOLDS)
    }

    /// The switch after a step; `current` is the one that was touched last.
    ///
    /// # Errors
    /// Why the step is refused.
    pub fn stepped(
        current: Option<&Self>,
        id: DisasterId,
        step: &DisasterStep,
        by: UserId,
        now: Timestamp,
    ) -> Result<Self, DisasterRefusal> {
        let signed = Signed { by, at: now };
        if let DisasterStep::Propose { name, incident, decree } = step {
            if current.is_some_and(|one| one.is_on() || one.is_proposed(now)) {
                return Err(DisasterRefusal::Stands);
            }
            check("name", name, SHORT_TEXT_BYTES_MAX)?;
            if let Some(decree) = decree {
                check("decree", decree, SHORT_TEXT_BYTES_MAX)?;
            }
            return Ok(Self {
                id,
                name: name.clone(),
                incident: *incident,
                decree: decree.clone(),
                proposed_by: by,
                proposed_at: now,
                confirmed: None,
                ended: None,
                reason: None,
                called_in: BTreeMap::new(),
            });
        }
        let mut next = current.filter(|one| one.id == id).cloned().ok_or(DisasterRefusal::Unknown)?;
        let (is_on, is_proposed) = (next.is_on(), next.is_proposed(now));
        match step {
            DisasterStep::Confirm if !is_proposed => return Err(DisasterRefusal::Over),
            DisasterStep::Confirm if next.proposed_by == by => return Err(DisasterRefusal::SamePerson),
            DisasterStep::Confirm => next.confirmed = Some(signed),
            DisasterStep::End { .. } if !is_on && !is_proposed => return Err(DisasterRefusal::Over),
            DisasterStep::End { reason } => {
                check("reason", reason.reveal(), NOTE_BYTES_MAX)?;
                next.ended = Some(signed);
                next.reason = Some(reason.clone());
            }
            DisasterStep::CallIn { .. } if !is_on => return Err(DisasterRefusal::NotOn),
            DisasterStep::CallIn { person, answer } => {
                next.called_in.insert(*person, CalledIn { answer: *answer, noted: signed });
            }
            DisasterStep::Propose { .. } => return Err(DisasterRefusal::Stands),
        }
        Ok(next)
    }
}

fn check(field: &'static str, text: &str, bytes_max: usize) -> Result<(), DisasterRefusal> {
    let fits = !text.trim().is_empty() && text.len() <= bytes_max;
    if fits { Ok(()) } else { Err(DisasterRefusal::Text { field }) }
}
