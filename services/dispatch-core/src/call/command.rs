//! What is wanted of a call, what happens to it, and why a wish is refused.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::fact::CallFact;
use super::state::{CallBackAttempt, CallBackOutcome, Disposition, DispositionKind};
use crate::ids::{CallId, IncidentId, UserId};
use crate::private::Private;
use crate::time::Timestamp;

/// Something that somebody or something wants of a call.
#[derive(Clone, PartialEq, Debug)]
pub enum CallCommand {
    /// The trunk role reports a fact. Never refused: what happened, happened.
    Fact {
        /// When it happened, by the trunk's clock.
        at: Timestamp,
        /// What happened.
        fact: CallFact,
    },
    /// A person says what the call was.
    Dispose {
        /// The outcome.
        kind: DispositionKind,
        /// A remark.
        note: Option<Private<String>>,
        /// The incident it belongs to; needed for [`DispositionKind::Incident`] and [`DispositionKind::Duplicate`].
        incident: Option<IncidentId>,
    },
    /// Whoever said what it was takes that back: nothing is decided about the call.
    Withdraw,
    /// A person tried to call back.
    CallBackAttempt {
        /// With what result.
        outcome: CallBackOutcome,
        /// A remark.
        note: Option<Private<String>>,
    },
    /// A person takes the duty to call back on.
    TakeCallBack,
    /// The person whom we owe a call was answered in another one.
    CallerReached {
        /// In which.
        in_call: CallId,
    },
    /// A person begins to hear the recording.
    PlayRecording,
    /// A deadline of the call is due.
    DeadlineReached,
}

/// What is known of the world around a call when something about it is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Surroundings {
    /// The oldest other call of the same number whose caller must still be called back.
    pub owed_to_number: Option<CallId>,
    /// The call-taker who is to call back if this call is lost: ready, without a call, and with the fewest
    /// call-backs to do.
    pub calls_back: Option<UserId>,
}

/// Something that happened to a call, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallEvent {
    /// What the trunk role reported.
    Fact {
        /// When it happened, by the trunk's clock.
        at: Timestamp,
        /// What happened.
        #[serde(flatten)]
        fact: CallFact,
    },
    /// The call was given an outcome. A later one replaces it; the log keeps both.
    Disposed {
        /// The outcome.
        disposition: Disposition,
        /// The incident it belongs to.
        incident: Option<IncidentId>,
    },
    /// The outcome was taken back. The log keeps it.
    DispositionWithdrawn,
    /// Somebody owes this call a disposition.
    DispositionDue {
        /// By when.
        due_at: Timestamp,
    },
    /// The disposition is late; the supervisor is told.
    DispositionOverdue {
        /// When it was due.
        due_at: Timestamp,
    },
    /// Somebody owes this caller a call.
    CallBackDue {
        /// By when.
        due_at: Timestamp,
        /// Who, if anybody was free. A colleague may take it on; once it is late the supervisor hears of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<UserId>,
    },
    /// Somebody owes this caller a call, and an earlier call of the same number already says so. However often a
    /// person redials, they are called back once.
    CallBackTied {
        /// The call that carries the duty.
        to: CallId,
    },
    /// A person has taken the duty on.
    CallBackTaken {
        /// Who.
        by: UserId,
    },
    /// No call-back is needed any more: the person called again and was answered.
    CallBackSettled {
        /// In which call.
        in_call: CallId,
    },
    /// Somebody tried.
    CallBackAttempted {
        /// Who, when, with what result.
        attempt: CallBackAttempt,
        /// The next deadline, when the duty stays.
        due_at: Option<Timestamp>,
    },
    /// The call-back is late; the supervisor is told.
    CallBackOverdue {
        /// When it was due.
        due_at: Timestamp,
    },
    /// The actor of this event heard the recording, or a part of it.
    RecordingPlayed,
}

/// Why a command on a call is refused. Facts never are.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CallRefusal {
    /// The call does not exist.
    #[error("no such call")]
    Unknown,
    /// `incident` and `duplicate` need to say which incident.
    #[error("this disposition needs an incident")]
    IncidentMissing,
    /// There is no open duty to call back.
    #[error("no call-back is owed to this call")]
    NoCallBackOwed,
    /// A colleague has taken the duty on, and it is not late yet.
    #[error("{by} calls back")]
    CallBackTaken {
        /// Who.
        by: UserId,
    },
    /// There is no finished recording.
    #[error("the call has no recording")]
    NoRecording,
}
