//! The times that cross two programs: a caller dials and a call-taker's screen shows it; a call-taker sends
//! and an agency's screen shows it. All ends run in this process, so one clock measures them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// The watch that callers and consoles of one run share.
#[derive(Debug, Default)]
pub struct Stopwatch {
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    dialled: HashMap<String, Instant>,
    dispatched: HashMap<String, Instant>,
    arrival_ms: Vec<f64>,
    dispatch_ms: Vec<f64>,
}

impl Stopwatch {
    /// A caller was meant to dial now. Latency counts from the intended time, so that a generator that runs
    /// late does not flatter the server.
    pub fn dialled(&self, number: &str, at: Instant) {
        self.times().dialled.insert(number.to_owned(), at);
    }

    /// A console shows the call of this number for the first time.
    pub fn call_shown(&self, number: &str, at: Instant) {
        let mut times = self.times();
        if let Some(dialled) = times.dialled.get(number).copied() {
            times.arrival_ms.push(milliseconds(dialled, at));
        }
    }

    /// A call-taker sends an incident to its agencies now.
    pub fn dispatched(&self, incident: &str, at: Instant) {
        self.times().dispatched.entry(incident.to_owned()).or_insert(at);
    }

    /// An agency's console shows an assignment of the incident for the first time.
    pub fn assignment_shown(&self, incident: &str, at: Instant) {
        let mut times = self.times();
        if let Some(dispatched) = times.dispatched.get(incident).copied() {
            times.dispatch_ms.push(milliseconds(dispatched, at));
        }
    }

    /// INVITE to a call-taker's feed, one sample for every call and console.
    pub fn arrival_ms(&self) -> Vec<f64> {
        self.times().arrival_ms.clone()
    }

    /// Dispatch click to an agency's feed, one sample for every assignment.
    pub fn dispatch_ms(&self) -> Vec<f64> {
        self.times().dispatch_ms.clone()
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1_000.0
}
