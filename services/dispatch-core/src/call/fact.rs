//! What the trunk role reports about a call. These values are written to the fsynced journal, so their
//! serialised form may only grow.

use serde::{Deserialize, Serialize};

pub use super::voice::{
    CallerClass, Direction, ERASED_DIGIT, HeldDialog, OfferEnd, PartyEnd, Prompt, RecordingFault,
    RecordingSummary, ScreenReason, Speaker, SuperviseMode,
};
use crate::ids::{PartyId, UserId};
use crate::private::Private;
use crate::time::Timestamp;

/// One thing that happened to a call, in the order in which it happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum CallFact {
    /// The INVITE arrived (T0). Always the first fact of a call.
    Arrived(Box<Arrival>),
    /// No call-taker answered within `queue_answer_after`; the call was answered with the queue announcement.
    QueueAnswered,
    /// A call-taker answered (T1).
    Answered {
        /// Who answered.
        by: UserId,
    },
    /// The caller's side confirmed our 200 with an ACK.
    Confirmed,
    /// Something about the call that is wrong was found later than on arrival.
    DefectFound {
        /// What is wrong.
        defect: Defect,
    },
    /// It rings at a seat.
    Offered {
        /// Whose.
        to: UserId,
    },
    /// It no longer rings there.
    OfferEnded {
        /// Whose seat.
        to: UserId,
        /// Why.
        why: OfferEnd,
    },
    /// The call-taker's audio died. The caller waits at the head of the queue.
    SeatLost {
        /// Whose seat.
        user: UserId,
    },
    /// The call-taker's audio is back, and the call with it unless somebody else has taken it.
    SeatBack {
        /// Whose seat.
        user: UserId,
    },
    /// The caller hears music.
    Held {
        /// Who put the call on hold.
        by: UserId,
    },
    /// The caller is back with the call-taker.
    Resumed {
        /// Who took the call off hold.
        by: UserId,
    },
    /// A third party is being called into the call.
    PartyAdded {
        /// The party.
        party: PartyId,
        /// Who added it.
        by: UserId,
        /// What to show: an agency, "desk phone".
        label: String,
        /// The `sip:` or `tel:` URI, or the number.
        target: Private<String>,
    },
    /// Nobody of the centre could take the call; the queue calls somebody else for it.
    Overflowed {
        /// The party.
        party: PartyId,
        /// What to show: a phone group, the neighbouring centre.
        label: String,
        /// The `sip:` or `tel:` URI, or the number.
        target: Private<String>,
    },
    /// A third party picked up.
    PartyAnswered {
        /// Which.
        party: PartyId,
    },
    /// A third party is off the call.
    PartyLeft {
        /// Which.
        party: PartyId,
        /// Why.
        why: PartyEnd,
    },
    /// The call-taker left; the others go on.
    CallTakerLeft {
        /// Who.
        by: UserId,
    },
    /// A supervisor is on the call, or changed how.
    SupervisorJoined {
        /// Who.
        by: UserId,
        /// How.
        mode: SuperviseMode,
    },
    /// A supervisor is off the call.
    SupervisorLeft {
        /// Who.
        by: UserId,
    },
    /// A key was pressed.
    Digit {
        /// By which side.
        from: Speaker,
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        #[serde(deserialize_with = "super::voice::read_digit")]
        digit: Private<char>,
    },
    /// The caller was heard to speak for the first time.
    VoiceHeard,
    /// A recorded question was played to the caller.
    Prompted {
        /// Which.
        prompt: Prompt,
    },
    /// The call was put into a class of callers.
    Screened {
        /// Which.
        class: CallerClass,
        /// What spoke for it and against it.
        because: Vec<ScreenReason>,
    },
    /// A supervisor wants the caller treated like anybody, whatever spoke against the call.
    RestrictionLifted {
        /// Who.
        by: UserId,
    },
    /// The recording is finished. May come after the end of the call.
    RecordingEnded(Box<RecordingSummary>),
    /// The call goes on without a recording from here. May come after the end of the call.
    RecordingFailed {
        /// Why.
        why: RecordingFault,
    },
    /// The call outlived a restart of the trunk role.
    Restored,
    /// The trunk role's own memory of the call.
    DialogHeld(Box<HeldDialog>),
    /// The call is over. Only what [`CallFact::may_follow_the_end`] comes after it.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

impl CallFact {
    /// Whether this fact may be reported after the call has ended: it tells how something that belonged to the
    /// call came to its own end. It never begins a call, nor opens an ended one again.
    pub const fn may_follow_the_end(&self) -> bool {
        match self {
            Self::OfferEnded { .. }
            | Self::PartyLeft { .. }
            | Self::SupervisorLeft { .. }
            | Self::RecordingEnded(_)
            | Self::RecordingFailed { .. } => true,
            Self::Arrived(_)
            | Self::QueueAnswered
            | Self::Answered { .. }
            | Self::Confirmed
            | Self::DefectFound { .. }
            | Self::Offered { .. }
            | Self::SeatLost { .. }
            | Self::SeatBack { .. }
            | Self::Held { .. }
            | Self::Resumed { .. }
            | Self::PartyAdded { .. }
            | Self::Overflowed { .. }
            | Self::PartyAnswered { .. }
            | Self::CallTakerLeft { .. }
            | Self::SupervisorJoined { .. }
            | Self::Digit { .. }
            | Self::VoiceHeard
            | Self::Prompted { .. }
            | Self::Screened { .. }
            | Self::RestrictionLifted { .. }
            | Self::Restored
            | Self::DialogHeld(_)
            | Self::Ended { .. } => false,
        }
    }
}

/// What the INVITE said, as far as it could be read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Arrival {
    /// Name of the trunk profile that the source address belongs to.
    pub trunk: String,
    /// The Request-URI as sent: `sip:112@…`, `tel:112`, `urn:service:sos.fire` …
    pub dialled: String,
    /// Call-ID header (RFC 3261 section 20.8), or the one we made up when it was missing.
    pub sip_call_id: String,
    /// The caller, if the INVITE named one.
    pub caller: Option<Caller>,
    /// Every location the INVITE carried, best first.
    pub fixes: Vec<Fix>,
    /// P-Access-Network-Info as sent (RFC 7315 section 5.4): the cell. A place, hence personal.
    pub access_network: Option<Private<String>>,
    /// User-Agent or Server header of the peer.
    pub user_agent: Option<String>,
    /// What was missing or wrong. A broken call is still a call.
    pub defects: Vec<Defect>,
    /// A call that tests the trunk and stays out of the statistics.
    pub test: bool,
    /// Which way it goes. For an outbound call `caller` is the person who is called.
    #[serde(default, skip_serializing_if = "Direction::is_in")]
    pub direction: Direction,
}

/// Who calls.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Caller {
    /// The number in E.164 where it could be normalised (`+62…`), else as sent.
    pub number: Private<String>,
    /// The display name, if any.
    pub name: Option<Private<String>>,
    /// Which header said so.
    pub source: IdentitySource,
}

/// Where the caller's identity comes from, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentitySource {
    /// P-Asserted-Identity from a trusted trunk (RFC 3325).
    Asserted,
    /// The From header: anyone can write it.
    From,
}

/// One location of the caller: where, how sure, how old.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fix {
    /// Degrees WGS 84 and metres; absent when only a reference or a civic address came.
    pub point: Option<Private<FixPoint>>,
    /// A URI to fetch the location from (Geolocation by reference, RFC 6442). Fetched later, never waited for.
    pub reference: Option<Private<String>>,
    /// A civic address in one line (RFC 5139).
    pub civic: Option<Private<String>>,
    /// Who measured it.
    pub source: FixSource,
    /// When it was measured, as far as the sender said.
    pub measured_at: Option<Timestamp>,
}

/// A point with its radius of uncertainty.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct FixPoint {
    /// Latitude, degrees north.
    pub lat: f64,
    /// Longitude, degrees east.
    pub lon: f64,
    /// Radius of uncertainty in metres; 0 for a bare point whose radius nobody gave.
    pub radius_m: f64,
}

/// Where a location fix comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixSource {
    /// PIDF-LO in the INVITE's body (RFC 6442 `cid:`, RFC 5491 shapes).
    PidfLo,
    /// Geolocation by reference (`https:`), not fetched yet.
    Reference,
}

/// What was missing or wrong in a call's signalling. Never a reason to refuse it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// No P-Asserted-Identity and no usable From.
    NoCallerNumber,
    /// The caller asked to be anonymous; the number may still be there.
    Anonymous,
    /// No Call-ID header; one was made up.
    NoCallId,
    /// A mandatory header besides Call-ID was missing or unreadable and was repaired.
    RepairedHeader,
    /// Content-Length was missing or did not fit the body.
    WrongContentLength,
    /// The whole message could not be read as SIP; only fragments are kept.
    Unreadable,
    /// No SDP: the offer goes out in our 200.
    NoSdp,
    /// SDP that could not be read.
    BrokenSdp,
    /// No codec that we speak (PCMA, PCMU).
    NoCommonCodec,
    /// A Geolocation header whose body or reference is missing.
    LocationMissing,
    /// A location that could not be read, or lies off the earth.
    LocationUnreadable,
    /// A PIDF-LO with a DOCTYPE or an entity; not parsed (billion laughs, XXE).
    LocationRefused,
    /// Multipart body that could not be split.
    BrokenMultipart,
    /// `Require` names an extension that we do not speak; answered all the same.
    UnknownRequire,
    /// Max-Forwards was 0 or unreadable.
    MaxForwards,
    /// More headers or defects than we keep.
    TooMuch,
    /// The ACK to our 200 never came (RFC 3261 section 13.3.1.4).
    AckLost,
    /// No audio path could be set up.
    NoMedia,
}

/// Why a call ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The caller hung up before any answer (CANCEL).
    CallerCancelled,
    /// The caller hung up after an answer (BYE).
    CallerHungUp,
    /// We hung up.
    CentreHungUp,
    /// Our 200 was never acknowledged; we sent BYE after 64*T1.
    AckLost,
    /// Nothing was heard of the other side any more.
    Lost,
    /// The trunk role was restarted and the call could not be kept.
    Restarted,
    /// The INVITE could not be read; the number, if any, is on the call-back list.
    Unreadable,
    /// The hard cap was reached: refused with 503, kept as a call with a call-back duty.
    Overloaded,
    /// The caller was handed over to somebody outside, and the line is no longer ours (REFER).
    Diverted,
    /// A call of ours that rang until it was given up.
    NoAnswer,
    /// A call of ours that the person or the telephone refused: busy, declined.
    Refused,
    /// A call of ours that found no way: no such number, every trunk down.
    Unreachable,
}
