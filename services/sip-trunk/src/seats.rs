//! Who sits where: the duty of each person as the desk says it, and the call that they talk on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dispatch_core::duty::{Audio, DutyState};
use dispatch_core::ids::{CallId, UserId};

/// People who have a seat at once. A centre has a dozen; what is above it is a mistake.
const SEATS_MAX: usize = 1_024;

/// One person's seat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Seat {
    pub(crate) state: DutyState,
    pub(crate) audio: Audio,
    pub(crate) skills: Vec<String>,
    pub(crate) supervisor: bool,
    /// The call that they talk on.
    pub(crate) call: Option<CallId>,
    /// The call that they talked on when their audio died.
    lost_from: Option<CallId>,
    /// The call that they supervise.
    supervises: Option<CallId>,
}

impl Default for Seat {
    fn default() -> Self {
        Self {
            state: DutyState::Off,
            audio: Audio::Browser,
            skills: Vec::new(),
            supervisor: false,
            call: None,
            lost_from: None,
            supervises: None,
        }
    }
}

/// All seats.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    seats: Mutex<BTreeMap<UserId, Seat>>,
}

impl Seats {
    /// A person's duty; `false` when there is no room for one more person.
    pub(crate) fn set(
        &self,
        user: UserId,
        state: DutyState,
        audio: Audio,
        skills: Vec<String>,
        supervisor: bool,
    ) -> bool {
        let mut seats = self.lock();
        if seats.len() >= SEATS_MAX && !seats.contains_key(&user) {
            return false;
        }
        let seat = seats.entry(user).or_default();
        (seat.state, seat.audio, seat.skills, seat.supervisor) = (state, audio, skills, supervisor);
        true
    }

    /// By what a person hears: what the desk said last, the browser when it said nothing.
    pub(crate) fn audio(&self, user: UserId) -> Audio {
        self.lock().get(&user).map(|seat| seat.audio.clone()).unwrap_or_default()
    }

    /// The person talks on this call from now on; the call that they talked on before.
    pub(crate) fn take(&self, user: UserId, call: CallId) -> Option<CallId> {
        let mut seats = self.lock();
        if seats.len() >= SEATS_MAX && !seats.contains_key(&user) {
            return None;
        }
        seats.entry(user).or_default().call.replace(call).filter(|before| *before != call)
    }

    /// The person's audio died on this call.
    pub(crate) fn lose(&self, user: UserId, call: CallId) {
        self.release(user, call);
        if let Some(seat) = self.lock().get_mut(&user) {
            seat.lost_from = Some(call);
        }
    }

    /// The person supervises this call from now on; the call that they supervised before.
    pub(crate) fn supervise(&self, user: UserId, call: CallId) -> Option<CallId> {
        let mut seats = self.lock();
        if seats.len() >= SEATS_MAX && !seats.contains_key(&user) {
            return None;
        }
        seats.entry(user).or_default().supervises.replace(call).filter(|before| *before != call)
    }

    /// The person has nothing to do with this call any more.
    pub(crate) fn forget_call(&self, user: UserId, call: CallId) {
        if let Some(seat) = self.lock().get_mut(&user) {
            for place in [&mut seat.call, &mut seat.lost_from, &mut seat.supervises] {
                *place = place.filter(|known| *known != call);
            }
        }
    }

    /// The calls that care about the person's audio.
    pub(crate) fn calls_of(&self, user: UserId) -> Vec<CallId> {
        let seats = self.lock();
        let Some(seat) = seats.get(&user) else { return Vec::new() };
        let mut calls: Vec<CallId> =
            [seat.call, seat.lost_from, seat.supervises].into_iter().flatten().collect();
        calls.dedup();
        calls
    }

    /// The person no longer talks on this call.
    pub(crate) fn release(&self, user: UserId, call: CallId) {
        if let Some(seat) = self.lock().get_mut(&user)
            && seat.call == Some(call)
        {
            seat.call = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, Seat>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> uuid::Uuid {
        uuid::Uuid::from_u64_pair(1, n)
    }

    #[test]
    fn a_change_of_duty_keeps_the_call_and_a_late_release_does_not_take_a_newer_one() {
        let seats = Seats::default();
        let (user, first, second) = (UserId(id(1)), CallId(id(2)), CallId(id(3)));
        assert_eq!(seats.take(user, first), None);
        assert!(seats.set(user, DutyState::Paused, Audio::Browser, Vec::new(), false));
        assert_eq!(seats.take(user, second), Some(first));
        seats.release(user, first);
        assert_eq!(seats.calls_of(user), [second]);
        seats.lose(user, second);
        assert_eq!(seats.take(user, first), None, "it is nobody's call any more");
        seats.release(user, first);
        assert_eq!(seats.calls_of(user), [second]);
        assert_eq!(seats.supervise(user, first), None);
        assert_eq!(seats.calls_of(user), [second, first]);
        seats.forget_call(user, second);
        assert_eq!(seats.calls_of(user), [first]);
    }

    #[test]
    fn the_book_is_bounded() {
        let seats = Seats::default();
        let add = |n| seats.set(UserId(id(n)), DutyState::Ready, Audio::Browser, Vec::new(), false);
        assert!((0..SEATS_MAX as u64).all(add));
        assert!(!add(SEATS_MAX as u64) && add(0));
    }
}
