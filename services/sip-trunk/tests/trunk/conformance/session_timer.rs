//! Session timers (RFC 4028), with intervals of seconds instead of minutes.

use std::time::Duration;

use dispatch_core::call::fact::EndReason;
use sip_trunk::TrunkConfig;

use crate::client::*;

async fn impatient() -> Centre {
    centre_with(TrunkConfig { session_interval_min: Duration::from_secs(3), ..config() }).await
}

/// A confirmed call with these headers on its INVITE; gives the 200.
async fn talking_with(centre: &Centre, phone: &mut Phone, headers: &str) -> Received {
    phone.send(phone.invite_with(headers, "application/sdp", SDP)).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ok = phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    ok
}

/// Our answer to a request of the centre.
fn answer(request: &Received, code: &str, headers: &str) -> String {
    let mut text = format!("SIP/2.0 {code}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        for value in request.values(name) {
            text += &format!("{name}: {value}\r\n");
        }
    }
    format!("{text}{headers}Content-Length: 0\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_does_not_refresh_in_time_is_ended_with_bye() {
    let centre = impatient().await;
    let mut phone = Phone::new(&centre).await;
    let timer = "Session-Expires: 3;refresher=uac\r\nSupported: timer\r\n";
    let ok = talking_with(&centre, &mut phone, timer).await;
    assert_eq!(
        (ok.value("Session-Expires"), ok.value("Require")),
        ("3;refresher=uac".into(), "timer".into())
    );
    // A refresh in time keeps it.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    phone.cseq += 1;
    phone.send(phone.request("UPDATE", timer, "")).await;
    phone.expect_to("SIP/2.0 200", "2 UPDATE").await;
    phone.expect_silence(Duration::from_millis(1_200), "").await;
    let bye = phone.expect("BYE").await;
    phone.send(answer(&bye, "200 OK", "")).await;
    let (call, _) = centre.arrival(0).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Lost);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_refresh_by_update_when_it_is_on_us_and_a_dead_side_is_ended() {
    let centre = impatient().await;
    let mut phone = Phone::new(&centre).await;
    let ok =
        talking_with(&centre, &mut phone, "Session-Expires: 3;refresher=uas\r\nSupported: timer\r\n").await;
    assert_eq!(ok.value("Session-Expires"), "3;refresher=uas");
    for _ in 0..2 {
        let refresh = phone.expect("UPDATE").await;
        assert_eq!(refresh.value("Session-Expires"), "3;refresher=uac");
        assert_eq!(refresh.body, "");
        phone.send(answer(&refresh, "200 OK", "Session-Expires: 3;refresher=uac\r\n")).await;
    }
    // Now nobody answers any more: 64*T1, then BYE.
    phone.expect("UPDATE").await;
    phone.expect("BYE").await;
    let (call, _) = centre.arrival(0).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Lost);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_refresh_by_invite_where_update_is_not_allowed_and_both_at_once_is_glare() {
    let centre = impatient().await;
    let mut phone = Phone::new(&centre).await;
    let headers =
        "Session-Expires: 3;refresher=uas\r\nSupported: timer\r\nAllow: INVITE, ACK, BYE, CANCEL\r\n";
    let ok = talking_with(&centre, &mut phone, headers).await;
    let refresh = phone.expect("INVITE").await;
    assert_eq!(refresh.audio_port(), ok.audio_port(), "the session as it is");
    // The caller's side changes the session at the same moment (RFC 3261 section 14.2).
    phone.cseq += 1;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", SDP)).await;
    phone.expect_to("SIP/2.0 491", "2 UPDATE").await;
    phone.cseq += 1;
    let request = phone.request("INVITE", "Content-Type: application/sdp\r\n", SDP);
    phone.send(&request).await;
    phone.expect_to("SIP/2.0 491", "3 INVITE").await;
    let branch = request.split("branch=").nth(1).unwrap().split(';').next().unwrap().to_owned();
    phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("ACK", &branch))).await;

    let contact = format!("Contact: <sip:budi@{}>\r\nContent-Type: application/sdp\r\n", phone.address());
    let ours = answer(&refresh, "200 OK", &contact);
    let ours =
        ours.replace("Content-Length: 0\r\n\r\n", &format!("Content-Length: {}\r\n\r\n{SDP}", SDP.len()));
    phone.send(ours).await;
    phone.expect("ACK").await;
    // Now it may, a moment after our ACK.
    tokio::time::sleep(Duration::from_millis(300)).await;
    phone.cseq += 1;
    phone.send(phone.request("UPDATE", "Content-Type: application/sdp\r\n", SDP)).await;
    phone.expect_to("SIP/2.0 200", "4 UPDATE").await;
    phone.bye().await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_that_is_too_frequent_for_the_other_side_is_sent_with_its_interval() {
    let centre = impatient().await;
    let mut phone = Phone::new(&centre).await;
    talking_with(&centre, &mut phone, "Session-Expires: 3;refresher=uas\r\nSupported: timer\r\n").await;
    let refresh = phone.expect("UPDATE").await;
    phone.send(answer(&refresh, "422 Session Interval Too Small", "Min-SE: 400\r\n")).await;
    let raised = phone.expect_to("UPDATE", &raise(&refresh.value("CSeq"))).await;
    assert_eq!(raised.value("Session-Expires"), "400;refresher=uac");
    phone.send(answer(&raised, "200 OK", "Session-Expires: 400;refresher=uac\r\n")).await;
    // The next one is not due for 200 s.
    phone.expect_silence(Duration::from_millis(2_500), "UPDATE").await;
    phone.bye().await;
    centre.assert_clean().await;
}

fn raise(cseq: &str) -> String {
    let (number, method) = cseq.split_once(' ').unwrap();
    format!("{} {method}", number.parse::<u32>().unwrap() + 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_interval_is_raised_in_the_first_invite_and_refused_inside_the_call() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let timer = "Session-Expires: 20;refresher=uac\r\nSupported: timer\r\n";
    let ok = talking_with(&centre, &mut phone, timer).await;
    assert_eq!(ok.value("Session-Expires"), "90;refresher=uac", "a call is never refused over a timer");
    for method in ["UPDATE", "INVITE"] {
        phone.cseq += 1;
        let request = phone.request(method, timer, "");
        phone.send(&request).await;
        let refused = phone.expect_to("SIP/2.0 422", &format!("{} {method}", phone.cseq)).await;
        assert_eq!(refused.value("Min-SE"), "90");
        if method == "INVITE" {
            let branch = request.split("branch=").nth(1).unwrap().split(';').next().unwrap().to_owned();
            phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("ACK", &branch))).await;
        }
    }
    phone.bye().await;
    centre.assert_clean().await;
}
