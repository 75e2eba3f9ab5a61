//! What the stack underneath was measured by and that no other test shows.

use std::time::Duration;

use dispatch_core::call::fact::EndReason;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::client::*;
use crate::inside::talking;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bye_that_is_sent_again_gets_its_200_again() {
    let centre = centre().await;
    let mut phone = talking(&centre).await;
    let (call, _) = centre.arrival(0).await;
    phone.cseq += 1;
    let bye = phone.request("BYE", "", "");
    for _ in 0..3 {
        // One that comes while the 200 is being handed over may be lost, as any datagram may: timer E sends it again.
        let mut sent = 0;
        while sent == 0 || answered_within(&mut phone, Duration::from_millis(500)).await.is_err() {
            assert!(sent < 5, "no 200 for the BYE");
            phone.send(&bye).await;
            sent += 1;
        }
    }
    let (reason, _) = centre.end_of(call).await;
    assert_eq!(reason, EndReason::CallerHungUp);
    // Which also says that the call ended once.
    centre.assert_clean().await;
}

async fn answered_within(phone: &mut Phone, patience: Duration) -> Result<Received, Elapsed> {
    timeout(patience, phone.expect_to("SIP/2.0 200", "2 BYE")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_in_a_confirmed_dialog_are_answered_and_block_nothing() {
    let centre = centre().await;
    let mut phone = talking(&centre).await;
    let notify = "Event: presence\r\nSubscription-State: active\r\n";
    for (method, headers, body, wanted) in [
        ("UPDATE", "Content-Type: application/sdp\r\n", SDP, "SIP/2.0 200"),
        ("MESSAGE", "Content-Type: text/plain\r\n", "tolong", "SIP/2.0 405"),
        ("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\n", "SIP/2.0 200"),
        ("REFER", "Refer-To: <sip:x@y>\r\n", "", "SIP/2.0 405"),
        ("OPTIONS", "", "", "SIP/2.0 200"),
        ("NOTIFY", notify, "", "SIP/2.0 489"),
        ("SUBSCRIBE", "Event: presence\r\n", "", "SIP/2.0 405"),
        ("UPDATE", "", "", "SIP/2.0 200"),
    ] {
        phone.cseq += 1;
        phone.send(phone.request(method, headers, body)).await;
        let answer = phone.expect_to("SIP/2.0 ", &format!("{} {method}", phone.cseq)).await;
        assert!(answer.start.starts_with(wanted), "{method}: {}", answer.start);
    }
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_without_its_end_is_no_reason_to_refuse_a_call() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite().replacen("\"Budi\"", "\"Budi", 1)).await;
    phone.expect("SIP/2.0 180").await;
    let (call, arrival) = centre.arrival(0).await;
    assert!(arrival.caller.is_some_and(|caller| caller.number.reveal().ends_with("811717171")));
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    centre.orders().hangup(call, petugas(1)).await.unwrap();
    let bye = phone.expect("BYE ").await;
    phone.reply(&bye, 200, "OK").await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    centre.assert_clean().await;
}
