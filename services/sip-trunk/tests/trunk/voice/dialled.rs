use call_link::order::{LiveState, OrderError};
use dispatch_core::call::fact::{CallFact, Direction, EndReason};
use dispatch_core::duty::Audio;
use dispatch_core::private::Private;
use sip_trunk::{PeerState, TrunkProfile};

use super::answerer::Answerer;
use super::sound::Sound;
use super::{AGENCY, CALLER, TAKER};
use crate::client::*;
use crate::tls::until;

/// What a number that rings sounds like.
const RINGBACK: f64 = 425.0;

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
    assert_eq!(
        centre.orders().dial(by, number(), None, None).await,
        Err(OrderError::NoTrunk),
        "not reached yet"
    );
    person.expect("OPTIONS").await;
    assert_eq!(centre.orders().dial(by, number(), None, None).await, Err(OrderError::NoSeat));
    centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    let call = centre.orders().dial(by, number(), None, None).await.unwrap();
    let (arrived, arrival) = centre.arrival(0).await;
    assert_eq!((arrived, arrival.direction), (call, Direction::Out { by, call_back_of: None }));
    assert_eq!(arrival.trunk, "telco");
    let live = centre.live().await[0].clone();
    assert_eq!((live.state, live.direction), (LiveState::Ringing, arrival.direction));

    desk.is_rung().await;
    assert_eq!(centre.orders().floor().await.unwrap().phones_ringing, [by]);
    let mut desk_sound = Sound::new().await;
    let port = desk.answer(&desk_sound.sdp()).await;
    desk_sound.speak(port, TAKER);
    let invite = person.is_rung().await;
    assert_eq!(centre.orders().floor().await.unwrap().phones_ringing, [], "it is picked up");
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
    for (code, reason) in
        [(486, EndReason::Refused), (480, EndReason::NoAnswer), (404, EndReason::Unreachable)]
    {
        let call = centre.orders().dial(by, number(), None, None).await.unwrap();
        desk.is_rung().await;
        desk.answer(&Sound::new().await.sdp()).await;
        person.is_rung().await;
        person.refuse(code).await;
        desk.is_hung_up().await;
        assert_eq!(centre.end_of(call).await.0, reason);
    }

    let call = centre.orders().dial(by, number(), None, None).await.unwrap();
    desk.is_rung().await;
    desk.answer(&Sound::new().await.sdp()).await;
    person.is_rung().await;
    centre.orders().hangup(call, by).await.unwrap();
    person.is_cancelled().await;
    desk.is_hung_up().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    let call = centre.orders().dial(by, number(), None, None).await.unwrap();
    desk.is_rung().await;
    centre.orders().hangup(call, by).await.unwrap();
    desk.is_cancelled().await;
    centre.end_of(call).await;
    assert_eq!(
        centre.orders().floor().await.unwrap().phones_ringing,
        [],
        "nobody's telephone rings any more"
    );
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dials_hears_it_ring_and_then_what_the_other_side_plays() {
    let (mut desk, mut person) = (Answerer::new().await, Answerer::new().await);
    let centre = centre_towards(&person).await;
    let by = petugas(1);
    centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    person.expect("OPTIONS").await;
    let call = centre.orders().dial(by, number(), None, None).await.unwrap();
    desk.is_rung().await;
    let mut desk_sound = Sound::new().await;
    let port = desk.answer(&desk_sound.sdp()).await;
    desk_sound.speak(port, TAKER);
    let centre_port = person.is_rung().await.audio_port();
    desk_sound.hears(&[RINGBACK], &[AGENCY, TAKER]).await;
    let mut sound = Sound::new().await;
    sound.speak(centre_port, AGENCY);
    person.reply_to_invite(183, "Session Progress", &sound.sdp()).await;
    desk_sound.hears(&[AGENCY], &[RINGBACK, TAKER]).await;
    // A 180 after it changes nothing.
    person.reply_to_invite(180, "Ringing", "").await;
    desk_sound.forget();
    desk_sound.hears(&[AGENCY], &[RINGBACK]).await;
    person.answer(&sound.sdp()).await;
    centre.has(call, CallFact::Answered { by }).await;
    sound.hears(&[TAKER], &[RINGBACK]).await;
    person.hang_up().await;
    desk.is_hung_up().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_first_trunk_does_not_take_a_call_the_second_does() {
    let (mut first, mut second) = (Answerer::new().await, Answerer::new().await);
    let mut config = config();
    let trunk = |name: &str, peer: &Answerer| TrunkProfile {
        peer: Some(peer.address().to_string()),
        ..TrunkProfile::new(name, config.trunks[0].sources.clone())
    };
    config.trunks = vec![trunk("first", &first), trunk("second", &second)];
    let centre = centre_with(config).await;
    first.is_asked().await;
    second.is_asked().await;
    until(|| centre.trunk.health().iter().all(|trunk| trunk.state == PeerState::Up)).await;
    let (by, mut desk) = (petugas(1), Answerer::new().await);
    centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    // A person's word is final: nobody is rung twice for it. An answer of 0 is none at all.
    for code in [503, 603, 500, 408, 0] {
        let call = centre.orders().dial(by, number(), None, None).await.unwrap();
        desk.is_rung().await;
        desk.answer(&Sound::new().await.sdp()).await;
        if code == 0 {
            first.expect("INVITE").await;
        } else {
            first.is_rung().await;
            first.refuse(code).await;
        }
        if code == 603 {
            desk.is_hung_up().await;
            assert_eq!(centre.end_of(call).await.0, EndReason::Refused);
            continue;
        }
        second.is_rung().await;
        second.answer(&Sound::new().await.sdp()).await;
        centre.has(call, CallFact::Answered { by }).await;
        second.hang_up().await;
        desk.is_hung_up().await;
        assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    }
    centre.assert_clean().await;
}
