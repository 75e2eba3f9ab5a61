//! How trustworthy calls seem: what `dispatch_core::screening` remembers of numbers and trunks, for this process.
//!
//! A class only orders the queue, and a suspicious caller is asked for a sign of life; nobody is ever refused.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};

use dispatch_core::call::fact::Arrival;
use dispatch_core::screening::{Screener, Signs};
use dispatch_core::time::Timestamp;

/// What is remembered. Numbers only as hashes under a key of this process.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    screener: Mutex<Screener>,
    keys: RandomState,
}

impl Screen {
    /// Counts a call and says what is known of it. A test call says nothing and counts nothing.
    pub(crate) fn arrived(&self, arrival: &Arrival, now: Timestamp) -> Signs {
        if arrival.test {
            return Signs { has_number: true, ..Signs::default() };
        }
        let number = arrival.caller.as_ref().map(|caller| self.keys.hash_one(caller.number.reveal()));
        let mut screener = self.screener.lock().unwrap_or_else(PoisonError::into_inner);
        screener.arrived(number, &arrival.trunk, now)
    }
}
