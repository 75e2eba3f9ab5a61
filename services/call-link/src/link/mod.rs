//! The call link between two processes: a Unix socket in the data folder.
//!
//! The trunk listens ([`TrunkEnd`]), the desk connects ([`DeskEnd`]) and connects again whenever the line breaks.
//! What travels is what travels within one process: orders and their replies, facts read by cursor, line events
//! that may be lost, and the trunk's figures. Each message is one frame: a length and JSON.
//!
//! * The desk asks for facts, page by page, and says how far it has them; so a desk that is slow or gone fills
//!   nothing at the trunk. A wake-up says only that there is more.
//! * The trunk sends its figures every second. A desk that hears nothing for [`SILENCE_MAX`] takes the line for
//!   broken: a process can hang as well as die.
//! * Whoever may open the socket may give any order. Its mode is 0600: the user that both services run as.
//!
//! Architecture invariant: nothing on the trunk's side waits for the desk.

mod desk_end;
mod frame;
mod source;
#[cfg(test)]
mod tests;
mod trunk_end;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::journal::{Entry, JournalId};
use crate::order::{LineEvent, Order, OrderReply};

pub use desk_end::{DeskEnd, LinkFacts, LinkState};
pub use frame::{FRAME_BYTES_MAX, FrameError};
pub use source::{FactSource, FactsAway, FoundJournal};
pub use trunk_end::{LinkServed, TrunkEnd};

/// Changes whenever an old and a new side would misunderstand each other.
pub const PROTOCOL: u32 = 2;
/// Without any frame for this long the other side is taken for gone. The trunk sends one every second.
pub const SILENCE_MAX: Duration = Duration::from_secs(5);
/// How long either side has for its greeting.
const GREETING_WITHIN: Duration = Duration::from_secs(2);
/// Questions under way on one line; a desk that asks more is told that the trunk is busy.
const ASKS_OPEN_MAX: usize = 1_024;
/// Facts of one page, in bytes of JSON: a page is one frame with room to spare.
const PAGE_BYTES_MAX: usize = 256 * 1024;

/// What the trunk counts, by name; figures only.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figures(pub BTreeMap<String, u64>);

/// From the desk.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "desk", rename_all = "snake_case")]
enum FromDesk {
    /// The first frame.
    Hello { protocol: u32 },
    /// A question; its answer carries the same number.
    Ask { number: u64, ask: Ask },
    /// Everything up to here is durable in the desk's store.
    Acknowledge { index: u64 },
}

/// What a desk asks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    /// Carry this out.
    Order { order: Order },
    /// Facts after this index.
    Facts { after: u64, limit: usize },
}

/// From the trunk.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "trunk", rename_all = "snake_case")]
enum FromTrunk {
    /// The first frame, when the protocols agree.
    Hello {
        protocol: u32,
        journal: JournalId,
        /// Names this process.
        process: [u8; 16],
        /// The last durable index that this trunk found when it started.
        durable_at_start: u64,
        /// The last index that it has given.
        last_index: u64,
    },
    /// The first and only frame, when the trunk does not take this desk.
    Refused { protocol: u32, reason: Refusal },
    /// To the question of this number.
    Answer { number: u64, answer: Answer },
    /// There are facts to read.
    Changed,
    /// Now, or never.
    Line { event: LineEvent },
    /// What the trunk counts.
    Figures { figures: Figures },
}

/// Why a trunk does not take a desk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Both sides must be of versions that speak the same protocol.
    #[error("the trunk speaks another protocol")]
    OtherProtocol,
    /// As many desks as there may be are connected.
    #[error("too many desks are connected")]
    TooManyDesks,
}

/// What comes of a question.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    /// To an order.
    Order { reply: Box<OrderReply> },
    /// In order and without a gap; fewer than asked for when they are large.
    Facts { entries: Vec<Entry> },
    /// The journal cannot be read now.
    FactsAway,
}
