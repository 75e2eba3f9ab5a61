//! From a room to the recorder, without ever waiting.

use std::sync::mpsc::{SyncSender, TrySendError};

use dispatch_core::call::fact::RecordingFault;
use dispatch_core::ids::CallId;

use super::{EventSink, RoomNumber};
use crate::plane::now_micros;
use crate::recorder::{GAP_FRAMES_MAX, RecordingStart, STEREO_FRAME_BYTES, ToRecorder};
use crate::room::MediaEvent;
use crate::rtp::{Codec, Sound};

/// Frames without any sound after which a recording begins all the same: 5 s. A call that was shorter and in which
/// nobody could hear anything, neither the caller nor us, leaves no file: when a flood of them waits a second because
/// the machine stood still, it must not be answered with a flood of files.
const SOUNDLESS_FRAMES_MAX: u64 = 250;

/// How far a recording is.
#[derive(Debug)]
enum Progress {
    /// The room was opened then, and there was no sound yet.
    Soundless {
        file: String,
        opened_at: i64,
    },
    Begun,
    /// The recorder was too far behind to take one more.
    Refused,
}

/// A room's way to its recording.
#[derive(Debug)]
pub(super) struct Tap {
    recorder: SyncSender<ToRecorder>,
    room: RoomNumber,
    call: CallId,
    progress: Progress,
    /// Frames that the recorder did not take: silence to be put in, so that time stays true.
    missing: u64,
    slow_told: bool,
}

impl Tap {
    /// A recording from now on. A new one begins with its first sound, behind the silence until then; one that an
    /// earlier process left begins at once.
    pub(super) fn open(
        recorder: SyncSender<ToRecorder>,
        room: RoomNumber,
        call: CallId,
        start: &RecordingStart,
        events: &mut EventSink,
    ) -> Self {
        let progress = Progress::Soundless { file: start.file_of(call), opened_at: now_micros() };
        let mut tap = Self { recorder, room, call, progress, missing: 0, slow_told: false };
        match start {
            RecordingStart::New => {}
            RecordingStart::Continue { .. } => tap.begin(events),
        }
        tap
    }

    /// Whether there is something to end.
    pub(super) const fn is_begun(&self) -> bool {
        matches!(self.progress, Progress::Begun)
    }

    fn begin(&mut self, events: &mut EventSink) {
        let (room, call) = (self.room, self.call);
        let Progress::Soundless { file, opened_at } = std::mem::replace(&mut self.progress, Progress::Begun)
        else {
            return;
        };
        if self.recorder.try_send(ToRecorder::Start { room, call, file, at: opened_at }).is_err() {
            events.tell(MediaEvent::RecordingFailed { call, why: RecordingFault::DiskSlow });
            self.progress = Progress::Refused;
        }
    }

    /// Hands over 20 ms: the caller on the left, the centre on the right; `None` is silence.
    pub(super) fn take(&mut self, left: Option<Sound>, right: Option<Sound>, events: &mut EventSink) {
        if matches!(self.progress, Progress::Soundless { .. }) {
            if left.is_none() && right.is_none() && self.missing < SOUNDLESS_FRAMES_MAX {
                self.missing += 1;
                return;
            }
            self.begin(events);
        }
        if !self.is_begun() {
            return;
        }
        let caller_heard = left.is_some();
        let alaw = |sound: Option<Sound>| sound.unwrap_or(Sound::silence(Codec::Pcma)).in_law(Codec::Pcma);
        let (left, right) = (alaw(left), alaw(right));
        let mut stereo = [0; STEREO_FRAME_BYTES];
        for (pair, (left, right)) in stereo.chunks_exact_mut(2).zip(left.iter().zip(&right)) {
            pair.copy_from_slice(&[*left, *right]);
        }
        let room = self.room;
        if self.missing > 0 {
            match self.recorder.try_send(ToRecorder::Silence { room, frames: self.missing }) {
                Ok(()) => self.missing = 0,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                    self.missing += 1;
                    return;
                }
            }
        }
        if self.recorder.try_send(ToRecorder::Frame { room, stereo, caller_heard }).is_err() {
            self.missing += 1;
            if !std::mem::replace(&mut self.slow_told, true) {
                events.tell(MediaEvent::RecordingFailed { call: self.call, why: RecordingFault::DiskSlow });
            }
        }
    }

    /// The machine slept; that time is silence, within reason.
    pub(super) fn skip(&mut self, frames: u32) {
        self.missing += u64::from(frames).min(GAP_FRAMES_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::announcement::FRAME_BYTES;

    fn sound(byte: u8) -> Option<Sound> {
        Some(Sound { codec: Codec::Pcma, bytes: [byte; FRAME_BYTES] })
    }

    #[test]
    fn a_recorder_that_is_behind_loses_frames_that_are_counted_and_told_once() {
        let (events, mut told) = tokio::sync::mpsc::channel(8);
        let mut events = EventSink { sender: events, lost: 0 };
        let (recorder, inbox) = sync_channel(3);
        let call = CallId(uuid::Uuid::from_u128(1));
        let mut tap = Tap::open(recorder, RoomNumber(1), call, &RecordingStart::New, &mut events);
        let mut take = |tap: &mut Tap| tap.take(sound(1), sound(2), &mut events);
        (0..12).for_each(|_| take(&mut tap));
        assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Start { .. })));
        let Ok(ToRecorder::Frame { stereo, .. }) = inbox.try_recv() else { panic!("a frame") };
        assert_eq!(stereo[..4], [1, 2, 1, 2]);
        assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Frame { .. })));
        take(&mut tap);
        assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Silence { frames: 10, .. })), "time stays true");
        assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Frame { .. })));
        assert_eq!(told.try_recv(), Ok(MediaEvent::RecordingFailed { call, why: RecordingFault::DiskSlow }));
        assert!(told.try_recv().is_err(), "once");
    }

    #[test]
    fn a_recording_begins_with_its_first_sound_or_after_five_seconds_of_silence() {
        let (events, _told) = tokio::sync::mpsc::channel(8);
        let mut events = EventSink { sender: events, lost: 0 };
        let (recorder, inbox) = sync_channel(8);
        let call = CallId(uuid::Uuid::from_u128(1));
        for (soundless, first) in [(0, sound(1)), (7, sound(1)), (SOUNDLESS_FRAMES_MAX, None)] {
            let room = RoomNumber(soundless);
            let mut tap = Tap::open(recorder.clone(), room, call, &RecordingStart::New, &mut events);
            (0..soundless).for_each(|_| tap.take(None, None, &mut events));
            assert!(inbox.try_recv().is_err() && !tap.is_begun());
            tap.take(None, first, &mut events);
            assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Start { .. })) && tap.is_begun());
            if soundless > 0 {
                let silence = inbox.try_recv();
                assert!(matches!(silence, Ok(ToRecorder::Silence { frames, .. }) if frames == soundless));
            }
            assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Frame { caller_heard: false, .. })));
        }
        let again = RecordingStart::Continue { file: "b.wav".to_owned() };
        assert!(Tap::open(recorder, RoomNumber(1), call, &again, &mut events).is_begun());
        assert!(matches!(inbox.try_recv(), Ok(ToRecorder::Start { file, .. }) if file == "b.wav"));
    }

    #[test]
    fn a_recorder_that_takes_nothing_at_all_is_told_at_the_beginning() {
        let (events, mut told) = tokio::sync::mpsc::channel(8);
        let mut events = EventSink { sender: events, lost: 0 };
        let (recorder, _inbox) = sync_channel(3);
        let call = CallId(uuid::Uuid::from_u128(1));
        let begun = |n, events: &mut EventSink| {
            let mut tap = Tap::open(recorder.clone(), RoomNumber(n), call, &RecordingStart::New, events);
            tap.take(sound(1), None, events);
            tap.take(sound(1), None, events);
            tap.is_begun()
        };
        assert!(begun(1, &mut events));
        assert!(!begun(2, &mut events));
        assert!(matches!(told.try_recv(), Ok(MediaEvent::RecordingFailed { .. })));
    }
}
