//! A centre of M/M/c: calls come by chance, take exponential time, and the distributor decides who answers. Its
//! mean wait must be Erlang's.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use dispatch_core::acd::{Acd, AcdAction, AcdInput, AcdPolicy};
use dispatch_core::call::fact::CallerClass;
use dispatch_core::duty::DutyState;
use dispatch_core::erlang;
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::Timestamp;

use crate::centre::{call, person, start, waiting};

/// SplitMix64 (Steele, Lea, Flood 2014): enough chance for a simulation, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// An exponential time with this mean.
    fn exponential(&mut self, mean: f64) -> f64 {
        let uniform = ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64;
        -mean * uniform.ln()
    }
}

struct Outcome {
    mean_wait_s: f64,
    mean_estimate_s: f64,
    answered_by: BTreeMap<UserId, u32>,
    longest_wait_s: f64,
    calls_per_s: f64,
    mean_handling_s: f64,
}

/// Runs `calls` calls through a centre of `seats` whose people answer at once.
fn simulate(seed: u64, seats: u32, calls: u32, every_s: f64, handling_s: f64, suspects: u64) -> Outcome {
    // Who is a suspect is drawn apart, so that the same calls come whoever they are.
    let (mut chance, mut classes) = (Chance(seed), Chance(!seed));
    let mut acd = Acd::new(AcdPolicy::default());
    let at = |seconds: f64| Timestamp::from_micros(start().as_micros() + (seconds * 1e6) as i64);
    for n in 0..u128::from(seats) {
        let user = person(n);
        let seat = AcdInput::SeatChanged {
            user,
            state: DutyState::Ready,
            supervisor: false,
            skills: Default::default(),
            reachable: true,
        };
        acd.handle(seat, at(0.0));
    }
    // Microseconds, then what: a call ends at a seat, or the next one comes.
    let mut ends: BinaryHeap<Reverse<(i64, UserId)>> = BinaryHeap::new();
    let mut arrived: BTreeMap<CallId, f64> = BTreeMap::new();
    let (mut coming, mut next, mut last) = (0u32, chance.exponential(every_s), 0.0);
    let (mut waits, mut estimates, mut longest, mut handled) = (0.0, 0.0, 0.0f64, 0.0);
    let mut answered_by: BTreeMap<UserId, u32> = BTreeMap::new();
    while coming < calls || !ends.is_empty() {
        let end = ends.peek().map(|Reverse((micros, _))| *micros as f64 / 1e6);
        let is_arrival = coming < calls && end.is_none_or(|end| next <= end);
        let now = if is_arrival { next } else { end.unwrap() };
        let actions = if is_arrival {
            coming += 1;
            last = now;
            next = now + chance.exponential(every_s);
            let suspect = suspects > 0 && classes.next() % suspects == 0;
            let class = if suspect { CallerClass::Suspect } else { CallerClass::Unknown };
            let id = call(u128::from(coming));
            arrived.insert(id, now);
            let actions = acd.handle(waiting(u128::from(coming), class, at(now)), at(now));
            estimates += acd.place_of(id, at(now)).unwrap().wait_s.unwrap();
            actions
        } else {
            let Reverse((_, user)) = ends.pop().unwrap();
            acd.handle(AcdInput::Released { user }, at(now))
        };
        for action in actions {
            let AcdAction::Offer { call, user, .. } = action else { continue };
            let wait = now - arrived.remove(&call).unwrap();
            (waits, longest) = (waits + wait, longest.max(wait));
            *answered_by.entry(user).or_default() += 1;
            acd.handle(AcdInput::Answered { call, user }, at(now));
            let takes = chance.exponential(handling_s);
            handled += takes;
            ends.push(Reverse((((now + takes) * 1e6) as i64, user)));
        }
    }
    assert_eq!((acd.waiting(), arrived.len()), (0, 0), "everybody was answered");
    let calls = f64::from(calls);
    Outcome {
        mean_wait_s: waits / calls,
        mean_estimate_s: estimates / calls,
        answered_by,
        longest_wait_s: longest,
        calls_per_s: calls / last,
        mean_handling_s: handled / calls,
    }
}

#[test]
fn the_mean_wait_is_erlangs_and_the_estimate_is_near_it() {
    // Compared with Erlang's formula for the calls as they came: their own rate and their own mean time. What is
    // left to chance then is a standard deviation of about 2 %.
    for (seats, calls, every_s, handling_s) in
        [(1, 60_000, 240.0, 120.0), (3, 120_000, 70.0, 130.0), (6, 150_000, 32.0, 120.0)]
    {
        let outcome = simulate(112, seats, calls, every_s, handling_s, 0);
        let erlang = erlang::mean_wait_s(seats, outcome.calls_per_s, outcome.mean_handling_s).unwrap();
        let off = outcome.mean_wait_s / erlang;
        let estimate_off = outcome.mean_estimate_s / outcome.mean_wait_s;
        eprintln!(
            "{seats} seats: simulated {:.2} s, Erlang C {erlang:.2} s ({off:.3}), estimated {:.2} s ({estimate_off:.3})",
            outcome.mean_wait_s, outcome.mean_estimate_s
        );
        assert!((0.95..=1.05).contains(&off), "{seats} seats: {off}");
        assert!((0.7..=1.3).contains(&estimate_off), "{seats} seats: {estimate_off}");
    }
}

#[test]
fn the_work_is_shared_out_evenly() {
    let outcome = simulate(7, 6, 6_000, 40.0, 120.0, 0);
    let (least, most) =
        (outcome.answered_by.values().min().unwrap(), outcome.answered_by.values().max().unwrap());
    assert!(f64::from(*least) > 0.9 * f64::from(*most), "{least} {most}");
}

#[test]
fn suspects_wait_longer_and_nobody_starves() {
    // A busy day at 97 % load; half of the callers are suspects.
    let outcome = simulate(9, 4, 3_000, 31.0, 120.0, 0);
    let storm = simulate(9, 4, 3_000, 31.0, 120.0, 2);
    let off = storm.mean_wait_s / outcome.mean_wait_s;
    assert!((0.999..=1.001).contains(&off), "classes move waiting from one to another and make none: {off}");
    assert!(
        storm.longest_wait_s < 3.0 * outcome.longest_wait_s,
        "{} {}",
        storm.longest_wait_s,
        outcome.longest_wait_s
    );
}
