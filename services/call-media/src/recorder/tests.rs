use std::path::Path;

use super::*;
use crate::plane::now_micros;

/// Frame `n`: both channels count, differently.
fn frame(n: usize) -> [u8; STEREO_FRAME_BYTES] {
    std::array::from_fn(|k| if k % 2 == 0 { (n + k) as u8 } else { (n * 3 + k) as u8 })
}

fn sound(frames: std::ops::Range<usize>) -> Vec<u8> {
    frames.flat_map(frame).collect()
}

/// Reads a stereo file as any player would; panics when it is no whole WAV file.
fn played(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(
        (&bytes[..4], &bytes[8..16], &bytes[38..42], &bytes[50..54]),
        (&b"RIFF"[..], &b"WAVEfmt "[..], &b"fact"[..], &b"data"[..])
    );
    assert_eq!((word(4) + 8, word(54) + 58, word(46) * 2), (bytes.len(), bytes.len(), word(54)));
    assert_eq!(bytes[20..36], [6, 0, 2, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 8, 0]);
    bytes[58..].to_vec()
}

fn record(folder: &Path, name: &str, frames: usize) -> RecordingFile {
    let mut file = RecordingFile::open(folder, name, 1_000_000).unwrap();
    for second in 0..frames / 50 {
        file.append(&sound(second * 50..(second + 1) * 50), 2).unwrap();
    }
    file
}

#[test]
fn a_recording_can_be_read_after_every_second_and_its_summary_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let mut file = RecordingFile::open(folder.path(), "a.wav", 1_000_000).unwrap();
    for second in 0..25 {
        file.append(&sound(second * 50..(second + 1) * 50), 1).unwrap();
        assert_eq!(played(&path), sound(0..(second + 1) * 50));
    }
    assert!(!file::is_ended(&path));
    let summary = file.end().unwrap();
    assert!(file::is_ended(&path));
    assert_eq!((summary.recording.as_str(), summary.seconds, summary.bytes), ("a.wav", 25.0, 400_058));
    assert_eq!((summary.started_at.as_micros(), summary.silence_s), (1_000_000, 0.5));
    let mut chain = Chain::new(1_000_000);
    chain.take(&sound(0..1_250), |_, _| {});
    assert_eq!(summary.sha256, hex(&chain.head()));
    let side = std::fs::read_to_string(side_of(&path)).unwrap();
    assert_eq!(side.lines().count(), 2 + 2 + 1, "{side}");
    assert!(side.starts_with("sigap-recording 1\nstarted 1000000\n1 "), "{side}");
    assert!(recover_recordings(folder.path(), &[]).unwrap().is_empty(), "nothing is left to recover");
}

#[test]
fn a_file_cut_at_any_byte_is_recovered_to_its_last_whole_sample() {
    let folder = tempfile::tempdir().unwrap();
    drop(record(folder.path(), "a.wav", 600));
    let path = folder.path().join("a.wav");
    let (whole, side) = (std::fs::read(&path).unwrap(), std::fs::read(side_of(&path)).unwrap());
    let cuts = (0..200).chain((200..whole.len()).step_by(3_001)).chain([whole.len() - 1, whole.len()]);
    for (n, cut) in cuts.enumerate() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        std::fs::write(side_of(&path), &side[..side.len() - n % side.len().min(90)]).unwrap();
        let recovered = recover_recordings(folder.path(), &[]).unwrap();
        assert_eq!(recovered.len(), 1, "cut at {cut}");
        let kept = (cut.saturating_sub(58)) / 2 * 2;
        assert_eq!(played(&path), whole[58..58 + kept], "cut at {cut}");
        assert_eq!(recovered[0].summary.seconds, kept as f64 / 16_000.0);
        assert!(recovered[0].intact && file::is_ended(&path));
    }
}

#[test]
fn a_changed_byte_is_noticed_and_what_stands_beside_is_kept_as_evidence() {
    let folder = tempfile::tempdir().unwrap();
    drop(record(folder.path(), "a.wav", 600));
    let path = folder.path().join("a.wav");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let before = std::fs::read_to_string(side_of(&path)).unwrap();
    let recovered = recover_recordings(folder.path(), &[]).unwrap();
    assert!(!recovered[0].intact);
    assert!(std::fs::read_to_string(side_of(&path)).unwrap().starts_with(&before));
}

#[test]
fn a_recording_goes_on_in_the_next_process_with_silence_between_and_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    drop(record(folder.path(), "a.wav", 550));
    // 11 s are there; 3 s later the next process opens it.
    let later = 1_000_000 + 14_000_000;
    assert!(recover_recordings(folder.path(), &["a.wav".to_owned()]).unwrap().is_empty());
    let mut file = RecordingFile::open(folder.path(), "a.wav", later).unwrap();
    assert_eq!(file.gap_frames(later), 150);
    file.append(&vec![ALAW_SILENCE; 150 * STEREO_FRAME_BYTES], 150).unwrap();
    file.append(&sound(700..750), 0).unwrap();
    let summary = file.end().unwrap();
    let mut wanted = sound(0..550);
    wanted.extend(vec![ALAW_SILENCE; 150 * STEREO_FRAME_BYTES]);
    wanted.extend(sound(700..750));
    assert_eq!(played(&folder.path().join("a.wav")), wanted);
    let mut chain = Chain::new(1_000_000);
    chain.take(&wanted, |_, _| {});
    assert_eq!(summary.sha256, hex(&chain.head()));
    assert_eq!(summary.seconds, 15.0);
}

#[test]
fn a_full_disk_is_told_and_a_name_never_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (events, mut told) = tokio::sync::mpsc::channel(8);
    std::os::unix::fs::symlink("/dev/full", folder.path().join("full.wav")).unwrap();
    let sender = start(folder.path().to_owned(), events).unwrap();
    let call = CallId(uuid::Uuid::from_u128(1));
    sender
        .send(ToRecorder::Start { room: RoomNumber(1), call, file: "full.wav".to_owned(), at: now_micros() })
        .unwrap();
    let frame = ToRecorder::Frame { room: RoomNumber(1), stereo: frame(0), caller_heard: true };
    sender.send(frame).unwrap();
    assert_eq!(
        told.blocking_recv(),
        Some(MediaEvent::RecordingFailed { call, why: RecordingFault::DiskFull })
    );
    drop(sender);
    assert_eq!(told.blocking_recv(), None, "and nothing more");
    for file in ["../../etc/passwd.wav", "/etc/x.wav", "x", "a\\b.wav"] {
        let start = RecordingStart::Continue { file: file.to_owned() };
        assert_eq!(start.file_of(call), format!("{call}.wav"));
    }
}
