use call_link::order::{LiveState, OrderError};
use dispatch_core::call::fact::{CallFact, Direction, EndReason};
use dispatch_core::duty::Audio;
use dispatch_core::private::Private;

use super::answerer::Answerer;
use super::sound::Sound;
use super::{CALLER, TAKER};
use crate::client::*;

async fn centre_towards(peer: &Answerer) -> Centre {
    let mut config = config();
    config.trunks[0].peer = Some(peer.address().to_string());
    centre_with(config).await
}

fn number() -> Private<String> {
    Private::new("0811 717-171".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_back_rings_the_desk_phone_and_then_the_person() {
    let (mut desk, mut person) = (Answerer::new().await, Answerer::new().await);
    let centre = centre_towards(&person).await;
    let by = petugas(1);
    assert_eq!(centre.orders().dial(by, number(), None).await, Err(OrderError::NoTrunk), "not reached yet");
    person.expect("OPTIONS").await;
    assert_eq!(centre.orders().dial(by, number(), None).await, Err(OrderError::NoSeat));
    centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    let call = centre.orders().dial(by, number(), None).await.unwrap();
    let (arrived, arrival) = centre.arrival(0).await;
    assert_eq!((arrived, arrival.direction), (call, Direction::Out { by, call_back_of: None }));
    assert_eq!(arrival.trunk, "telco");
    assert_eq!(centre.live().await[0].state, LiveState::Ringing);

    desk.is_rung().await;
    let mut desk_sound = Sound::new().await;
    let port = desk.answer(&desk_sound.sdp()).await;
    desk_sound.speak(port, TAKER);
    let invite = person.is_rung().await;
    assert!(
        invite.start.starts_with(&format!("INVITE sip:0811717171@{}", invite_host(invite))),
        "{}",
        invite.start
    );
    assert!(invite.value("P-Asserted-Identity").contains("sip:112@"));
    let mut sound = Sound::new().await;
    let port = person.answer(&sound.sdp()).await;
    sound.speak(port, CALLER);
    centre.has(call, CallFact::Answered { by }).await;
    desk_sound.hears(&[CALLER], &[TAKER]).await;
    sound.hears(&[TAKER], &[CALLER]).await;

    person.hang_up().await;
    desk.is_hung_up().await;
    let (reason, facts) = centre.end_of(call).await;
    assert_eq!(reason, EndReason::CallerHungUp);
    let named: Vec<_> = names_of(&facts).into_iter().filter(|name| name != "VoiceHeard").collect();
    assert_eq!(named, ["arrived", "answered", "confirmed", "ended CallerHungUp"]);
    centre.assert_clean().await;
}

fn invite_host(invite: &Received) -> String {
    invite.start.split(['@', ';', ' ']).nth(2).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_does_not_pick_up_and_a_call_taker_who_gives_up_both_end_it() {
    let (mut desk, mut person) = (Answerer::new().await, Answerer::new().await);
    let centre = centre_towards(&person).await;
    let by = petugas(1);
    centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    person.expect("OPTIONS").await;
    let call = centre.orders().dial(by, number(), None).await.unwrap();
    desk.is_rung().await;
    desk.answer(&Sound::new().await.sdp()).await;
    person.is_rung().await;
    person.refuse(486).await;
    desk.is_hung_up().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Lost);

    let call = centre.orders().dial(by, number(), None).await.unwrap();
    desk.is_rung().await;
    desk.answer(&Sound::new().await.sdp()).await;
    person.is_rung().await;
    centre.orders().hangup(call, by).await.unwrap();
    person.is_cancelled().await;
    desk.is_hung_up().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    centre.assert_clean().await;
}
