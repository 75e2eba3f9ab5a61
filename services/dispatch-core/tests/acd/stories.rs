//! What a call-taker and a caller would tell.

use dispatch_core::acd::{AcdInput, AcdOrder, AcdPolicy};
use dispatch_core::call::fact::{CallerClass, OfferEnd};
use dispatch_core::duty::DutyState;
use dispatch_core::time::Seconds;

use crate::centre::{Centre, call, person};

fn policy(order: AcdOrder) -> AcdPolicy {
    AcdPolicy { order, ..AcdPolicy::default() }
}

#[test]
fn the_longest_idle_rings_and_then_the_next() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 3);
    centre.rings_in(1);
    assert_eq!(centre.seat_of(1), Some(person(1)));
    centre.wait(Seconds(15));
    assert_eq!(centre.seat_of(1), Some(person(2)));
    assert_eq!(centre.withdrawn, [(call(1), person(1), OfferEnd::TimedOut)]);
    centre.tell(AcdInput::Refused { call: call(1), user: person(2) });
    assert_eq!(centre.seat_of(1), Some(person(3)));
    centre.answer(1);
    centre.rings_in(2);
    assert_eq!(centre.seat_of(2), Some(person(2)), "who did not pick up rings after who did");
}

#[test]
fn the_only_call_taker_is_rung_again_after_a_pause() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 1);
    centre.rings_in(1);
    centre.tell(AcdInput::Refused { call: call(1), user: person(1) });
    assert_eq!(centre.seat_of(1), None);
    centre.wait(Seconds(10));
    assert_eq!(centre.seat_of(1), Some(person(1)));
}

#[test]
fn ring_all_rings_everywhere_and_stops_everywhere() {
    let mut centre = Centre::with_seats(policy(AcdOrder::RingAll), 3);
    centre.rings_in(1);
    assert_eq!(centre.ringing.len(), 3);
    centre.ready(4);
    assert_eq!(centre.ringing.len(), 4, "who comes on duty rings too");
    centre.tell(AcdInput::Answered { call: call(1), user: person(2) });
    let taken: Vec<_> = centre.withdrawn.iter().map(|(_, user, why)| (*user, *why)).collect();
    assert_eq!(taken, [1, 3, 4].map(|n| (person(n), OfferEnd::TakenElsewhere)));
}

#[test]
fn who_speaks_the_language_rings_first_and_anybody_later() {
    let mut centre = Centre::new(policy(AcdOrder::Skill));
    centre.seat(1, DutyState::Ready, false, &["id"]);
    centre.wait(Seconds(1));
    centre.seat(2, DutyState::Ready, false, &["id", "en"]);
    let english = |n, since| AcdInput::CallWaiting {
        call: call(n),
        class: CallerClass::Unknown,
        since,
        number_key: None,
        language: Some("en".into()),
        head: false,
        had_turn: false,
    };
    centre.tell(english(1, centre.now));
    assert_eq!(centre.seat_of(1), Some(person(2)));
    centre.tell(english(2, centre.now));
    assert_eq!(centre.seat_of(2), None, "the first ring is kept for who speaks it");
    centre.answer(1);
    centre.wait(Seconds(15));
    assert_eq!(centre.seat_of(2), Some(person(1)), "but nobody waits for a language for ever");
}

#[test]
fn a_call_that_breaks_consoles_goes_to_a_supervisor_after_two_more() {
    let mut centre = Centre::with_seats(policy(AcdOrder::RingAll), 5);
    centre.seat(9, DutyState::Ready, true, &[]);
    centre.rings_in(1);
    assert_eq!(centre.ringing.len(), 5, "a supervisor's seat rings last");
    centre.tell(AcdInput::SeatLost { user: person(1) });
    for n in 2..=5 {
        centre.tell(AcdInput::Refused { call: call(1), user: person(n) });
    }
    for broken in 1..=2 {
        centre.wait(Seconds(10));
        let at = centre.seat_of(1).unwrap();
        assert_eq!(centre.ringing.len(), 1, "one console at a time");
        assert!((person(2)..=person(5)).contains(&at), "{broken}: {at}");
        centre.tell(AcdInput::SeatLost { user: at });
    }
    centre.wait(Seconds(10));
    assert_eq!(centre.seat_of(1), Some(person(9)));
    centre.wait(Seconds(60));
    let at_ordinary = centre.withdrawn.iter().filter(|(_, user, _)| *user != person(9)).count();
    assert_eq!(at_ordinary, 7, "five at once, two more, none after that");
}

#[test]
fn with_no_supervisor_on_duty_even_such_a_call_finds_somebody() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 5);
    centre.rings_in(1);
    for _ in 0..4 {
        let at = centre.seat_of(1).unwrap();
        centre.tell(AcdInput::SeatLost { user: at });
    }
    assert!(centre.seat_of(1).is_some());
}

#[test]
fn a_supervisor_on_duty_helps_when_nobody_else_can() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 1);
    centre.seat(9, DutyState::Ready, true, &[]);
    centre.rings_in(1);
    centre.answer(1);
    centre.rings_in(2);
    assert_eq!(centre.seat_of(2), None);
    centre.wait(Seconds(15));
    assert_eq!(centre.seat_of(2), Some(person(9)));
    centre.seat(1, DutyState::Off, false, &[]);
    centre.tell(AcdInput::Released { user: person(1) });
    centre.answer(2);
    centre.tell(AcdInput::Released { user: person(9) });
    centre.rings_in(3);
    assert_eq!(centre.seat_of(3), Some(person(9)), "at once when nobody else is on duty");
}

#[test]
fn who_waits_too_long_or_finds_nobody_on_duty_is_sent_outside_once() {
    let overflow = AcdPolicy {
        overflow_after_s: Some(Seconds(45)),
        overflow_target: Some("sip:112@tetangga.example".into()),
        ..AcdPolicy::default()
    };
    let mut centre = Centre::with_seats(overflow.clone(), 1);
    centre.rings_in(1);
    centre.answer(1);
    centre.rings_in(2);
    centre.wait(Seconds(44));
    assert!(centre.overflowed.is_empty());
    centre.wait(Seconds(1));
    assert_eq!(centre.overflowed, [call(2)]);
    centre.wait(Seconds(600));
    centre.tell(AcdInput::Released { user: person(1) });
    assert_eq!(centre.seat_of(2), Some(person(1)), "it still waits here");

    let mut deserted = Centre::new(overflow);
    deserted.rings_in(1);
    assert_eq!(deserted.overflowed, [call(1)]);
}

#[test]
fn a_caller_who_redials_within_a_minute_has_the_old_place() {
    for (pause, kept) in [(59, true), (61, false)] {
        let mut centre = Centre::new(AcdPolicy::default());
        let keyed = |n, since| AcdInput::CallWaiting {
            call: call(n),
            class: CallerClass::Unknown,
            since,
            number_key: Some(77),
            language: None,
            head: false,
            had_turn: false,
        };
        centre.tell(keyed(1, centre.now));
        centre.wait(Seconds(1));
        centre.rings_in(2);
        centre.tell(AcdInput::CallGone { call: call(1) });
        centre.wait(Seconds(pause));
        centre.tell(keyed(3, centre.now));
        let place = centre.acd.place_of(call(3), centre.now).unwrap();
        assert_eq!(place.position, if kept { 1 } else { 2 });
        centre.ready(1);
        assert_eq!(centre.seat_of(3).is_some(), kept);
    }
}

#[test]
fn a_caller_whose_seat_died_goes_before_all_others() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 1);
    centre.rings_in(1);
    centre.answer(1);
    for n in 2..5 {
        centre.rings_in_as(n, CallerClass::Likely);
    }
    let since = centre.now;
    centre.tell(AcdInput::SeatLost { user: person(1) });
    centre.tell(AcdInput::CallWaiting {
        call: call(1),
        class: CallerClass::Suspect,
        since,
        number_key: None,
        language: None,
        head: true,
        had_turn: false,
    });
    assert_eq!(centre.positions[&call(1)], (1, None));
    assert_eq!(centre.positions[&call(2)], (2, None));
    centre.tell(AcdInput::SeatBack { user: person(1) });
    assert_eq!(centre.seat_of(1), Some(person(1)));
}

#[test]
fn classes_order_the_queue_suspects_have_their_share_and_waiting_makes_good() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 1);
    centre.rings_in(0);
    centre.answer(0);
    for n in 1..=4 {
        centre.rings_in_as(n, CallerClass::Suspect);
    }
    for n in 11..=26 {
        centre.rings_in_as(n, CallerClass::Unknown);
    }
    centre.rings_in_as(31, CallerClass::Likely);
    let mut suspect_at = Vec::new();
    for nth in 0..21 {
        centre.tell(AcdInput::Released { user: person(1) });
        let ringing = centre.ringing[&person(1)];
        if nth == 0 {
            assert_eq!(ringing, call(31), "who is likely goes first");
        }
        if (call(1)..=call(4)).contains(&ringing) {
            suspect_at.push(nth);
        }
        centre.tell(AcdInput::Answered { call: ringing, user: person(1) });
    }
    assert_eq!(suspect_at, [4, 9, 14, 19], "one of five");

    centre.rings_in_as(41, CallerClass::Suspect);
    centre.wait(Seconds(121));
    centre.rings_in_as(42, CallerClass::Likely);
    centre.tell(AcdInput::Released { user: person(1) });
    assert_eq!(centre.seat_of(41), Some(person(1)), "two minutes make a suspect as good as any");
}

#[test]
fn a_pause_stops_the_ringing_and_an_engaged_seat_is_left_alone() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 2);
    centre.rings_in(1);
    centre.seat(1, DutyState::Paused, false, &[]);
    assert_eq!(centre.seat_of(1), Some(person(2)));
    centre.tell(AcdInput::Engaged { user: person(2) });
    assert_eq!(centre.seat_of(1), None);
    centre.wait(Seconds(60));
    assert_eq!(centre.seat_of(1), None);
    centre.tell(AcdInput::Released { user: person(2) });
    assert_eq!(centre.seat_of(1), Some(person(2)));
}

#[test]
fn callers_hear_their_place_and_an_estimate() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 2);
    for n in 1..=4 {
        centre.rings_in(n);
    }
    assert_eq!(centre.positions[&call(1)], (1, Some(Seconds(0))), "it rings");
    // Nothing was handled yet: 90 s a call are assumed, two seats.
    assert_eq!(centre.positions[&call(3)], (3, Some(Seconds(45))));
    assert_eq!(centre.positions[&call(4)], (4, Some(Seconds(90))));
    centre.answer(1);
    assert_eq!(centre.positions[&call(3)].0, 2);
}

#[test]
fn a_flood_of_callers_costs_no_flood_of_words() {
    let mut centre = Centre::new(AcdPolicy::default());
    let mut told = 0;
    for n in 0..2_000 {
        let input = crate::centre::waiting(n, CallerClass::Unknown, centre.now);
        told += centre.acd.handle(input, centre.now).len();
    }
    assert!(told < 200, "{told}");
    centre.wait(Seconds(2));
    assert_eq!(centre.positions.len() + 64, 2_000, "everybody hears a place within a second");
}

#[test]
fn a_closed_console_is_not_rung_and_an_open_one_is_at_once() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 2);
    centre.rings_in(1);
    centre.console(1, false);
    assert_eq!(centre.withdrawn, [(call(1), person(1), OfferEnd::SeatLost)]);
    assert_eq!(centre.seat_of(1), Some(person(2)), "the next one rings at once");
    centre.rings_in(2);
    assert_eq!(centre.seat_of(2), None, "nothing rings where nobody is");
    centre.console(1, true);
    assert_eq!(centre.seat_of(2), Some(person(1)));
    centre.console(1, false);
    centre.console(1, true);
    assert_eq!(centre.seat_of(2), Some(person(1)), "a page that was loaded again rings again");
}

#[test]
fn a_page_that_is_loaded_again_is_no_leave_but_a_console_that_stays_closed_is() {
    let overflow = AcdPolicy {
        overflow_after_s: Some(Seconds(300)),
        overflow_target: Some("sip:112@tetangga.example".into()),
        ..AcdPolicy::default()
    };
    let mut centre = Centre::with_seats(overflow, 1);
    centre.console(1, false);
    centre.rings_in(1);
    centre.wait(Seconds(4));
    assert!(centre.overflowed.is_empty() && centre.acd.away().is_empty());
    centre.console(1, true);
    centre.wait(Seconds(30));
    assert!(centre.overflowed.is_empty());
    centre.console(1, false);
    // Said again and again, as the desk does: the time runs from the first word.
    for _ in 0..2 {
        centre.wait(Seconds(3));
        centre.console(1, false);
    }
    assert_eq!(centre.overflowed, [call(1)], "as when nobody is on duty");
    assert_eq!(centre.positions[&call(1)], (1, None));
    assert_eq!(centre.acd.away(), [person(1)].into());
    centre.console(1, true);
    assert_eq!((centre.seat_of(1), centre.acd.away().len()), (Some(person(1)), 0), "back at once");
}

#[test]
fn who_lost_their_audio_is_back_with_their_audio_only() {
    let mut centre = Centre::with_seats(AcdPolicy::default(), 1);
    centre.tell(AcdInput::SeatLost { user: person(1) });
    centre.console(1, true);
    centre.rings_in(1);
    assert_eq!(centre.seat_of(1), None);
    centre.wait(Seconds(6));
    assert_eq!(centre.acd.away(), [person(1)].into());
    centre.tell(AcdInput::SeatBack { user: person(1) });
    assert_eq!(centre.seat_of(1), Some(person(1)));
}

#[test]
fn a_call_keeps_its_turn_through_a_restart_of_the_distributor() {
    let mut centre = Centre::new(AcdPolicy::default());
    centre.rings_in_as(1, CallerClass::Likely);
    centre.wait(Seconds(1));
    let since = centre.now;
    centre.tell(AcdInput::CallWaiting {
        call: call(2),
        class: CallerClass::Suspect,
        since,
        number_key: None,
        language: None,
        head: false,
        had_turn: true,
    });
    centre.ready(1);
    assert_eq!(centre.seat_of(2), Some(person(1)), "it rang before");
}

#[test]
fn the_service_that_was_called_names_the_desk_and_the_language_comes_after() {
    let policy = AcdPolicy::default();
    let skill = |uri: &str, language| policy.skill_for(uri, language);
    assert_eq!(skill("urn:service:sos.police", Some("mdr")).as_deref(), Some("polisi"));
    assert_eq!(skill("URN:service:sos.police.traffic", None).as_deref(), Some("polisi"));
    assert_eq!(skill("urn:service:sos", Some("mdr")).as_deref(), Some("mdr"));
    assert_eq!(skill("sip:112@sigap.example", Some("mdr")).as_deref(), Some("mdr"));
    assert_eq!(skill("tel:112", None), None);
}
