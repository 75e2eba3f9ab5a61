//! Reliable provisional responses (RFC 3262) with us as the called side.

use std::time::Duration;

use dispatch_core::call::fact::EndReason;

use crate::client::*;

/// Calls with `Require: 100rel`; gives the 180.
async fn ring_reliably(phone: &mut Phone) -> Received {
    phone.send(phone.invite_with("Require: 100rel\r\n", "application/sdp", SDP)).await;
    phone.expect("SIP/2.0 180").await
}

fn rack(ringing: &Received) -> String {
    format!("RAck: {} {}\r\n", ringing.value("RSeq"), ringing.value("CSeq"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_180_is_repeated_with_growing_pauses_until_its_prack() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let first = ring_reliably(&mut phone).await;
    assert_eq!(first.value("Require"), "100rel");
    let rseq: u32 = first.value("RSeq").parse().unwrap();
    assert!((1..=0x7FFF_FFFF).contains(&rseq));
    assert!(!first.value("Contact").is_empty(), "the PRACK has to find us");
    for _ in 0..3 {
        let again = phone.expect("SIP/2.0 180").await;
        assert_eq!((again.value("RSeq"), again.value("To")), (first.value("RSeq"), first.value("To")));
    }
    phone.cseq += 1;
    phone.send(phone.request("PRACK", &rack(&first), "")).await;
    phone.expect_to("SIP/2.0 200", "2 PRACK").await;
    // What was on its way has come; now it is quiet.
    tokio::time::sleep(Duration::from_millis(100)).await;
    while phone.socket.try_recv_from(&mut [0; 4_096]).is_ok() {}
    phone.expect_silence(Duration::from_millis(700), "").await;

    let (call, arrival) = centre.arrival(0).await;
    assert_defects(&arrival, &[]);
    centre.orders().answer(call, petugas(1)).await.unwrap();
    assert_eq!(phone.expect("SIP/2.0 200").await.value("CSeq"), "1 INVITE");
    phone.cseq = 1;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.cseq = 2;
    phone.bye().await;
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(names_of(&facts), ["arrived", "answered", "confirmed", "ended CallerHungUp"]);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prack_that_matches_nothing_gets_481_and_the_180_goes_on() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let first = ring_reliably(&mut phone).await;
    let rseq: u32 = first.value("RSeq").parse().unwrap();
    let wrong = [
        format!("RAck: {} 1 INVITE\r\n", rseq ^ 1),
        format!("RAck: {rseq} 2 INVITE\r\n"),
        format!("RAck: {rseq} 1 UPDATE\r\n"),
        "RAck: x\r\n".to_owned(),
        String::new(),
    ];
    for headers in &wrong {
        phone.cseq += 1;
        phone.send(phone.request("PRACK", headers, "")).await;
        phone.expect_to("SIP/2.0 481", &format!("{} PRACK", phone.cseq)).await;
    }
    phone.expect("SIP/2.0 180").await;
    phone.cseq += 1;
    phone.send(phone.request("PRACK", &rack(&first), "")).await;
    phone.expect_to("SIP/2.0 200", &format!("{} PRACK", phone.cseq)).await;
    // It acknowledges once (RFC 3262 section 3).
    phone.cseq += 1;
    phone.send(phone.request("PRACK", &rack(&first), "")).await;
    phone.expect_to("SIP/2.0 481", &format!("{} PRACK", phone.cseq)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_ends_the_repeating_and_a_late_prack_is_still_right() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let first = ring_reliably(&mut phone).await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect_to("SIP/2.0 200", "1 INVITE").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    while phone.socket.try_recv_from(&mut [0; 4_096]).is_ok() {}
    phone.expect_silence(Duration::from_millis(500), "SIP/2.0 200").await;
    phone.cseq += 1;
    phone.send(phone.request("PRACK", &rack(&first), "")).await;
    phone.expect_to("SIP/2.0 200", "2 PRACK").await;
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_never_acknowledges_is_rung_for_64_t1_and_then_still_answered() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    ring_reliably(&mut phone).await;
    let (call, _) = centre.arrival(0).await;
    // 64*T1 is 1.28 s in these tests: six repeats, none after.
    tokio::time::sleep(Duration::from_millis(3_000)).await;
    let mut repeats = 0;
    while phone.socket.try_recv_from(&mut [0; 4_096]).is_ok() {
        repeats += 1;
    }
    assert!((4..=6).contains(&repeats), "{repeats} repeats");
    phone.expect_silence(Duration::from_millis(500), "").await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect_to("SIP/2.0 200", "1 INVITE").await;
    phone.ack().await;
    phone.bye().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_only_supports_it_is_rung_plainly() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite_with("Supported: 100rel\r\n", "application/sdp", SDP)).await;
    let ringing = phone.expect("SIP/2.0 180").await;
    assert_eq!((ringing.value("RSeq"), ringing.value("Require")), (String::new(), String::new()));
    phone.expect_silence(Duration::from_millis(300), "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_ends_reliable_ringing() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let ringing = ring_reliably(&mut phone).await;
    phone.to = "<sip:112@centre>".to_owned();
    phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("CANCEL", &phone.branch))).await;
    let ended = phone.expect("SIP/2.0 487").await;
    assert_eq!(ended.value("To"), ringing.value("To"), "the 487 belongs to the dialog of the 180");
    phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("ACK", &phone.branch))).await;
    let (call, _) = centre.arrival(0).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerCancelled);
    tokio::time::sleep(Duration::from_millis(100)).await;
    while phone.socket.try_recv_from(&mut [0; 4_096]).is_ok() {}
    phone.expect_silence(Duration::from_millis(500), "SIP/2.0 487").await;
    centre.assert_clean().await;
}
