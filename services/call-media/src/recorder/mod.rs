//! Recording: stereo A-law, the caller left, the centre right, from the room's beginning to its end.
//!
//! The media thread hands frames over a bounded channel and never waits. One thread writes, another waits for the
//! disk. What the disk does not take in time becomes silence that is counted; a disk that is full ends the recording,
//! never the call.

mod chain;
mod file;
mod recover;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use dispatch_core::call::fact::{RecordingFault, RecordingSummary};
use dispatch_core::ids::CallId;
use tokio::sync::mpsc::Sender;
use tracing::{error, warn};

pub use chain::{BLOCK_BYTES, Chain, hex};
pub use file::{HEADER_BYTES, STEREO_FRAME_BYTES, header, side_of};
pub use recover::{Recovered, recover_recording, recover_recordings};

use crate::engine::RoomNumber;
use crate::g711::ALAW_SILENCE;
use crate::room::MediaEvent;
use file::RecordingFile;

/// Frames that wait for the writer: 0.8 s of 200 calls, 2.7 MB.
const FRAMES_WAITING_MAX: usize = 8_192;
/// Files that wait to be synced.
const SYNCS_WAITING_MAX: usize = 4_096;
/// Frames that are gathered before they are written and synced: 1 s, which is what a power cut may take.
const FLUSH_FRAMES: usize = 50;
/// Silence that is put in at once, for the time between two processes or for a machine that slept: 10 min at most.
pub(crate) const GAP_FRAMES_MAX: u64 = 30_000;

/// How a recording begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordingStart {
    /// A new file, named after the call.
    New,
    /// The file of an earlier process; the time between is silence.
    Continue {
        /// Its name in the recordings folder.
        file: String,
    },
}

impl RecordingStart {
    /// The file's name. A name that leads out of the folder is not taken.
    pub fn file_of(&self, call: CallId) -> String {
        match self {
            Self::Continue { file } if file.ends_with(".wav") && !file.contains(['/', '\\']) => file.clone(),
            Self::New | Self::Continue { .. } => format!("{call}.wav"),
        }
    }
}

/// What the media thread hands over.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a frame lies in the channel itself, so that none is ever allocated"
)]
pub(crate) enum ToRecorder {
    Start { room: RoomNumber, call: CallId, file: String, at: i64 },
    Frame { room: RoomNumber, stereo: [u8; STEREO_FRAME_BYTES], caller_heard: bool },
    Silence { room: RoomNumber, frames: u64 },
    End { room: RoomNumber },
}

/// What waits for the disk.
enum ToSync {
    Again(Arc<Synced>),
    End { call: CallId, files: (File, File), summary: RecordingSummary },
}

struct Synced {
    wav: File,
    waiting: AtomicBool,
    failed: AtomicBool,
}

/// Starts the two threads. They end when the sender is dropped, with every recording ended.
pub(crate) fn start(folder: PathBuf, events: Sender<MediaEvent>) -> io::Result<SyncSender<ToRecorder>> {
    let (sender, inbox) = sync_channel(FRAMES_WAITING_MAX);
    let (syncs, to_sync) = sync_channel(SYNCS_WAITING_MAX);
    if let Err(error) = std::fs::create_dir_all(&folder) {
        error!(%error, "The folder of the recordings cannot be made; calls go on without recordings");
    }
    let told = events.clone();
    std::thread::Builder::new().name("recording-sync".to_owned()).spawn(move || sync(&to_sync, &told))?;
    let recorder = Recorder { folder, events, syncs, recordings: BTreeMap::new() };
    std::thread::Builder::new().name("recorder".to_owned()).spawn(move || recorder.run(&inbox))?;
    Ok(sender)
}

/// One recording in memory: the second that is being gathered.
struct Recording {
    call: CallId,
    file: RecordingFile,
    synced: Arc<Synced>,
    gathered: Vec<u8>,
    silent: u64,
}

struct Recorder {
    folder: PathBuf,
    events: Sender<MediaEvent>,
    syncs: SyncSender<ToSync>,
    recordings: BTreeMap<RoomNumber, Recording>,
}

impl Recorder {
    fn run(mut self, inbox: &Receiver<ToRecorder>) {
        while let Ok(message) = inbox.recv() {
            match message {
                ToRecorder::Start { room, call, file, at } => self.begin(room, call, &file, at),
                ToRecorder::Frame { room, stereo, caller_heard } => {
                    self.add(room, &stereo, u64::from(!caller_heard));
                }
                ToRecorder::Silence { room, frames } => {
                    for _ in 0..frames {
                        self.add(room, &[ALAW_SILENCE; STEREO_FRAME_BYTES], 1);
                    }
                }
                ToRecorder::End { room } => self.end(room),
            }
        }
        while let Some((room, _)) = self.recordings.first_key_value() {
            let room = *room;
            self.end(room);
        }
    }

    /// `at`: when the call was answered, or goes on after a restart.
    fn begin(&mut self, room: RoomNumber, call: CallId, name: &str, at: i64) {
        let opened = RecordingFile::open(&self.folder, name, at).and_then(|file| {
            let (wav, _) = file.handles()?;
            Ok((file, Synced { wav, waiting: AtomicBool::new(false), failed: AtomicBool::new(false) }))
        });
        match opened {
            Ok((file, synced)) => {
                let gap = file.gap_frames(at).min(GAP_FRAMES_MAX);
                let gathered = Vec::with_capacity((FLUSH_FRAMES + 1) * STEREO_FRAME_BYTES);
                let recording = Recording { call, file, synced: Arc::new(synced), gathered, silent: 0 };
                self.recordings.insert(room, recording);
                for _ in 0..gap {
                    self.add(room, &[ALAW_SILENCE; STEREO_FRAME_BYTES], 1);
                }
            }
            Err(error) => self.fail(call, &error),
        }
    }

    fn add(&mut self, room: RoomNumber, stereo: &[u8; STEREO_FRAME_BYTES], silent: u64) {
        let Some(recording) = self.recordings.get_mut(&room) else { return };
        recording.gathered.extend_from_slice(stereo);
        recording.silent += silent;
        if recording.gathered.len() < FLUSH_FRAMES * STEREO_FRAME_BYTES {
            return;
        }
        let written = recording.flush();
        if recording.synced.failed.load(Ordering::Relaxed) {
            self.stop(room, &io::Error::other("the disk does not keep what was written"));
        } else if let Err(error) = written {
            self.stop(room, &error);
        } else if !recording.synced.waiting.swap(true, Ordering::Relaxed) {
            // When the disk has so much to do already, this second waits for the next one.
            self.syncs.try_send(ToSync::Again(recording.synced.clone())).ok();
        }
    }

    fn end(&mut self, room: RoomNumber) {
        let Some(mut recording) = self.recordings.remove(&room) else { return };
        let call = recording.call;
        let ended = recording.flush().and_then(|()| {
            let summary = recording.file.end()?;
            Ok(ToSync::End { call, files: recording.file.handles()?, summary })
        });
        match ended {
            Ok(end) => {
                // The thread is gone only when it panicked; the file is whole all the same.
                self.syncs.send(end).ok();
            }
            Err(error) => self.fail(call, &error),
        }
    }

    /// The recording ends here and the call goes on.
    fn stop(&mut self, room: RoomNumber, error: &io::Error) {
        if let Some(recording) = self.recordings.remove(&room) {
            self.fail(recording.call, error);
        }
    }

    fn fail(&self, call: CallId, error: &io::Error) {
        error!(%error, call.id = %call, "A call goes on without a recording");
        // Writing the other recordings does not wait for whoever reads the events.
        self.events.try_send(MediaEvent::RecordingFailed { call, why: fault_of(error) }).ok();
    }
}

impl Recording {
    fn flush(&mut self) -> io::Result<()> {
        self.file.append(&self.gathered, self.silent)?;
        self.gathered.clear();
        self.silent = 0;
        Ok(())
    }
}

fn fault_of(error: &io::Error) -> RecordingFault {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        RecordingFault::DiskFull
    } else {
        RecordingFault::Other
    }
}

fn sync(inbox: &Receiver<ToSync>, events: &Sender<MediaEvent>) {
    while let Ok(message) = inbox.recv() {
        match message {
            ToSync::Again(synced) => {
                synced.waiting.store(false, Ordering::Relaxed);
                if let Err(error) = synced.wav.sync_data() {
                    warn!(%error, "A recording cannot be synced");
                    synced.failed.store(true, Ordering::Relaxed);
                }
            }
            ToSync::End { call, files: (wav, side), summary } => {
                let event = match wav.sync_all().and_then(|()| side.sync_all()) {
                    Ok(()) => MediaEvent::RecordingEnded { call, summary },
                    Err(error) => MediaEvent::RecordingFailed { call, why: fault_of(&error) },
                };
                events.blocking_send(event).ok();
            }
        }
    }
}
