use dispatch_core::call::fact::{Defect, EndReason};

use crate::client::*;

/// Sends one INVITE, answers the call, hangs up; gives the arrival.
async fn survives(change: impl Fn(&Phone, String) -> Vec<u8>) -> dispatch_core::call::fact::Arrival {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let invite = change(&phone, phone.invite());
    phone.send(&invite).await;
    phone.expect("SIP/2.0 180").await;
    // A retransmission of the same broken message is no second call.
    phone.send(&invite).await;
    phone.expect("SIP/2.0 180").await;
    let (call, arrival) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ok = phone.expect("SIP/2.0 200").await;
    assert!(ok.audio_port() > 0);
    let ack = change(&phone, phone.request("ACK", "", ""));
    phone.send(&ack).await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.cseq += 1;
    let bye = change(&phone, phone.request("BYE", "", ""));
    phone.send(&bye).await;
    phone.expect("SIP/2.0 200").await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    assert_eq!(arrivals(&centre.facts().await).count(), 1);
    centre.assert_clean().await;
    arrival
}

fn without(message: &str, name: &str) -> Vec<u8> {
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let kept: Vec<_> = head.split("\r\n").filter(|line| !line.starts_with(&format!("{name}:"))).collect();
    format!("{}\r\n\r\n{body}", kept.join("\r\n")).into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_id() {
    let arrival = survives(|_, message| without(&message, "Call-ID")).await;
    assert_defects(&arrival, &[Defect::NoCallId]);
    assert!(arrival.sip_call_id.ends_with("@sigap.invalid"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_from_tag_no_max_forwards_no_contact_no_content_length() {
    let arrival =
        survives(|phone, message| message.replace(&format!(";tag={}", phone.from_tag), "").into_bytes())
            .await;
    assert_defects(&arrival, &[Defect::RepairedHeader]);
    assert_eq!(arrival.caller.unwrap().number.reveal(), "+62811717171");
    assert_defects(
        &survives(|_, message| without(&message, "Max-Forwards")).await,
        &[Defect::RepairedHeader],
    );
    assert_defects(&survives(|_, message| without(&message, "Contact")).await, &[Defect::RepairedHeader]);
    assert_defects(
        &survives(|_, message| without(&message, "Content-Length")).await,
        &[Defect::WrongContentLength],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_from_no_to_no_cseq_and_headers_twice() {
    let arrival = survives(|_, message| without(&message, "From")).await;
    assert_defects(&arrival, &[Defect::NoCallerNumber, Defect::RepairedHeader]);
    let arrival =
        survives(|_, m| if m.starts_with("INVITE") { without(&m, "To") } else { m.into_bytes() }).await;
    assert_defects(&arrival, &[Defect::RepairedHeader]);
    let arrival =
        survives(|_, m| if m.starts_with("INVITE") { without(&m, "CSeq") } else { m.into_bytes() }).await;
    assert_defects(&arrival, &[Defect::RepairedHeader]);
    let twice = |_: &Phone, m: String| {
        m.replace("Max-Forwards: 70", "Call-ID: second\r\nMax-Forwards: 70\r\nMax-Forwards: 0").into_bytes()
    };
    // The second Call-ID stands before the first in this message, and the first that is read stays.
    assert_defects(&survives(twice).await, &[Defect::RepairedHeader]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_length_that_lies() {
    for length in ["99999", "-1", "abc", "18446744073709551616", "5"] {
        let lie = |_: &Phone, m: String| {
            if !m.starts_with("INVITE") {
                return m.into_bytes();
            }
            let (head, rest) = m.split_once("Content-Length: ").unwrap();
            let (_, body) = rest.split_once("\r\n").unwrap();
            format!("{head}Content-Length: {length}\r\n{body}").into_bytes()
        };
        assert_defects(&survives(lie).await, &[Defect::WrongContentLength]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loops_unknown_requirements_and_bytes_that_are_no_text() {
    let arrival = survives(|_, m| m.replace("Max-Forwards: 70", "Max-Forwards: 0").into_bytes()).await;
    assert_defects(&arrival, &[Defect::MaxForwards]);
    let arrival = survives(|_, m| {
        m.replace("Max-Forwards: 70", "Max-Forwards: 70\r\nRequire: teleport, timer").into_bytes()
    })
    .await;
    assert_defects(&arrival, &[Defect::UnknownRequire]);
    let noise = |_: &Phone, m: String| {
        let mut bytes = m.into_bytes();
        let at = bytes.windows(4).position(|w| w == b"Budi").unwrap();
        bytes[at] = 0xFF;
        bytes[at + 1] = 0;
        bytes
    };
    assert_defects(&survives(noise).await, &[Defect::RepairedHeader]);
    let uri =
        |_: &Phone, m: String| m.replace("INVITE sip:112@centre SIP", "INVITE so s:!![ SIP").into_bytes();
    let arrival = survives(uri).await;
    assert_eq!(arrival.dialled, "so s:!![");
    assert_defects(&arrival, &[Defect::RepairedHeader]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_of_an_emergency_number_is_kept_as_dialled() {
    for dialled in
        ["tel:112", "urn:service:sos", "urn:service:sos.fire", "sip:+62112@x;user=phone", "sips:112@x"]
    {
        let arrival =
            survives(|_, m| m.replace("sip:112@centre SIP", &format!("{dialled} SIP")).into_bytes()).await;
        assert_eq!(arrival.dialled, dialled);
        assert_defects(&arrival, &[]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_sdp_broken_sdp_and_no_common_codec_are_answered_all_the_same() {
    for (kind, body, defect) in [
        ("application/sdp", "", Defect::NoSdp),
        ("application/sdp", "v=0\r\nthis is no description", Defect::BrokenSdp),
        ("application/sdp", "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 18\r\n", Defect::NoCommonCodec),
        ("application/sdp", "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 8\r\n", Defect::NoCommonCodec),
    ] {
        let arrival = survives(|phone, m| match m.starts_with("INVITE") {
            true => phone.invite_with("", kind, body).into_bytes(),
            false => m.into_bytes(),
        })
        .await;
        assert_defects(&arrival, &[defect]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_kilobytes_of_headers_and_nine_kilobytes_of_body() {
    let arrival = survives(|_, m| {
        let more: String = (0..1_000).map(|n| format!("X-Filler-{n}: {}\r\n", "y".repeat(40))).collect();
        m.replace("Max-Forwards: 70\r\n", &format!("Max-Forwards: 70\r\n{more}")).into_bytes()
    })
    .await;
    assert_defects(&arrival, &[]);
    let big = format!("{SDP}a=x:{}\r\n", "z".repeat(9_000));
    let arrival = survives(|phone, m| match m.starts_with("INVITE") {
        true => phone.invite_with("", "application/sdp", &big).into_bytes(),
        false => m.into_bytes(),
    })
    .await;
    assert_defects(&arrival, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_vias_come_back_in_the_answer() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let more: String =
        (0..500).map(|n| format!("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKv{n}\r\n")).collect();
    phone.send(phone.invite().replace("Max-Forwards", &format!("{more}Max-Forwards"))).await;
    assert_eq!(phone.expect("SIP/2.0 180").await.values("Via").len(), 501);
}

const PIDF: &str = r#"<?xml version="1.0"?><presence xmlns:gs="s" xmlns:gml="g"><gs:Circle><gml:pos>-3.0047 106.4551</gml:pos><gs:radius uom="urn:ogc:def:uom:EPSG::9001">250</gs:radius></gs:Circle></presence>"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_location_comes_with_the_call_and_a_bomb_is_refused() {
    let multipart = |xml: &str| {
        format!(
            "--b1\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b1\r\nContent-Type: application/pidf+xml\r\nContent-ID: <loc@x>\r\n\r\n{xml}\r\n--b1--\r\n"
        )
    };
    let headers =
        "Geolocation: <cid:loc@x>\r\nP-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=1\r\n";
    let arrive = async |body: String| {
        survives(|phone, m| match m.starts_with("INVITE") {
            true => phone.invite_with(headers, "multipart/mixed;boundary=b1", &body).into_bytes(),
            false => m.into_bytes(),
        })
        .await
    };
    let arrival = arrive(multipart(PIDF)).await;
    assert_defects(&arrival, &[]);
    let point = arrival.fixes[0].point.as_ref().unwrap().reveal();
    assert_eq!((point.lat, point.lon, point.radius_m), (-3.0047, 106.4551, 250.0));
    assert!(arrival.access_network.unwrap().reveal().starts_with("3GPP"));

    let bomb = multipart(&PIDF.replace("<presence", "<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><presence"));
    let arrival = arrive(bomb).await;
    assert_defects(&arrival, &[Defect::LocationRefused]);
    assert!(arrival.fixes.is_empty());
    let arrival = arrive("no parts at all".to_owned()).await;
    assert_defects(&arrival, &[Defect::BrokenMultipart, Defect::LocationMissing, Defect::NoSdp]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_recorded_once_and_answered_400() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let unreadable = "INVITE ???\r\nf: \"Budi\" <sip:0811717171@x>\r\nCall-ID: x\r\n\r\n";
    for _ in 0..3 {
        phone.send(unreadable).await;
        phone.expect("SIP/2.0 400").await;
    }
    let (call, arrival) = centre.arrival(0).await;
    assert_defects(&arrival, &[Defect::Unreadable]);
    assert_eq!(arrival.caller.unwrap().number.reveal(), "+62811717171");
    assert_eq!(centre.end_of(call).await.0, EndReason::Unreadable);
    assert_eq!(arrivals(&centre.facts().await).count(), 1);
    assert_eq!((centre.trunk.snapshot().unreadable, centre.trunk.snapshot().duplicates), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_call_is_marked_and_nobody_outside_can_write_our_headers() {
    let arrival = survives(|_, m| {
        m.replace("0811717171", "0800000000")
            .replace(
                "Max-Forwards",
                "x-sigap-defects: unreadable\r\nX-Sigap-Source: 0 9.9.9.9:1 udp\r\nMax-Forwards",
            )
            .into_bytes()
    })
    .await;
    assert!(arrival.test);
    assert_defects(&arrival, &[]);
}
