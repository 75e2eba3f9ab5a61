//! What the trunk answers to orders.

use dispatch_core::ids::{CallId, PartyId, UserId};
use dispatch_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Floor, LiveCall, VoiceState};

/// What the trunk answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum OrderReply {
    /// To [`super::Order::Answer`].
    Answered(Answered),
    /// To [`super::Order::Hangup`].
    HungUp,
    /// To [`super::Order::Live`].
    Live {
        /// Every live call.
        calls: Vec<LiveCall>,
    },
    /// To [`super::Order::Floor`].
    Floor(Floor),
    /// To [`super::Order::Drain`].
    Draining,
    /// To [`super::Order::OpenSeat`].
    SeatOpened {
        /// The answer to the offer.
        sdp: String,
    },
    /// To [`super::Order::AddParty`].
    PartyAdded {
        /// The new party.
        party: PartyId,
    },
    /// To [`super::Order::Dial`].
    Dialled {
        /// The new call.
        call: CallId,
    },
    /// To [`super::Order::Notify`].
    Notified {
        /// How far the call is.
        state: VoiceState,
    },
    /// To every other order.
    Done,
    /// The order could not be carried out.
    Refused {
        /// Why.
        error: OrderError,
    },
}

/// A call was given to the call-taker who asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// When (T1).
    pub at: Timestamp,
    /// The caller already heard the queue announcement; no second 200 was sent.
    pub was_queued: bool,
    /// By what the call-taker hears the caller.
    pub audio: SeatAudio,
}

/// By what a call-taker hears a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatAudio {
    /// The browser, which is connected.
    Browser,
    /// A telephone, which rings now.
    Phone,
    /// Nothing yet: the caller hears that somebody is there, and a browser that connects takes its place.
    None,
}

/// Why an order was not carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum OrderError {
    /// The trunk has no such call, or no longer.
    #[error("no such call")]
    UnknownCall,
    /// Somebody was faster.
    #[error("the call is already answered by {by}")]
    AlreadyAnswered {
        /// Who.
        by: UserId,
    },
    /// The caller has gone.
    #[error("the call has ended")]
    Ended,
    /// Too many orders wait, or the trunk role is stopping.
    #[error("the trunk is busy")]
    TrunkBusy,
    /// The call could not be answered towards the caller.
    #[error("the signalling of the call failed")]
    Signalling,
    /// Somebody else has the call, or it rings at another seat.
    #[error("the call is another person's")]
    NotYours,
    /// The person's audio is not connected.
    #[error("no audio is connected")]
    NoSeat,
    /// No trunk takes the number.
    #[error("no trunk can be used")]
    NoTrunk,
    /// Not in this state of the call, or too many on it.
    #[error("not possible now")]
    NotPossible,
    /// The browser's session description cannot be used.
    #[error("the offered session description cannot be used")]
    UnusableOffer,
    /// Another order was carried out under this key.
    #[error("the key was used for another order")]
    KeyReused,
}
