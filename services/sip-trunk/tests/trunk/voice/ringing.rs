use std::time::Duration;

use call_link::order::{LineEvent, LiveState, Order, OrderError, SeatAudio};
use dispatch_core::acd::{AcdOrder, AcdPolicy};
use dispatch_core::call::fact::{CallFact, OfferEnd, PartyEnd};
use dispatch_core::duty::{Audio, DutyState};
use dispatch_core::private::Private;
use dispatch_core::time::Seconds;

use super::answerer::Answerer;
use super::sound::Sound;
use super::{AGENCY, CALLER, Caller, TAKER, answer, done, offered_to};
use crate::client::*;

fn ringing_for(seconds: u32) -> sip_trunk::TrunkConfig {
    let acd = AcdPolicy { ring_s: Seconds(seconds), ..AcdPolicy::default() };
    sip_trunk::TrunkConfig { acd, ..config() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_call_rings_at_the_next_seat_and_anybody_may_take_it() {
    let centre = centre_with(ringing_for(60)).await;
    let mut line = centre.trunk.line.subscribe();
    centre.on_duty(petugas(1), Audio::Browser).await;
    centre.on_duty(petugas(2), Audio::Browser).await;
    let mut caller = Caller::ringing(&centre).await;
    let (call, _) = centre.arrival(0).await;
    let first = offered_to(&centre, call, 0).await;
    assert_eq!(
        (centre.live().await[0].state, centre.live().await[0].offered_to),
        (LiveState::Offered, Some(first))
    );
    let told = async {
        loop {
            if let LineEvent::Queue { waiting } = line.recv().await.unwrap()
                && !waiting.is_empty()
            {
                return (waiting[0].call, waiting[0].position);
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, told).await.unwrap(), (call, 1));
    let other = if first == petugas(1) { petugas(2) } else { petugas(1) };
    let not_theirs = centre.orders().carry_out(Order::Refuse { call, by: other }).await;
    assert_eq!(not_theirs, Err(OrderError::NotYours));
    done(&centre, Order::Refuse { call, by: first }).await;
    centre.has(call, CallFact::OfferEnded { to: first, why: OfferEnd::Refused }).await;
    assert_eq!(offered_to(&centre, call, 1).await, other);

    let answered = answer(&centre, call, petugas(3)).await;
    assert_eq!(answered.audio, SeatAudio::None, "their page has no audio yet");
    caller.connected(CALLER).await;
    caller.phone.bye().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_calls_a_service_rings_at_its_desk_and_who_calls_over_a_trunk_where_its_language_is_spoken() {
    let base = config();
    let acd = AcdPolicy { order: AcdOrder::Skill, ring_s: Seconds(60), ..AcdPolicy::default() };
    let trunks = vec![sip_trunk::TrunkProfile { language: Some("en".to_owned()), ..base.trunks[0].clone() }];
    let centre = centre_with(sip_trunk::TrunkConfig { acd, trunks, ..base }).await;
    for (user, skills) in [(1, vec![]), (2, vec!["polisi"]), (3, vec!["en"])] {
        let skills = skills.into_iter().map(str::to_owned).collect();
        let (user, state, audio) = (petugas(user), DutyState::Ready, Audio::Browser);
        done(&centre, Order::SetSeat { user, state, audio, skills, supervisor: false, console: None }).await;
    }
    let mut police = Phone::new(&centre).await;
    police.send(police.invite().replacen("sip:112@centre", "urn:service:sos.police", 1)).await;
    police.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    assert_eq!(offered_to(&centre, call, 0).await, petugas(2));
    let _other = Caller::ringing(&centre).await;
    let (call, _) = centre.arrival(1).await;
    assert_eq!(offered_to(&centre, call, 0).await, petugas(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_does_not_answer_in_time_passes_the_call_on() {
    let centre = centre_with(ringing_for(1)).await;
    centre.on_duty(petugas(1), Audio::Browser).await;
    centre.on_duty(petugas(2), Audio::Browser).await;
    let caller = Caller::ringing(&centre).await;
    let (call, _) = centre.arrival(0).await;
    let first = offered_to(&centre, call, 0).await;
    centre.has(call, CallFact::OfferEnded { to: first, why: OfferEnd::TimedOut }).await;
    let second = offered_to(&centre, call, 1).await;
    assert_ne!(first, second);
    // Whoever goes off duty is rung no longer.
    centre.off_duty(second).await;
    centre
        .fact(call, |fact| {
            if let CallFact::OfferEnded { to, .. } = fact
                && *to == second
            {
                Some(())
            } else {
                None
            }
        })
        .await;
    drop(caller);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_phone_that_does_not_answer_puts_the_caller_at_the_head_of_the_queue() {
    let centre = centre_with(ringing_for(60)).await;
    let mut desk = Answerer::new().await;
    centre.on_duty(petugas(1), Audio::Phone { uri: desk.uri() }).await;
    let mut caller = Caller::ringing(&centre).await;
    let (call, _) = centre.arrival(0).await;
    assert_eq!(answer(&centre, call, petugas(1)).await.audio, SeatAudio::Phone);
    caller.connected(CALLER).await;
    desk.is_rung().await;
    desk.refuse(480).await;
    centre.has(call, CallFact::SeatLost { user: petugas(1) }).await;
    assert_eq!(centre.live().await[0].answered_by, None);
    centre.off_duty(petugas(1)).await;

    // A call that came later is behind it.
    let later = Caller::ringing(&centre).await;
    let (second, _) = centre.arrival(1).await;
    centre.on_duty(petugas(2), Audio::Browser).await;
    centre
        .wait_for(|facts| {
            let offered = CallFact::Offered { to: petugas(2) };
            facts.iter().find(|entry| entry.fact == offered).map(|entry| assert_eq!(entry.call, call))
        })
        .await;
    answer(&centre, call, petugas(2)).await;
    caller.phone.bye().await;
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(facts.iter().filter(|fact| matches!(fact, CallFact::Answered { .. })).count(), 2);
    drop(later);
    centre.orders().hangup(second, petugas(2)).await.unwrap();
    centre.end_of(second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn putting_the_receiver_down_ends_the_call() {
    let centre = centre().await;
    let mut talk = super::Talk::begun(&centre, petugas(1)).await;
    talk.desk.hang_up().await;
    let bye = talk.caller.phone.expect("BYE").await;
    talk.caller.phone.reply(&bye, 200, "OK").await;
    centre.end_of(talk.call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_nobody_takes_is_taken_outside_and_comes_back_when_they_hang_up() {
    let mut outside = Answerer::new().await;
    let acd = AcdPolicy {
        overflow_after_s: Some(Seconds(3_600)),
        overflow_target: Some(outside.uri()),
        ..AcdPolicy::default()
    };
    let centre = centre().await;
    // The desk's rules hold from when they are told; with nobody on duty nobody is waited for.
    done(&centre, Order::SetRingRules { rules: Box::new(acd) }).await;
    let mut caller = Caller::ringing(&centre).await;
    let (call, _) = centre.arrival(0).await;
    caller.connected(CALLER).await;
    outside.is_rung().await;
    caller.sound.hears_words(call_media::announcement::Announcement::Diverted).await;
    let mut sound = Sound::new().await;
    let port = outside.answer(&sound.sdp()).await;
    sound.speak(port, AGENCY);
    caller.sound.hears(&[AGENCY], &[TAKER]).await;
    sound.hears(&[CALLER], &[AGENCY]).await;
    assert_eq!(centre.live().await[0].state, LiveState::Connected);
    outside.hang_up().await;
    let left = |fact: &CallFact| if let CallFact::PartyLeft { why, .. } = fact { Some(*why) } else { None };
    assert_eq!(centre.fact(call, left).await, PartyEnd::HungUp);
    let until = tokio::time::Instant::now() + PATIENCE;
    while centre.live().await[0].state != LiveState::Queued {
        assert!(tokio::time::Instant::now() < until, "{:?}", centre.live().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let target: Private<String> = centre
        .fact(
            call,
            |fact| if let CallFact::Overflowed { target, .. } = fact { Some(target.clone()) } else { None },
        )
        .await;
    assert_eq!(*target.reveal(), outside.uri());
    caller.phone.bye().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_a_second_call_leaves_the_first_with_music_and_can_come_back() {
    let centre = centre().await;
    let mut talk = super::Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let mut second = Caller::ringing(&centre).await;
    let (other, _) = centre.arrival(1).await;
    answer(&centre, other, by).await;
    second.connected(AGENCY).await;
    centre.has(call, CallFact::Held { by }).await;
    talk.desk.is_rung().await;
    let mut ear = Sound::new().await;
    let port = talk.desk.answer(&ear.sdp()).await;
    ear.speak(port, TAKER);
    second.sound.hears(&[TAKER], &[AGENCY]).await;
    ear.hears(&[AGENCY], &[CALLER]).await;
    talk.caller.sound.hears(&[], &[TAKER]).await;

    done(&centre, Order::Resume { call, by }).await;
    centre.has(other, CallFact::Held { by }).await;
    talk.caller.sound.hears(&[TAKER], &[CALLER]).await;
    second.sound.hears(&[], &[TAKER]).await;
    second.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.end_of(other).await;
    talk.caller.phone.bye().await;
    centre.end_of(call).await;
}
