//! The callers who wait, and what they are told.

use std::collections::{BTreeMap, BTreeSet};

use super::{Acd, AcdAction, Place};
use crate::call::fact::CallerClass;
use crate::erlang;
use crate::ids::{CallId, UserId};
use crate::time::{Seconds, Timestamp};

/// Up to this place a caller is told of every step forward; those behind hear their first place and then wait.
const POSITIONS_TOLD_MAX: usize = 100;
/// A queue longer than this is counted through once a second only, so that a flood costs no more than the calls.
const COUNTED_AT_ONCE_MAX: usize = 64;
const COUNTED_EVERY: Seconds = Seconds(1);

/// A caller who waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) class: CallerClass,
    pub(super) since: Timestamp,
    pub(super) number_key: Option<u64>,
    pub(super) language: Option<String>,
    pub(super) head: bool,
    /// Set when it was first offered: it keeps its turn until it is answered.
    pub(super) turn: Option<u64>,
    /// Where it rings, and until when.
    pub(super) offers: BTreeMap<UserId, Timestamp>,
    /// Where it rang in vain, and when it may ring there again.
    pub(super) not_before: BTreeMap<UserId, Timestamp>,
    /// Offers to ordinary seats that are left after one of them died while this call rang there.
    pub(super) offers_left: Option<u8>,
    pub(super) overflowed: bool,
    told: Option<(u32, bool)>,
}

/// The place of a caller who hung up.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptPlace {
    since: Timestamp,
    head: bool,
    turn: Option<u64>,
    pub(super) until: Timestamp,
}

/// Places kept for callers who hung up, by the number they called from. None of its steps looks at all of them: in a
/// flood every call leaves one.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptPlaces {
    by_number: BTreeMap<u64, KeptPlace>,
    by_end: BTreeSet<(Timestamp, u64)>,
}

impl KeptPlaces {
    /// Gives the place of a caller who is there again in time.
    pub(super) fn take(&mut self, number_key: u64, now: Timestamp) -> Option<KeptPlace> {
        let place = self.by_number.remove(&number_key)?;
        self.by_end.remove(&(place.until, number_key));
        Some(place).filter(|place| place.until > now)
    }

    /// Keeps a place. Those whose time is over go, and above `max` the one that ends first.
    pub(super) fn keep(&mut self, number_key: u64, place: KeptPlace, now: Timestamp, max: usize) {
        self.take(number_key, now);
        while let Some((until, first)) = self.by_end.first().copied() {
            if until > now && self.by_number.len() < max {
                break;
            }
            self.by_end.pop_first();
            self.by_number.remove(&first);
        }
        self.by_number.insert(number_key, place);
        self.by_end.insert((place.until, number_key));
    }
}

impl Waiting {
    pub(super) fn new(
        class: CallerClass,
        since: Timestamp,
        number_key: Option<u64>,
        language: Option<String>,
        head: bool,
    ) -> Self {
        Self {
            class,
            since,
            number_key,
            language,
            head,
            turn: None,
            offers: BTreeMap::new(),
            not_before: BTreeMap::new(),
            offers_left: None,
            overflowed: false,
            told: None,
        }
    }

    pub(super) fn kept_until(&self, until: Timestamp) -> KeptPlace {
        KeptPlace { since: self.since, head: self.head, turn: self.turn, until }
    }

    pub(super) fn take(&mut self, place: KeptPlace) {
        self.since = self.since.min(place.since);
        self.head |= place.head;
        self.turn = place.turn;
    }

    /// What is smaller is served first.
    pub(super) fn rank(&self, ageing: Seconds, now: Timestamp) -> Rank {
        let class: u8 = match self.class {
            CallerClass::Likely => 0,
            CallerClass::Unknown => 1,
            CallerClass::Suspect => 2,
        };
        let aged = now.millis_since(self.since).max(0) / (i64::from(ageing.0.max(1)) * 1000);
        let class = class.saturating_sub(u8::try_from(aged).unwrap_or(u8::MAX));
        let turn = self.turn.unwrap_or(u64::MAX);
        Rank { behind_head: !self.head, turn: if self.head { 0 } else { turn }, class, since: self.since }
    }
}

/// The order of the queue: callers whose seat was lost, those who had their turn and were not picked up, then by
/// class with ageing, then by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Rank {
    behind_head: bool,
    turn: u64,
    class: u8,
    since: Timestamp,
}

impl Acd {
    /// When [`super::AcdInput::Tick`] is due, if anything can become due by itself.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let counting = self.positions_told_at.filter(|_| self.waiting.len() > COUNTED_AT_ONCE_MAX);
        let counting = counting.map(|told| told.after(COUNTED_EVERY));
        let ringing = self.ringing().map(|(_, until)| until).min();
        let overflow = self.policy.overflow_after_s.and_then(|_| {
            self.waiting
                .values()
                .filter_map(|waiting| self.overflow_due(waiting))
                .filter(|due| self.is_ahead(*due))
                .min()
        });
        // Time makes another seat ring only where one is free.
        let others = self.has_free_seat().then(|| {
            let moments = self.waiting.values().flat_map(|waiting| self.moments_of(waiting));
            moments.filter(|due| self.is_ahead(*due)).min()
        });
        let leaving = self.leaving().min();
        let moments = [counting, ringing, leaving, overflow, others.flatten()].into_iter().flatten();
        moments.filter(|due| self.is_ahead(*due)).min()
    }

    /// What has passed is done.
    fn is_ahead(&self, due: Timestamp) -> bool {
        Some(due) > self.handled_at
    }

    /// When a silent call may ring at a seat at which it may not now.
    fn moments_of(&self, waiting: &Waiting) -> impl Iterator<Item = Timestamp> {
        let again = waiting.not_before.values().min().copied();
        // Then seats may ring that did not at first: supervisors', and those without the caller's language.
        let others = Some(waiting.since.after(self.policy.ring_s));
        [again, others].into_iter().flatten()
    }

    fn overflow_due(&self, waiting: &Waiting) -> Option<Timestamp> {
        let after = self.policy.overflow_after_s.filter(|_| !waiting.overflowed)?;
        Some(waiting.since.after(after))
    }

    /// Sends outside whoever waits too long, or whom nobody here can answer because no seat is on duty.
    pub(super) fn overflow(&mut self, now: Timestamp, actions: &mut Vec<AcdAction>) {
        if self.policy.overflow_after_s.is_none() {
            return;
        }
        let deserted = !self.seats.values().any(|seat| seat.is_on_duty());
        let is_due = |waiting: &Waiting| self.overflow_due(waiting).is_some_and(|due| deserted || due <= now);
        let due: Vec<CallId> =
            self.waiting.iter().filter(|(_, waiting)| is_due(waiting)).map(|(call, _)| *call).collect();
        for call in due {
            if let Some(waiting) = self.waiting.get_mut(&call) {
                waiting.overflowed = true;
                actions.push(AcdAction::Overflow { call });
            }
        }
    }

    /// The waiting calls in the order in which they are served.
    pub(super) fn in_order(&self, now: Timestamp) -> Vec<(Rank, CallId)> {
        let ageing = self.policy.ageing_s;
        let mut order: Vec<_> =
            self.waiting.iter().map(|(call, waiting)| (waiting.rank(ageing, now), *call)).collect();
        order.sort_unstable();
        order
    }

    /// Where a call stands; `None` when it does not wait.
    pub fn place_of(&self, call: CallId, now: Timestamp) -> Option<Place> {
        let order = self.in_order(now);
        let mut ahead = 0;
        for (index, (_, other)) in order.iter().enumerate() {
            let rings = self.waiting.get(other).is_some_and(|waiting| !waiting.offers.is_empty());
            if *other == call {
                let position = u32::try_from(index + 1).unwrap_or(u32::MAX);
                return Some(Place { position, wait_s: self.wait_s(rings, ahead) });
            }
            ahead += u32::from(!rings);
        }
        None
    }

    /// The expected wait of a call with so many silent calls ahead of it.
    fn wait_s(&self, rings: bool, ahead: u32) -> Option<f64> {
        if rings {
            return Some(0.0);
        }
        let here = |supervisor: bool| {
            self.seats.values().filter(|seat| seat.is_here() && seat.supervisor == supervisor).count()
        };
        let seats = match here(false) {
            0 => here(true),
            seats => seats,
        };
        let seats = u32::try_from(seats).unwrap_or(u32::MAX);
        erlang::wait_at_position_s(ahead.saturating_add(1), seats, self.handling.mean_s())
    }

    /// Says where callers stand, to those for whom it changed.
    pub(super) fn tell_positions(&mut self, now: Timestamp, actions: &mut Vec<AcdAction>) {
        let counted = self.positions_told_at.is_some_and(|told| now < told.after(COUNTED_EVERY));
        if self.waiting.len() > COUNTED_AT_ONCE_MAX && counted {
            return;
        }
        self.positions_told_at = Some(now);
        let mut ahead = 0;
        for (index, (_, call)) in self.in_order(now).into_iter().enumerate() {
            let Some(waiting) = self.waiting.get(&call) else { continue };
            let rings = !waiting.offers.is_empty();
            let wait = self.wait_s(rings, ahead);
            ahead += u32::from(!rings);
            let position = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let now_told = Some((position, wait.is_some()));
            let waits_far_behind = index >= POSITIONS_TOLD_MAX && waiting.told.is_some();
            if waiting.told == now_told || waits_far_behind {
                continue;
            }
            let wait_estimate = wait.map(|seconds| Seconds(seconds.round().clamp(0.0, 86_400.0) as u32));
            actions.push(AcdAction::Position { call, position, wait_estimate });
            if let Some(waiting) = self.waiting.get_mut(&call) {
                waiting.told = now_told;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(until: i64) -> KeptPlace {
        let since = Timestamp::from_micros(0);
        KeptPlace { since, head: false, turn: None, until: Timestamp::from_micros(until) }
    }

    #[test]
    fn a_place_is_kept_until_its_time_and_above_the_bound_the_first_to_end_goes() {
        let at = Timestamp::from_micros;
        let mut kept = KeptPlaces::default();
        for (number, until) in [(1, 50), (2, 30), (3, 40)] {
            kept.keep(number, place(until), at(10), 2);
        }
        assert!(kept.take(2, at(10)).is_none(), "the first to end");
        assert!(kept.take(1, at(10)).is_some() && kept.take(1, at(10)).is_none(), "once");
        kept.keep(3, place(60), at(20), 2);
        assert_eq!(kept.take(3, at(45)).map(|place| place.until), Some(at(60)), "the later call counts");
        kept.keep(4, place(50), at(20), 2);
        assert!(kept.take(4, at(50)).is_none(), "its time is over");
        kept.keep(5, place(60), at(20), 2);
        kept.keep(6, place(90), at(70), 2);
        assert_eq!((kept.by_number.len(), kept.by_end.len()), (1, 1), "what is over goes");
    }
}
