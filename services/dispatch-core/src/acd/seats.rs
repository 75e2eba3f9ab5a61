//! The seats, and how long people talk.

use std::collections::BTreeSet;

use super::{Acd, AcdAction};
use crate::call::fact::OfferEnd;
use crate::duty::DutyState;
use crate::ids::{CallId, UserId};
use crate::time::{Seconds, Timestamp};

/// Calls whose mean is the handling time: enough to be steady, few enough to follow the day.
const HANDLED_CALLS_MAX: f64 = 64.0;
/// What is assumed of a call before any was handled, and as how many calls that counts.
const FIRST_GUESS_S: f64 = 90.0;
const FIRST_GUESS_CALLS: f64 = 4.0;
/// How long a call does not ring again at a seat where it was refused or not picked up.
pub(super) const NOT_AGAIN_FOR: Seconds = Seconds(10);
/// How long a person whose console closed still counts as on duty: a page that is loaded again, or a feed that
/// connects again, takes a second or two. Nothing rings there meanwhile.
const AWAY_AFTER: Seconds = Seconds(5);
/// Offers of a call to ordinary seats after one of them died while it rang.
const OFFERS_AFTER_A_LOSS: u8 = 2;

/// One seat.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) state: DutyState,
    pub(super) supervisor: bool,
    pub(super) skills: BTreeSet<String>,
    /// Its audio is gone: an open console alone does not bring the person back.
    pub(super) lost: bool,
    pub(super) presence: Presence,
    pub(super) work: Work,
    pub(super) idle_since: Timestamp,
    /// Offers in a row that nobody picked up there: such a seat rings after the others.
    pub(super) missed: u32,
    /// What rings there.
    pub(super) offered: Option<CallId>,
}

/// Whether anybody would notice a call at a seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    /// Yes.
    Here,
    /// Not at this moment; they count as on duty up to then.
    Leaving {
        /// Up to when.
        until: Timestamp,
    },
    /// No.
    Away,
}

/// What the person at a seat does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Work {
    /// Nothing.
    Idle,
    /// Has a call of the queue.
    Call {
        /// Since when.
        since: Timestamp,
    },
    /// Is busy otherwise.
    Elsewhere,
}

impl Seat {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            state: DutyState::Off,
            supervisor: false,
            skills: BTreeSet::new(),
            lost: false,
            presence: Presence::Here,
            work: Work::Idle,
            idle_since: now,
            missed: 0,
            offered: None,
        }
    }

    /// Takes calls now or when the present one is over.
    pub(super) fn is_on_duty(&self) -> bool {
        self.state == DutyState::Ready && self.presence != Presence::Away
    }

    /// Ready, and would notice a call.
    pub(super) fn is_here(&self) -> bool {
        self.state == DutyState::Ready && self.presence == Presence::Here
    }

    /// Nobody would notice a call here from now on.
    pub(super) fn leave(&mut self, now: Timestamp) {
        if self.presence == Presence::Here {
            self.presence = Presence::Leaving { until: now.after(AWAY_AFTER) };
        }
    }

    /// A call may ring here now.
    pub(super) fn is_free(&self) -> bool {
        self.is_here() && self.work == Work::Idle && self.offered.is_none()
    }
}

/// The mean handling time: of all calls at first, then with the weight of the last ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandlingTime {
    mean_s: f64,
    calls: f64,
}

impl Default for HandlingTime {
    fn default() -> Self {
        Self { mean_s: FIRST_GUESS_S, calls: FIRST_GUESS_CALLS }
    }
}

impl HandlingTime {
    pub(super) fn add(&mut self, since: Timestamp, until: Timestamp) {
        let seconds = (until.millis_since(since).max(0) as f64) / 1000.0;
        self.calls = (self.calls + 1.0).min(HANDLED_CALLS_MAX);
        self.mean_s += (seconds - self.mean_s) / self.calls;
    }

    pub(super) const fn mean_s(&self) -> f64 {
        self.mean_s
    }
}

impl Acd {
    /// Ends the offer at a seat, if there is one.
    pub(super) fn withdraw(
        &mut self,
        user: UserId,
        why: OfferEnd,
        now: Timestamp,
        actions: &mut Vec<AcdAction>,
    ) {
        let Some(seat) = self.seats.get_mut(&user) else { return };
        let Some(call) = seat.offered.take() else { return };
        match why {
            OfferEnd::TimedOut => seat.missed = seat.missed.saturating_add(1),
            OfferEnd::Refused => seat.missed = 0,
            OfferEnd::SeatLost | OfferEnd::TakenElsewhere | OfferEnd::CallerGone => {}
        }
        if let Some(waiting) = self.waiting.get_mut(&call) {
            waiting.offers.remove(&user);
            waiting.not_before.insert(user, now.after(NOT_AGAIN_FOR));
            if why == OfferEnd::SeatLost {
                waiting.offers_left.get_or_insert(OFFERS_AFTER_A_LOSS);
            }
        }
        actions.push(AcdAction::Withdraw { call, user, why });
    }

    /// A person can be reached or not, as was told now. Whatever rings where nobody is goes on to the next at once,
    /// and rings there again as soon as somebody is back.
    pub(super) fn seat_reached(
        &mut self,
        user: UserId,
        reachable: bool,
        now: Timestamp,
        actions: &mut Vec<AcdAction>,
    ) {
        let Some(seat) = self.seats.get_mut(&user) else { return };
        match (reachable && !seat.lost, seat.presence) {
            (true, Presence::Here) | (false, Presence::Leaving { .. } | Presence::Away) => {}
            (true, Presence::Leaving { .. }) => seat.presence = Presence::Here,
            (true, Presence::Away) => {
                (seat.presence, seat.idle_since, seat.missed) = (Presence::Here, now, 0);
            }
            (false, Presence::Here) => {
                seat.leave(now);
                let offered = seat.offered;
                self.withdraw(user, OfferEnd::SeatLost, now, actions);
                if let Some(waiting) = offered.and_then(|call| self.waiting.get_mut(&call)) {
                    waiting.not_before.remove(&user);
                }
            }
        }
    }

    /// Whoever was not back in time is away.
    pub(super) fn let_go(&mut self, now: Timestamp) {
        for seat in self.seats.values_mut() {
            if matches!(seat.presence, Presence::Leaving { until } if until <= now) {
                seat.presence = Presence::Away;
            }
        }
    }

    /// When somebody counts as away who is not back by then.
    pub(super) fn leaving(&self) -> impl Iterator<Item = Timestamp> {
        self.seats.values().filter_map(|seat| match seat.presence {
            Presence::Leaving { until } => Some(until),
            Presence::Here | Presence::Away => None,
        })
    }

    /// Ends every offer of a call.
    pub(super) fn withdraw_all(
        &mut self,
        call: CallId,
        why: OfferEnd,
        now: Timestamp,
        actions: &mut Vec<AcdAction>,
    ) {
        let Some(waiting) = self.waiting.get(&call) else { return };
        let users: Vec<UserId> = waiting.offers.keys().copied().collect();
        for user in users {
            self.withdraw(user, why, now, actions);
        }
    }

    /// Where something rings, and until when. Asked of the seats: they are few, and callers may be thousands.
    pub(super) fn ringing(&self) -> impl Iterator<Item = (UserId, Timestamp)> {
        self.seats.iter().filter_map(|(user, seat)| {
            let waiting = self.waiting.get(&seat.offered?)?;
            waiting.offers.get(user).map(|until| (*user, *until))
        })
    }

    /// Ends the offers that rang long enough.
    pub(super) fn time_out(&mut self, now: Timestamp, actions: &mut Vec<AcdAction>) {
        let due: Vec<UserId> =
            self.ringing().filter(|(_, until)| *until <= now).map(|(user, _)| user).collect();
        for user in due {
            self.withdraw(user, OfferEnd::TimedOut, now, actions);
        }
    }
}
