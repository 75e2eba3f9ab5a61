//! SIP that is wrong: a defect on a recorded call or a clear answer, and a live system afterwards.

use std::time::Duration;

use serde_json::Value;

use super::harness::{Api, Kind, Server, Setup, Sipp, TcpCaller, UdpCaller, caller, the_call_of};

/// RFC 3261 asks for nothing faster than 64*T1; a busy test machine stays far below it.
const ANSWER: Duration = Duration::from_secs(10);

#[tokio::test]
async fn whatever_is_wrong_with_an_invite_is_a_defect_and_never_the_end() {
    let server = Server::start(Setup::demo(Kind::Sqlite).flag("--queue-answer-after-s", "1")).await;
    let petugas = server.log_in("petugas1").await;
    tokio::join!(
        by_sipp(&server, &petugas, "uac_no_sdp", "no_sdp"),
        // Its m= line has neither a port nor a codec: read as a stream that we cannot speak.
        by_sipp(&server, &petugas, "uac_broken_sdp", "no_common_codec"),
        by_sipp(&server, &petugas, "uac_no_common_codec", "no_common_codec"),
    );
    no_sdp_at_all_in_the_body(&server, &petugas).await;
    no_call_id(&server, &petugas).await;
    a_content_length_that_lies(&server, &petugas).await;
    sixty_kilobytes_of_headers(&server, &petugas).await;
    garbage(&server).await;
    lies_and_garbage_over_tcp(&server, &petugas).await;
    a_normal_call(&server, &petugas).await;
    server.verify().await;
}

/// The shipped scenarios demand a 200 with a usable answer all the same.
async fn by_sipp(server: &Server, petugas: &Api, scenario: &str, defect: &str) {
    let number = caller();
    Sipp::start(scenario, server.sip, &number, &["-d", "300"]).done(Duration::from_secs(30)).await;
    let call = has_defect(petugas, &number, defect).await;
    assert!(call["call_back"]["due_at"].is_string(), "nobody spoke to this caller: {call}");
}

async fn no_sdp_at_all_in_the_body(server: &Server, petugas: &Api) {
    let number = caller();
    let phone = UdpCaller::new(server.sip).await;
    let mut invite = phone.invite(&number, 9);
    invite.body = "\u{0}\u{ff}ini bukan SDP\r\n".into();
    invite.content_length = Some(invite.body.len().to_string());
    phone.send(&invite.bytes()).await;
    let ok = phone.expect("INVITE", 200, ANSWER).await;
    assert!(ok.text.contains("m=audio"), "our own offer comes back: {}", ok.text);
    phone.send(&invite.ack(&ok)).await;
    phone.send(&invite.bye(&ok)).await;
    phone.expect("BYE", 200, ANSWER).await;
    has_defect(petugas, &number, "broken_sdp").await;
}

async fn has_defect(petugas: &Api, number: &str, defect: &str) -> Value {
    let found = the_call_of(petugas, number, defect, |call| {
        let defects = call["defects"].as_array().map(Vec::as_slice).unwrap_or_default();
        defects.iter().any(|found| found == defect) && call["state"] == "ended"
    });
    found.await
}

async fn no_call_id(server: &Server, petugas: &Api) {
    let number = caller();
    let phone = UdpCaller::new(server.sip).await;
    let invite = phone.invite(&number, 9).without("Call-ID");
    phone.send(&invite.bytes()).await;
    phone.expect("INVITE", 180, ANSWER).await;
    // A retransmission is the same call, although nothing but the branch says so.
    phone.send(&invite.bytes()).await;
    let ok = phone.expect("INVITE", 200, ANSWER).await;
    phone.send(&invite.ack(&ok)).await;
    phone.send(&invite.bye(&ok)).await;
    phone.expect("BYE", 200, ANSWER).await;
    has_defect(petugas, &number, "no_call_id").await;
}

async fn a_content_length_that_lies(server: &Server, petugas: &Api) {
    for lie in [Some("9999"), Some("10"), Some("-1"), Some("seratus"), None] {
        let number = caller();
        let phone = UdpCaller::new(server.sip).await;
        let mut invite = phone.invite(&number, 9);
        invite.content_length = lie.map(str::to_owned);
        phone.send(&invite.bytes()).await;
        let ok = phone.expect("INVITE", 200, ANSWER).await;
        assert!(ok.text.contains("m=audio"), "the SDP was found all the same ({lie:?}): {}", ok.text);
        phone.send(&invite.ack(&ok)).await;
        phone.send(&invite.bye(&ok)).await;
        phone.expect("BYE", 200, ANSWER).await;
        // A datagram ends where it ends (RFC 3261 section 18.3), so no length at all is no mistake.
        match lie {
            Some(_) => has_defect(petugas, &number, "wrong_content_length").await,
            None => the_call_of(petugas, &number, "ended", |call| call["state"] == "ended").await,
        };
    }
}

async fn sixty_kilobytes_of_headers(server: &Server, petugas: &Api) {
    let padding = |invite: super::harness::Invite| {
        (0..600).fold(invite, |invite, n| invite.with(format!("X-Isi-{n}: {}", "a".repeat(88))))
    };
    let number = caller();
    let phone = UdpCaller::new(server.sip).await;
    let invite = padding(phone.invite(&number, 9));
    let bytes = invite.bytes();
    assert!((60_000..65_507).contains(&bytes.len()), "{}", bytes.len());
    phone.send(&bytes).await;
    let answer = phone.hears(ANSWER, |m| m.method == "INVITE" && m.status >= 200).await;
    let answer = answer.expect("60 KB of headers over UDP are answered");
    phone.send(&invite.ack(&answer)).await;
    if answer.status == 200 {
        phone.send(&invite.bye(&answer)).await;
        phone.expect("BYE", 200, ANSWER).await;
    }
    the_call_of(petugas, &number, "kept", |call| call["state"] == "ended").await;

    let number = caller();
    let mut phone = TcpCaller::new(server.sip).await;
    let invite = padding(phone.invite(&number, 9));
    phone.send(&invite.bytes()).await;
    let answer = phone.hears(ANSWER, |m| m.method == "INVITE" && m.status >= 200).await;
    let answer = answer.expect("60 KB of headers over TCP are answered");
    phone.send(&invite.ack(&answer)).await;
    if answer.status == 200 {
        phone.send(&invite.bye(&answer)).await;
        phone.hears(ANSWER, |m| m.method == "BYE" && m.status == 200).await.expect("BYE is answered");
    }
    the_call_of(petugas, &number, "kept", |call| call["state"] == "ended").await;
}

/// Nothing that is no SIP gets an answer, and none of it harms anybody.
async fn garbage(server: &Server) {
    let phone = UdpCaller::new(server.sip).await;
    let mut noise = simulator::seeded::Seeded::new(112);
    for length in [0, 1, 2, 4, 37, 1_400, 9_000, 65_000] {
        let bytes: Vec<u8> = (0..length).map(|_| noise.word() as u8).collect();
        phone.send(&bytes).await;
    }
    for text in [
        "\r\n\r\n",
        "\0\0\0\0",
        "INVITE",
        "INVITE sip:112@x",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "SIP/2.0 200 OK\r\n\r\n",
        "SIP/2.0 999999999999 X\r\nCSeq: 99999999999999999999 INVITE\r\n\r\n",
        "REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP \u{fffd};branch=\r\n\r\n",
    ] {
        phone.send(text.as_bytes()).await;
    }
}

async fn lies_and_garbage_over_tcp(server: &Server, petugas: &Api) {
    // Too short: the rest of the body stands where the next message should begin. Too long: the message never ends.
    for lie in ["10", "99999", "-1", "99999999999999999999"] {
        let number = caller();
        let mut phone = TcpCaller::new(server.sip).await;
        let mut invite = phone.invite(&number, 9);
        invite.content_length = Some(lie.to_owned());
        phone.send(&invite.bytes()).await;
        // Answered, refused or closed: the stream cannot be trusted, the server can.
        let heard = phone.hears(Duration::from_secs(3), |m| m.status >= 200).await;
        println!("Content-Length {lie} over TCP: {:?}", heard.map(|m| m.status));
    }
    let mut phone = TcpCaller::new(server.sip).await;
    phone.send(&[0xff; 70_000]).await;
    let heard = phone.hears(Duration::from_secs(3), |_| true).await;
    assert!(heard.is_none_or(|m| m.status >= 400), "garbage gets no good answer");

    // One byte at a time is as good as any other way.
    let number = caller();
    let mut phone = TcpCaller::new(server.sip).await;
    let invite = phone.invite(&number, 9);
    for piece in invite.bytes().chunks(7) {
        phone.send(piece).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ok =
        phone.hears(ANSWER, |m| m.method == "INVITE" && m.status == 200).await.expect("an answer over TCP");
    // ACK and BYE in one segment.
    phone.send(&[invite.ack(&ok), invite.bye(&ok)].concat()).await;
    phone.hears(ANSWER, |m| m.method == "BYE" && m.status == 200).await.expect("BYE is answered");
    the_call_of(petugas, &number, "ended", |call| call["state"] == "ended").await;
}

async fn a_normal_call(server: &Server, petugas: &Api) {
    for options in [vec!["-d", "200"], vec!["-d", "200", "-t", "t1"]] {
        let number = caller();
        Sipp::start("uac_answered", server.sip, &number, &options).done(Duration::from_secs(20)).await;
        let call = the_call_of(petugas, &number, "ended", |call| call["state"] == "ended").await;
        assert_eq!(call["defects"], serde_json::json!([]), "{call}");
    }
}
