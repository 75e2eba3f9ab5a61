//! A call's recording as a player reads it.

use call_media::announcement::{Announcement, Sounds};
use call_media::plane::{MediaConfig, MediaPlane};
use call_media::recorder::{HEADER_BYTES, RecordingStart};
use call_media::room::{LegId, LegOptions, MediaEvent, RoomOptions};
use call_media::rtp::Codec;

use crate::phone::*;

/// The two channels of a recording as linear samples.
fn channels(path: &std::path::Path) -> (Vec<f64>, Vec<f64>) {
    let bytes = std::fs::read(path).unwrap();
    let linear = |byte: &u8| f64::from(Codec::Pcma.linear(*byte));
    let sound = &bytes[HEADER_BYTES..];
    (sound.iter().step_by(2).map(linear).collect(), sound.iter().skip(1).step_by(2).map(linear).collect())
}

/// Whether some 100 ms of it hold the one tone and not the other. Not all of it has to: on a busy machine the phone
/// itself stumbles.
fn holds(samples: &[f64], tone: f64, other: f64) -> bool {
    samples
        .windows(800)
        .step_by(200)
        .any(|part| strength(part, tone) > 4_000.0 && strength(part, other) < 300.0)
}

#[test]
fn the_caller_is_left_and_the_centre_right_from_the_queue_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = folder.path().join("recordings");
    let media = MediaConfig { recordings: Some(recordings.clone()), ..config() };
    let (plane, mut events) = MediaPlane::start(&media).unwrap();
    let options = RoomOptions { record: Some(RecordingStart::New) };
    let room = plane.open_room(call(5), options).unwrap();
    let name = room.recording().unwrap().to_owned();
    let mut caller = Phone::new(Codec::Pcmu);
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    room.play(LegId::Caller, Announcement::Queue);
    caller.speak(leg.local_port(), Says::Tone(440.0));
    until("2 s of the queue", || caller.heard().len() > 100);
    let mut seat = Phone::new(Codec::Pcma);
    let seat_leg = room.add_leg(LegId::PhoneSeat(user(1)), seat.remote(), LegOptions::default()).unwrap();
    seat.speak(seat_leg.local_port(), Says::Tone(1_000.0));
    caller.hears(&[1_000.0], &[]);
    let before = caller.heard().len();
    until("2 s of talk", || caller.heard().len() > before + 100);
    drop((leg, seat_leg, room));
    let summary = event(&mut events, |event| {
        if let MediaEvent::RecordingEnded { call: of, summary } = event {
            assert_eq!(*of, call(5));
            Some(summary.clone())
        } else {
            None
        }
    });
    assert_eq!((summary.recording.clone(), name), (format!("{}.wav", call(5)), format!("{}.wav", call(5))));
    assert!((4.0..20.0).contains(&summary.seconds), "{summary:?}");
    let path = recordings.join(&summary.recording);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), summary.bytes);
    let (left, right) = channels(&path);
    assert_eq!(left.len() as f64 / 8_000.0, summary.seconds);
    let talk = left.len() - 16_000..left.len();
    assert!(holds(&left[talk.clone()], 440.0, 1_000.0), "the caller is left");
    assert!(!holds(&left, 1_000.0, 440.0), "and nobody else");
    assert!(holds(&right[talk], 1_000.0, 440.0), "the centre is right");
    assert!(!holds(&right, 440.0, 1_000.0), "and not the caller");
    let sounds = Sounds::built_in().unwrap();
    let queue: Vec<f64> = (30..36)
        .flat_map(|n| {
            sounds.frame(Announcement::Queue, Codec::Pcma, n).map(|byte| f64::from(Codec::Pcma.linear(byte)))
        })
        .collect();
    // The caller spoke µ-law, so what it heard was changed by table and back: near, not equal.
    let near = |window: &[f64]| window.iter().zip(&queue).all(|(a, b)| (a - b).abs() <= b.abs() / 8.0 + 32.0);
    assert!(
        (0..right.len() - queue.len()).any(|n| near(&right[n..n + queue.len()])),
        "the queue text is on the right"
    );
}

#[test]
fn without_a_folder_nothing_is_recorded_and_with_a_broken_one_the_call_goes_on() {
    let (plane, _events) = plane();
    let room = plane.open_room(call(6), RoomOptions { record: Some(RecordingStart::New) }).unwrap();
    assert_eq!(room.recording(), None);
    let file = tempfile::NamedTempFile::new().unwrap();
    let media = MediaConfig { recordings: Some(file.path().to_owned()), ..config() };
    let (plane, mut events) = MediaPlane::start(&media).unwrap();
    let room = plane.open_room(call(6), RoomOptions { record: Some(RecordingStart::New) }).unwrap();
    let caller = Phone::new(Codec::Pcma);
    let _leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    event(&mut events, |event| matches!(event, MediaEvent::RecordingFailed { .. }).then_some(()));
    until("the call goes on", || caller.heard().len() > 20);
}

#[test]
fn after_a_crash_the_recording_goes_on_in_the_same_file_with_the_time_between_as_silence() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    let media = |folder: &std::path::Path| MediaConfig { recordings: Some(folder.to_owned()), ..config() };
    let (plane, _events) = MediaPlane::start(&media(&before)).unwrap();
    let room = plane.open_room(call(8), RoomOptions { record: Some(RecordingStart::New) }).unwrap();
    let file = room.recording().unwrap().to_owned();
    let mut caller = Phone::new(Codec::Pcma);
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    caller.speak(leg.local_port(), Says::Tone(440.0));
    until("2 s on the disk", || std::fs::metadata(before.join(&file)).is_ok_and(|file| file.len() > 32_000));
    // What a killed process leaves: the files as they are in this moment.
    std::fs::create_dir(&after).unwrap();
    for entry in std::fs::read_dir(&before).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, after.join(path.file_name().unwrap())).unwrap();
    }
    let left_behind = std::fs::metadata(after.join(&file)).unwrap().len();
    drop((leg, room, plane, caller));
    std::thread::sleep(std::time::Duration::from_secs(1));
    let (plane, mut events) = MediaPlane::start(&media(&after)).unwrap();
    let start = RecordingStart::Continue { file: file.clone() };
    let room = plane.open_room(call(8), RoomOptions { record: Some(start) }).unwrap();
    assert_eq!(room.recording(), Some(file.as_str()));
    let mut caller = Phone::new(Codec::Pcma);
    let leg = room.add_leg(LegId::Caller, caller.remote(), LegOptions::default()).unwrap();
    caller.speak(leg.local_port(), Says::Tone(1_000.0));
    until("sound comes in", || leg.counts().packets_in > 60);
    drop((leg, room));
    let summary = event(&mut events, |event| {
        if let MediaEvent::RecordingEnded { summary, .. } = event { Some(summary.clone()) } else { None }
    });
    assert_eq!(summary.recording, file);
    assert!(summary.silence_s >= 0.9, "{summary:?}");
    let (left, _) = channels(&after.join(&file));
    let cut = (left_behind as usize - HEADER_BYTES) / 2;
    assert!(holds(&left[cut - 8_000..cut], 440.0, 1_000.0), "the old sound is there to its end");
    assert!(left[cut..cut + 4_000].iter().all(|sample| sample.abs() <= 8.0), "then silence");
    assert!(holds(&left[cut + 4_000..], 1_000.0, 440.0), "then the new sound");
}
