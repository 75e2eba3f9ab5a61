use std::time::Duration;

use dispatch_core::call::fact::{CallFact, CallerClass, Prompt, ScreenReason};

use super::{CALLER, Caller};
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
