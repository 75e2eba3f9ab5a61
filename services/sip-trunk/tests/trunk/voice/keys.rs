use call_link::order::{LineEvent, Order, OrderError};
use dispatch_core::call::fact::{CallFact, Prompt, Speaker};
use dispatch_core::private::Private;

use super::{Caller, Talk, done};
use crate::client::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_go_both_ways_are_shown_at_once_and_kept() {
    let centre = centre().await;
    let mut line = centre.trunk.line.subscribe();
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    for (n, event) in [1u8, 1, 2, 11].into_iter().enumerate() {
        talk.caller.sound.press(talk.caller.port, event, 900_000 + n as u32 * 8_000).await;
    }
    let pressed = |from: Speaker| {
        let centre = &centre;
        move |wanted: &'static str| async move {
            centre
                .wait_for(|facts| {
                    let of_call = facts.iter().filter(|entry| entry.call == call);
                    let keys = of_call.filter_map(|entry| {
                        let CallFact::Digit { from: side, digit } = &entry.fact else { return None };
                        (*side == from).then_some(*digit.reveal())
                    });
                    (keys.collect::<String>() == wanted).then_some(())
                })
                .await;
        }
    };
    pressed(Speaker::Caller)("112#").await;
    let (mut shown, mut levels) = (0, false);
    while let Ok(event) = line.try_recv() {
        shown += usize::from(matches!(event, LineEvent::Digit { from: Speaker::Caller, .. }));
        levels |= matches!(event, LineEvent::Levels { call: of, .. } if of == call);
    }
    assert_eq!((shown, levels), (4, true));

    let press = |digits: &str| Order::PressDigits { call, by, digits: Private::new(digits.to_owned()) };
    assert_eq!(centre.orders().carry_out(press("12x")).await, Err(OrderError::NotPossible));
    assert_eq!(centre.orders().carry_out(press("")).await, Err(OrderError::NotPossible));
    done(&centre, press("5*")).await;
    pressed(Speaker::Centre)("5*").await;
    assert_eq!(talk.caller.sound.wait_for_keys(2).await, [5, 10]);
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_caller_is_asked_for_a_key_and_the_first_voice_is_noted() {
    let centre = centre().await;
    let mut caller = Caller::ringing(&centre).await;
    let (call, _) = centre.arrival(0).await;
    let ask = || Order::Prompt { call, by: petugas(1), prompt: Prompt::SilentCall };
    assert_eq!(centre.orders().carry_out(ask()).await, Err(OrderError::NotPossible), "it only rings");
    super::answer(&centre, call, petugas(1)).await;
    let ok = caller.phone.expect("SIP/2.0 200").await;
    caller.phone.ack().await;
    done(&centre, ask()).await;
    centre.has(call, CallFact::Prompted { prompt: Prompt::SilentCall }).await;
    assert!(!centre.facts().await.iter().any(|entry| entry.fact == CallFact::VoiceHeard));
    caller.sound.speak(ok.audio_port(), 440.0);
    centre.has(call, CallFact::VoiceHeard).await;
    caller.phone.bye().await;
    centre.end_of(call).await;
}
