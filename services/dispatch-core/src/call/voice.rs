//! What goes on in a call once people talk: offers, parties, supervisors, digits, the recording. All of it is
//! written to the journal as part of a [`CallFact`](super::fact::CallFact), so the serialised form may only grow.

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{CallId, UserId};
use crate::private::Private;
use crate::time::Timestamp;

/// Which way a call goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Direction {
    /// Somebody calls 112.
    #[default]
    In,
    /// The centre calls somebody.
    Out {
        /// Who had it dialled.
        by: UserId,
        /// The lost call that it answers, if it is a call-back.
        call_back_of: Option<CallId>,
    },
}

impl Direction {
    /// Whether somebody calls 112.
    pub const fn is_in(&self) -> bool {
        matches!(self, Self::In)
    }
}

/// Why a call no longer rings at a seat.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// Nobody answered there in time.
    TimedOut,
    /// The person refused it.
    Refused,
    /// The seat died while it rang.
    SeatLost,
    /// Somebody else answered.
    TakenElsewhere,
    /// The caller hung up.
    CallerGone,
}

/// Why a third party is no longer on a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyEnd {
    /// It hung up.
    HungUp,
    /// It refused the call.
    Refused,
    /// It did not pick up.
    NoAnswer,
    /// A person of the centre took it off the call.
    Dropped,
    /// It could not be reached, or its line died.
    Failed,
}

/// How a supervisor is on a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuperviseMode {
    /// Hears everybody, is heard by nobody.
    Listen,
    /// Is heard by the call-taker only.
    Whisper,
    /// Is heard by everybody.
    Barge,
}

/// Which side of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person who called, or was called.
    Caller,
    /// The centre.
    Centre,
}

/// A recorded question to the caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// "Tekan 5 bila tidak bisa bicara."
    SilentCall,
    /// The short challenge to a suspicious call.
    Challenge,
}

/// In which class a call waits. A class is never a block: each has its guaranteed share of the answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerClass {
    /// Something speaks for it.
    Likely,
    /// Nothing is known; most calls.
    #[default]
    Unknown,
    /// Something speaks against it.
    Suspect,
}

/// What speaks for or against a call. Stable codes; the console has the words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreenReason {
    /// The number called several times within a minute.
    RepeatMinute,
    /// The number called many times within an hour.
    RepeatHour,
    /// The number called many times within a day.
    RepeatDay,
    /// Calls of this number were disposed of as pranks.
    EarlierPrank,
    /// Calls of this number were silent.
    EarlierGhost,
    /// Calls of this number reported incidents; speaks for it.
    EarlierIncident,
    /// The call names no number.
    NoNumber,
    /// The trunk delivers far more calls than it uses to.
    TrunkBurst,
    /// An incident is open, so that many callers are to be expected; speaks for it.
    IncidentNearby,
    /// Nobody spoke.
    Silence,
    /// The caller passed the voice challenge; speaks for it.
    ChallengePassed,
    /// The caller did not pass the voice challenge.
    ChallengeFailed,
    /// A supervisor wants this number treated like any other; speaks for it.
    RestrictionLifted,
    /// A supervisor decided that this number's calls wait among the suspects.
    Restricted,
}

impl ScreenReason {
    /// Every reason, in the order of the enum.
    pub const ALL: [Self; 14] = [
        Self::RepeatMinute,
        Self::RepeatHour,
        Self::RepeatDay,
        Self::EarlierPrank,
        Self::EarlierGhost,
        Self::EarlierIncident,
        Self::NoNumber,
        Self::TrunkBurst,
        Self::IncidentNearby,
        Self::Silence,
        Self::ChallengePassed,
        Self::ChallengeFailed,
        Self::RestrictionLifted,
        Self::Restricted,
    ];
}

/// A finished recording. What its bytes were, so that the log can vouch for them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordingSummary {
    /// The file's name within the recordings folder.
    pub recording: String,
    /// When its first sample was taken.
    pub started_at: Timestamp,
    /// How long it is, in seconds.
    pub seconds: f64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The last link of its hash chain, hex.
    pub sha256: String,
    /// Seconds that had to be filled with silence because nothing arrived.
    pub silence_s: f64,
}

/// Why a call goes on without a recording ("tanpa rekaman").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingFault {
    /// No room is left on the disk.
    DiskFull,
    /// The disk does not keep up.
    DiskSlow,
    /// The file cannot be written.
    Other,
}

/// What the trunk role needs to go on with a call after it was killed: its own memory, in its own journal. The
/// desk makes no event of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldDialog {
    /// The SIP dialog, JSON.
    pub dialog: Private<String>,
    /// The media legs, JSON: local port, remote, codec, SSRC, sequence and timestamp base.
    pub media: Private<String>,
    /// At whose seat the call is.
    pub seat: Option<UserId>,
    /// The file that is being recorded to.
    pub recording: Option<String>,
}

/// Reads a digit. A digit of a person who was erased reads as [`ERASED_DIGIT`]: the store then puts a longer text
/// in its place, and the log must stay readable.
pub(super) fn read_digit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Private<char>, D::Error> {
    let text = Private::<String>::deserialize(deserializer)?.into_inner();
    let mut chars = text.chars();
    let digit = chars.next().filter(|_| chars.next().is_none());
    Ok(Private::new(digit.unwrap_or(ERASED_DIGIT)))
}

/// Stands where a digit was erased.
pub const ERASED_DIGIT: char = '·';
