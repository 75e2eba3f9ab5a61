//! Who rings: the automatic call distributor, as a pure state machine.
//!
//! The trunk role tells it what happens ([`AcdInput`]) and carries out what it says ([`AcdAction`]), so that
//! phones ring with the desk and the store gone. It waits for nobody: when [`Acd::next_tick`] is reached, the
//! trunk says [`AcdInput::Tick`].
//!
//! What it promises, and `tests/acd` holds it to:
//!
//! * At most one call rings at a seat, and every offer ends in exactly one withdrawal or one answer.
//! * A free seat and a waiting call that may ring there do not stand side by side.
//! * A waiting call always has a way on: it rings, or a tick is due, or no seat is on duty.
//! * Nobody starves: a class only orders the queue, suspects have their share, and waiting makes every class good.

mod choose;
mod policy;
mod queue;
mod seats;

use std::collections::{BTreeMap, BTreeSet};

use crate::call::fact::{CallerClass, OfferEnd};
use crate::duty::DutyState;
use crate::ids::{CallId, UserId};
use crate::time::{Seconds, Timestamp};

pub use policy::{AcdOrder, AcdPolicy, is_skill};
use queue::{KeptPlaces, Waiting};
use seats::{HandlingTime, Presence, Seat, Work};

/// Places kept for callers who hung up. Above it the one that ends first goes.
const KEPT_PLACES_MAX: usize = 1_024;
/// Seats that can be on duty; a centre of one kabupaten has some ten.
const SEATS_MAX: usize = 1_024;

/// What happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AcdInput {
    /// A call waits for a person. Of a call that waits already it changes the class and the head.
    CallWaiting {
        /// Which.
        call: CallId,
        /// In which class.
        class: CallerClass,
        /// Since when.
        since: Timestamp,
        /// A keyed hash of the caller's number, under which their place is kept for a redial.
        number_key: Option<u64>,
        /// What the caller speaks, if that is known: one of the skills of seats.
        language: Option<String>,
        /// It was with a call-taker whose seat was lost: it goes before all others.
        head: bool,
        /// It rang at a seat already, before a restart: it has had its turn and keeps it.
        had_turn: bool,
    },
    /// The call waits no longer, and nobody here answered it.
    CallGone {
        /// Which.
        call: CallId,
    },
    /// A person's duty, skills or role changed, or is told again.
    SeatChanged {
        /// Whose.
        user: UserId,
        /// Ready, paused or off.
        state: DutyState,
        /// A supervisor's seat: rings last.
        supervisor: bool,
        /// What they speak and know.
        skills: BTreeSet<String>,
        /// Somebody would notice a call there: a console is open, or the audio of a browser is connected.
        reachable: bool,
    },
    /// A person refused a call that rings at their seat.
    Refused {
        /// Which.
        call: CallId,
        /// Who.
        user: UserId,
    },
    /// The audio of a seat is gone.
    SeatLost {
        /// Whose.
        user: UserId,
    },
    /// The audio of a seat is there again.
    SeatBack {
        /// Whose.
        user: UserId,
    },
    /// A person has a call, whether it rang there or not.
    Answered {
        /// Which.
        call: CallId,
        /// Who.
        user: UserId,
    },
    /// A person is busy with something that did not come out of the queue.
    Engaged {
        /// Who.
        user: UserId,
    },
    /// A person has nothing to do any more.
    Released {
        /// Who.
        user: UserId,
    },
    /// The time that [`Acd::next_tick`] named has come.
    Tick,
}

/// What the trunk is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AcdAction {
    /// Ring.
    Offer {
        /// Which call.
        call: CallId,
        /// At whose seat.
        user: UserId,
        /// Until when at most.
        until: Timestamp,
    },
    /// Stop ringing.
    Withdraw {
        /// Which call.
        call: CallId,
        /// At whose seat.
        user: UserId,
        /// Why.
        why: OfferEnd,
    },
    /// Offer the call outside, too. Said once of a call; it goes on waiting here.
    Overflow {
        /// Which call.
        call: CallId,
    },
    /// Where a caller stands.
    Position {
        /// Which call.
        call: CallId,
        /// 1 is the next.
        position: u32,
        /// How long it will take; `None` when no seat is on duty.
        wait_estimate: Option<Seconds>,
    },
}

/// Where a waiting call stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// 1 is the next.
    pub position: u32,
    /// Expected time until a seat is free for it, in seconds; 0 while it rings, `None` when no seat is on duty.
    pub wait_s: Option<f64>,
}

/// The distributor.
#[derive(Clone, Debug)]
pub struct Acd {
    policy: AcdPolicy,
    waiting: BTreeMap<CallId, Waiting>,
    seats: BTreeMap<UserId, Seat>,
    kept: KeptPlaces,
    handling: HandlingTime,
    /// Counts calls that got their turn, so that one that was refused does not fall behind.
    turns: u64,
    /// Turns in a row that were no suspect's although one waited.
    turns_without_suspect: u32,
    positions_told_at: Option<Timestamp>,
    /// Up to when everything that was due is done.
    handled_at: Option<Timestamp>,
}

impl Acd {
    /// An empty queue and no seats.
    pub fn new(policy: AcdPolicy) -> Self {
        Self {
            policy,
            waiting: BTreeMap::new(),
            seats: BTreeMap::new(),
            kept: KeptPlaces::default(),
            handling: HandlingTime::default(),
            turns: 0,
            turns_without_suspect: 0,
            positions_told_at: None,
            handled_at: None,
        }
    }

    /// Goes by other rules from now on. What rings goes on ringing.
    pub fn set_policy(&mut self, policy: AcdPolicy) {
        self.policy = policy;
    }

    /// Takes in what happened at `now` and says what is to be done. `now` never goes back.
    pub fn handle(&mut self, input: AcdInput, now: Timestamp) -> Vec<AcdAction> {
        let mut actions = Vec::new();
        match input {
            AcdInput::CallWaiting { call, class, since, number_key, language, head, had_turn } => {
                let mut waiting = Waiting::new(class, since, number_key, language, head);
                waiting.turn = had_turn.then_some(0);
                self.wait(call, waiting, now);
            }
            AcdInput::CallGone { call } => self.gone(call, now, &mut actions),
            AcdInput::SeatChanged { user, state, supervisor, skills, reachable } => {
                self.seat_changed(user, state, supervisor, skills, now, &mut actions);
                self.seat_reached(user, reachable, now, &mut actions);
            }
            AcdInput::Refused { call, user } => {
                if self.seats.get(&user).and_then(|seat| seat.offered) == Some(call) {
                    self.withdraw(user, OfferEnd::Refused, now, &mut actions);
                }
            }
            AcdInput::SeatLost { user } => self.seat_lost(user, now, &mut actions),
            AcdInput::SeatBack { user } => {
                if let Some(seat) = self.seats.get_mut(&user) {
                    (seat.lost, seat.presence) = (false, Presence::Here);
                }
            }
            AcdInput::Answered { call, user } => self.answered(call, user, now, &mut actions),
            AcdInput::Engaged { user } => {
                self.withdraw(user, OfferEnd::Refused, now, &mut actions);
                if let Some(seat) = self.seats.get_mut(&user) {
                    seat.work = Work::Elsewhere;
                }
            }
            AcdInput::Released { user } => self.released(user, now),
            AcdInput::Tick => {}
        }
        self.time_out(now, &mut actions);
        self.let_go(now);
        self.overflow(now, &mut actions);
        self.assign(now, &mut actions);
        self.tell_positions(now, &mut actions);
        self.handled_at = Some(now);
        actions
    }

    /// How many calls wait, those that ring included.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Who is ready and cannot be reached: no call rings there, and nobody counts on them.
    pub fn away(&self) -> BTreeSet<UserId> {
        let away = |seat: &Seat| seat.state == DutyState::Ready && seat.presence == Presence::Away;
        self.seats.iter().filter(|(_, seat)| away(seat)).map(|(user, _)| *user).collect()
    }

    /// The mean time that a call-taker has a call, in seconds, over the last calls.
    pub fn mean_handling_s(&self) -> f64 {
        self.handling.mean_s()
    }

    fn wait(&mut self, call: CallId, mut new: Waiting, now: Timestamp) {
        if let Some(known) = self.waiting.get_mut(&call) {
            known.class = new.class;
            known.head |= new.head;
            return;
        }
        if let Some(place) = new.number_key.and_then(|key| self.kept.take(key, now)) {
            new.take(place);
        }
        self.waiting.insert(call, new);
    }

    fn gone(&mut self, call: CallId, now: Timestamp, actions: &mut Vec<AcdAction>) {
        self.withdraw_all(call, OfferEnd::CallerGone, now, actions);
        let Some(waiting) = self.waiting.remove(&call) else { return };
        let Some(key) = waiting.number_key else { return };
        let place = waiting.kept_until(now.after(self.policy.redial_keep_s));
        self.kept.keep(key, place, now, KEPT_PLACES_MAX);
    }

    fn seat_changed(
        &mut self,
        user: UserId,
        state: DutyState,
        supervisor: bool,
        skills: BTreeSet<String>,
        now: Timestamp,
        actions: &mut Vec<AcdAction>,
    ) {
        if state != DutyState::Ready {
            self.withdraw(user, OfferEnd::Refused, now, actions);
        }
        if state == DutyState::Off && self.seats.get(&user).is_none_or(|seat| seat.work == Work::Idle) {
            self.seats.remove(&user);
            return;
        }
        if self.seats.len() >= SEATS_MAX && !self.seats.contains_key(&user) {
            return;
        }
        let seat = self.seats.entry(user).or_insert_with(|| Seat::new(now));
        if seat.state != DutyState::Ready && state == DutyState::Ready {
            (seat.idle_since, seat.missed) = (now, 0);
        }
        (seat.state, seat.supervisor, seat.skills) = (state, supervisor, skills);
    }

    fn seat_lost(&mut self, user: UserId, now: Timestamp, actions: &mut Vec<AcdAction>) {
        self.withdraw(user, OfferEnd::SeatLost, now, actions);
        let Some(seat) = self.seats.get_mut(&user) else { return };
        (seat.lost, seat.work) = (true, Work::Idle);
        seat.leave(now);
        if seat.state == DutyState::Off {
            self.seats.remove(&user);
        }
    }

    fn answered(&mut self, call: CallId, user: UserId, now: Timestamp, actions: &mut Vec<AcdAction>) {
        if let Some(seat) = self.seats.get_mut(&user) {
            if seat.offered == Some(call) {
                seat.offered = None;
                if let Some(waiting) = self.waiting.get_mut(&call) {
                    waiting.offers.remove(&user);
                }
            }
            (seat.work, seat.missed, seat.lost) = (Work::Call { since: now }, 0, false);
            seat.presence = Presence::Here;
        }
        // They took another call than the one that rang.
        self.withdraw(user, OfferEnd::Refused, now, actions);
        self.withdraw_all(call, OfferEnd::TakenElsewhere, now, actions);
        let Some(waiting) = self.waiting.remove(&call) else { return };
        // A call that was taken out of turn counts as one that had its turn.
        if waiting.turn.is_none() {
            self.count_turn(waiting.class);
        }
    }

    fn released(&mut self, user: UserId, now: Timestamp) {
        let Some(seat) = self.seats.get_mut(&user) else { return };
        if let Work::Call { since } = seat.work {
            self.handling.add(since, now);
        }
        if seat.work != Work::Idle {
            (seat.work, seat.idle_since) = (Work::Idle, now);
        }
        if seat.state == DutyState::Off {
            self.seats.remove(&user);
        }
    }
}
