//! Failed log-ins, counted per user name and per address, in bounded memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dispatch_core::time::{Clock, Timestamp};

use crate::limits::{FAILURES_COUNT_FOR, FAILURES_REMEMBERED_MAX};

/// How often a log-in looks again whether those before it have been judged.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Failed log-ins of the last minute. Cheap to clone.
///
/// A try holds a place until it is judged, so that a hundred tries at once are not a hundred tries; whoever
/// finds all places held waits for a verdict. Right passwords, however many at once, are never refused.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    counted: Arc<Mutex<BTreeMap<String, Counted>>>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    since: Timestamp,
    failed: u32,
    unjudged: u32,
}

/// A log-in that may be tried, and is to be judged. Dropped without a verdict it counts as neither.
#[derive(Debug)]
pub struct Try {
    attempts: Attempts,
    who: String,
}

impl Attempts {
    /// One of the `allowed` failures that `who` has in a minute; `None` when they are used up.
    pub async fn take(&self, who: &str, allowed: u32, clock: &Clock) -> Option<Try> {
        loop {
            match self.take_now(who, allowed, clock.now()) {
                Turn::Go => return Some(Try { attempts: self.clone(), who: who.to_owned() }),
                Turn::Refused => return None,
                Turn::Wait => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    fn take_now(&self, who: &str, allowed: u32, now: Timestamp) -> Turn {
        let mut counted = self.lock();
        let over = |c: &Counted| now >= c.since.after(FAILURES_COUNT_FOR) && c.unjudged == 0;
        if counted.len() >= FAILURES_REMEMBERED_MAX && !counted.contains_key(who) {
            counted.retain(|_, c| !over(c));
            if counted.len() >= FAILURES_REMEMBERED_MAX {
                // Somebody tries ten thousand names a minute: they get none, and neither does anybody new.
                return Turn::Refused;
            }
        }
        let entry = counted.entry(who.to_owned()).or_insert(Counted { since: now, failed: 0, unjudged: 0 });
        if over(entry) {
            *entry = Counted { since: now, failed: 0, unjudged: 0 };
        }
        if entry.failed >= allowed {
            return Turn::Refused;
        }
        if entry.failed + entry.unjudged >= allowed {
            return Turn::Wait;
        }
        entry.unjudged += 1;
        Turn::Go
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turn {
    Go,
    Wait,
    Refused,
}

impl Try {
    /// The password was wrong.
    pub fn failed(self) {
        if let Some(entry) = self.attempts.lock().get_mut(&self.who) {
            entry.failed = entry.failed.saturating_add(1);
        }
    }

    /// The password was right: earlier slips of this name are forgiven.
    pub fn forgive(self) {
        if let Some(entry) = self.attempts.lock().get_mut(&self.who) {
            entry.failed = 0;
        }
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        let mut counted = self.attempts.lock();
        let Some(entry) = counted.get_mut(&self.who) else { return };
        entry.unjudged = entry.unjudged.saturating_sub(1);
        if entry.unjudged == 0 && entry.failed == 0 {
            counted.remove(&self.who);
        }
    }
}

#[cfg(test)]
mod tests {
    use dispatch_core::time::Seconds;

    use super::*;

    fn at(attempts: &Attempts, who: &str, now: Timestamp) -> Option<Try> {
        let turn = attempts.take_now(who, 5, now);
        (turn == Turn::Go).then(|| Try { attempts: attempts.clone(), who: who.to_owned() })
    }

    #[test]
    fn five_failures_a_minute_and_a_right_one_forgives() {
        let attempts = Attempts::default();
        let start = Timestamp::from_micros(1_000_000);
        (0..5).for_each(|_| at(&attempts, "user:damkar", start).unwrap().failed());
        assert_eq!(attempts.take_now("user:damkar", 5, start), Turn::Refused);
        assert!(at(&attempts, "user:bpbd", start).is_some(), "another name has its own tries");
        at(&attempts, "user:damkar", start.after(Seconds(60))).expect("a minute later it is over").failed();
        (0..3).for_each(|_| at(&attempts, "user:damkar", start.after(Seconds(60))).unwrap().failed());
        at(&attempts, "user:damkar", start.after(Seconds(61))).unwrap().forgive();
        (0..5).for_each(|_| at(&attempts, "user:damkar", start.after(Seconds(61))).unwrap().failed());
    }

    #[test]
    fn many_at_once_wait_for_each_other_and_right_ones_all_get_in() {
        let attempts = Attempts::default();
        let start = Timestamp::from_micros(1_000_000);
        let mut under_way: Vec<Try> = (0..5).map(|_| at(&attempts, "user:damkar", start).unwrap()).collect();
        assert_eq!(attempts.take_now("user:damkar", 5, start), Turn::Wait);
        under_way.pop().unwrap().forgive();
        under_way.push(at(&attempts, "user:damkar", start).unwrap());
        under_way.into_iter().for_each(Try::failed);
        assert_eq!(attempts.take_now("user:damkar", 5, start), Turn::Refused);
    }

    #[test]
    fn memory_is_bounded_and_old_failures_make_room() {
        let attempts = Attempts::default();
        let start = Timestamp::from_micros(0);
        for n in 0..FAILURES_REMEMBERED_MAX {
            at(&attempts, &format!("user:{n}"), start).unwrap().failed();
        }
        assert!(at(&attempts, "user:new", start).is_none());
        at(&attempts, "user:new", start.after(Seconds(61))).unwrap().failed();
        assert_eq!(attempts.lock().len(), 1);
    }
}
