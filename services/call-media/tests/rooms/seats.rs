//! Browsers as seats.

use std::time::{Duration, Instant};

use call_media::announcement::{Announcement, Sounds};
use call_media::plane::SeatError;
use call_media::room::{LegId, LegOptions, LegOrSeat, MediaEvent, RoomOptions, SeatRole};
use call_media::rtp::Codec;

use crate::browser::Browser;
use crate::phone::*;
use crate::single::continuous;

fn up(event: &MediaEvent) -> Option<dispatch_core::ids::UserId> {
    if let MediaEvent::SeatUp { user } = event { Some(*user) } else { None }
}

fn lost(event: &MediaEvent) -> Option<dispatch_core::ids::UserId> {
    if let MediaEvent::SeatLost { user } = event { Some(*user) } else { None }
}

#[test]
fn a_browser_and_a_caller_hear_each_other_as_soon_as_the_seat_is_given() {
    let (plane, mut events) = plane();
    let browser = Browser::open(&plane, user(1), Says::Tone(1_000.0));
    assert_eq!(event(&mut events, up), user(1));
    assert!(plane.seat_connected(user(1)) && !plane.seat_connected(user(2)));
    let mut caller = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Queue);
    caller.speak(leg.local_port(), Says::Tone(440.0));
    until("the announcement", || caller.heard().len() > 20);
    let before = caller.heard().len();
    let answered = Instant::now();
    room.seat(user(1), SeatRole::Talk);
    let sounds = Sounds::built_in().unwrap();
    let announced = |heard: &Heard| {
        (0..900).any(|n| sounds.frame(Announcement::Queue, Codec::Pcma, n)[..] == heard.payload[..])
    };
    until("the first voice", || caller.heard()[before..].iter().any(|heard| !announced(heard)));
    let first_voice = answered.elapsed();
    println!("from the seat's order to the first voice at the caller: {first_voice:?}");
    assert!(first_voice < Duration::from_secs(2), "{first_voice:?}");
    caller.hears(&[1_000.0], &[440.0]);
    browser.ears.hears(&[440.0], &[1_000.0]);
    let levels = room.levels();
    assert!(levels.centre_db > -25 && levels.caller_db > -25, "{levels:?}");
    continuous(&caller.heard());
    let heard = browser.ears.heard();
    continuous(&heard);
    assert!(heard.iter().all(|packet| packet.payload_type == 105), "the browser's own payload type");
}

#[test]
fn keys_of_the_browser_reach_the_caller_and_are_told() {
    let (plane, mut events) = plane();
    let browser = Browser::open(&plane, user(1), Says::Tone(1_000.0));
    let mut caller = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    room.seat(user(1), SeatRole::Talk);
    caller.speak(leg.local_port(), Says::Tone(440.0));
    event(&mut events, up);
    browser.press("112#");
    assert_eq!(crate::bridge::pressed(&caller, 4), "112#");
    let mut told = String::new();
    while told.len() < 4 {
        told.push(event(&mut events, |event| {
            if let MediaEvent::Digit { from: LegOrSeat::Seat(_), digit, .. } = event {
                Some(*digit)
            } else {
                None
            }
        }));
    }
    assert_eq!(told, "112#");
}

#[test]
fn a_dead_browser_is_noticed_by_its_silence_and_takes_its_place_again_when_the_page_is_loaded_again() {
    let (plane, mut events) = plane();
    let browser = Browser::open(&plane, user(1), Says::Tone(1_000.0));
    let mut caller = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    room.seat(user(1), SeatRole::Talk);
    caller.speak(leg.local_port(), Says::Tone(440.0));
    caller.hears(&[1_000.0], &[]);
    let died = Instant::now();
    drop(browser);
    assert_eq!(event(&mut events, lost), user(1));
    let noticed = died.elapsed();
    assert!((Duration::from_millis(1_300)..Duration::from_secs(5)).contains(&noticed), "{noticed:?}");
    assert!(!plane.seat_connected(user(1)));
    room.play(LegId::Caller, Announcement::Wait);
    let sounds = Sounds::built_in().unwrap();
    let wait = sounds.frame(Announcement::Wait, Codec::Pcma, 60);
    until("the announcement", || caller.heard().iter().any(|heard| heard.payload[..] == wait[..]));
    let again = Browser::open(&plane, user(1), Says::Tone(1_700.0));
    assert_eq!(event(&mut events, up), user(1));
    caller.hears(&[1_700.0], &[]);
    again.ears.hears(&[440.0], &[]);
    continuous(&caller.heard());
    plane.close_seat(user(1));
    assert_eq!(event(&mut events, lost), user(1));
}

#[test]
fn several_browsers_share_one_port_and_one_hears_itself_in_the_check_before_the_shift() {
    let (plane, mut events) = plane();
    let first = Browser::open(&plane, user(1), Says::Tone(1_000.0));
    let second = Browser::open(&plane, user(2), Says::Tone(1_700.0));
    let third = Browser::open(&plane, user(3), Says::Tone(2_300.0));
    for _ in 0..3 {
        event(&mut events, up);
    }
    plane.echo(user(3), true);
    third.ears.hears(&[2_300.0], &[1_000.0]);
    plane.echo(user(3), false);
    let mut caller = Phone::new(Codec::Pcmu);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    caller.speak(leg.local_port(), Says::Tone(440.0));
    room.seat(user(1), SeatRole::Talk);
    room.seat(user(2), SeatRole::Whisper);
    caller.hears(&[1_000.0], &[1_700.0, 2_300.0]);
    first.ears.hears(&[440.0, 1_700.0], &[1_000.0, 2_300.0]);
    second.ears.hears(&[440.0, 1_000.0], &[1_700.0]);
    room.unseat(user(2));
    first.ears.hears(&[440.0], &[1_700.0]);
    let before = third.ears.heard().len();
    until("silence", || third.ears.heard().len() > before + 20);
    let quiet =
        third.ears.heard()[before..].iter().all(|heard| heard.payload.iter().all(|byte| *byte == 0xD5));
    assert!(quiet, "who sits nowhere hears silence, so that the page sees that its line is alive");
    continuous(&third.ears.heard());
}

#[test]
fn what_is_no_offer_of_our_audio_is_refused() {
    let (plane, _events) = plane();
    for offer in ["", "v=0", "<html>", &"a=x\r\n".repeat(100_000)] {
        assert!(matches!(plane.open_seat(user(1), offer), Err(SeatError::Broken(_))));
    }
    let opus = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n\
        a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
        a=rtpmap:111 opus/48000/2\r\n";
    let refused = plane.open_seat(user(1), opus);
    assert!(matches!(refused, Err(SeatError::NoVoice)), "{refused:?}");
}

#[test]
fn garbage_on_the_seats_port_disturbs_no_seat() {
    let (plane, mut events) = plane();
    let browser = Browser::open(&plane, user(1), Says::Tone(1_000.0));
    event(&mut events, up);
    let mut caller = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    room.seat(user(1), SeatRole::Talk);
    caller.speak(leg.local_port(), Says::Tone(440.0));
    let stranger = std::net::UdpSocket::bind((LOCAL, 0)).unwrap();
    let mut seed = 7u64;
    for n in 0..4_000usize {
        let mut bytes = [0u8; 400];
        for chunk in bytes.chunks_exact_mut(4) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chunk.copy_from_slice(&((seed >> 32) as u32).to_be_bytes());
        }
        // STUN with its cookie, DTLS, RTP, RTCP, and what is nothing.
        match n % 5 {
            0 => {
                bytes[..2].copy_from_slice(&[0, 1]);
                bytes[2..4].copy_from_slice(&((n % 380) as u16 & !3).to_be_bytes());
                bytes[4..8].copy_from_slice(&[0x21, 0x12, 0xA4, 0x42]);
            }
            1 => bytes[0] = 22,
            2 => bytes[..2].copy_from_slice(&[0x80, 105]),
            3 => bytes[..2].copy_from_slice(&[0x80, 200]),
            _ => {}
        }
        stranger.send_to(&bytes[..n % 400], plane.seat_addr()).unwrap();
        if n % 50 == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    caller.hears(&[1_000.0], &[440.0]);
    browser.ears.hears(&[440.0], &[1_000.0]);
    while let Ok(event) = events.try_recv() {
        assert_eq!(lost(&event), None);
    }
}

/// What Chromium 156 offers for a page with a microphone, its keys changed.
const CHROMIUM: &str = "v=0
o=- 6426925384774315847 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 712ebb08-5a50-41b5-819f-ea102bff583c
m=audio 47445 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.2
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2745914760 1 udp 2122194687 192.0.2.2 47445 typ host generation 0 network-id 1
a=candidate:1758303336 1 udp 2122265343 fd00::2 49361 typ host generation 0 network-id 2
a=candidate:1560379676 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 0 network-id 1
a=ice-ufrag:QPVh
a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa
a=ice-options:trickle
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:712ebb08-5a50-41b5-819f-ea102bff583c 94d6b310-4eb3-4bff-af11-f49c5c0695f1
a=rtcp-mux
a=rtcp-rsize
a=rtcp-xr:rcvr-rtt=all
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:4230334808 cname:d8AU2XPdGX8h6IS+
";

#[test]
fn the_offer_of_chromium_is_answered_with_both_laws_and_its_keys_in_its_own_numbers() {
    let (plane, _events) = plane();
    let answer = plane.open_seat(user(1), CHROMIUM).unwrap();
    let media: Vec<_> = answer.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(media, ["m=audio 9 UDP/TLS/RTP/SAVPF 8 0 126"], "{answer}");
    for wanted in
        ["a=ice-lite", "a=sendrecv", "a=rtcp-mux", "a=setup:passive", "a=rtpmap:126 telephone-event/8000"]
    {
        assert!(answer.contains(wanted), "{wanted}: {answer}");
    }
    let candidate = format!(" udp 2130706175 127.0.0.1 {} typ host", plane.seat_addr().port());
    assert!(answer.contains(&candidate), "{answer}");
    // A page that hears only: a supervisor without a microphone.
    assert!(plane.open_seat(user(2), &CHROMIUM.replace("a=sendrecv", "a=recvonly")).is_ok());
}
