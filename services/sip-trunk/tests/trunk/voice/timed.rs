//! Session timers (RFC 4028) of the dialogs that we begin: we offer, the 2xx decides.

use std::time::Duration;

use call_link::order::{Order, OrderReply};
use dispatch_core::call::fact::{CallFact, EndReason, PartyEnd};
use dispatch_core::duty::Audio;
use dispatch_core::private::Private;
use sip_trunk::TrunkConfig;

use super::answerer::Answerer;
use super::sound::Sound;
use super::{Talk, target};
use crate::client::*;

async fn impatient(peer: Option<&Answerer>) -> Centre {
    let mut config = TrunkConfig { session_interval_min: Duration::from_secs(1), ..config() };
    config.trunks[0].peer = peer.map(|peer| peer.address().to_string());
    centre_with(config).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agencys_session_is_refreshed_by_whom_its_answer_names() {
    let centre = impatient(None).await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let mut agency = Answerer::new().await;
    let add = |agency: &Answerer| Order::AddParty {
        call: talk.call,
        by: talk.taker,
        target: target(agency),
        label: "Damkar".into(),
        key: None,
    };
    let Ok(OrderReply::PartyAdded { party }) = centre.orders().send(add(&agency)).await else { panic!() };
    let invite = agency.is_rung().await;
    assert!(invite.values("Supported").iter().any(|tags| tags.contains("timer")), "{invite:?}");
    let sound = Sound::new().await;
    agency.answer_with("Require: timer\r\nSession-Expires: 2;refresher=uac\r\n", &sound.sdp()).await;
    centre.has(talk.call, CallFact::PartyAnswered { party }).await;
    // It is on us. Where UPDATE is not known, an INVITE does it.
    let update = agency.expect("UPDATE").await;
    assert_eq!(update.value("Session-Expires"), "2;refresher=uac");
    agency.reply(&update, 405, "Method Not Allowed", "").await;
    let refresh = agency.expect("INVITE").await;
    assert_eq!(refresh.value("Session-Expires"), "2;refresher=uac");
    // The duty is handed over, and nobody does it.
    agency.reply_with(&refresh, "200 OK", "Session-Expires: 2;refresher=uas\r\n", &sound.sdp()).await;
    agency.is_hung_up().await;
    centre.has(talk.call, CallFact::PartyLeft { party, why: PartyEnd::Failed }).await;
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_whom_we_called_and_who_does_not_refresh_is_lost() {
    let (mut desk, mut person) = (Answerer::new().await, Answerer::new().await);
    let centre = impatient(Some(&person)).await;
    let by = petugas(1);
    centre.on_duty(by, Audio::Phone { uri: desk.uri() }).await;
    person.expect("OPTIONS").await;
    let call = centre.orders().dial(by, Private::new("0811717171".to_owned()), None, None).await.unwrap();
    desk.is_rung().await;
    desk.answer(&Sound::new().await.sdp()).await;
    person.is_rung().await;
    person.answer_with("Session-Expires: 2;refresher=uas\r\n", &Sound::new().await.sdp()).await;
    person.is_hung_up().await;
    desk.is_hung_up().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Lost);
    centre.assert_clean().await;
}
