//! Random histories of a centre: the promises hold after every step.

use dispatch_core::acd::{AcdInput, AcdOrder, AcdPolicy};
use dispatch_core::call::fact::CallerClass;
use dispatch_core::duty::DutyState;
use dispatch_core::time::Seconds;
use proptest::prelude::*;

use crate::centre::{Centre, call, person};

const CALLS: u128 = 12;
const SEATS: u128 = 5;

#[derive(Clone, Debug)]
enum Step {
    Tell(AcdInput),
    RingsIn { n: u128, class: CallerClass, head: bool },
    AnswerRinging { n: u128 },
    Wait(u32),
}

fn any_step() -> impl Strategy<Value = Step> {
    let class =
        prop_oneof![Just(CallerClass::Likely), Just(CallerClass::Unknown), Just(CallerClass::Suspect)];
    let state = prop_oneof![
        4 => Just(DutyState::Ready),
        1 => Just(DutyState::Paused),
        1 => Just(DutyState::Off)
    ];
    let seat = || (1..=SEATS).prop_map(person);
    let calls = || (0..CALLS).prop_map(call);
    prop_oneof![
        4 => (0..CALLS, class, prop::bool::weighted(0.1))
            .prop_map(|(n, class, head)| Step::RingsIn { n, class, head }),
        3 => (seat(), state, any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(user, state, speaks, reachable)| Step::Tell(AcdInput::SeatChanged {
            user,
            state,
            supervisor: user == person(SEATS),
            skills: speaks.then(|| "en".to_owned()).into_iter().collect(),
            reachable,
        })),
        3 => (0..CALLS).prop_map(|n| Step::AnswerRinging { n }),
        3 => seat().prop_map(|user| Step::Tell(AcdInput::Released { user })),
        1 => calls().prop_map(|call| Step::Tell(AcdInput::CallGone { call })),
        1 => (calls(), seat()).prop_map(|(call, user)| Step::Tell(AcdInput::Answered { call, user })),
        2 => (calls(), seat()).prop_map(|(call, user)| Step::Tell(AcdInput::Refused { call, user })),
        1 => seat().prop_map(|user| Step::Tell(AcdInput::SeatLost { user })),
        1 => seat().prop_map(|user| Step::Tell(AcdInput::SeatBack { user })),
        1 => seat().prop_map(|user| Step::Tell(AcdInput::Engaged { user })),
        3 => (0..40u32).prop_map(Step::Wait),
    ]
}

fn any_policy() -> impl Strategy<Value = AcdPolicy> {
    let order = prop_oneof![Just(AcdOrder::LongestIdle), Just(AcdOrder::RingAll), Just(AcdOrder::Skill)];
    (order, prop::option::of(5..100u32)).prop_map(|(order, overflow)| AcdPolicy {
        order,
        overflow_after_s: overflow.map(Seconds),
        overflow_target: overflow.map(|_| "sip:112@tetangga.example".to_owned()),
        ..AcdPolicy::default()
    })
}

fn take(centre: &mut Centre, step: Step) {
    match step {
        Step::Tell(input) => centre.tell(input),
        Step::RingsIn { n, class, head } => centre.tell(AcdInput::CallWaiting {
            call: call(n),
            class,
            since: centre.now,
            number_key: Some(n as u64 % 4),
            language: (n % 3 == 0).then(|| "en".to_owned()),
            head,
            had_turn: false,
        }),
        Step::AnswerRinging { n } => {
            if let Some(user) = centre.seat_of(n) {
                centre.tell(AcdInput::Answered { call: call(n), user });
            }
        }
        Step::Wait(seconds) => centre.wait(Seconds(seconds)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// `Centre::tell` checks that no seat has two offers and that what ends was there. Here: whatever happened,
    /// one ordinary seat and one supervisor who answer everything empty the queue.
    #[test]
    fn nobody_is_left_waiting(policy in any_policy(), steps in prop::collection::vec(any_step(), 0..60)) {
        let mut centre = Centre::new(policy);
        for step in steps {
            take(&mut centre, step);
            let rings = centre.ringing.values().collect::<std::collections::BTreeSet<_>>().len();
            prop_assert!(rings <= centre.acd.waiting());
            prop_assert!(centre.acd.waiting() == rings || centre.acd.next_tick().is_some()
                || !centre.overflowed.is_empty() || centre.ringing.is_empty());
        }
        for n in 1..=SEATS {
            let user = person(n);
            centre.tell(AcdInput::SeatBack { user });
            centre.tell(AcdInput::SeatChanged {
                user,
                state: if n == 1 || n == SEATS { DutyState::Ready } else { DutyState::Off },
                supervisor: n == SEATS,
                skills: Default::default(),
                reachable: true,
            });
            centre.tell(AcdInput::Released { user });
        }
        for _ in 0..10 * CALLS {
            centre.wait(Seconds(5));
            while let Some((user, call)) = centre.ringing.iter().next().map(|(user, call)| (*user, *call)) {
                centre.tell(AcdInput::Answered { call, user });
                centre.tell(AcdInput::Released { user });
            }
        }
        prop_assert_eq!(centre.acd.waiting(), 0);
    }

    /// A free ordinary seat and a call that never rang anywhere do not stand side by side.
    #[test]
    fn no_free_seat_beside_a_waiting_call(steps in prop::collection::vec(any_step(), 0..60)) {
        let mut centre = Centre::new(AcdPolicy::default());
        for n in 1..SEATS {
            centre.ready(n);
        }
        let mut busy = std::collections::BTreeSet::new();
        let mut fresh = 100;
        for step in steps {
            if let Step::AnswerRinging { n } = step {
                busy.extend(centre.seat_of(n));
                take(&mut centre, Step::AnswerRinging { n });
            } else if let Step::RingsIn { class, .. } = step {
                fresh += 1;
                centre.rings_in_as(fresh, class);
                let free = (1..SEATS).any(|n| {
                    !busy.contains(&person(n)) && !centre.ringing.contains_key(&person(n))
                });
                prop_assert!(!free || centre.seat_of(fresh).is_some());
            }
        }
    }
}
