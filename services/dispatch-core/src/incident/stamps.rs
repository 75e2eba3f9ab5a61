//! The times of an incident as figures count them: what was measured, and what somebody wrote down later (domain C.1,
//! rule 8).

use serde::{Deserialize, Serialize};

use super::assignment::{Assignment, AssignmentState, ReportSource};
use super::state::{Ending, Incident};
use crate::time::Timestamp;

/// A time as figures count it. Serialised it is its microseconds since 1970; one that somebody typed in is a pair of them
/// and those of its entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Micros", into = "Micros")]
pub struct Stamp {
    /// When it was.
    pub at: Timestamp,
    /// When a person typed it in, where it was not measured: a manual stamp.
    pub entered_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Micros {
    Measured(i64),
    Written(i64, i64),
}

impl From<Micros> for Stamp {
    fn from(micros: Micros) -> Self {
        match micros {
            Micros::Measured(at) => Self::measured(Timestamp::from_micros(at)),
            Micros::Written(at, entered_at) => {
                Self { at: Timestamp::from_micros(at), entered_at: Some(Timestamp::from_micros(entered_at)) }
            }
        }
    }
}

impl From<Stamp> for Micros {
    fn from(stamp: Stamp) -> Self {
        let at = stamp.at.as_micros();
        stamp.entered_at.map_or(Self::Measured(at), |entered_at| Self::Written(at, entered_at.as_micros()))
    }
}

impl Stamp {
    /// One that a clock measured.
    pub const fn measured(at: Timestamp) -> Self {
        Self { at, entered_at: None }
    }

    /// Whether a person wrote it down, and no clock measured it.
    pub const fn is_manual(&self) -> bool {
        self.entered_at.is_some()
    }
}

impl Incident {
    /// When it was reported to the centre. Where it came by a call, the call knows better.
    pub fn received(&self) -> Stamp {
        match &self.paper {
            Some(paper) => Stamp { at: paper.received_at, entered_at: Some(self.opened_at) },
            None => Stamp::measured(self.opened_at),
        }
    }

    /// When it ended; none while it is open. One that was over on paper ended then, or, where nobody wrote when, with
    /// the last that was written: it was not later than its entry.
    pub fn ended(&self) -> Option<Stamp> {
        let at = match self.ending.as_ref()? {
            Ending::Closed { at, .. } | Ending::Cancelled { at, .. } | Ending::Merged { at, .. } => *at,
        };
        // It may have been reopened since: then its end was measured.
        let over = self.paper.as_deref().filter(|paper| paper.end.is_some() && at == self.opened_at);
        let Some(paper) = over else { return Some(Stamp::measured(at)) };
        let written = paper.end.as_ref().and_then(|end| end.at);
        Some(Stamp { at: written.unwrap_or_else(|| paper.last_written_at()), entered_at: Some(at) })
    }
}

impl Assignment {
    /// When it reached this state; none when it did not, or when nobody wrote down when: nothing is made up.
    pub fn stamp(&self, state: AssignmentState) -> Option<Stamp> {
        let is_written = |source| source == ReportSource::Paper;
        if let Some(written) = self.relayed.iter().find(|one| one.state == state && is_written(one.source)) {
            return written.pressed_at.map(|at| Stamp { at, entered_at: Some(written.at) });
        }
        let measured = match state {
            AssignmentState::Sent => Some(self.sent_at),
            AssignmentState::Delivered => self.delivered_at.filter(|_| !self.was_written()),
            AssignmentState::Acknowledged => self.acknowledged.map(|(at, _)| at),
            AssignmentState::EnRoute => self.en_route_at,
            AssignmentState::OnScene => self.on_scene_at,
            AssignmentState::Working => self.working_at,
            AssignmentState::UnderControl => self.under_control_at,
            AssignmentState::Completed => self.completed_at,
            AssignmentState::Declined | AssignmentState::Cancelled => None,
        };
        measured.map(Stamp::measured)
    }

    /// What was acknowledged on paper never reached a terminal.
    fn was_written(&self) -> bool {
        let acknowledged = |one: &&super::Relayed| one.state == AssignmentState::Acknowledged;
        self.relayed.iter().find(acknowledged).is_some_and(|one| one.source == ReportSource::Paper)
    }
}
