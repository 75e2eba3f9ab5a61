//! How trustworthy calls seem: what `dispatch_core::screening` remembers of numbers and trunks, for this process.
//!
//! A class only orders the queue, and a suspicious caller is asked for a sign of life; nobody is ever refused.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use call_link::order::{NumberPast, PASTS_PER_ORDER_MAX};
use call_media::announcement::Announcement;
use dispatch_core::call::fact::Arrival;
use dispatch_core::private::Private;
use dispatch_core::screening::{LIFTED_FOR, Past, Screener, Signs};
use dispatch_core::time::{Seconds, Timestamp};

/// How long the desk's word on a mass event holds. It says it every few seconds.
const MASS_EVENT_HOLDS: Seconds = Seconds(60);

/// What is remembered. Numbers only as hashes under a key of this process.
#[derive(Debug)]
pub(crate) struct Screen {
    memory: Mutex<Memory>,
    keys: RandomState,
    run: u64,
}

#[derive(Debug, Default)]
struct Memory {
    screener: Screener,
    mass_event_until: Option<Timestamp>,
    disaster_until: Option<Timestamp>,
}

impl Default for Screen {
    fn default() -> Self {
        let keys = RandomState::new();
        // The keys are chance; what they make of nothing is a number of this process.
        let run = keys.hash_one(()).max(1);
        Self { memory: Mutex::default(), keys, run }
    }
}

impl Screen {
    /// Counts a call and says what is known of it. A test call says nothing and counts nothing.
    pub(crate) fn arrived(&self, arrival: &Arrival, now: Timestamp) -> Signs {
        if arrival.test {
            return Signs { has_number: true, ..Signs::default() };
        }
        let number = arrival.caller.as_ref().map(|caller| self.keys.hash_one(caller.number.reveal()));
        let mut memory = self.lock();
        let incident_nearby = memory.mass_event_until.is_some_and(|until| now < until);
        Signs { incident_nearby, ..memory.screener.arrived(number, &arrival.trunk, now) }
    }

    /// Takes in what the desk has on record. `false`: too much at once.
    pub(crate) fn learn(&self, numbers: &[NumberPast], begins: bool) -> bool {
        if numbers.len() > PASTS_PER_ORDER_MAX {
            return false;
        }
        let mut memory = self.lock();
        if begins {
            memory.screener.forget_pasts();
        }
        for known in numbers {
            let past = Past {
                pranks: known.pranks,
                ghosts: known.ghosts,
                incidents: known.incidents,
                lifted_until: known.lifted_until,
                restricted_until: known.restricted_until,
            };
            memory.screener.knows(self.keys.hash_one(known.number.reveal()), past);
        }
        true
    }

    /// A supervisor wants the caller treated like anybody from now on.
    pub(crate) fn lifted(&self, number: &Private<String>, now: Timestamp) {
        self.lock().screener.lifted(self.keys.hash_one(number.reveal()), now.after(LIFTED_FOR));
    }

    /// Whether many people call about something that happens now, and whether the centre is in disaster mode for it.
    pub(crate) fn mass_event(&self, open: bool, disaster: bool, now: Timestamp) {
        let mut memory = self.lock();
        memory.mass_event_until = (open || disaster).then(|| now.after(MASS_EVENT_HOLDS));
        memory.disaster_until = disaster.then(|| now.after(MASS_EVENT_HOLDS));
    }

    /// What who waits hears now.
    pub(crate) fn queue_text(&self, now: Timestamp) -> Announcement {
        let is_disaster = self.lock().disaster_until.is_some_and(|until| now < until);
        if is_disaster { Announcement::Disaster } else { Announcement::Queue }
    }

    /// The number of this process.
    pub(crate) const fn run(&self) -> u64 {
        self.run
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
