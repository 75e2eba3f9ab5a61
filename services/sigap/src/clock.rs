//! The one place where this program asks the machine for the time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use dispatch_core::time::{Clock, Timestamp};

/// The clock of this machine.
pub fn system() -> Clock {
    Clock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}
