//! Who sits and who waits, as the trunk knows it: kept in memory, told over the feed, made good when a change
//! was lost.
//!
//! None of this is on record. What is on record comes by the journal; this is what moves too fast for it.

mod live;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use call_link::order::{TrunkNow, Waiting};
use dispatch_core::ids::{CallId, UserId};

pub use live::{Floor, LiveMessage, watch};

/// The floor as of one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FloorNow {
    /// The trunk process that answers; 0 while none does.
    pub run: u64,
    /// Whose browsers are connected.
    pub seats: BTreeSet<UserId>,
    /// Who is ready and has no console open.
    pub away: BTreeSet<UserId>,
    /// Whose telephones ring, for calls that are theirs already.
    pub phones_ringing: BTreeSet<UserId>,
    /// Who waits, first in line first.
    pub waiting: Vec<Waiting>,
    /// The trunks.
    pub trunks: Vec<TrunkNow>,
    places: BTreeMap<CallId, usize>,
}

impl FloorNow {
    /// This queue, with the same seats.
    fn with_queue(&self, waiting: Vec<Waiting>) -> Self {
        let places = waiting.iter().enumerate().map(|(place, waiting)| (waiting.call, place)).collect();
        Self { waiting, places, ..self.clone() }
    }

    /// With one seat changed.
    fn with_seat(&self, user: UserId, connected: bool) -> Self {
        let mut seats = self.seats.clone();
        if connected {
            seats.insert(user);
        } else {
            seats.remove(&user);
        }
        Self { seats, ..self.clone() }
    }

    /// With one person away or back.
    fn with_away(&self, user: UserId, is_away: bool) -> Self {
        let mut away = self.away.clone();
        if is_away {
            away.insert(user);
        } else {
            away.remove(&user);
        }
        Self { away, ..self.clone() }
    }

    /// With one telephone changed.
    fn with_phone(&self, user: UserId, rings: bool) -> Self {
        let mut phones_ringing = self.phones_ringing.clone();
        if rings {
            phones_ringing.insert(user);
        } else {
            phones_ringing.remove(&user);
        }
        Self { phones_ringing, ..self.clone() }
    }

    /// Whether a trunk process answers.
    pub const fn answers(&self) -> bool {
        self.run != 0
    }

    /// What the trunk says of everything at once.
    fn told(&self, floor: call_link::order::Floor) -> Self {
        let (seats, away) = (floor.seats.into_iter().collect(), floor.away.into_iter().collect());
        let phones_ringing = floor.phones_ringing.into_iter().collect();
        let told = Self { run: floor.run, seats, away, phones_ringing, trunks: floor.trunks, ..self.clone() };
        told.with_queue(floor.waiting)
    }

    /// A caller's place.
    pub fn place(&self, call: CallId) -> Option<Waiting> {
        self.places.get(&call).and_then(|place| self.waiting.get(*place)).copied()
    }

    /// How long the last in line may wait, in seconds.
    pub fn longest_estimate_s(&self) -> Option<u32> {
        self.waiting.iter().filter_map(|waiting| waiting.wait_estimate_s).max()
    }
}

/// The present floor. Cheap to clone.
pub type FloorReceiver = tokio::sync::watch::Receiver<Arc<FloorNow>>;
