//! One leg alone in a room: announcements, hold, latching, ports.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use call_media::announcement::{Announcement, Sounds};
use call_media::plane::{MediaConfig, MediaError, MediaPlane};
use call_media::room::{LegId, LegOptions, MediaEvent, Remote, RoomOptions};
use call_media::rtp::Codec;

use crate::phone::*;

/// Whether each packet follows the one before: numbers without a gap, 160 samples of time or a pause, one SSRC.
pub fn continuous(heard: &[Heard]) {
    for pair in heard.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) % 160, 0);
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
    }
}

#[test]
fn one_stream_every_20_ms_over_a_change_of_announcement() {
    let (plane, _events) = plane();
    let phone = Phone::new(Codec::Pcma);
    let sounds = Sounds::built_in().unwrap();
    let begin = Instant::now();
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Queue);
    until("50 packets", || phone.heard().len() >= 51);
    let took = begin.elapsed();
    assert!((Duration::from_millis(700)..PATIENCE).contains(&took), "50 packets took {took:?}");
    let heard = phone.heard();
    let first =
        (0..3).find(|n| heard[*n].payload[..] == sounds.frame(Announcement::Queue, Codec::Pcma, 0)[..]);
    let first = first.expect("the text begins within a frame or two");
    for n in 0..40 {
        assert_eq!(heard[first + n].payload[..], sounds.frame(Announcement::Queue, Codec::Pcma, n)[..]);
        // Frames that a busy machine slept over are left out of the clock, too.
        assert!(heard[first + n].timestamp.wrapping_sub(heard[first].timestamp) >= 160 * n as u32);
    }
    let before = heard.len();
    room.play(LegId::Caller, Announcement::Connected);
    until("a marker", || phone.heard()[before..].iter().any(|packet| packet.marker));
    let heard = phone.heard();
    let change = heard[before..].iter().find(|packet| packet.marker).unwrap();
    assert_eq!(change.payload[..], sounds.frame(Announcement::Connected, Codec::Pcma, 0)[..]);
    continuous(&heard);
    let position = leg.position();
    let last = phone.heard().last().unwrap().clone();
    assert_eq!(position.ssrc, last.ssrc);
    assert!((position.sequence as u16).wrapping_sub(last.sequence) < 20);
    let counts = leg.counts();
    assert!(counts.packets_out >= 51 && counts.packets_lost_out == 0, "{counts:?}");
}

#[test]
fn a_prompt_is_spoken_once_over_what_the_caller_hears() {
    let (plane, _events) = plane();
    let phone = Phone::new(Codec::Pcmu);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let _leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Hold);
    room.play(LegId::Caller, Announcement::SilentCall);
    let sounds = Sounds::built_in().unwrap();
    let words = sounds.words(Announcement::SilentCall);
    until("the words and more", || phone.heard().len() > words + 20);
    let heard = phone.heard();
    let prompt = sounds.frame(Announcement::SilentCall, Codec::Pcmu, words / 2);
    let spoken = heard.iter().filter(|packet| packet.payload[..] == prompt[..]).count();
    assert_eq!(spoken, 1);
    let last = heard.last().unwrap();
    let music = (0..sounds.words(Announcement::Hold))
        .any(|n| sounds.frame(Announcement::Hold, Codec::Pcmu, n)[..] == last.payload[..]);
    assert!(music, "afterwards the music goes on");
    continuous(&heard);
}

#[test]
fn a_caller_who_put_us_on_hold_hears_nothing_and_the_clock_goes_on() {
    let (plane, _events) = plane();
    let phone = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Queue);
    until("sound", || phone.heard().len() > 3);
    leg.set_remote(Remote { sending: false, ..phone.remote() });
    std::thread::sleep(Duration::from_millis(100));
    let before = phone.heard();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(phone.heard().len(), before.len());
    leg.set_remote(phone.remote());
    until("sound again", || phone.heard().len() > before.len());
    let (last, next) = (before.last().unwrap(), phone.heard()[before.len()].clone());
    assert_eq!(next.sequence, last.sequence.wrapping_add(1), "no number is lost");
    assert!(next.timestamp.wrapping_sub(last.timestamp) >= 10 * 160, "time went on");
    assert!(next.marker, "a talkspurt begins");
}

#[test]
fn only_the_described_address_can_move_the_stream_and_only_once() {
    let (plane, _events) = plane();
    let (phone, second) = (Phone::new(Codec::Pcma), Phone::new(Codec::Pcma));
    let stranger = UdpSocket::bind("127.0.0.2:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    // The description names a port where nobody listens: the phone is behind a NAT.
    let nowhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let remote = Remote { address: Some(nowhere.local_addr().unwrap()), ..phone.remote() };
    let leg = room.add_leg(LegId::Caller, remote, LegOptions::default()).unwrap();
    let ours = SocketAddr::from((LOCAL, leg.local_port()));
    let mut rtp = [0u8; 172];
    rtp[0] = 0x80;
    rtp[1] = 8;
    stranger.send_to(&rtp, ours).unwrap();
    phone.socket.send_to(&rtp, ours).unwrap();
    until("the stream moves", || !phone.heard().is_empty());
    second.socket.send_to(&rtp, ours).unwrap();
    until("the second is counted", || leg.counts().packets_foreign == 2);
    let counts = leg.counts();
    assert_eq!((counts.packets_in, counts.bytes_in), (1, 172));
    let before = phone.heard().len();
    until("the first still hears", || phone.heard().len() > before + 3);
    assert!(second.heard().is_empty());
    assert!(stranger.recv_from(&mut rtp).is_err());
}

#[test]
fn garbage_on_a_port_is_counted_and_the_call_goes_on() {
    let (plane, _events) = plane();
    let mut phone = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
    phone.speak(leg.local_port(), Says::Tone(440.0));
    let mut seed = 99u64;
    for n in 0..2_000usize {
        let mut bytes = [0u8; 300];
        for chunk in bytes.chunks_exact_mut(4) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chunk.copy_from_slice(&((seed >> 32) as u32).to_be_bytes());
        }
        if n % 2 == 0 {
            bytes[0] = 0x80 | (bytes[0] & 0x3F);
            bytes[1] = [8, 0, 101, 13][n / 2 % 4];
        }
        phone.socket.send_to(&bytes[..n % 300], (LOCAL, leg.local_port())).unwrap();
        if n % 20 == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let before = phone.heard().len();
    until("the room still ticks", || phone.heard().len() > before + 10);
    let counts = leg.counts();
    assert!(counts.packets_foreign > 100 && counts.packets_in > 50, "{counts:?}");
}

#[test]
fn ports_come_back_when_calls_end_and_a_call_without_a_port_is_told() {
    let ports = config().ports;
    let (plane, _events) =
        MediaPlane::start(&MediaConfig { ports: *ports.start()..=ports.start() + 3, ..config() }).unwrap();
    let phone = Phone::new(Codec::Pcma);
    let open = |n| {
        let room = plane.open_room(call(n), RoomOptions::default()).unwrap();
        room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).map(|leg| (room, leg))
    };
    let first = open(1).unwrap();
    let _second = open(2).unwrap();
    assert!(matches!(open(3), Err(MediaError::NoPort)));
    let port = first.1.local_port();
    until("two rooms", || plane.open_rooms() == 2);
    let taken = LegOptions { port: Some(port), ..LegOptions::default() };
    assert!(matches!(
        first.0.add_leg(LegId::Caller, phone.remote(), taken),
        Err(MediaError::PortTaken { .. })
    ));
    drop(first);
    until("the port is free", || open(4).is_ok_and(|(_, leg)| leg.local_port() == port));
}

#[test]
fn after_a_restart_the_same_port_and_the_same_stream_go_on() {
    let media = config();
    let phone = Phone::new(Codec::Pcma);
    let (position, port) = {
        let (plane, _events) = MediaPlane::start(&media).unwrap();
        let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
        let leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
        until("sound", || phone.heard().len() > 10);
        (leg.position(), leg.local_port())
    };
    std::thread::sleep(Duration::from_millis(300));
    let before = phone.heard();
    let (plane, _events) = MediaPlane::start(&media).unwrap();
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let options = LegOptions { port: Some(port), resume: Some(position), srtp: None };
    let leg = room.add_leg(LegId::Caller, phone.remote(), options).unwrap();
    assert_eq!(leg.local_port(), port);
    until("sound again", || phone.heard().len() > before.len());
    let (last, next) = (before.last().unwrap(), phone.heard()[before.len()].clone());
    assert_eq!(next.ssrc, last.ssrc);
    let ahead = next.sequence.wrapping_sub(last.sequence);
    assert!((15..2_000).contains(&ahead), "{ahead}");
    assert!(next.timestamp.wrapping_sub(last.timestamp) >= 15 * 160);
}

#[test]
fn a_leg_that_falls_silent_is_told_and_so_is_its_voice() {
    let (plane, mut events) = plane();
    let mut phone = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(7), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
    phone.speak(leg.local_port(), Says::Tone(440.0));
    assert_eq!(
        event(&mut events, |event| matches!(event, MediaEvent::VoiceHeard { .. }).then_some(event.clone())),
        MediaEvent::VoiceHeard { call: call(7) }
    );
    let levels = room.levels();
    assert!((-22..=-15).contains(&levels.caller_db) && levels.caller_voice, "{levels:?}");
    assert_eq!(levels.centre_db, call_media::level::QUIET_DB);
    phone.say(Says::Nothing);
    let leg = event(&mut events, |event| match event {
        MediaEvent::LegSilent { leg, silent_for, .. } => Some((*leg, *silent_for)),
        MediaEvent::Digit { .. }
        | MediaEvent::SeatUp { .. }
        | MediaEvent::SeatLost { .. }
        | MediaEvent::VoiceHeard { .. }
        | MediaEvent::LegBack { .. }
        | MediaEvent::RecordingEnded { .. }
        | MediaEvent::RecordingFailed { .. } => None,
    });
    assert!(leg.0 == LegId::Caller && leg.1 >= Duration::from_secs(10));
    phone.say(Says::Tone(440.0));
    event(&mut events, |event| matches!(event, MediaEvent::LegBack { .. }).then_some(()));
}

#[test]
fn an_encrypted_leg_is_understood_with_the_keys_and_not_without() {
    use call_media::srtp::{MasterKey, Protector, SdesKeys, TAG_BYTES, Unprotector};
    let (plane, mut events) = plane();
    let keys = SdesKeys { local: MasterKey::random().unwrap(), remote: MasterKey::random().unwrap() };
    let socket = UdpSocket::bind((LOCAL, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let remote = Remote { address: Some(socket.local_addr().unwrap()), ..Phone::new(Codec::Pcma).remote() };
    let options = LegOptions { srtp: Some(keys), ..LegOptions::default() };
    let leg = room.add_leg(LegId::Caller, remote, options).unwrap();
    room.play(LegId::Caller, Announcement::Hold);
    let sounds = Sounds::built_in().unwrap();
    let (out, mut incoming) = (Protector::new(&keys.remote), Unprotector::new(&keys.local));
    let mut spoken = call_media::rtp::Packetizer::new(7, 65_530, 0);
    let mut music = 0;
    for n in 0..60 {
        let mut bytes = [0; 1_500];
        let length = socket.recv(&mut bytes).unwrap();
        assert_eq!(length, 12 + 160 + TAG_BYTES);
        let length = incoming.unprotect(&mut bytes[..length]).expect("genuine");
        music += usize::from(
            (0..80).any(|n| sounds.frame(Announcement::Hold, Codec::Pcma, n)[..] == bytes[12..length]),
        );
        let (_, index, _) = spoken.numbers();
        let packet = spoken.packet(8, &frame_of(Says::Tone(440.0), Codec::Pcma, n).unwrap());
        bytes[..172].copy_from_slice(&packet);
        let length = out.protect(&mut bytes, 172, index);
        socket.send_to(&bytes[..length], (LOCAL, leg.local_port())).unwrap();
        // Somebody without the key.
        socket.send_to(&packet, (LOCAL, leg.local_port())).unwrap();
    }
    assert!(music > 50, "{music}");
    event(&mut events, |event| matches!(event, MediaEvent::VoiceHeard { .. }).then_some(()));
    let counts = leg.counts();
    assert!(counts.packets_in > 40 && counts.packets_foreign > 40, "{counts:?}");
}

#[test]
fn an_encrypted_stream_goes_on_over_a_restart_and_counts_anew_under_a_new_key() {
    use call_media::rtp::StreamPosition;
    use call_media::srtp::{MasterKey, Protector, SdesKeys, TAG_BYTES, Unprotector};
    let (plane, _events) = plane();
    let key = || MasterKey::random().unwrap();
    let keys = SdesKeys { local: key(), remote: key() };
    let socket = UdpSocket::bind((LOCAL, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let remote = Remote { address: Some(socket.local_addr().unwrap()), ..Phone::new(Codec::Pcma).remote() };
    let at_micros = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    let resume = StreamPosition {
        ssrc: 7,
        sequence: (3 << 16) + 100,
        timestamp: 0,
        at_micros: i64::try_from(at_micros).unwrap(),
    };
    let options = LegOptions { srtp: Some(keys), resume: Some(resume), ..LegOptions::default() };
    let leg = room.add_leg(LegId::Caller, remote, options).unwrap();

    // A phone that knows the stream: it counts rollovers, and guesses none.
    let knows = |key: MasterKey, index: u32| {
        let mut packet = [0; 12 + TAG_BYTES];
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&(index as u16).to_be_bytes());
        packet[11] = 7;
        assert_eq!(Protector::new(&key).protect(&mut packet, 12, index), packet.len());
        let mut ear = Unprotector::new(&key);
        assert!(ear.unprotect(&mut packet).is_some());
        ear
    };
    let mut bytes = [0; 1_500];
    let mut ear = knows(keys.local, (3 << 16) + 99);
    for _ in 0..5 {
        let length = socket.recv(&mut bytes).unwrap();
        assert!(ear.unprotect(&mut bytes[..length]).is_some(), "the third rollover goes on");
    }
    let renewed = SdesKeys { local: key(), ..keys };
    leg.set_srtp(Some(renewed));
    let mut ear = knows(renewed.local, 99);
    until("the new key", || {
        let length = socket.recv(&mut bytes).unwrap();
        ear.unprotect(&mut bytes[..length]).is_some()
    });
    leg.set_srtp(None);
    until("no encryption", || socket.recv(&mut bytes).unwrap() == 172);
}

#[test]
fn a_waiting_caller_hears_the_place_behind_the_queue_text() {
    let (plane, _events) = plane();
    let phone = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let _leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Queue);
    room.tell_place(Some(3));
    let sounds = Sounds::built_in().unwrap();
    let words = sounds.words(Announcement::Queue) + 40;
    let third = sounds.frame_in_queue(Announcement::Queue, Some(3), Codec::Pcma, words);
    let begin = Instant::now();
    while !phone.heard().iter().any(|heard| heard.payload[..] == third[..]) {
        assert!(begin.elapsed() < 3 * PATIENCE, "the place is not told");
        std::thread::sleep(Duration::from_millis(50));
    }
}
