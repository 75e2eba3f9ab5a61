//! What goes on in a call once people talk.

use dispatch_core::actor::Actor;
use dispatch_core::call::fact::{
    CallFact, CallerClass, Direction, ERASED_DIGIT, EndReason, HeldDialog, OfferEnd, PartyEnd, Prompt,
    RecordingFault, RecordingSummary, ScreenReason, Speaker, SuperviseMode,
};
use dispatch_core::call::{CallCommand, CallEvent, CallRefusal, CallState, DispositionKind, PartyState};
use dispatch_core::ids::{CallId, PartyId};
use dispatch_core::private::Private;
use dispatch_core::time::Seconds;
use uuid::Uuid;

use crate::bench::person;
use crate::calls::{Line, arrival};

fn party(n: u128) -> PartyId {
    PartyId(Uuid::from_u128(0xB000 + n))
}

fn added(n: u128) -> CallFact {
    let target = Private::new("sip:damkar@10.0.0.7".to_owned());
    CallFact::PartyAdded { party: party(n), by: person(1), label: "damkar".into(), target }
}

fn digit(from: Speaker, digit: char) -> CallFact {
    CallFact::Digit { from, digit: Private::new(digit) }
}

/// A call that person 1 answered.
fn answered() -> Line {
    let mut line = Line::rings(vec![]);
    line.fact(CallFact::Answered { by: person(1) });
    line
}

#[test]
fn an_offer_shows_where_it_rings_and_falls_back_to_how_the_caller_waits() {
    let mut line = Line::rings(vec![]);
    line.fact(CallFact::Offered { to: person(1) });
    assert_eq!(line.call().state, CallState::Offered { to: person(1) });
    line.fact(CallFact::Offered { to: person(2) });
    line.fact(CallFact::OfferEnded { to: person(1), why: OfferEnd::Refused });
    assert_eq!(line.call().state, CallState::Offered { to: person(2) });
    line.fact(CallFact::QueueAnswered);
    assert_eq!(line.call().state, CallState::Offered { to: person(2) });
    line.fact(CallFact::OfferEnded { to: person(2), why: OfferEnd::TimedOut });
    assert_eq!(line.call().state, CallState::Queued);
    line.fact(CallFact::Offered { to: person(3) });
    line.fact(CallFact::Answered { by: person(3) });
    assert_eq!((line.call().state, line.call().offered_to.len()), (CallState::Connected, 0));
    assert!(line.silent(CallFact::OfferEnded { to: person(2), why: OfferEnd::TakenElsewhere }));
}

#[test]
fn a_lost_seat_puts_the_caller_back_into_the_queue_and_a_colleague_takes_over() {
    let mut line = answered();
    let first = line.call().answered;
    line.fact(CallFact::Held { by: person(1) });
    assert!(line.silent(CallFact::SeatLost { user: person(2) }), "not their call");
    line.fact(CallFact::SeatLost { user: person(1) });
    assert_eq!((line.call().state, line.call().call_taker()), (CallState::Queued, None));
    line.fact(CallFact::Offered { to: person(2) });
    line.fact(CallFact::Answered { by: person(2) });
    let call = line.call();
    assert_eq!((call.state, call.call_taker()), (CallState::Connected, Some(person(2))));
    assert_eq!(call.answered, first, "who answered first stays on record");
    assert!(line.silent(CallFact::SeatBack { user: person(1) }), "too late");
    line.fact(CallFact::SeatLost { user: person(2) });
    line.fact(CallFact::SeatBack { user: person(2) });
    assert_eq!((line.call().state, line.call().seat_lost), (CallState::Connected, None));
}

#[test]
fn a_caller_who_gives_up_after_the_seat_was_lost_is_called_back_whatever_was_noted() {
    for noted in [None, Some(DispositionKind::Information)] {
        let mut line = answered();
        if let Some(kind) = noted {
            line.dispose(kind).unwrap();
        }
        line.fact(CallFact::SeatLost { user: person(1) });
        line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
        assert!(line.call().owes_call_back());
        let kind = line.call().disposition.as_ref().unwrap().kind;
        assert_eq!(kind, noted.unwrap_or(DispositionKind::Abandoned));
    }
}

#[test]
fn hold_and_resume_follow_each_other() {
    let mut line = answered();
    assert!(line.silent(CallFact::Resumed { by: person(1) }));
    line.fact(CallFact::Held { by: person(1) });
    assert_eq!(line.call().state, CallState::Held);
    assert!(line.silent(CallFact::Held { by: person(1) }));
    line.fact(CallFact::Resumed { by: person(1) });
    assert_eq!(line.call().state, CallState::Connected);
}

#[test]
fn parties_come_and_go_and_are_bounded() {
    let mut line = answered();
    for n in 0..8 {
        line.fact(added(n));
    }
    line.fact(added(8));
    assert_eq!(line.call().parties.len(), 8, "a ninth does not fit");
    line.fact(CallFact::PartyAnswered { party: party(0) });
    line.fact(CallFact::PartyLeft { party: party(1), why: PartyEnd::NoAnswer });
    assert!(line.silent(CallFact::PartyAnswered { party: party(1) }));
    line.fact(added(9));
    let call = line.call();
    assert_eq!(call.parties.len(), 8);
    assert_eq!((call.parties[0].state, call.parties[7].id), (PartyState::Talking, party(9)));
    line.fact(CallFact::CallTakerLeft { by: person(1) });
    assert_eq!((line.call().state, line.call().call_taker()), (CallState::Connected, None));
    line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
    let left = |p: &dispatch_core::call::Party| matches!(p.state, PartyState::Left { .. });
    assert!(line.call().parties.iter().all(left));
    assert!(line.call().disposition_due_at.is_some() && !line.call().owes_call_back());
}

#[test]
fn a_caller_whom_somebody_outside_took_is_not_lost() {
    let mut line = Line::rings(vec![]);
    let overflow = |n| CallFact::Overflowed {
        party: party(n),
        label: "Pusat tetangga".into(),
        target: Private::new("sip:112@10.0.0.8".into()),
    };
    line.fact(CallFact::QueueAnswered);
    line.fact(overflow(1));
    assert_eq!(line.call().state, CallState::Queued);
    line.fact(CallFact::PartyLeft { party: party(1), why: PartyEnd::NoAnswer });
    line.fact(overflow(2));
    line.fact(CallFact::PartyAnswered { party: party(2) });
    assert_eq!(line.call().state, CallState::Connected);
    line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
    assert_eq!(line.call().disposition.as_ref().unwrap().kind, DispositionKind::Diverted);
    assert!(!line.call().is_open());

    let mut dropped = Line::rings(vec![]);
    dropped.fact(overflow(1));
    dropped.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
    assert!(dropped.call().owes_call_back(), "nobody outside picked up");
}

#[test]
fn keys_are_kept_up_to_a_bound_and_a_leant_on_key_fills_no_log() {
    let mut line = answered();
    let mut events = 0;
    for _ in 0..1_000 {
        events += line.events(digit(Speaker::Caller, '5'));
    }
    line.fact(digit(Speaker::Centre, '#'));
    assert_eq!(events, 64);
    assert_eq!(line.call().digits.reveal(), &"5".repeat(64));
    assert_eq!(line.call().digits_sent.reveal(), "#");
}

#[test]
fn supervisors_prompts_voice_class_and_recording_are_on_record() {
    let mut line = answered();
    line.fact(CallFact::SupervisorJoined { by: person(8), mode: SuperviseMode::Listen });
    assert!(line.silent(CallFact::SupervisorJoined { by: person(8), mode: SuperviseMode::Listen }));
    line.fact(CallFact::SupervisorJoined { by: person(8), mode: SuperviseMode::Barge });
    assert_eq!(line.call().supervisors.iter().map(|s| s.mode).collect::<Vec<_>>(), [SuperviseMode::Barge]);
    line.fact(CallFact::SupervisorLeft { by: person(8) });
    assert!(line.call().supervisors.is_empty());

    line.fact(CallFact::VoiceHeard);
    let heard = line.call().voice_heard_at;
    assert!(heard == Some(line.now) && line.silent(CallFact::VoiceHeard));
    line.fact(CallFact::Prompted { prompt: Prompt::SilentCall });
    assert!(line.call().prompted.contains_key(&Prompt::SilentCall));
    let because = vec![ScreenReason::NoNumber];
    line.fact(CallFact::Screened { class: CallerClass::Suspect, because: because.clone() });
    assert_eq!((line.call().class, &line.call().because), (Some(CallerClass::Suspect), &because));

    line.fact(CallFact::RecordingFailed { why: RecordingFault::DiskFull });
    line.fact(CallFact::Restored);
    line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
    let summary = RecordingSummary {
        recording: "a.wav".into(),
        started_at: line.now,
        seconds: 12.34,
        bytes: 197_484,
        sha256: "00".repeat(32),
        silence_s: 0.02,
    };
    line.fact(CallFact::RecordingEnded(Box::new(summary.clone())));
    let call = line.call();
    assert_eq!(call.recording.as_ref(), Some(&summary));
    assert!(call.without_recording && call.restored && call.is_ended());
    assert!(line.silent(digit(Speaker::Caller, '1')), "an ended call has no keys");
}

#[test]
fn an_outbound_call_is_its_callers_from_the_first_ring_and_owes_nobody_anything() {
    for answers in [false, true] {
        let mut out = arrival(vec![], false);
        let lost = Some(CallId(Uuid::from_u128(99)));
        out.direction = Direction::Out { by: person(1), call_back_of: lost };
        let mut line = Line::empty();
        line.fact(CallFact::Arrived(Box::new(out)));
        assert_eq!(line.call().call_taker(), Some(person(1)));
        if answers {
            line.fact(CallFact::Answered { by: person(1) });
            assert_eq!(line.call().call_taker(), Some(person(1)));
        }
        line.fact(CallFact::Ended { reason: EndReason::Lost });
        assert_eq!(line.call().disposition.as_ref().unwrap().kind, DispositionKind::CallBack);
        assert!(!line.call().is_open() && line.call().is_outbound());
        assert_eq!(line.call().call_taker(), None);
    }
}

#[test]
fn the_trunks_own_memory_makes_no_event() {
    let mut line = answered();
    let held = HeldDialog {
        dialog: Private::new("{}".into()),
        media: Private::new("{}".into()),
        seat: Some(person(1)),
        recording: None,
    };
    assert!(line.silent(CallFact::DialogHeld(Box::new(held))));
}

#[test]
fn a_redial_is_tied_to_the_duty_that_is_open_and_settles_it_once_answered() {
    let earlier = CallId(Uuid::from_u128(70));
    let mut redial = Line::rings(vec![]);
    redial.around.owed_to_number = Some(earlier);
    redial.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    assert_eq!(redial.call().call_back_with, Some(earlier));
    assert!(!redial.call().owes_call_back() && !redial.call().is_open());

    let mut lost = Line::rings(vec![]);
    lost.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    let own = lost.id;
    assert!(lost.run(Actor::Trunk, CallCommand::CallerReached { in_call: own }).unwrap().is_empty());
    lost.run(Actor::Trunk, CallCommand::CallerReached { in_call: earlier }).unwrap();
    let duty = lost.call().call_back.clone().unwrap();
    assert_eq!((duty.settled_by, lost.call().owes_call_back()), (Some(earlier), false));
    assert!(lost.run(Actor::Trunk, CallCommand::CallerReached { in_call: earlier }).unwrap().is_empty());
}

#[test]
fn the_first_who_takes_a_call_back_has_it_until_it_is_late() {
    let mut line = Line::rings(vec![]);
    assert_eq!(line.run(Actor::User(person(1)), CallCommand::TakeCallBack), Err(CallRefusal::NoCallBackOwed));
    line.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    let taken = line.run(Actor::User(person(1)), CallCommand::TakeCallBack).unwrap();
    assert_eq!(taken, [CallEvent::CallBackTaken { by: person(1) }]);
    assert!(line.run(Actor::User(person(1)), CallCommand::TakeCallBack).unwrap().is_empty());
    let other = line.run(Actor::User(person(2)), CallCommand::TakeCallBack);
    assert_eq!(other, Err(CallRefusal::CallBackTaken { by: person(1) }));
    line.now = line.now.after(Seconds(300));
    line.run(Actor::System, CallCommand::DeadlineReached).unwrap();
    line.run(Actor::User(person(2)), CallCommand::TakeCallBack).unwrap();
    assert_eq!(line.call().call_back.as_ref().unwrap().owner, Some(person(2)));
}

#[test]
fn a_call_back_is_given_to_whoever_is_free_and_a_colleague_may_take_it() {
    let mut line = Line::rings(vec![]);
    line.around.calls_back = Some(person(3));
    line.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    let duty = |line: &Line| line.call().call_back.as_ref().map(|duty| (duty.owner, duty.taken));
    assert_eq!(duty(&line), Some((Some(person(3)), false)));
    line.run(Actor::User(person(2)), CallCommand::TakeCallBack).unwrap();
    assert_eq!(duty(&line), Some((Some(person(2)), true)));
    let back = line.run(Actor::User(person(3)), CallCommand::TakeCallBack);
    assert_eq!(back, Err(CallRefusal::CallBackTaken { by: person(2) }));
}

/// Entries as a journal of the release before voice holds them, and a call as its store kept it.
#[test]
fn what_was_written_before_voice_still_reads() {
    let arrived = r#"{"fact":"arrived","trunk":"telco","dialled":"sip:112@sigap","sip_call_id":"x","caller":{"number":{"$private":"+628117171717"},"name":null,"source":"asserted"},"fixes":[],"access_network":null,"user_agent":"sipp","defects":["no_sdp"],"test":false}"#;
    let CallFact::Arrived(old) = serde_json::from_str(arrived).unwrap() else { panic!("an arrival") };
    assert_eq!(old.direction, Direction::In);
    assert_eq!(serde_json::to_string(&CallFact::Arrived(old)).unwrap(), arrived, "and writes the same bytes");
    for fact in [
        r#"{"fact":"queue_answered"}"#,
        r#"{"fact":"answered","by":"00000000-0000-0000-0000-000000001001"}"#,
        r#"{"fact":"ended","reason":"caller_hung_up"}"#,
    ] {
        let read: CallFact = serde_json::from_str(fact).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), fact);
    }
    let call = r#"{"id":"00000000-0000-0000-0000-000000000007","arrival":{"trunk":"telco","dialled":"sip:112@sigap","sip_call_id":"x","caller":null,"fixes":[],"access_network":null,"user_agent":null,"defects":[],"test":false},"arrived_at":"2026-11-22T03:00:02.000000Z","queue_answered_at":null,"answered":{"by":"00000000-0000-0000-0000-000000001001","at":"2026-11-22T03:00:04.000000Z"},"state":{"state":"connected"},"disposition":null,"incident":null,"disposition_due_at":null,"call_back":{"due_at":"2026-11-22T03:05:04.000000Z","overdue":false,"state":"open","attempts":[]}}"#;
    let call: dispatch_core::call::Call = serde_json::from_str(call).unwrap();
    assert_eq!((call.call_taker(), call.turns), (Some(person(1)), 0));
    let due = r#"{"kind":"call_back_due","due_at":"2026-11-22T03:05:04.000000Z"}"#;
    let read: CallEvent = serde_json::from_str(due).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), due);
}

#[test]
fn every_new_fact_survives_the_journal_and_an_erased_digit_reads() {
    let facts = [
        digit(Speaker::Caller, '5'),
        added(3),
        CallFact::SupervisorJoined { by: person(8), mode: SuperviseMode::Whisper },
        CallFact::Screened { class: CallerClass::Likely, because: ScreenReason::ALL.to_vec() },
        CallFact::RecordingFailed { why: RecordingFault::DiskSlow },
        CallFact::Restored,
    ];
    for fact in facts {
        let event = CallEvent::Fact { at: crate::bench::start(), fact };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<CallEvent>(&text).unwrap(), event, "{text}");
    }
    let erased = r#"{"fact":"digit","from":"caller","digit":{"$private":"‹dihapus›"}}"#;
    let erased: CallFact = serde_json::from_str(erased).unwrap();
    assert_eq!(erased, digit(Speaker::Caller, ERASED_DIGIT));
}
