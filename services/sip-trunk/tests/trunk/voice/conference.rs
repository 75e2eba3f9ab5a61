use call_link::order::{LiveState, Order, OrderError};
use dispatch_core::call::fact::{CallFact, EndReason, PartyEnd, SuperviseMode};

use super::answerer::Answerer;
use super::sound::Sound;
use super::{AGENCY, CALLER, TAKER, Talk, answer, done, offered_to, target};
use crate::client::*;

/// Rings an agency into the call; it speaks at 880 Hz.
pub async fn with_agency(centre: &Centre, talk: &Talk) -> (Answerer, Sound, dispatch_core::ids::PartyId) {
    // An agency's telephone is no trunk: whom we call may answer and hang up all the same.
    let mut agency = Answerer::at("127.0.0.3:0").await;
    let label = "Damkar".to_owned();
    let party = centre.orders().add_party(talk.call, talk.taker, target(&agency), label, None).await.unwrap();
    agency.is_rung().await;
    let mut sound = Sound::new().await;
    let port = agency.answer(&sound.sdp()).await;
    sound.speak(port, AGENCY);
    centre.has(talk.call, CallFact::PartyAnswered { party }).await;
    (agency, sound, party)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_people_each_hear_the_two_others_and_a_hold_takes_the_caller_out() {
    let centre = centre().await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let (mut agency, agency_sound, _) = with_agency(&centre, &talk).await;
    talk.caller.sound.hears(&[TAKER, AGENCY], &[CALLER]).await;
    talk.desk_sound.hears(&[CALLER, AGENCY], &[TAKER]).await;
    agency_sound.hears(&[CALLER, TAKER], &[AGENCY]).await;
    assert_eq!((centre.live().await[0].parties, centre.live().await[0].state), (1, LiveState::Connected));

    done(&centre, Order::Hold { call, by }).await;
    talk.caller.sound.hears(&[], &[TAKER, AGENCY]).await;
    talk.desk_sound.hears(&[AGENCY], &[CALLER]).await;
    assert_eq!(centre.live().await[0].state, LiveState::Held);
    done(&centre, Order::Resume { call, by }).await;
    talk.caller.sound.hears(&[TAKER, AGENCY], &[CALLER]).await;

    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    agency.is_hung_up().await;
    let (reason, facts) = centre.end_of(call).await;
    assert_eq!(reason, EndReason::CallerHungUp);
    assert!(facts.contains(&CallFact::Held { by }) && facts.contains(&CallFact::Resumed { by }));
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_others_go_on_when_the_call_taker_leaves_and_the_caller_is_never_left_alone() {
    let centre = centre().await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let alone = centre.orders().carry_out(Order::Leave { call, by }).await;
    assert_eq!(alone, Err(OrderError::NotPossible));
    let (mut agency, agency_sound, party) = with_agency(&centre, &talk).await;
    done(&centre, Order::Leave { call, by }).await;
    talk.desk.is_hung_up().await;
    talk.caller.sound.hears(&[AGENCY], &[TAKER]).await;
    agency_sound.hears(&[CALLER], &[TAKER]).await;
    assert_eq!(centre.live().await[0].answered_by, None);

    agency.hang_up().await;
    centre.has(call, CallFact::PartyLeft { party, why: PartyEnd::HungUp }).await;
    // Nobody is with the caller: the free call-taker is rung.
    assert_eq!(offered_to(&centre, call, 1).await, by);
    assert_eq!(centre.live().await[0].offered_to, Some(by));
    answer(&centre, call, by).await;
    talk.desk.is_rung().await;
    let mut again = Sound::new().await;
    let port = talk.desk.answer(&again.sdp()).await;
    again.speak(port, TAKER);
    talk.caller.sound.hears(&[TAKER], &[AGENCY]).await;
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_a_party_does_not_come_is_named_and_the_call_goes_on() {
    let centre = centre().await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let add = |answerer: &Answerer| {
        centre.orders().add_party(call, by, target(answerer), "Polres".to_owned(), None)
    };
    let mut busy = Answerer::new().await;
    let party = add(&busy).await.unwrap();
    busy.is_rung().await;
    busy.refuse(486).await;
    centre.has(call, CallFact::PartyLeft { party, why: PartyEnd::Refused }).await;

    let mut dropped = Answerer::new().await;
    let party = add(&dropped).await.unwrap();
    dropped.is_rung().await;
    done(&centre, Order::DropParty { call, by, party }).await;
    dropped.is_cancelled().await;
    centre.has(call, CallFact::PartyLeft { party, why: PartyEnd::Dropped }).await;

    let mut mute = Answerer::new().await;
    let party = add(&mute).await.unwrap();
    mute.is_rung().await;
    mute.reply_to_invite(200, "OK", "v=0\r\n").await;
    mute.expect("ACK").await;
    mute.is_hung_up().await;
    centre.has(call, CallFact::PartyLeft { party, why: PartyEnd::Failed }).await;

    let stranger = petugas(2);
    let mut agency = Answerer::new().await;
    let foreign = centre.orders().add_party(call, stranger, target(&agency), String::new(), None).await;
    assert_eq!(foreign, Err(OrderError::NotYours));
    let number = dispatch_core::private::Private::new("0800123".to_owned());
    let no_way = centre.orders().add_party(call, by, number, String::new(), None).await;
    assert_eq!(no_way, Err(OrderError::NoTrunk));
    let listen = Order::Supervise { call, by: stranger, mode: SuperviseMode::Listen };
    assert_eq!(centre.orders().carry_out(listen).await, Err(OrderError::NoSeat));

    for _ in 0..3 {
        add(&agency).await.unwrap();
    }
    assert_eq!(add(&agency).await, Err(OrderError::NotPossible), "three are enough");
    agency.is_rung().await;
    talk.caller.sound.hears(&[TAKER], &[CALLER]).await;
    talk.caller.phone.bye().await;
    agency.is_cancelled().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}
