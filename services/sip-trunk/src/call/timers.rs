//! The moments at which a call's task acts by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use call_media::room::LegId;
use tokio::time::{Instant, sleep_until};

/// What is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Timer {
    /// Nobody answered: the queue announcement.
    Queue,
    /// The session wants a refresh, or was silent for its whole interval.
    Session,
    /// The same of a leg that we opened.
    Leg(LegId),
    /// A call-taker whose seat was lost may no longer come back to the call.
    SeatBack,
    /// A suspicious caller had time to say something.
    Challenge,
    /// Any caller had.
    Speechless,
    /// After a restart the call-taker's browser had time to come back.
    Rejoin,
    /// And the browsers of those who supervised it.
    RejoinSupervisors,
}

/// At most one moment for each.
#[derive(Debug, Default)]
pub(super) struct Timers {
    due: BTreeMap<Timer, Instant>,
}

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, after: Duration) {
        self.due.insert(timer, Instant::now() + after);
    }

    pub(super) fn clear(&mut self, timer: Timer) {
        self.due.remove(&timer);
    }

    /// Waits for the first, which is then no longer set.
    pub(super) async fn next(&mut self) -> Timer {
        let Some((timer, at)) = self.due.iter().map(|(timer, at)| (*timer, *at)).min_by_key(|(_, at)| *at)
        else {
            return std::future::pending().await;
        };
        sleep_until(at).await;
        self.due.remove(&timer);
        timer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_earliest_comes_first_and_each_once() {
        let mut timers = Timers::default();
        timers.set(Timer::Session, Duration::from_millis(90));
        timers.set(Timer::Queue, Duration::from_millis(20));
        timers.set(Timer::SeatBack, Duration::from_millis(1));
        timers.clear(Timer::SeatBack);
        assert_eq!((timers.next().await, timers.next().await), (Timer::Queue, Timer::Session));
        let nothing = tokio::time::timeout(Duration::from_millis(30), timers.next()).await;
        assert!(nothing.is_err());
    }
}
