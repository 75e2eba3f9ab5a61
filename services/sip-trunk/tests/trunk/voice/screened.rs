use std::time::Duration;

use call_link::order::{NumberPast, Order};
use dispatch_core::call::fact::{CallFact, CallerClass, Prompt, ScreenReason};
use sip_trunk::TrunkConfig;

use super::{CALLER, Caller, done};
use crate::client::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspicious_caller_is_asked_for_a_sign_of_life_and_lifted_by_a_voice() {
    let mut config = config();
    config.queue_answer_after = Duration::from_millis(300);
    let centre = centre_with(config).await;
    let mut callers = Vec::new();
    // The eighth call of one number within a minute.
    for n in 0..8 {
        callers.push(Caller::ringing(&centre).await);
        centre.arrival(n).await;
    }
    let (first, _) = centre.arrival(0).await;
    let (last, _) = centre.arrival(7).await;
    let screened = |because: &[ScreenReason], class| CallFact::Screened { class, because: because.to_vec() };
    centre.has(last, screened(&[ScreenReason::RepeatMinute], CallerClass::Suspect)).await;
    let mut caller = callers.pop().unwrap();
    let ok = caller.phone.expect("SIP/2.0 200").await;
    caller.phone.ack().await;
    centre.has(last, CallFact::Prompted { prompt: Prompt::Challenge }).await;
    caller.sound.speak(ok.audio_port(), CALLER);
    centre.has(last, CallFact::VoiceHeard).await;
    let lifted = |fact: &CallFact| {
        let CallFact::Screened { class, because } = fact else { return None };
        because.contains(&ScreenReason::ChallengePassed).then_some(*class)
    };
    assert_ne!(centre.fact(last, lifted).await, CallerClass::Suspect);
    let facts = centre.facts().await;
    let asked = |entry: &&call_link::journal::Entry| matches!(entry.fact, CallFact::Prompted { .. });
    assert_eq!(facts.iter().filter(asked).count(), 1);
    assert!(!facts.iter().any(|e| e.call == first && matches!(e.fact, CallFact::Screened { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_was_silent_before_and_says_nothing_again_is_asked_and_lifted_by_a_voice() {
    let queue_answer_after = Duration::from_millis(100);
    let speechless_after = Duration::from_millis(600);
    let centre = centre_with(TrunkConfig { queue_answer_after, speechless_after, ..config() }).await;
    // Silence alone, as of most who wait, moves nobody.
    let mut ordinary = Caller::ringing(&centre).await;
    ordinary.phone.expect("SIP/2.0 200").await;
    ordinary.phone.ack().await;
    let (first, arrival) = centre.arrival(0).await;
    let number = arrival.caller.unwrap().number;
    let numbers = vec![NumberPast {
        number,
        pranks: 0,
        ghosts: 8,
        incidents: 0,
        lifted_until: None,
        restricted_until: None,
    }];
    tokio::time::sleep(Duration::from_millis(900)).await;
    done(&centre, Order::Learn { numbers, begins: true }).await;
    let mut silent = Caller::ringing(&centre).await;
    let ok = silent.phone.expect("SIP/2.0 200").await;
    silent.phone.ack().await;
    let (second, _) = centre.arrival(1).await;
    let because = vec![ScreenReason::EarlierGhost, ScreenReason::Silence];
    centre.has(second, CallFact::Screened { class: CallerClass::Suspect, because }).await;
    centre.has(second, CallFact::Prompted { prompt: Prompt::Challenge }).await;
    silent.sound.speak(ok.audio_port(), CALLER);
    let because = vec![ScreenReason::EarlierGhost, ScreenReason::ChallengePassed];
    centre.has(second, CallFact::Screened { class: CallerClass::Likely, because }).await;
    let facts = centre.facts().await;
    assert!(!facts.iter().any(|e| e.call == first && matches!(e.fact, CallFact::Screened { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_desk_has_on_record_counts_and_a_mass_event_speaks_for_everybody() {
    let centre = centre_with(config()).await;
    let _first = Caller::ringing(&centre).await;
    let (_, arrival) = centre.arrival(0).await;
    let number = arrival.caller.unwrap().number;
    let numbers = vec![NumberPast {
        number,
        pranks: 3,
        ghosts: 0,
        incidents: 0,
        lifted_until: None,
        restricted_until: None,
    }];
    done(&centre, Order::Learn { numbers, begins: true }).await;
    let _second = Caller::ringing(&centre).await;
    let (second, _) = centre.arrival(1).await;
    let because = vec![ScreenReason::EarlierPrank];
    centre.has(second, CallFact::Screened { class: CallerClass::Suspect, because }).await;
    done(&centre, Order::MassEvent { open: true, disaster: false }).await;
    let _third = Caller::ringing(&centre).await;
    let (third, _) = centre.arrival(2).await;
    done(&centre, Order::MassEvent { open: false, disaster: false }).await;
    done(&centre, Order::Learn { numbers: Vec::new(), begins: true }).await;
    let _fourth = Caller::ringing(&centre).await;
    let (fourth, _) = centre.arrival(3).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let facts = centre.facts().await;
    let screened = |call| facts.iter().any(|e| e.call == call && matches!(e.fact, CallFact::Screened { .. }));
    assert!(!screened(third), "50 against it and 40 for it: like anybody");
    assert!(!screened(fourth), "nothing is known any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_lifts_the_restriction_for_the_call_and_for_the_number() {
    let centre = centre_with(config()).await;
    let first = Caller::ringing(&centre).await;
    let (ordinary, arrival) = centre.arrival(0).await;
    let number = arrival.caller.unwrap().number;
    let numbers = vec![NumberPast {
        number,
        pranks: 5,
        ghosts: 0,
        incidents: 0,
        lifted_until: None,
        restricted_until: None,
    }];
    done(&centre, Order::Learn { numbers, begins: true }).await;
    let _second = Caller::ringing(&centre).await;
    let (suspect, _) = centre.arrival(1).await;
    let because = vec![ScreenReason::EarlierPrank];
    centre.has(suspect, CallFact::Screened { class: CallerClass::Suspect, because }).await;
    let by = petugas(9);
    done(&centre, Order::LiftRestriction { call: suspect, by }).await;
    centre.has(suspect, CallFact::RestrictionLifted { by }).await;
    let because = vec![ScreenReason::EarlierPrank, ScreenReason::RestrictionLifted];
    centre.has(suspect, CallFact::Screened { class: CallerClass::Unknown, because }).await;
    // Nothing is held against a call that nothing was held against.
    let again = centre.orders().carry_out(Order::LiftRestriction { call: ordinary, by }).await;
    assert_eq!(again, Err(call_link::order::OrderError::NotPossible));
    let _third = Caller::ringing(&centre).await;
    let (third, _) = centre.arrival(2).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let facts = centre.facts().await;
    let held_against =
        |fact: &CallFact| matches!(fact, CallFact::Screened { class: CallerClass::Suspect, .. });
    assert!(!facts.iter().any(|entry| entry.call == third && held_against(&entry.fact)));
    drop(first);
}
