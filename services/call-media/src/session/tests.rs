use std::time::{Duration, Instant};

use super::*;
use crate::announcement::FRAME_BYTES;

fn plane(ports: RangeInclusive<u16>) -> MediaPlane {
    MediaPlane::start(&MediaConfig { bind: IpAddr::from([127, 0, 0, 1]), ports }).unwrap()
}

fn phone() -> UdpSocket {
    let phone = UdpSocket::bind("127.0.0.1:0").unwrap();
    phone.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    phone
}

fn remote(phone: &UdpSocket) -> Remote {
    Remote {
        address: Some(phone.local_addr().unwrap()),
        latch: IpAddr::from([127, 0, 0, 1]),
        codec: Codec::Pcma,
        payload_type: 8,
        sending: true,
    }
}

fn hear(phone: &UdpSocket) -> Vec<u8> {
    let mut packet = [0; 2_000];
    let (bytes, _) = phone.recv_from(&mut packet).unwrap();
    packet[..bytes].to_vec()
}

fn numbers(packet: &[u8]) -> (u16, u32, u32) {
    (
        u16::from_be_bytes([packet[2], packet[3]]),
        u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]),
        u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
    )
}

#[test]
fn one_stream_every_20_ms_over_a_change_of_announcement() {
    let plane = plane(46_100..=46_120);
    let phone = phone();
    let session = plane.open(remote(&phone), Announcement::Queue).unwrap();
    let sounds = Sounds::built_in().unwrap();
    let begin = Instant::now();
    let mut before = None;
    for n in 0..50 {
        let packet = hear(&phone);
        assert_eq!(packet.len(), 12 + FRAME_BYTES);
        assert_eq!(packet[1] & 0x7F, 8);
        assert_eq!(packet[12..], sounds.frame(Announcement::Queue, Codec::Pcma, n)[..]);
        let (sequence, timestamp, ssrc) = numbers(&packet);
        if let Some((last_sequence, last_timestamp, last_ssrc)) = before {
            assert_eq!(
                (sequence, timestamp, ssrc),
                (u16::wrapping_add(last_sequence, 1), u32::wrapping_add(last_timestamp, 160), last_ssrc,)
            );
        }
        before = Some((sequence, timestamp, ssrc));
    }
    let took = begin.elapsed();
    assert!(
        (Duration::from_millis(900)..Duration::from_millis(1_400)).contains(&took),
        "50 packets took {took:?}"
    );

    session.play(Announcement::Connected);
    let packet =
        (0..5).map(|_| hear(&phone)).find(|packet| packet[1] & 0x80 != 0).expect("a marker at the change");
    assert_eq!(packet[12..], sounds.frame(Announcement::Connected, Codec::Pcma, 0)[..]);
    assert_eq!(numbers(&packet).2, before.unwrap().2, "the same SSRC");
}

#[test]
fn a_held_caller_hears_nothing_and_the_clock_goes_on() {
    let plane = plane(46_130..=46_150);
    let phone = phone();
    let session = plane.open(remote(&phone), Announcement::Queue).unwrap();
    let (sequence, timestamp, _) = numbers(&hear(&phone));
    session.set_remote(Remote { sending: false, ..remote(&phone) });
    std::thread::sleep(Duration::from_millis(200));
    phone.set_nonblocking(true).unwrap();
    let mut packet = [0; 2_000];
    let mut passed = 0u16;
    while phone.recv_from(&mut packet).is_ok() {
        passed += 1;
    }
    phone.set_nonblocking(false).unwrap();
    session.set_remote(remote(&phone));
    let packet = hear(&phone);
    let (next, later, _) = numbers(&packet);
    assert_eq!(next, sequence.wrapping_add(passed + 1), "no number is lost");
    assert!(later.wrapping_sub(timestamp) >= 8 * 160, "time went on during the hold");
    assert_ne!(packet[1] & 0x80, 0, "a talkspurt begins");
}

#[test]
fn only_the_described_address_can_move_the_stream_and_only_once() {
    let plane = plane(46_160..=46_180);
    let (phone, stranger, second) = (phone(), UdpSocket::bind("127.0.0.2:0").unwrap(), phone());
    // The description names a port where nobody listens: the phone is behind a NAT.
    let nowhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    let session = plane.open(remote(&nowhere), Announcement::Queue).unwrap();
    let ours = SocketAddr::from(([127, 0, 0, 1], session.local_port()));
    let mut rtp = [0u8; 172];
    rtp[0] = 0x80;
    rtp[1] = 8;
    stranger.send_to(&rtp, ours).unwrap();
    phone.send_to(&rtp, ours).unwrap();
    hear(&phone);
    second.send_to(&rtp, ours).unwrap();
    hear(&phone);
    std::thread::sleep(Duration::from_millis(60));
    let counts = session.counts();
    assert_eq!((counts.packets_in, counts.bytes_in, counts.packets_foreign), (1, 172, 2));
    second.set_nonblocking(true).unwrap();
    stranger.set_nonblocking(true).unwrap();
    assert!(second.recv_from(&mut rtp).is_err() && stranger.recv_from(&mut rtp).is_err());
}

#[test]
fn ports_come_back_when_calls_end_and_a_call_without_a_port_is_told() {
    let plane = plane(46_190..=46_193);
    let phone = phone();
    let first = plane.open(remote(&phone), Announcement::Queue).unwrap();
    let _second = plane.open(remote(&phone), Announcement::Queue).unwrap();
    assert!(matches!(plane.open(remote(&phone), Announcement::Queue), Err(MediaError::NoPort)));
    assert_eq!(plane.open_sessions(), 2);
    drop(first);
    let begin = Instant::now();
    let again = loop {
        match plane.open(remote(&phone), Announcement::Queue) {
            Ok(session) => break session,
            Err(_) if begin.elapsed() < Duration::from_secs(2) => {
                std::thread::sleep(Duration::from_millis(5))
            }
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(again.local_port() % 2, 0);
}
