//! A centre in memory: the distributor, and what it said so far.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::acd::{Acd, AcdAction, AcdInput, AcdPolicy};
use dispatch_core::call::fact::{CallerClass, OfferEnd};
use dispatch_core::duty::DutyState;
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::{Seconds, Timestamp};
use uuid::Uuid;

pub fn call(n: u128) -> CallId {
    CallId(Uuid::from_u128(0xCA00_0000 + n))
}

pub fn person(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x1000 + n))
}

pub fn start() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

pub struct Centre {
    pub acd: Acd,
    pub now: Timestamp,
    /// What rings where.
    pub ringing: BTreeMap<UserId, CallId>,
    pub withdrawn: Vec<(CallId, UserId, OfferEnd)>,
    pub overflowed: Vec<CallId>,
    pub positions: BTreeMap<CallId, (u32, Option<Seconds>)>,
}

impl Centre {
    pub fn new(policy: AcdPolicy) -> Self {
        Self {
            acd: Acd::new(policy),
            now: start(),
            ringing: BTreeMap::new(),
            withdrawn: Vec::new(),
            overflowed: Vec::new(),
            positions: BTreeMap::new(),
        }
    }

    /// A centre with so many seats on duty, the first idle for the longest time.
    pub fn with_seats(policy: AcdPolicy, seats: u128) -> Self {
        let mut centre = Self::new(policy);
        for n in 1..=seats {
            centre.ready(n);
            centre.now = centre.now.after(Seconds(1));
        }
        centre
    }

    pub fn seat(&mut self, n: u128, state: DutyState, supervisor: bool, skills: &[&str]) {
        let skills: BTreeSet<String> = skills.iter().map(|skill| (*skill).to_owned()).collect();
        self.tell(AcdInput::SeatChanged { user: person(n), state, supervisor, skills, reachable: true });
    }

    /// A call-taker who is ready opens the console or closes it.
    pub fn console(&mut self, n: u128, reachable: bool) {
        let (state, skills) = (DutyState::Ready, BTreeSet::new());
        self.tell(AcdInput::SeatChanged { user: person(n), state, supervisor: false, skills, reachable });
    }

    pub fn ready(&mut self, n: u128) {
        self.seat(n, DutyState::Ready, false, &[]);
    }

    pub fn rings_in(&mut self, n: u128) {
        self.rings_in_as(n, CallerClass::Unknown);
    }

    pub fn rings_in_as(&mut self, n: u128, class: CallerClass) {
        let since = self.now;
        self.tell(waiting(n, class, since));
    }

    /// Whoever's seat a call rings at answers it.
    pub fn answer(&mut self, n: u128) {
        let user = self.seat_of(n).unwrap();
        self.tell(AcdInput::Answered { call: call(n), user });
    }

    pub fn seat_of(&self, n: u128) -> Option<UserId> {
        self.ringing.iter().find(|(_, ringing)| **ringing == call(n)).map(|(user, _)| *user)
    }

    /// Lets time pass, with every tick when it is due.
    pub fn wait(&mut self, span: Seconds) {
        let end = self.now.after(span);
        while let Some(tick) = self.acd.next_tick().filter(|tick| *tick <= end) {
            assert!(tick >= self.now, "a tick that is never over");
            self.now = tick;
            self.tell(AcdInput::Tick);
        }
        self.now = end;
    }

    /// Says it, and checks every promise that can be seen from outside.
    pub fn tell(&mut self, input: AcdInput) {
        let gone = if let AcdInput::CallGone { call } = &input { Some(*call) } else { None };
        let answered =
            if let AcdInput::Answered { call, user } = &input { Some((*call, *user)) } else { None };
        if let Some((call, user)) = answered
            && self.ringing.get(&user) == Some(&call)
        {
            self.ringing.remove(&user);
        }
        for action in self.acd.handle(input, self.now) {
            match action {
                AcdAction::Offer { call, user, until } => {
                    assert!(until > self.now);
                    let before = self.ringing.insert(user, call);
                    assert_eq!(before, None, "two calls ring at one seat");
                }
                AcdAction::Withdraw { call, user, why } => {
                    assert_eq!(self.ringing.remove(&user), Some(call), "what does not ring was withdrawn");
                    self.withdrawn.push((call, user, why));
                }
                AcdAction::Overflow { call } => {
                    assert!(!self.overflowed.contains(&call), "said twice");
                    self.overflowed.push(call);
                }
                AcdAction::Position { call, position, wait_estimate } => {
                    self.positions.insert(call, (position, wait_estimate));
                }
            }
        }
        if let Some(call) = gone.or(answered.map(|(call, _)| call)) {
            self.overflowed.retain(|overflowed| *overflowed != call);
            self.positions.remove(&call);
            assert!(!self.ringing.values().any(|ringing| *ringing == call), "what is over rings on");
        }
    }
}

pub fn waiting(n: u128, class: CallerClass, since: Timestamp) -> AcdInput {
    AcdInput::CallWaiting {
        call: call(n),
        class,
        since,
        number_key: None,
        language: None,
        head: false,
        had_turn: false,
    }
}
