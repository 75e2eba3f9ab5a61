//! Several legs in a room.

use std::time::Duration;

use call_media::announcement::{Announcement, Sounds};
use call_media::plane::MediaPlane;
use call_media::room::{Leg, LegId, LegOptions, LegOrSeat, MediaEvent, Room, RoomOptions, SeatRole};
use call_media::rtp::Codec;

use crate::phone::*;
use crate::single::continuous;

fn room(plane: &MediaPlane) -> Room {
    plane.open_room(call(1), RoomOptions::default()).unwrap()
}

fn join(room: &Room, id: LegId, codec: Codec, says: Says) -> (Phone, Leg) {
    let mut phone = Phone::new(codec);
    let leg = room.add_leg(id, phone.remote(), LegOptions::default()).unwrap();
    phone.speak(leg.local_port(), says);
    (phone, leg)
}

#[test]
fn two_parties_hear_each_other_bit_by_bit_and_announcements_end_with_the_first_voice() {
    let (plane, _events) = plane();
    let room = room(&plane);
    let caller = Phone::new(Codec::Pcma);
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Connected);
    until("the announcement", || caller.heard().len() > 10);
    let mut caller = caller;
    caller.speak(leg.local_port(), Says::Counted);
    let (seat, seat_leg) = join(&room, LegId::PhoneSeat(user(1)), Codec::Pcma, Says::Counted);
    until("both speak", || caller.heard().len() > 150 && seat.heard().len() > 120);
    for phone in [&caller, &seat] {
        let heard = phone.heard();
        continuous(&heard);
        let number = |packet: &Heard| usize::from(packet.payload[0]) << 8 | usize::from(packet.payload[1]);
        let spoken: Vec<_> = heard
            .iter()
            .filter(|packet| {
                frame_of(Says::Counted, Codec::Pcma, number(packet)).unwrap()[..] == packet.payload[..]
            })
            .collect();
        assert!(spoken.len() > 80, "{} of {}", spoken.len(), heard.len());
        let gaps = spoken.windows(2).filter(|pair| number(pair[1]) != number(pair[0]) + 1).count();
        // A machine that is busy may sleep over frames; a bridge that loses them would lose every other one.
        assert!(gaps < spoken.len() / 4, "{gaps} gaps in {}", spoken.len());
        assert!(spoken.windows(2).all(|pair| number(pair[1]) > number(pair[0])), "in their order");
    }
    let sounds = Sounds::built_in().unwrap();
    let last = caller.heard().last().unwrap().payload.clone();
    assert!((0..200).all(|n| sounds.frame(Announcement::Connected, Codec::Pcma, n)[..] != last[..]));
    let changes = caller.heard().iter().skip(1).filter(|packet| packet.marker).count();
    assert!(changes >= 1, "the voice begins with a marker");
    assert!(seat_leg.counts().packets_in > 100);
}

#[test]
fn a_tone_goes_both_ways_between_the_two_laws() {
    let (plane, _events) = plane();
    let room = room(&plane);
    let (caller, _a) = join(&room, LegId::Caller, Codec::Pcmu, Says::Tone(440.0));
    let (seat, _b) = join(&room, LegId::PhoneSeat(user(1)), Codec::Pcma, Says::Tone(1_000.0));
    seat.hears(&[440.0], &[1_000.0]);
    caller.hears(&[1_000.0], &[440.0]);
}

#[test]
fn three_in_a_conference_hear_each_other_and_not_themselves_and_the_rest_goes_on_when_one_leaves() {
    let (plane, _events) = plane();
    let room = room(&plane);
    let (caller, _a) = join(&room, LegId::Caller, Codec::Pcma, Says::Tone(440.0));
    let (seat, seat_leg) = join(&room, LegId::PhoneSeat(user(1)), Codec::Pcma, Says::Tone(1_000.0));
    let (agency, _c) = join(&room, LegId::Party(party(1)), Codec::Pcmu, Says::Tone(1_700.0));
    caller.hears(&[1_000.0, 1_700.0], &[440.0]);
    seat.hears(&[440.0, 1_700.0], &[1_000.0]);
    agency.hears(&[440.0, 1_000.0], &[1_700.0]);
    drop(seat_leg);
    caller.hears(&[1_700.0], &[440.0, 1_000.0]);
    agency.hears(&[440.0], &[1_700.0, 1_000.0]);
    continuous(&caller.heard());
    continuous(&agency.heard());
}

#[test]
fn a_supervisor_listens_unheard_whispers_to_the_call_taker_only_and_barges_in() {
    let (plane, _events) = plane();
    let room = room(&plane);
    let (caller, _a) = join(&room, LegId::Caller, Codec::Pcma, Says::Tone(440.0));
    let (seat, _b) = join(&room, LegId::PhoneSeat(user(1)), Codec::Pcma, Says::Tone(1_000.0));
    room.seat(user(2), SeatRole::Listen);
    let (supervisor, _c) = join(&room, LegId::PhoneSeat(user(2)), Codec::Pcma, Says::Tone(1_700.0));
    supervisor.hears(&[440.0, 1_000.0], &[1_700.0]);
    caller.hears(&[1_000.0], &[1_700.0, 440.0]);
    seat.hears(&[440.0], &[1_700.0, 1_000.0]);
    room.seat(user(2), SeatRole::Whisper);
    seat.hears(&[440.0, 1_700.0], &[1_000.0]);
    caller.hears(&[1_000.0], &[1_700.0, 440.0]);
    supervisor.hears(&[440.0, 1_000.0], &[1_700.0]);
    room.seat(user(2), SeatRole::Barge);
    caller.hears(&[1_000.0, 1_700.0], &[440.0]);
    seat.hears(&[440.0, 1_700.0], &[1_000.0]);
}

#[test]
fn on_hold_the_caller_hears_music_and_nobody_hears_the_caller() {
    let (plane, _events) = plane();
    let room = room(&plane);
    let (caller, _a) = join(&room, LegId::Caller, Codec::Pcma, Says::Tone(440.0));
    let (seat, _b) = join(&room, LegId::PhoneSeat(user(1)), Codec::Pcma, Says::Tone(1_000.0));
    let (agency, _c) = join(&room, LegId::Party(party(1)), Codec::Pcma, Says::Tone(1_700.0));
    caller.hears(&[1_000.0, 1_700.0], &[]);
    room.hold(true);
    seat.hears(&[1_700.0], &[440.0, 1_000.0]);
    agency.hears(&[1_000.0], &[440.0, 1_700.0]);
    let sounds = Sounds::built_in().unwrap();
    let before = caller.heard().len();
    until("music", || caller.heard().len() > before + 20);
    for packet in &caller.heard()[before + 5..] {
        let music = (0..sounds.words(Announcement::Hold))
            .any(|n| sounds.frame(Announcement::Hold, Codec::Pcma, n)[..] == packet.payload[..]);
        assert!(music);
    }
    room.hold(false);
    caller.hears(&[1_000.0, 1_700.0], &[440.0]);
    seat.hears(&[440.0, 1_700.0], &[]);
    continuous(&caller.heard());
}

#[test]
fn keys_are_told_once_and_passed_on_and_can_be_sent() {
    let (plane, mut events) = plane();
    let room = room(&plane);
    let (caller, leg) = join(&room, LegId::Caller, Codec::Pcma, Says::Tone(440.0));
    let (agency, _b) = join(&room, LegId::Party(party(1)), Codec::Pcma, Says::Tone(1_000.0));
    agency.hears(&[440.0], &[]);
    caller.press(leg.local_port(), "112#");
    let mut keys = String::new();
    while keys.len() < 4 {
        keys.push(event(&mut events, |event| match event {
            MediaEvent::Digit { from, digit, .. } => {
                assert_eq!(*from, LegOrSeat::Leg(LegId::Caller));
                Some(*digit)
            }
            MediaEvent::SeatUp { .. }
            | MediaEvent::SeatLost { .. }
            | MediaEvent::VoiceHeard { .. }
            | MediaEvent::LegSilent { .. }
            | MediaEvent::LegBack { .. }
            | MediaEvent::RecordingEnded { .. }
            | MediaEvent::RecordingFailed { .. } => None,
        }));
    }
    assert_eq!(keys, "112#");
    assert_eq!(pressed(&agency, 4), "112#");
    room.send_digits(LegId::Caller, "5*9");
    assert_eq!(pressed(&caller, 3), "5*9");
    std::thread::sleep(Duration::from_millis(300));
    while let Ok(event) = events.try_recv() {
        assert!(!matches!(event, MediaEvent::Digit { .. }), "{event:?}: a repeat is no key");
    }
    let heard = caller.heard();
    for pair in heard.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "keys and sound share the numbers");
    }
}

/// The keys that a phone got, as it understands them.
pub fn pressed(phone: &Phone, wanted: usize) -> String {
    let mut keys = String::new();
    until("keys", || {
        let mut receiver = call_media::dtmf::EventReceiver::default();
        keys = phone
            .heard()
            .iter()
            .filter(|packet| packet.payload_type == 101)
            .filter_map(|packet| receiver.take(packet.ssrc, packet.timestamp, &packet.payload))
            .collect();
        keys.len() >= wanted
    });
    keys
}

#[test]
fn a_caller_without_telephone_events_presses_keys_as_tones_and_hears_them_so() {
    let (plane, mut events) = plane();
    let room = room(&plane);
    let phone = Phone::new(Codec::Pcmu);
    let remote = call_media::room::Remote { telephone_event: None, ..phone.remote() };
    let leg = room.add_leg(LegId::Caller, remote, LegOptions::default()).unwrap();
    let mut tones = call_media::tones::ToneSender::default();
    tones.press("5#");
    let mut packetizer = call_media::rtp::Packetizer::new(1, 1, 1);
    let mut due = std::time::Instant::now();
    while let Some(frame) = tones.frame(Codec::Pcmu) {
        phone.socket.send_to(&packetizer.packet(0, &frame), (LOCAL, leg.local_port())).unwrap();
        due += Duration::from_millis(20);
        std::thread::sleep(due.saturating_duration_since(std::time::Instant::now()));
    }
    for wanted in ['5', '#'] {
        let heard =
            event(
                &mut events,
                |event| {
                    if let MediaEvent::Digit { digit, .. } = event { Some(*digit) } else { None }
                },
            );
        assert_eq!(heard, wanted);
    }
    room.send_digits(LegId::Caller, "90");
    let mut keys = String::new();
    until("tones", || {
        let mut receiver = call_media::tones::ToneReceiver::default();
        keys = phone
            .heard()
            .iter()
            .filter_map(|packet| {
                let bytes = packet.payload.as_slice().try_into().ok()?;
                receiver.take(&call_media::rtp::Sound { codec: Codec::Pcmu, bytes })
            })
            .collect();
        keys.len() >= 2
    });
    assert_eq!(keys, "90");
}
