//! The process dies under calls of several legs, and under callers on connections; the next one goes on with them.

use std::net::SocketAddr;
use std::time::Duration;

use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::duty::Audio;
use dispatch_core::private::Private;
use sip_trunk::TrunkConfig;
use tokio::net::TcpListener;

use super::answerer::Answerer;
use super::conference::with_agency;
use super::sound::Sound;
use super::{AGENCY, CALLER, Caller, TAKER, Talk, answer};
use crate::client::*;
use crate::restored::{held, is_free, says_it_is_there};
use crate::resumed::{Doomed, hear_nothing_old};
use crate::tcp::{Line, over_tcp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conference_of_three_goes_on_with_three() {
    let doomed = Doomed::new(config()).await;
    let mut talk = Talk::begun(&doomed.centre, petugas(1)).await;
    let (mut agency, agency_sound, party) = with_agency(&doomed.centre, &talk).await;
    agency_sound.hears(&[CALLER, TAKER], &[AGENCY]).await;
    held(&doomed.centre, talk.call, 3).await;
    let (to, ports) = (talk.caller.phone.to.clone(), [talk.caller.port, talk.desk.port(), agency.port()]);
    let left = doomed.die();
    for port in ports {
        is_free(port).await;
    }
    let centre = left.start().await;
    hear_nothing_old(&mut talk.caller.phone);
    talk.caller.phone.to = to;
    says_it_is_there(&mut talk.caller.phone).await;
    talk.desk.is_asked().await;
    agency.is_asked().await;
    for sound in [&talk.caller.sound, &talk.desk_sound, &agency_sound] {
        sound.forget();
    }
    talk.caller.sound.hears(&[TAKER, AGENCY], &[CALLER]).await;
    talk.desk_sound.hears(&[CALLER, AGENCY], &[TAKER]).await;
    agency_sound.hears(&[CALLER, TAKER], &[AGENCY]).await;
    assert_eq!(centre.live().await[0].parties, 1);
    agency.hang_up().await;
    let left =
        |fact: &CallFact| matches!(fact, CallFact::PartyLeft { party: p, .. } if *p == party).then_some(());
    centre.fact(talk.call, left).await;
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    assert_eq!(centre.end_of(talk.call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_call_takers_telephone_still_rang_waits_for_anybody() {
    let doomed = Doomed::new(config()).await;
    let (mut desk, taker) = (Answerer::new().await, petugas(1));
    doomed.centre.on_duty(taker, Audio::Phone { uri: desk.uri() }).await;
    let mut caller = Caller::ringing(&doomed.centre).await;
    let (call, _) = doomed.centre.arrival(0).await;
    answer(&doomed.centre, call, taker).await;
    caller.connected(CALLER).await;
    desk.is_rung().await;
    held(&doomed.centre, call, 1).await;
    let (to, port) = (caller.phone.to.clone(), caller.port);
    let left = doomed.die();
    is_free(port).await;
    let centre = left.start().await;
    hear_nothing_old(&mut caller.phone);
    caller.phone.to = to;
    says_it_is_there(&mut caller.phone).await;
    centre.has(call, CallFact::SeatLost { user: taker }).await;
    assert_eq!(centre.live().await[0].answered_by, None, "nobody has the caller");
    caller.phone.bye().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_of_ours_goes_on_too() {
    let (mut desk, mut person) = (Answerer::new().await, Answerer::new().await);
    let mut config = config();
    config.trunks[0].peer = Some(person.address().to_string());
    let doomed = Doomed::new(config.clone()).await;
    let by = petugas(1);
    doomed.centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    person.is_asked().await;
    let call =
        doomed.centre.orders().dial(by, Private::new("0811717171".to_owned()), None, None).await.unwrap();
    desk.is_rung().await;
    let mut desk_sound = Sound::new().await;
    let port = desk.answer(&desk_sound.sdp()).await;
    desk_sound.speak(port, TAKER);
    person.is_rung().await;
    let mut sound = Sound::new().await;
    let port = person.answer(&sound.sdp()).await;
    sound.speak(port, CALLER);
    sound.hears(&[TAKER], &[CALLER]).await;
    held(&doomed.centre, call, 1).await;
    let ports = [desk.port(), person.port()];
    let left = doomed.die();
    for port in ports {
        is_free(port).await;
    }
    let centre = left.start_with(TrunkConfig { t1: Duration::from_millis(200), ..config }).await;
    person.is_asked().await;
    desk.is_asked().await;
    desk_sound.forget();
    sound.forget();
    desk_sound.hears(&[CALLER], &[TAKER]).await;
    sound.hears(&[TAKER], &[CALLER]).await;
    centre.orders().hangup(call, by).await.unwrap();
    person.is_hung_up().await;
    desk.is_hung_up().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    centre.assert_clean().await;
}

/// The phone's messages over TCP, with a Contact at which it can be reached over TCP.
fn over_connection(message: String, phone: &Phone, reached_at: SocketAddr) -> String {
    over_tcp(message).replace(
        &format!("Contact: <sip:budi@{}>", phone.address()),
        &format!("Contact: <sip:budi@{reached_at};transport=tcp>"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_over_tcp_is_reached_over_a_connection_of_ours_and_comes_back_over_its_own() {
    let doomed = Doomed::new(config()).await;
    let reached_at = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut phone = Phone::new(&doomed.centre).await;
    let mut line = Line::new(&doomed.centre).await;
    line.send(over_connection(phone.invite(), &phone, reached_at)).await;
    phone.to = line.expect("SIP/2.0 180").await.value("To");
    let (call, _) = doomed.centre.arrival(0).await;
    doomed.centre.orders().answer(call, petugas(1)).await.unwrap();
    line.expect("SIP/2.0 200").await;
    line.send(over_connection(phone.request("ACK", "", ""), &phone, reached_at)).await;
    held(&doomed.centre, call, 1).await;
    drop(line);
    let centre = doomed.die().start().await;
    // At first nobody listens there; we try again.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let listener = TcpListener::bind(reached_at).await.unwrap();
    let (stream, _) = tokio::time::timeout(PATIENCE, listener.accept()).await.expect("a connection").unwrap();
    let mut ours = Line { stream, read: Vec::new() };
    let asked = ours.expect("OPTIONS ").await;
    ours.send(crate::peers::answer(&asked, "200 OK")).await;

    let mut line = Line::new(&centre).await;
    phone.cseq += 1;
    let refresh = phone.request("INVITE", "Content-Type: application/sdp\r\n", SDP);
    line.send(over_connection(refresh, &phone, reached_at)).await;
    line.expect("SIP/2.0 200").await;
    line.send(over_connection(phone.request("ACK", "", ""), &phone, reached_at)).await;
    phone.cseq += 1;
    line.send(over_connection(phone.request("BYE", "", ""), &phone, reached_at)).await;
    line.expect("SIP/2.0 200").await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}
