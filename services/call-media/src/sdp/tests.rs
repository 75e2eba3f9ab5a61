use super::*;

const OURS: Ours =
    Ours { address: IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), port: 40_000, session: 7, version: 1 };

fn voice(sdp: &str) -> Result<Voice, OfferError> {
    Offer::parse(sdp.as_bytes())?.voice()
}

#[test]
fn takes_the_callers_favourite_of_our_codecs_and_its_events() {
    let sdp = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n\
               m=audio 4000 RTP/AVP 97 0 8 96 101\r\na=rtpmap:97 AMR/8000\r\na=rtpmap:96 telephone-event/16000\r\n\
               a=rtpmap:101 telephone-event/8000\r\na=ptime:99999999999999999999\r\n";
    let taken = voice(sdp).unwrap();
    assert_eq!((taken.codec, taken.payload_type, taken.telephone_event), (Codec::Pcmu, 0, Some(101)));
    assert_eq!((taken.address, taken.port), (Some("10.0.0.1".parse().unwrap()), 4000));
    let offer = Offer::parse(sdp.as_bytes()).unwrap();
    let answer = write_answer(&offer, &taken, OURS);
    assert!(answer.contains("\r\nm=audio 40000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"), "{answer}");
    assert_eq!(voice(&answer).unwrap().telephone_event, Some(101), "our own answer can be read");
}

#[test]
fn a_payload_type_that_is_mapped_to_something_else_is_not_g711() {
    let sdp = "v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 8 100\na=rtpmap:8 opus/48000/2\na=rtpmap:100 PCMA/8000\n";
    assert_eq!(voice(sdp).unwrap().payload_type, 100);
}

#[test]
fn hold_is_mirrored_in_both_old_and_new_form() {
    for (attribute, wanted) in [
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
        ("sendrecv", "sendrecv"),
    ] {
        let sdp = format!("c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\na={attribute}\r\n");
        let offer = Offer::parse(sdp.as_bytes()).unwrap();
        let answer = write_answer(&offer, &offer.voice().unwrap(), OURS);
        assert!(answer.ends_with(&format!("a={wanted}\r\n")), "{answer}");
    }
    let old = voice("c=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 8\r\n").unwrap();
    assert_eq!((old.direction, old.address), (Direction::Inactive, None));
    let session_wide = voice("c=IN IP4 10.0.0.1\r\na=sendonly\r\nm=audio 4000 RTP/AVP 8\r\n").unwrap();
    assert_eq!(session_wide.direction, Direction::SendOnly);
}

#[test]
fn every_stream_of_the_offer_is_answered_in_its_place() {
    let sdp = "c=IN IP4 10.0.0.1\r\nm=video 5000 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8\r\nm=audio 4002 RTP/AVP 0\r\n";
    let offer = Offer::parse(sdp.as_bytes()).unwrap();
    let answer = write_answer(&offer, &offer.voice().unwrap(), OURS);
    let media: Vec<_> = answer.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(media, ["m=video 0 RTP/AVP 96", "m=audio 40000 RTP/AVP 8", "m=audio 0 RTP/AVP 0"]);
}

#[test]
fn ipv6_is_read_and_written() {
    let taken = voice("c=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 8\r\n").unwrap();
    assert_eq!(taken.address, Some("2001:db8::1".parse().unwrap()));
    let ours = Ours { address: "2001:db8::2".parse().unwrap(), ..OURS };
    assert!(write_offer(ours).contains("c=IN IP6 2001:db8::2\r\n"));
}

#[test]
fn what_is_no_offer_or_has_nothing_for_us_is_said() {
    assert_eq!(voice("").unwrap_err(), OfferError::Broken);
    assert_eq!(voice("<html>\r\n").unwrap_err(), OfferError::Broken);
    assert_eq!(voice("m=\r\nm=audio\r\n").unwrap_err(), OfferError::Broken);
    for sdp in [
        "m=audio 4000 RTP/AVP 18 97\r\n",
        "m=audio 0 RTP/AVP 8\r\n",
        "m=audio 99999 RTP/AVP 8\r\n",
        "m=audio -1 RTP/AVP 8\r\n",
        "m=audio 4000 RTP/SAVP 8\r\n",
        "m=audio 4000 UDP/TLS/RTP/SAVPF 8\r\n",
        "m=video 4000 RTP/AVP 8\r\n",
        "m=audio 4000 RTP/AVP 256 300 x\r\n",
    ] {
        assert_eq!(voice(sdp).unwrap_err(), OfferError::NoCommonCodec, "{sdp}");
    }
}

#[test]
fn any_cut_or_flip_of_an_offer_is_survived_and_its_answer_stays_one_description() {
    let sdp = b"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n";
    for place in 0..sdp.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bytes = sdp.to_vec();
            bytes[place] ^= flip;
            if let Ok(offer) = Offer::parse(&bytes)
                && let Ok(taken) = offer.voice()
            {
                let answer = write_answer(&offer, &taken, OURS);
                assert_eq!(answer.matches("m=").count(), offer.lines.len());
                assert!(answer.is_ascii());
            }
        }
        assert!(Offer::parse(&sdp[..place]).is_ok() || place < 45, "{place}");
    }
}
