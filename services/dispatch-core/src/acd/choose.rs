//! Which call rings at which seat.

use std::collections::VecDeque;

use super::queue::Waiting;
use super::seats::Seat;
use super::{Acd, AcdAction, AcdOrder};
use crate::call::fact::CallerClass;
use crate::ids::{CallId, UserId};
use crate::time::Timestamp;

/// What is known of all seats together.
#[derive(Clone, Copy)]
struct Duty {
    /// An ordinary seat is on duty, busy or not.
    ordinary: bool,
    /// A supervisor's is.
    supervisor: bool,
}

impl Acd {
    /// Offers waiting calls to free seats.
    pub(super) fn assign(&mut self, now: Timestamp, actions: &mut Vec<AcdAction>) {
        if !self.has_free_seat() {
            return;
        }
        for waiting in self.waiting.values_mut() {
            waiting.not_before.retain(|_, again| *again > now);
        }
        let order: Vec<CallId> = self.in_order(now).into_iter().map(|(_, call)| call).collect();
        let mut suspects: VecDeque<CallId> =
            order.iter().filter(|call| self.waits_as_suspect(**call)).copied().collect();
        let mut heads = order.iter().take_while(|call| self.is_head(**call)).count();
        let mut rest: VecDeque<CallId> = order.into();
        while self.has_free_seat() {
            // The share of the suspects comes after those whose seat was lost.
            let due = heads == 0 && self.turns_without_suspect + 1 >= self.policy.suspect_every;
            let next = if due { suspects.pop_front() } else { None };
            let Some(call) = next.or_else(|| rest.pop_front()) else { return };
            if next.is_none() {
                heads = heads.saturating_sub(1);
            }
            self.offer(call, now, actions);
        }
    }

    pub(super) fn has_free_seat(&self) -> bool {
        self.seats.values().any(Seat::is_free)
    }

    fn is_head(&self, call: CallId) -> bool {
        self.waiting.get(&call).is_some_and(|waiting| waiting.head)
    }

    fn waits_as_suspect(&self, call: CallId) -> bool {
        let waiting = self.waiting.get(&call);
        waiting.is_some_and(|w| w.class == CallerClass::Suspect && w.turn.is_none() && !w.head)
    }

    /// Lets a call ring wherever it may now.
    fn offer(&mut self, call: CallId, now: Timestamp, actions: &mut Vec<AcdAction>) {
        let Some(waiting) = self.waiting.get(&call) else { return };
        // A call that broke a console rings at one seat at a time, so that it cannot break all of them at once.
        let everywhere = self.policy.order == AcdOrder::RingAll && waiting.offers_left.is_none();
        if !everywhere && !waiting.offers.is_empty() {
            return;
        }
        let mut seats = self.seats_for(waiting, now);
        if !everywhere {
            seats.truncate(1);
        }
        let until = now.after(self.policy.ring_s);
        for user in &seats {
            self.ring(call, *user, until);
            actions.push(AcdAction::Offer { call, user: *user, until });
        }
        if !seats.is_empty() {
            self.take_turn(call);
        }
    }

    fn ring(&mut self, call: CallId, user: UserId, until: Timestamp) {
        let Some(seat) = self.seats.get_mut(&user) else { return };
        seat.offered = Some(call);
        let Some(waiting) = self.waiting.get_mut(&call) else { return };
        waiting.offers.insert(user, until);
        if !seat.supervisor {
            waiting.offers_left = waiting.offers_left.map(|left| left.saturating_sub(1));
        }
    }

    fn take_turn(&mut self, call: CallId) {
        self.turns += 1;
        let turn = self.turns;
        let Some(waiting) = self.waiting.get_mut(&call).filter(|waiting| waiting.turn.is_none()) else {
            return;
        };
        waiting.turn = Some(turn);
        let (class, head) = (waiting.class, waiting.head);
        if !head {
            self.count_turn(class);
        }
    }

    /// Counts turns in a row that were no suspect's although one waited.
    pub(super) fn count_turn(&mut self, class: CallerClass) {
        let waits = self.waiting.keys().any(|call| self.waits_as_suspect(*call));
        let others = match class {
            CallerClass::Suspect => 0,
            CallerClass::Likely | CallerClass::Unknown if waits => self.turns_without_suspect + 1,
            CallerClass::Likely | CallerClass::Unknown => 0,
        };
        self.turns_without_suspect = others;
    }

    /// The free seats at which a call may ring, the best first.
    fn seats_for(&self, waiting: &Waiting, now: Timestamp) -> Vec<UserId> {
        let on_duty = |supervisor| self.seats.values().any(|s| s.is_on_duty() && s.supervisor == supervisor);
        let duty = Duty { ordinary: on_duty(false), supervisor: on_duty(true) };
        let wants_supervisor = waiting.offers_left == Some(0);
        let speaker = |seat: &Seat| match (self.policy.order, &waiting.language) {
            (AcdOrder::Skill, Some(language)) => seat.skills.contains(language),
            (AcdOrder::Skill | AcdOrder::LongestIdle | AcdOrder::RingAll, _) => true,
        };
        // Only the first ring is kept for those who speak the language, and only while one of them is on duty.
        let waited = now >= waiting.since.after(self.policy.ring_s) || waiting.head;
        let anybody = waited || !self.seats.values().any(|seat| seat.is_on_duty() && speaker(seat));
        let may_ring = |user: &UserId, seat: &Seat| {
            let by_role = match seat.supervisor {
                // Nobody is lost: with no supervisor on duty it rings at ordinary seats all the same.
                false => !(wants_supervisor && duty.supervisor),
                true => wants_supervisor || !duty.ordinary || waited,
            };
            seat.is_free() && by_role && (anybody || speaker(seat)) && !waiting.not_before.contains_key(user)
        };
        let mut seats: Vec<_> = self
            .seats
            .iter()
            .filter(|(user, seat)| may_ring(user, seat))
            .map(|(user, seat)| {
                let unwanted = seat.supervisor != wants_supervisor;
                (unwanted, !speaker(seat), seat.missed, seat.idle_since, *user)
            })
            .collect();
        seats.sort_unstable();
        seats.into_iter().map(|(.., user)| user).collect()
    }
}
