//! What is known of a call.

use serde::{Deserialize, Serialize};

use super::fact::{Arrival, EndReason};
use crate::actor::Actor;
use crate::ids::{CallId, IncidentId, UserId};
use crate::private::Private;
use crate::time::Timestamp;

/// One call, as the desk knows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call {
    /// Its id, made by the trunk role.
    pub id: CallId,
    /// What the INVITE said, defects found later included.
    pub arrival: Arrival,
    /// T0: when the INVITE arrived.
    pub arrived_at: Timestamp,
    /// When the queue announcement answered it, if it did.
    pub queue_answered_at: Option<Timestamp>,
    /// Who answered (T1), if anybody did.
    pub answered: Option<Answered>,
    /// Where it is now.
    pub state: CallState,
    /// What it turned out to be.
    pub disposition: Option<Disposition>,
    /// The incident it reports.
    pub incident: Option<IncidentId>,
    /// When the disposition is owed, while it is.
    pub disposition_due_at: Option<Timestamp>,
    /// The duty to call back, if there is or was one.
    pub call_back: Option<CallBack>,
}

/// Who answered a call, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// The call-taker.
    pub by: UserId,
    /// T1.
    pub at: Timestamp,
}

/// Where a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CallState {
    /// It rings; nobody has answered.
    Ringing,
    /// The caller hears the queue announcement.
    Queued,
    /// A call-taker has it.
    Connected,
    /// It is over.
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        reason: EndReason,
    },
}

/// What a call turned out to be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Disposition {
    /// The outcome.
    pub kind: DispositionKind,
    /// Who said so; the system for calls that ended before anybody answered.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// A remark of the call-taker.
    pub note: Option<Private<String>>,
}

/// The outcomes of a call (CONTRACT; Permenkominfo 10/2016 Pasal 15, 20).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DispositionKind {
    /// It reports an incident.
    Incident,
    /// Panggilan iseng.
    Prank,
    /// Panggilan kosong: nobody speaks.
    Ghost,
    /// Panggilan tidak sengaja.
    Accidental,
    /// Permintaan informasi.
    Information,
    /// Pengaduan non-darurat.
    Complaint,
    /// Panggilan terputus before anybody could speak to the caller.
    Abandoned,
    /// Salah sambung.
    WrongNumber,
    /// Laporan ganda of an incident that is known.
    Duplicate,
    /// A test of the trunk.
    Test,
}

/// A caller whom somebody must call back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallBack {
    /// By when.
    pub due_at: Timestamp,
    /// Whether the supervisor has been told that it is late.
    pub overdue: bool,
    /// Open or done.
    pub state: CallBackState,
    /// What was tried.
    pub attempts: Vec<CallBackAttempt>,
}

/// Whether a call-back is still owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBackState {
    /// Somebody must still call.
    Open,
    /// The caller was reached, or it was decided that nobody needs to call.
    Done,
}

/// One try to reach the caller.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallBackAttempt {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
    /// With what result.
    pub outcome: CallBackOutcome,
    /// A remark.
    pub note: Option<Private<String>>,
}

/// The result of a try to call back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBackOutcome {
    /// The caller was reached: the duty is done.
    Reached,
    /// Nobody picked up: the duty stays, with a new deadline, up to two tries.
    NoAnswer,
    /// No call is needed, for example because the same person called again: the duty is done.
    NotNeeded,
}

impl Call {
    /// Whether anything is still owed to this call: it lives, or needs a disposition or a call-back.
    pub fn is_open(&self) -> bool {
        !self.is_ended() || self.disposition.is_none() || self.owes_call_back()
    }

    /// Whether the call is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, CallState::Ended { .. })
    }

    /// Whether somebody must still call back.
    pub fn owes_call_back(&self) -> bool {
        self.call_back.as_ref().is_some_and(|c| c.state == CallBackState::Open)
    }
}
