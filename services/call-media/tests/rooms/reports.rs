//! Reports (RTCP) on real sockets: where they go, what is believed of them, and that the sound does not depend on them.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use call_media::plane::MediaPlane;
use call_media::room::{LegId, LegOptions, RoomOptions};
use call_media::rtcp::{Block, Compound, NAME_BYTES, read};
use call_media::rtp::Codec;
use call_media::srtp::{MasterKey, SdesKeys};

use crate::phone::*;
use crate::single::continuous;

const NAME: &[u8; NAME_BYTES] = b"000000000000000000000112";
/// The SSRC that a [`Phone`] speaks with.
const PHONE: u32 = 77;
/// The first report comes within 3.75 s.
const FIRST_WITHIN: Duration = Duration::from_millis(3_750);

/// A phone whose reports have a port of their own, one above that of its sound.
fn phone() -> (Phone, UdpSocket) {
    loop {
        let phone = Phone::new(Codec::Pcma);
        let port = phone.socket.local_addr().unwrap().port();
        if let Ok(reports) = UdpSocket::bind((LOCAL, port.saturating_add(1))) {
            reports.set_read_timeout(Some(PATIENCE)).unwrap();
            return (phone, reports);
        }
    }
}

fn next(reports: &UdpSocket) -> Vec<u8> {
    let mut packet = [0; 1_500];
    let bytes = reports.recv(&mut packet).expect("no report comes");
    packet[..bytes].to_vec()
}

#[test]
fn reports_go_one_port_above_and_only_the_other_side_is_believed() {
    let (plane, _events) = plane();
    let ((mut caller, reports), (encrypted, silent)) = (phone(), phone());
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    let keys = SdesKeys { local: MasterKey::random().unwrap(), remote: MasterKey::random().unwrap() };
    let options = LegOptions { srtp: Some(keys), ..LegOptions::default() };
    let _other = room.add_leg(LegId::Party(party(1)), encrypted.remote(), options).unwrap();
    let begun = Instant::now();
    caller.speak(leg.local_port(), Says::Tone(440.0));
    let ssrc = leg.position().ssrc;
    let told = read(&next(&reports), PHONE).expect("a compound packet");
    assert_eq!((told.ssrc, told.leaves), (ssrc, false));
    assert!(told.sent_at.is_some(), "we send, so it is a sender's report");
    let heard = told.about_us.expect("it tells how the phone's stream comes in");
    assert_eq!((heard.lost, heard.fraction_lost), (0, 0));

    let to = SocketAddr::new(LOCAL, leg.local_port() + 1);
    let about = Block { ssrc, lost: 5, jitter: 400, ..Block::default() };
    let answer = |from| Compound::report(from, None, Some(&about), NAME);
    reports.send_to(answer(PHONE).bytes(), to).unwrap();
    let stranger = UdpSocket::bind("127.0.0.2:0").unwrap();
    stranger.send_to(answer(PHONE).bytes(), to).unwrap();
    reports.send_to(answer(PHONE + 1).bytes(), to).unwrap();
    reports.send_to(b"halo", to).unwrap();
    until("all four are read", || {
        let counts = plane.reports();
        counts.received + counts.foreign == 4
    });
    let counts = plane.reports();
    assert_eq!((counts.received, counts.foreign, counts.lost_there), (1, 3, 5));
    assert!(counts.sent >= 1 && counts.jittery >= 1 && counts.expected > counts.lost, "{counts:?}");

    drop(leg);
    while !read(&next(&reports), PHONE).expect("a compound packet").leaves {}
    std::thread::sleep(FIRST_WITHIN.saturating_sub(begun.elapsed()));
    silent.set_nonblocking(true).unwrap();
    assert!(silent.recv(&mut [0; 64]).is_err(), "an encrypted leg reported in clear");
    assert_eq!(plane.reports().without_port, 0);
}

#[test]
fn a_leg_whose_report_port_is_taken_goes_on_without_reports() {
    let config = config();
    let _taken = UdpSocket::bind((LOCAL, config.ports.start() + 1)).unwrap();
    let (plane, _events) = MediaPlane::start(&config).unwrap();
    let mut caller = Phone::new(Codec::Pcma);
    let room = plane.open_room(call(1), RoomOptions::default()).unwrap();
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    assert_eq!(leg.local_port(), *config.ports.start());
    caller.speak(leg.local_port(), Says::Tone(440.0));
    until("it is missed", || plane.reports().without_port == 1);
    let heard = caller.heard().len();
    until("the sound goes on", || caller.heard().len() > heard + 50);
    let counts = plane.reports();
    assert_eq!((counts.sent, counts.without_port), (0, 1), "it is asked for once");
    continuous(&caller.heard());
}
