//! What the trunk knows of its live calls, and what moves too fast for the journal.

use dispatch_core::call::fact::{Direction, Speaker};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use dispatch_core::trunk::TrunkSetup;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// Line events that a slow reader may be behind; what is older is lost to it.
pub const LINE_EVENTS_WAITING_MAX: usize = 512;

/// A live call as the trunk knows it: enough to work on when the store is away (`mode darurat`).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LiveCall {
    /// Which call.
    pub call: CallId,
    /// Where it stands.
    pub state: LiveState,
    /// When the INVITE arrived, or went out.
    pub since: Timestamp,
    /// The caller's number, if known; in a call of ours the number called.
    pub caller: Option<Private<String>>,
    /// Who answered.
    pub answered_by: Option<UserId>,
    /// At whose seat it rings.
    #[serde(default)]
    pub offered_to: Option<UserId>,
    /// Others on the call beside the caller and the call-taker, those that still ring included.
    #[serde(default)]
    pub parties: usize,
    /// Which way it goes.
    #[serde(default)]
    pub direction: Direction,
}

/// Where a live call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveState {
    /// The caller hears ringing. A call of ours: the other side rings.
    Ringing,
    /// The caller hears the queue announcement.
    Queued,
    /// It rings at one seat; the caller hears ringing or the queue announcement.
    Offered,
    /// A call-taker has it.
    Connected,
    /// A call-taker has it and holds it: the caller hears music.
    Held,
}

/// Something of the line that is only worth knowing now. Lossy, never on record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum LineEvent {
    /// A digit was pressed.
    Digit {
        /// On which call.
        call: CallId,
        /// On which side.
        from: Speaker,
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: Private<char>,
    },
    /// How loud both sides are, four times a second.
    Levels {
        /// Of which call.
        call: CallId,
        /// The caller, dBov: 0 is full scale, -127 silence (RFC 6464).
        caller_db: i8,
        /// Everybody at the centre together, dBov.
        centre_db: i8,
        /// Whether the caller speaks.
        caller_voice: bool,
    },
    /// A person's audio came up or went away.
    SeatState {
        /// Whose.
        user: UserId,
        /// Whether it works.
        connected: bool,
    },
    /// Somebody who is ready went away from every console, or is back.
    SeatAway {
        /// Who.
        user: UserId,
        /// Whether calls pass them by.
        away: bool,
    },
    /// A call-taker's telephone begins to ring, or is picked up or let alone.
    PhoneRings {
        /// Whose.
        user: UserId,
        /// Whether it rings.
        rings: bool,
    },
    /// Who waits, after each change.
    Queue {
        /// First in line first.
        waiting: Vec<Waiting>,
    },
}

/// One caller in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// Which call.
    pub call: CallId,
    /// 1 is next.
    pub position: usize,
    /// How long it may still take, in seconds; `None` while nothing can be said.
    pub wait_estimate_s: Option<u32>,
}

/// Who sits, who waits, and by which roads calls come: the present of what [`LineEvent`]s tell the changes of.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Floor {
    /// A number of the trunk process: another one has forgotten what was told to the one before. Never 0.
    #[serde(default)]
    pub run: u64,
    /// Whose browsers are connected.
    pub seats: Vec<UserId>,
    /// Who is ready and has no console open: calls pass them by.
    #[serde(default)]
    pub away: Vec<UserId>,
    /// Whose telephones ring, for calls that are theirs already.
    #[serde(default)]
    pub phones_ringing: Vec<UserId>,
    /// Who waits, first in line first.
    pub waiting: Vec<Waiting>,
    /// Every trunk of the configuration, in its order.
    pub trunks: Vec<TrunkNow>,
}

/// How a trunk is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrunkNow {
    /// Its name.
    pub name: String,
    /// Whether its other end answers OPTIONS; `None` while nobody has asked it.
    pub up: Option<bool>,
    /// The last test call over it.
    pub last_test: Option<TrunkTestNow>,
    /// Since when its other end answers or does not; `None` while nobody has asked it.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Test calls that passed, and that did not, since the trunk role was started.
    #[serde(default)]
    pub tests: [u64; 2],
    /// How it is configured; `None` from a trunk role of before this was told.
    #[serde(default)]
    pub setup: Option<TrunkSetup>,
}

/// How a test call went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrunkTestNow {
    /// When it ended.
    pub at: Timestamp,
    /// Whether every step went as it should, audio included.
    pub passed: bool,
}

/// Line events to whoever listens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LineEvents {
    events: broadcast::Sender<LineEvent>,
}

impl Default for LineEvents {
    fn default() -> Self {
        Self { events: broadcast::Sender::new(LINE_EVENTS_WAITING_MAX) }
    }
}

impl LineEvents {
    /// Tells everybody who listens; nobody is fine.
    pub fn tell(&self, event: LineEvent) {
        self.events.send(event).ok();
    }

    /// Events from now on. A reader that is too slow gets `Lagged` and goes on with newer ones.
    pub fn subscribe(&self) -> broadcast::Receiver<LineEvent> {
        self.events.subscribe()
    }

    /// Whether anybody would hear an event: what nobody hears need not be measured.
    pub fn is_heard(&self) -> bool {
        self.events.receiver_count() > 0
    }
}
