//! Requests inside and outside a dialog that are refused, each with the right answer (RFC 3261, RFC 3311).

use crate::client::*;
use crate::inside::talking;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_requirements_are_refused_in_every_request_but_invite_and_bye() {
    let centre = centre().await;
    let mut phone = talking(&centre).await;
    for method in ["OPTIONS", "UPDATE", "INFO"] {
        phone.cseq += 1;
        phone.send(phone.request(method, "Require: teleport, timer\r\nRequire: levitation\r\n", "")).await;
        let refused = phone.expect_to("SIP/2.0 420", &format!("{} {method}", phone.cseq)).await;
        assert_eq!(refused.value("Unsupported"), "teleport, levitation");
    }
    phone.cseq += 1;
    phone.send(phone.request("INVITE", "Require: teleport\r\nContent-Type: application/sdp\r\n", SDP)).await;
    phone.expect_to("SIP/2.0 200", &format!("{} INVITE", phone.cseq)).await;
    phone.ack().await;
    // Whoever hangs up is gone, whatever else it demands.
    phone.cseq += 1;
    phone.send(phone.request("BYE", "Require: teleport\r\n", "")).await;
    phone.expect_to("SIP/2.0 200", &format!("{} BYE", phone.cseq)).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_the_network_held_back_does_not_undo_a_newer_one() {
    let centre = centre().await;
    let mut phone = talking(&centre).await;
    let hold = format!("{SDP}a=sendonly\r\n");
    phone.cseq = 10;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", SDP)).await;
    assert!(phone.expect_to("SIP/2.0 200", "10 UPDATE").await.body.contains("a=sendrecv"));
    phone.cseq = 9;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", &hold)).await;
    phone.expect_to("SIP/2.0 500", "9 UPDATE").await;
    phone.cseq = 10;
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_crosses_ours_is_glare() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite_with("", "application/sdp", "")).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ours = phone.expect("SIP/2.0 200").await;
    assert!(ours.audio_port() > 0);
    phone.cseq += 1;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", SDP)).await;
    phone.expect_to("SIP/2.0 491", "2 UPDATE").await;
    // Without an offer it is only a sign of life.
    phone.cseq += 1;
    phone.send(phone.request("UPDATE", "", "")).await;
    phone.expect_to("SIP/2.0 200", "3 UPDATE").await;
    phone.cseq = 1;
    phone.send(phone.request("ACK", "Content-Type: application/sdp\r\n", SDP)).await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.cseq = 4;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", SDP)).await;
    phone.expect_to("SIP/2.0 200", "4 UPDATE").await;
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_moved_is_hung_up_on_where_it_is_now() {
    let centre = centre().await;
    let mut phone = talking(&centre).await;
    let moved = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    phone.cseq += 1;
    let update = phone.request("UPDATE", "", "").replace(
        &format!("Contact: <sip:budi@{}>", phone.address()),
        &format!("Contact: <sip:budi@{}>", moved.local_addr().unwrap()),
    );
    phone.send(update).await;
    phone.expect_to("SIP/2.0 200", "2 UPDATE").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().hangup(call, petugas(1)).await.unwrap();
    let mut buffer = [0; 4_096];
    let (bytes, _) = tokio::time::timeout(PATIENCE, moved.recv_from(&mut buffer)).await.unwrap().unwrap();
    assert!(buffer[..bytes].starts_with(b"BYE "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn options_at_its_last_hop_is_answered_and_an_unknown_method_is_told_what_is_allowed() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.request("OPTIONS", "", "").replace("Max-Forwards: 70", "Max-Forwards: 0")).await;
    let ok = phone.expect("SIP/2.0 200").await;
    for method in ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "UPDATE", "INFO", "PRACK"] {
        assert!(ok.value("Allow").contains(method), "{}", ok.value("Allow"));
    }
    assert_eq!(
        (ok.value("Supported"), ok.value("Accept").contains("application/sdp")),
        ("timer, 100rel".into(), true)
    );
    for method in ["FETCH", "REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "NOTIFY", "REFER"] {
        phone.cseq += 1;
        phone.send(phone.request(method, "", "")).await;
        let refused = phone.expect_to("SIP/2.0 405", &format!("{} {method}", phone.cseq)).await;
        assert!(refused.value("Allow").contains("INVITE"), "{method}");
    }
    assert_eq!(arrivals(&centre.facts().await).count(), 0);
}
