//! What is known of a call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fact::{
    Arrival, CallerClass, Direction, EndReason, PartyEnd, Prompt, RecordingSummary, ScreenReason,
    SuperviseMode,
};
use crate::actor::Actor;
use crate::ids::{CallId, IncidentId, PartyId, UserId};
use crate::limits::DISPOSITION_WITHIN;
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
    /// The earlier lost call of this number whose call-back also answers this one.
    #[serde(default)]
    pub call_back_with: Option<CallId>,
    /// Who took it over from whoever answered first, after that seat was lost.
    #[serde(default)]
    pub taken_over: Option<Answered>,
    /// The call-taker whose seat was lost, while the caller waits for anybody.
    #[serde(default)]
    pub seat_lost: Option<UserId>,
    /// The call-taker left the others to it.
    #[serde(default)]
    pub call_taker_left: bool,
    /// At whose seats it rings now.
    #[serde(default)]
    pub offered_to: Vec<UserId>,
    /// Third parties, in the order in which they were added.
    #[serde(default)]
    pub parties: Vec<Party>,
    /// Supervisors who are on the call now.
    #[serde(default)]
    pub supervisors: Vec<Supervisor>,
    /// The keys that the caller pressed.
    #[serde(default)]
    pub digits: Private<String>,
    /// The keys that the centre pressed.
    #[serde(default)]
    pub digits_sent: Private<String>,
    /// When the caller was first heard to speak.
    #[serde(default)]
    pub voice_heard_at: Option<Timestamp>,
    /// The recorded questions that were played, with the last time.
    #[serde(default)]
    pub prompted: BTreeMap<Prompt, Timestamp>,
    /// In which class it waits or waited; `None` when nobody screened it.
    #[serde(default)]
    pub class: Option<CallerClass>,
    /// Why that class.
    #[serde(default)]
    pub because: Vec<ScreenReason>,
    /// The supervisor who wants its caller treated like anybody.
    #[serde(default)]
    pub restriction_lifted: Option<RestrictionLifted>,
    /// The finished recording.
    #[serde(default)]
    pub recording: Option<RecordingSummary>,
    /// At least a part of the call is not recorded ("tanpa rekaman").
    #[serde(default)]
    pub without_recording: bool,
    /// It outlived a restart of the trunk role.
    #[serde(default)]
    pub restored: bool,
    /// Counts what has no other place to be counted: grows with each of the events that can be taken back
    /// (offers, hold, parties …), so that an older view of the call can be told from a newer one.
    #[serde(default)]
    pub turns: u32,
}

/// A third party on a call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// Its id, made by the trunk role.
    pub id: PartyId,
    /// What to show.
    pub label: String,
    /// Where it was called.
    pub target: Private<String>,
    /// Who added it; the queue itself when nobody did.
    pub by: Option<UserId>,
    /// Calling, talking or gone.
    pub state: PartyState,
    /// Since when it is in that state.
    pub since: Timestamp,
    /// When it picked up, if it ever did.
    pub answered_at: Option<Timestamp>,
}

/// Where a third party is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PartyState {
    /// It is being called.
    Calling,
    /// It picked up.
    Talking,
    /// It is off the call.
    Left {
        /// Why.
        why: PartyEnd,
    },
}

/// A restriction that a supervisor lifted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RestrictionLifted {
    /// Who lifted it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A supervisor on a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Supervisor {
    /// Who.
    pub user: UserId,
    /// How.
    pub mode: SuperviseMode,
    /// Since when.
    pub since: Timestamp,
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
    /// The caller hears the queue announcement, or waits at its head because a call-taker's seat was lost.
    Queued,
    /// It rings at a seat, at this one first; the caller hears what they heard before.
    Offered {
        /// Whose.
        to: UserId,
    },
    /// A call-taker has it, or the party that was called in for one.
    Connected,
    /// A call-taker has it, and the caller hears music.
    Held,
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
    /// Panggilan balik: the centre called somebody.
    CallBack,
    /// Dialihkan: nobody of the centre was free, and somebody outside took the caller.
    Diverted,
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
    /// Whose it is. Nobody's: the call-takers' on duty, and the supervisor's once it is late.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// The owner has taken it on by themselves: no colleague takes it away before it is late.
    #[serde(default)]
    pub taken: bool,
    /// The later call in which the same person reached us by themselves.
    #[serde(default)]
    pub settled_by: Option<CallId>,
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

    /// When its call-taker was done with it: it was over and its outcome written down. Whoever writes it down late did
    /// other things in between. `None` while it goes on, and when nobody answered.
    pub fn handled_until(&self) -> Option<Timestamp> {
        let CallState::Ended { at, .. } = self.state else { return None };
        self.answered?;
        let written = self.disposition.as_ref().map_or(at, |disposition| disposition.at);
        Some(written.clamp(at, at.after(DISPOSITION_WITHIN)))
    }

    /// Whether the call is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, CallState::Ended { .. })
    }

    /// Whether the caller waits for a person: before any answer, or again because a seat was lost.
    pub fn is_waiting(&self) -> bool {
        match self.state {
            CallState::Ringing | CallState::Queued | CallState::Offered { .. } => true,
            CallState::Connected | CallState::Held | CallState::Ended { .. } => false,
        }
    }

    /// The call-taker who has the call now; a call from the centre is its caller's from the first ring.
    pub fn call_taker(&self) -> Option<UserId> {
        let has_it = match self.state {
            CallState::Connected | CallState::Held => !self.call_taker_left,
            CallState::Ringing => return self.rings_for(),
            CallState::Queued | CallState::Offered { .. } | CallState::Ended { .. } => false,
        };
        self.taken_over.or(self.answered).map(|answered| answered.by).filter(|_| has_it)
    }

    /// For whom it rings elsewhere, when the centre calls.
    fn rings_for(&self) -> Option<UserId> {
        match self.arrival.direction {
            Direction::In => None,
            Direction::Out { by, .. } => Some(by),
        }
    }

    /// Whether the centre called somebody, and not somebody 112.
    pub fn is_outbound(&self) -> bool {
        !self.arrival.direction.is_in()
    }

    /// Whether somebody must still call back.
    pub fn owes_call_back(&self) -> bool {
        self.call_back.as_ref().is_some_and(|c| c.state == CallBackState::Open)
    }

    /// Whether somebody outside took the caller because nobody of the centre was free.
    pub(super) fn was_taken_outside(&self) -> bool {
        self.parties.iter().any(|party| party.by.is_none() && party.answered_at.is_some())
    }
}
