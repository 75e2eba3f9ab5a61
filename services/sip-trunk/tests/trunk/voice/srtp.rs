//! Encrypted audio (RFC 4568, RFC 3711) as a trunk's profile wants it, and calls that go on without it. What is said
//! to be encrypted is heard: by phones that have the keys and understand nothing else.

use std::time::Duration;

use call_link::order::{Order, OrderReply};
use call_media::sdp::Offer;
use dispatch_core::call::fact::CallFact;
use dispatch_core::private::Private;
use sip_trunk::{Srtp, TestResult, TrunkConfig, TrunkProfile};

use super::answerer::Answerer;
use super::sound::Sound;
use super::{AGENCY, CALLER, Caller, TAKER, Talk, answer};
use crate::client::*;
use crate::restored::{held, is_free, says_it_is_there};
use crate::resumed::{Doomed, hear_nothing_old};
use crate::tls::until;

fn profile(srtp: Srtp) -> TrunkConfig {
    let base = config();
    let trunks = vec![TrunkProfile { srtp, ..base.trunks[0].clone() }];
    TrunkConfig { trunks, ..base }
}

async fn centre_of(srtp: Srtp) -> Centre {
    centre_with(profile(srtp)).await
}

/// A new description inside the call; the answer to it.
async fn renegotiate(phone: &mut Phone, sdp: &str) -> Received {
    phone.cseq += 1;
    phone.send(phone.request("INVITE", "Content-Type: application/sdp\r\n", sdp)).await;
    let answer = phone.expect_to("SIP/2.0 200", &format!("{} INVITE", phone.cseq)).await;
    phone.ack().await;
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_caller_is_heard_and_hears_whatever_the_profile_says() {
    for srtp in [Srtp::Off, Srtp::Optional, Srtp::Required] {
        let centre = centre_of(srtp).await;
        let mut talk = Talk::begun_with(&centre, petugas(1), Sound::encrypted().await).await;
        let Caller { phone, sound, port } = &mut talk.caller;
        // A refresh with the same key goes on in the same stream: our key stays too.
        let first = renegotiate(phone, &sound.sdp()).await;
        let second = renegotiate(phone, &sound.sdp()).await;
        let key = |answer: &Received| {
            Offer::parse(answer.body.as_bytes()).unwrap().secure_voice().unwrap().crypto.key
        };
        assert_eq!(key(&first), key(&second));
        sound.hears(&[TAKER], &[CALLER]).await;
        // Another telephone takes the call over, with keys of its own.
        sound.be_quiet();
        let mut moved = Sound::encrypted().await;
        let answer = renegotiate(phone, &moved.sdp()).await;
        assert_ne!(moved.decrypts(&answer.body), key(&first), "a new stream has a new key");
        moved.speak(*port, AGENCY);
        talk.desk_sound.hears(&[AGENCY], &[CALLER]).await;
        moved.hears(&[TAKER], &[AGENCY]).await;
        // And one without encryption.
        moved.be_quiet();
        let mut plain = Sound::new().await;
        let answer = renegotiate(phone, &plain.sdp()).await;
        assert!(answer.body.contains("RTP/AVP 8") && !answer.body.contains("crypto"), "{}", answer.body);
        plain.speak(*port, CALLER);
        talk.desk_sound.hears(&[CALLER], &[AGENCY]).await;
        plain.hears(&[TAKER], &[CALLER]).await;
        let counted = u64::from(srtp == Srtp::Required);
        assert_eq!(centre.trunk.snapshot().unencrypted, counted);
        phone.bye().await;
        talk.desk.is_hung_up().await;
        centre.end_of(talk.call).await;
        centre.assert_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_without_encryption_is_answered_all_the_same_and_counted() {
    for (srtp, counted) in [(Srtp::Optional, 0), (Srtp::Required, 1)] {
        let centre = centre_of(srtp).await;
        let mut talk = Talk::begun(&centre, petugas(1)).await;
        assert_eq!(centre.trunk.snapshot().unencrypted, counted);
        talk.caller.phone.bye().await;
        talk.desk.is_hung_up().await;
    }
    let centre = centre_of(Srtp::Required).await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite_with("", "application/sdp", "broken")).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    answer(&centre, call, petugas(1)).await;
    let ok = phone.expect("SIP/2.0 200").await;
    assert!(ok.body.contains("RTP/AVP 8 0"), "nobody would tell us a key: {}", ok.body);
    assert_eq!(centre.trunk.snapshot().unencrypted, 1);
}

/// A caller whose INVITE leaves the offer to us, at a trunk that demands encryption; our 200.
async fn without_an_offer(centre: &Centre, phone: &mut Phone, desk: &mut Answerer) -> Received {
    let by = petugas(1);
    centre.on_duty(by, dispatch_core::duty::Audio::Phone { uri: desk.uri() }).await;
    phone.send(phone.invite_with("", "application/sdp", "")).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    answer(centre, call, by).await;
    let ok = phone.expect("SIP/2.0 200").await;
    desk.is_rung().await;
    ok
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_of_ours_is_encrypted_where_the_trunk_demands_it_and_plain_when_that_is_refused() {
    for takes_it in [true, false] {
        let centre = centre_of(Srtp::Required).await;
        let (mut phone, mut desk) = (Phone::new(&centre).await, Answerer::new().await);
        let ok = without_an_offer(&centre, &mut phone, &mut desk).await;
        assert!(ok.body.contains("RTP/SAVP 8 0 101") && ok.body.contains("a=crypto:1 "), "{}", ok.body);
        let mut desk_sound = Sound::new().await;
        let port = desk.answer(&desk_sound.sdp()).await;
        desk_sound.speak(port, TAKER);
        let mut sound;
        if takes_it {
            sound = Sound::encrypted().await;
            sound.decrypts(&ok.body);
            phone.send(phone.request("ACK", "Content-Type: application/sdp\r\n", &sound.sdp())).await;
        } else {
            sound = Sound::new().await;
            let refused = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/SAVP 8\r\n";
            phone.send(phone.request("ACK", "Content-Type: application/sdp\r\n", refused)).await;
            let again = phone.expect("INVITE ").await;
            assert!(
                again.body.contains("RTP/AVP 8 0 101") && !again.body.contains("crypto"),
                "{}",
                again.body
            );
            phone.reply_with(&again, "200 OK", &sound.sdp()).await;
            phone.expect("ACK ").await;
        }
        sound.speak(ok.audio_port(), CALLER);
        sound.hears(&[TAKER], &[CALLER]).await;
        desk_sound.hears(&[CALLER], &[TAKER]).await;
        assert_eq!(centre.trunk.snapshot().unencrypted, u64::from(!takes_it));
        phone.bye().await;
        desk.is_hung_up().await;
        centre.assert_clean().await;
    }
    let centre = centre_of(Srtp::Optional).await;
    let (mut phone, mut desk) = (Phone::new(&centre).await, Answerer::new().await);
    let ok = without_an_offer(&centre, &mut phone, &mut desk).await;
    assert!(ok.body.contains("RTP/AVP 8 0 101") && !ok.body.contains("crypto"), "{}", ok.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_we_call_over_such_a_trunk_is_offered_encryption_and_called_plainly_after_a_488() {
    let mut agency = Answerer::new().await;
    let mut config = profile(Srtp::Required);
    config.trunks[0].peer = Some(agency.address().to_string());
    let centre = centre_with(config).await;
    agency.expect("OPTIONS").await;
    // The desk phone is no trunk: it is offered plain audio.
    let mut talk = Talk::begun_with(&centre, petugas(1), Sound::encrypted().await).await;
    for (refuses, unencrypted) in [(false, 0), (true, 1)] {
        let target = Private::new("0800112".to_owned());
        let order =
            Order::AddParty { call: talk.call, by: talk.taker, target, label: "Damkar".into(), key: None };
        let Ok(OrderReply::PartyAdded { party }) = centre.orders().send(order).await else { panic!() };
        let invite = agency.is_rung().await;
        assert!(invite.body.contains("RTP/SAVP 8 0 101"), "{}", invite.body);
        let mut sound = Sound::encrypted().await;
        sound.decrypts(&invite.body);
        if refuses {
            agency.refuse(488).await;
            let invite = agency.is_rung().await;
            assert!(invite.body.contains("RTP/AVP 8 0 101") && !invite.body.contains("crypto"));
            sound = Sound::new().await;
        }
        let port = agency.answer(&sound.sdp()).await;
        centre.has(talk.call, CallFact::PartyAnswered { party }).await;
        sound.speak(port, AGENCY);
        sound.hears(&[CALLER, TAKER], &[AGENCY]).await;
        talk.caller.sound.hears(&[AGENCY, TAKER], &[CALLER]).await;
        assert_eq!(centre.trunk.snapshot().unencrypted, unencrypted);
        agency.hang_up().await;
        talk.caller.sound.hears(&[TAKER], &[AGENCY]).await;
    }
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_call_is_encrypted_where_the_trunk_demands_it() {
    let own = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let base = profile(Srtp::Required);
    let trunk = TrunkProfile {
        peer: Some(own.to_string()),
        test_every: Some(Duration::from_millis(500)),
        test_uri: Some("112".to_owned()),
        ..base.trunks[0].clone()
    };
    let centre = centre_with(TrunkConfig { bind: own, trunks: vec![trunk], ..base }).await;
    until(|| centre.trunk.health()[0].tests_passed >= 1).await;
    assert!(matches!(centre.trunk.health()[0].last_test, Some(TestResult::Passed { .. })));

    let mut border = Answerer::new().await;
    let base = profile(Srtp::Required);
    let trunk = TrunkProfile {
        peer: Some(border.address().to_string()),
        test_every: Some(Duration::from_millis(500)),
        test_uri: Some("112".to_owned()),
        ..base.trunks[0].clone()
    };
    let centre = centre_with(TrunkConfig { trunks: vec![trunk], ..base }).await;
    assert!(border.is_rung().await.body.contains("RTP/SAVP"));
    border.refuse(488).await;
    assert!(border.is_rung().await.body.contains("RTP/AVP"));
    border.refuse(486).await;
    until(|| centre.trunk.health()[0].last_test == Some(TestResult::Refused { code: 486 })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_both_sides_go_on_with_the_keys_that_they_have() {
    let doomed = Doomed::new(profile(Srtp::Required)).await;
    let mut talk = Talk::begun_with(&doomed.centre, petugas(1), Sound::encrypted().await).await;
    held(&doomed.centre, talk.call, 2).await;
    let to = talk.caller.phone.to.clone();
    let left = doomed.die();
    let journal = std::fs::read(left.journal_file()).unwrap();
    assert!(journal.windows(6).any(|word| word == b"\\\"keys"), "the keys are kept with the dialog");
    is_free(talk.caller.port).await;
    let centre =
        left.start_with(TrunkConfig { t1: Duration::from_millis(200), ..profile(Srtp::Required) }).await;
    hear_nothing_old(&mut talk.caller.phone);
    talk.caller.phone.to = to;
    says_it_is_there(&mut talk.caller.phone).await;
    talk.desk.is_asked().await;
    talk.desk_sound.forget();
    talk.caller.sound.forget();
    // The phone understands us without a new key, and knows our rollovers; we understand it, in its second one.
    talk.caller.sound.hears(&[TAKER], &[CALLER]).await;
    talk.desk_sound.hears(&[CALLER], &[TAKER]).await;
    talk.caller.phone.bye().await;
    talk.desk.is_hung_up().await;
    centre.end_of(talk.call).await;
    centre.assert_clean().await;
}
