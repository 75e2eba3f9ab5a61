//! Who sits where: by what each person hears, as the desk says it, and the calls that they have.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dispatch_core::duty::Audio;
use dispatch_core::ids::{CallId, UserId};

/// People who have a seat at once. A centre has a dozen; what is above it is a mistake.
const SEATS_MAX: usize = 1_024;
/// Calls of one person: one that they talk on, and what they hold.
const CALLS_PER_SEAT_MAX: usize = 8;

/// One person's seat. What the queue needs to know of it, the queue knows.
#[derive(Debug, Default)]
struct Seat {
    audio: Audio,
    /// The calls that they have: the last is the one they talk on, the others they hold.
    calls: Vec<CallId>,
    /// The call that they talked on when their audio died.
    lost_from: Option<CallId>,
    /// The call that they supervise.
    supervises: Option<CallId>,
    /// Calls for which their telephone rings.
    ringing: usize,
}

/// All seats.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    seats: Mutex<BTreeMap<UserId, Seat>>,
}

impl Seats {
    /// By what a person hears calls; `false` when there is no room for one more person.
    pub(crate) fn set(&self, user: UserId, audio: Audio) -> bool {
        let mut seats = self.lock();
        if seats.len() >= SEATS_MAX && !seats.contains_key(&user) {
            return false;
        }
        seats.entry(user).or_default().audio = audio;
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
        let calls = &mut seats.entry(user).or_default().calls;
        calls.retain(|known| *known != call);
        let before = calls.last().copied();
        if calls.len() == CALLS_PER_SEAT_MAX {
            calls.remove(0);
        }
        calls.push(call);
        before
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
            seat.calls.retain(|known| *known != call);
            for place in [&mut seat.lost_from, &mut seat.supervises] {
                *place = place.filter(|known| *known != call);
            }
        }
    }

    /// The person's telephone rings for one more call; whether it was quiet before.
    pub(crate) fn phone_rings(&self, user: UserId) -> bool {
        let mut seats = self.lock();
        if seats.len() >= SEATS_MAX && !seats.contains_key(&user) {
            return false;
        }
        let seat = seats.entry(user).or_default();
        seat.ringing += 1;
        seat.ringing == 1
    }

    /// The person's telephone rings for one call less; whether it is quiet now.
    pub(crate) fn phone_is_quiet(&self, user: UserId) -> bool {
        let mut seats = self.lock();
        let Some(seat) = seats.get_mut(&user).filter(|seat| seat.ringing > 0) else { return false };
        seat.ringing -= 1;
        seat.ringing == 0
    }

    /// Whose telephones ring.
    pub(crate) fn phones_ringing(&self) -> Vec<UserId> {
        self.lock().iter().filter(|(_, seat)| seat.ringing > 0).map(|(user, _)| *user).collect()
    }

    /// The calls that care about the person's audio.
    pub(crate) fn calls_of(&self, user: UserId) -> Vec<CallId> {
        let seats = self.lock();
        let Some(seat) = seats.get(&user) else { return Vec::new() };
        let others = [seat.lost_from, seat.supervises].into_iter().flatten();
        seat.calls.iter().copied().chain(others).collect()
    }

    /// The person no longer has this call; whether they have no other.
    pub(crate) fn release(&self, user: UserId, call: CallId) -> bool {
        let mut seats = self.lock();
        let Some(seat) = seats.get_mut(&user) else { return true };
        seat.calls.retain(|known| *known != call);
        seat.calls.is_empty()
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
    fn a_person_has_the_calls_that_they_hold_too_and_a_change_of_duty_takes_none() {
        let seats = Seats::default();
        let (user, first, second) = (UserId(id(1)), CallId(id(2)), CallId(id(3)));
        assert_eq!(seats.take(user, first), None);
        assert!(seats.set(user, Audio::Browser));
        assert_eq!((seats.take(user, second), seats.take(user, second)), (Some(first), Some(first)));
        assert_eq!(seats.calls_of(user), [first, second]);
        assert!(!seats.release(user, second), "they still hold the first");
        assert!(seats.release(user, first) && seats.release(user, first));
    }

    #[test]
    fn a_call_whose_seat_died_or_is_supervised_hears_of_the_audio_until_it_is_over() {
        let seats = Seats::default();
        let (user, first, second) = (UserId(id(1)), CallId(id(2)), CallId(id(3)));
        seats.take(user, first);
        seats.lose(user, first);
        assert_eq!((seats.take(user, second), seats.supervise(user, second)), (None, None));
        assert_eq!(
            seats.calls_of(user),
            [second, first, second],
            "once for each reason; twice told is no harm"
        );
        seats.forget_call(user, second);
        assert_eq!(seats.calls_of(user), [first]);
    }

    #[test]
    fn a_telephone_rings_until_the_last_of_its_calls_lets_it() {
        let (seats, user) = (Seats::default(), UserId(id(1)));
        assert!(!seats.phone_is_quiet(user) && seats.phones_ringing().is_empty());
        assert!(seats.phone_rings(user) && !seats.phone_rings(user));
        assert!(!seats.phone_is_quiet(user));
        assert_eq!(seats.phones_ringing(), [user]);
        assert!(seats.phone_is_quiet(user) && seats.phones_ringing().is_empty());
    }

    #[test]
    fn the_book_is_bounded() {
        let seats = Seats::default();
        let add = |n| seats.set(UserId(id(n)), Audio::Browser);
        assert!((0..SEATS_MAX as u64).all(add));
        assert!(!add(SEATS_MAX as u64) && add(0));
    }
}
