use std::time::Duration;

use crate::client::*;

pub async fn talking(centre: &Centre) -> Phone {
    let mut phone = Phone::new(centre).await;
    phone.ring().await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_in_an_early_dialog_are_answered() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    for (method, headers, body, wanted) in [
        ("OPTIONS", "", "", "SIP/2.0 200"),
        ("INFO", "", "", "SIP/2.0 200"),
        ("UPDATE", "", "", "SIP/2.0 200"),
        ("UPDATE", "Content-Type: application/sdp\r\n", SDP, "SIP/2.0 500"),
        ("INVITE", "Content-Type: application/sdp\r\n", SDP, "SIP/2.0 500"),
        ("MESSAGE", "", "", "SIP/2.0 405"),
        ("REFER", "Refer-To: <sip:x@y>\r\n", "", "SIP/2.0 405"),
        ("PRACK", "RAck: 1 1 INVITE\r\n", "", "SIP/2.0 481"),
    ] {
        phone.cseq += 1;
        let request = phone.request(method, headers, body);
        phone.send(&request).await;
        let answer = phone.receive().await;
        assert!(answer.start.starts_with(wanted), "{method}: {}", answer.start);
        assert_eq!(answer.value("CSeq"), format!("{} {method}", phone.cseq));
        if method == "INVITE" {
            let branch = request.split("branch=").nth(1).unwrap().split(';').next().unwrap().to_owned();
            phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("ACK", &branch))).await;
        }
    }
    // The call still rings and can be answered.
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    assert_eq!(phone.expect("SIP/2.0 200").await.value("CSeq"), "1 INVITE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hold_and_resume_are_answered_and_the_stream_stops_and_goes_on() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let rtp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let sdp = SDP.replace("audio 9", &format!("audio {}", rtp.local_addr().unwrap().port()));
    phone.send(phone.invite_with("", "application/sdp", &sdp)).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let first = phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    let mut packet = [0; 1_500];
    tokio::time::timeout(PATIENCE, rtp.recv(&mut packet)).await.unwrap().unwrap();

    phone.cseq += 1;
    phone
        .send(phone.request("INVITE", "Content-Type: application/sdp\r\n", &format!("{sdp}a=sendonly\r\n")))
        .await;
    let held = phone.expect_to("SIP/2.0 200", "2 INVITE").await;
    assert!(held.body.contains("a=recvonly"), "{}", held.body);
    assert_eq!(held.audio_port(), first.audio_port());
    assert!(!held.value("Contact").is_empty());
    phone.ack().await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    while rtp.try_recv(&mut packet).is_ok() {}
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(rtp.try_recv(&mut packet).is_err(), "a held caller hears nothing");

    phone.cseq += 1;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", &sdp)).await;
    assert!(phone.expect_to("SIP/2.0 200", "3 UPDATE").await.body.contains("a=sendrecv"));
    tokio::time::timeout(PATIENCE, rtp.recv(&mut packet)).await.expect("the stream goes on").unwrap();
    phone.bye().await;
    centre.end_of(call).await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_without_our_codecs_changes_nothing_and_no_offer_asks_for_ours() {
    let centre = centre().await;
    let mut phone = talking(&centre).await;
    phone.cseq += 1;
    phone
        .send(phone.request("INVITE", "Content-Type: application/sdp\r\n", "v=0\r\nm=audio 9 RTP/AVP 18\r\n"))
        .await;
    phone.expect("SIP/2.0 488").await;
    phone.cseq += 1;
    phone.send(phone.request("INVITE", "", "")).await;
    let offered = phone.expect_to("SIP/2.0 200", "3 INVITE").await;
    assert!(offered.body.contains("RTP/AVP 8 0 101"), "{}", offered.body);
    phone.ack().await;
    // The dialog is not blocked by any of it.
    phone.cseq += 1;
    phone.send(phone.request("OPTIONS", "", "")).await;
    phone.expect("SIP/2.0 200").await;
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_timer_is_agreed_and_refreshed() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let timer = "Session-Expires: 1800;refresher=uac\r\nSupported: timer\r\n";
    phone.send(phone.invite_with(timer, "application/sdp", SDP)).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ok = phone.expect("SIP/2.0 200").await;
    assert_eq!(
        (ok.value("Session-Expires"), ok.value("Require")),
        ("1800;refresher=uac".to_owned(), "timer".to_owned())
    );
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.cseq += 1;
    phone.send(phone.request("UPDATE", timer, "")).await;
    let refreshed = phone.expect_to("SIP/2.0 200", &format!("{} UPDATE", phone.cseq)).await;
    assert_eq!(refreshed.value("Session-Expires"), "1800;refresher=uac");
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_no_call_is_told_so() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.to = "<sip:112@centre>;tag=gone".to_owned();
    for method in ["BYE", "UPDATE", "OPTIONS", "INFO", "INVITE"] {
        phone.cseq += 1;
        phone.send(phone.request(method, "", "")).await;
        let answer = phone.expect("SIP/2.0 481").await;
        assert_eq!(answer.value("CSeq"), format!("{} {method}", phone.cseq));
    }
    phone.cseq += 1;
    phone.send(phone.request("FETCH", "", "")).await;
    assert!(phone.expect("SIP/2.0 405").await.value("Allow").contains("INVITE"));
    assert_eq!(arrivals(&centre.facts().await).count(), 0);
}
