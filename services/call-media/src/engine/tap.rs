//! From a room to the recorder, without ever waiting.

use std::sync::mpsc::{SyncSender, TrySendError};

use dispatch_core::call::fact::RecordingFault;
use dispatch_core::ids::CallId;

use super::{EventSink, RoomNumber};
use crate::announcement::Frame;
use crate::recorder::{GAP_FRAMES_MAX, STEREO_FRAME_BYTES, ToRecorder};
use crate::room::MediaEvent;

/// A room's way to its recording.
#[derive(Debug)]
pub(super) struct Tap {
    recorder: SyncSender<ToRecorder>,
    room: RoomNumber,
    call: CallId,
    /// Frames that the recorder did not take: silence to be put in, so that time stays true.
    missing: u64,
    slow_told: bool,
}

impl Tap {
    /// Begins a recording; `None` when the recorder is too far behind to take one more.
    pub(super) fn open(
        recorder: SyncSender<ToRecorder>,
        room: RoomNumber,
        call: CallId,
        file: String,
        events: &mut EventSink,
    ) -> Option<Self> {
        if recorder.try_send(ToRecorder::Start { room, call, file }).is_err() {
            events.tell(MediaEvent::RecordingFailed { call, why: RecordingFault::DiskSlow });
            return None;
        }
        Some(Self { recorder, room, call, missing: 0, slow_told: false })
    }

    /// Hands over 20 ms: the caller on the left, the centre on the right, both in A-law.
    pub(super) fn take(&mut self, left: &Frame, right: &Frame, caller_heard: bool, events: &mut EventSink) {
        let mut stereo = [0; STEREO_FRAME_BYTES];
        for (pair, (left, right)) in stereo.chunks_exact_mut(2).zip(left.iter().zip(right)) {
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

    #[test]
    fn a_recorder_that_is_behind_loses_frames_that_are_counted_and_told_once() {
        let (events, mut told) = tokio::sync::mpsc::channel(8);
        let mut events = EventSink { sender: events, lost: 0 };
        let (recorder, inbox) = sync_channel(3);
        let call = CallId(uuid::Uuid::from_u128(1));
        let mut tap = Tap::open(recorder, RoomNumber(1), call, "a.wav".to_owned(), &mut events).unwrap();
        let mut take = |tap: &mut Tap| tap.take(&[1; FRAME_BYTES], &[2; FRAME_BYTES], true, &mut events);
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
    fn a_recorder_that_takes_nothing_at_all_is_told_at_the_beginning() {
        let (events, mut told) = tokio::sync::mpsc::channel(8);
        let mut events = EventSink { sender: events, lost: 0 };
        let (recorder, _inbox) = sync_channel(1);
        let call = CallId(uuid::Uuid::from_u128(1));
        let open = |n, events: &mut EventSink| {
            Tap::open(recorder.clone(), RoomNumber(n), call, "a.wav".to_owned(), events)
        };
        assert!(open(1, &mut events).is_some());
        assert!(open(2, &mut events).is_none());
        assert!(matches!(told.try_recv(), Ok(MediaEvent::RecordingFailed { .. })));
    }
}
