use call_link::order::Order;
use dispatch_core::call::fact::{CallFact, EndReason, PartyEnd};
use dispatch_core::ids::PartyId;

use super::answerer::Answerer;
use super::sound::Sound;
use super::{AGENCY, CALLER, TAKER, Talk, done, target};
use crate::client::*;

fn referring() -> sip_trunk::TrunkConfig {
    let mut config = config();
    config.trunks[0].refer = true;
    config
}

async fn party_of(centre: &Centre, talk: &Talk) -> PartyId {
    centre
        .fact(
            talk.call,
            |fact| if let CallFact::PartyAdded { party, .. } = fact { Some(*party) } else { None },
        )
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transferred_caller_talks_with_the_other_centre_and_the_call_taker_is_free() {
    let centre = centre().await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let mut neighbour = Answerer::new().await;
    let label = "PSAP Bangka".to_owned();
    done(&centre, Order::Transfer { call, by, target: target(&neighbour), label, key: None }).await;
    neighbour.is_rung().await;
    // Until somebody answers there the call-taker stays.
    talk.caller.sound.hears(&[TAKER], &[CALLER]).await;
    let mut sound = Sound::new().await;
    let port = neighbour.answer(&sound.sdp()).await;
    sound.speak(port, AGENCY);
    talk.desk.is_hung_up().await;
    centre.has(call, CallFact::CallTakerLeft { by }).await;
    talk.caller.sound.hears(&[AGENCY], &[TAKER]).await;
    sound.hears(&[CALLER], &[TAKER]).await;
    talk.caller.phone.bye().await;
    neighbour.is_hung_up().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_that_nobody_takes_leaves_the_call_taker_with_the_caller() {
    let centre = centre().await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let mut neighbour = Answerer::new().await;
    done(&centre, Order::Transfer { call, by, target: target(&neighbour), label: String::new(), key: None })
        .await;
    neighbour.is_rung().await;
    neighbour.refuse(603).await;
    let party = party_of(&centre, &talk).await;
    centre.has(call, CallFact::PartyLeft { party, why: PartyEnd::Refused }).await;
    talk.caller.sound.hears(&[TAKER], &[CALLER]).await;
    assert_eq!(centre.live().await[0].answered_by, Some(by));
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_refers_takes_the_call_over() {
    let centre = centre_with(referring()).await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let neighbour = Answerer::new().await;
    done(&centre, Order::Transfer { call, by, target: target(&neighbour), label: String::new(), key: None })
        .await;
    let phone = &mut talk.caller.phone;
    let refer = phone.expect("REFER").await;
    assert_eq!(refer.value("Refer-To"), format!("<{}>", neighbour.uri()));
    assert!(refer.value("Referred-By").contains("sip:112@"), "{}", refer.value("Referred-By"));
    phone.reply(&refer, 202, "Accepted").await;
    for fragment in ["SIP/2.0 100 Trying\r\n", "SIP/2.0 200 OK\r\n"] {
        phone.cseq += 1;
        let headers = "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n";
        phone.send(phone.request("NOTIFY", headers, fragment)).await;
        let cseq = format!("{} NOTIFY", phone.cseq);
        phone.expect_to("SIP/2.0 200", &cseq).await;
    }
    let bye = phone.expect("BYE").await;
    phone.reply(&bye, 200, "OK").await;
    talk.desk.is_hung_up().await;
    let (reason, facts) = centre.end_of(call).await;
    assert_eq!(reason, EndReason::Diverted);
    assert!(facts.contains(&CallFact::CallTakerLeft { by }), "{facts:?}");
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refer_that_is_refused_is_done_by_ringing() {
    let centre = centre_with(referring()).await;
    let mut talk = Talk::begun(&centre, petugas(1)).await;
    let (call, by) = (talk.call, talk.taker);
    let mut neighbour = Answerer::new().await;
    done(&centre, Order::Transfer { call, by, target: target(&neighbour), label: String::new(), key: None })
        .await;
    let refer = talk.caller.phone.expect("REFER").await;
    talk.caller.phone.reply(&refer, 405, "Method Not Allowed").await;
    neighbour.is_rung().await;
    let mut sound = Sound::new().await;
    let port = neighbour.answer(&sound.sdp()).await;
    sound.speak(port, AGENCY);
    talk.desk.is_hung_up().await;
    talk.caller.sound.hears(&[AGENCY], &[TAKER]).await;
    talk.caller.phone.bye().await;
    neighbour.is_hung_up().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}
