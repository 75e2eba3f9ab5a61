//! Failed log-ins, counted per user name and per address, in bounded memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dispatch_core::time::Timestamp;

use crate::limits::{FAILURES_COUNT_FOR, FAILURES_REMEMBERED_MAX};

/// Failed log-ins of the last minute. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    failures: Arc<Mutex<BTreeMap<String, Failures>>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Timestamp,
    count: u32,
}

impl Attempts {
    /// Takes one of the `allowed` tries that `who` has in a minute. A try is taken before the password is
    /// looked at, so that a hundred tries at once are not a hundred tries.
    pub fn take(&self, who: &str, allowed: u32, now: Timestamp) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |f: &Failures| now >= f.since.after(FAILURES_COUNT_FOR);
        if failures.len() >= FAILURES_REMEMBERED_MAX && !failures.contains_key(who) {
            failures.retain(|_, f| !over(f));
            if failures.len() >= FAILURES_REMEMBERED_MAX {
                // Somebody tries ten thousand names a minute: they get none, and neither does anybody new.
                return false;
            }
        }
        let entry = failures.entry(who.to_owned()).or_insert(Failures { since: now, count: 0 });
        if over(entry) {
            *entry = Failures { since: now, count: 0 };
        }
        entry.count = entry.count.saturating_add(1);
        entry.count <= allowed
    }

    /// Gives one try back: it succeeded, and others behind the same address go on.
    pub fn give_back(&self, who: &str) {
        if let Some(entry) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).get_mut(who) {
            entry.count = entry.count.saturating_sub(1);
        }
    }

    /// Gives all tries back: the password was right.
    pub fn forgive(&self, who: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dispatch_core::time::Seconds;

    #[test]
    fn five_tries_a_minute_and_a_right_one_forgives() {
        let attempts = Attempts::default();
        let start = Timestamp::from_micros(1_000_000);
        let tries: Vec<bool> = (0..6).map(|_| attempts.take("user:damkar", 5, start)).collect();
        assert_eq!(tries, [true, true, true, true, true, false]);
        assert!(attempts.take("user:bpbd", 5, start), "another name has its own tries");
        assert!(attempts.take("user:damkar", 5, start.after(Seconds(60))), "a minute later it is over");
        attempts.forgive("user:bpbd");
        assert!((0..5).all(|_| attempts.take("user:bpbd", 5, start)));
    }

    #[test]
    fn memory_is_bounded_and_old_failures_make_room() {
        let attempts = Attempts::default();
        let start = Timestamp::from_micros(0);
        for n in 0..FAILURES_REMEMBERED_MAX {
            assert!(attempts.take(&format!("user:{n}"), 5, start));
        }
        assert!(!attempts.take("user:new", 5, start));
        assert!(attempts.take("user:new", 5, start.after(Seconds(61))));
        assert_eq!(attempts.failures.lock().unwrap().len(), 1);
    }
}
