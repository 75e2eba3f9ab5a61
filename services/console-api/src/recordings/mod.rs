//! Recordings as a person hears them: in parts, straight from the disk, and never unnoticed.
//!
//! A playback is what one person asks of one recording within an hour: a player asks for dozens of parts, and one
//! leaf in the log says more than dozens. The leaf is there before the first byte goes out.

mod player;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use dispatch_core::call::fact::RecordingSummary;
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::Timestamp;
use tokio::sync::watch;

pub use player::Player;

use crate::files::{OpenFile, inside};
use crate::limits::{PLAYBACK_COVERS, PLAYBACKS_REMEMBERED_MAX};
use crate::problem::{Code, Problem};

/// Where recordings lie, and how much room is left there.
#[derive(Clone, Debug)]
pub struct RecordingsFolder {
    /// The folder.
    pub dir: PathBuf,
    /// The room, as it was measured last.
    pub space: watch::Receiver<RecordingSpace>,
}

/// How much room is left for recordings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RecordingSpace {
    /// Bytes that are free; `None` when nobody could say.
    pub free_bytes: Option<u64>,
    /// Whether that is less than the site wants.
    pub low: bool,
}

/// The recordings of the site. Cheap to clone.
#[derive(Clone)]
pub struct Recordings {
    folder: RecordingsFolder,
    heard: Arc<Mutex<BTreeMap<(UserId, CallId), Timestamp>>>,
}

impl Recordings {
    /// The recordings in this folder.
    pub fn new(folder: RecordingsFolder) -> Self {
        Self { folder, heard: Arc::default() }
    }

    /// The room that is left.
    pub fn space(&self) -> RecordingSpace {
        *self.folder.space.borrow()
    }

    /// Opens the file that a call's record names.
    ///
    /// # Errors
    /// `recording_missing` when it is not there.
    async fn open(&self, summary: &RecordingSummary) -> Result<OpenFile, Problem> {
        let path =
            inside(&self.folder.dir, &summary.recording).ok_or(Problem::new(Code::RecordingMissing))?;
        let missing = |error: std::io::Error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "A recording cannot be read");
            Problem::new(Code::RecordingMissing)
        };
        OpenFile::open(&path).await.map_err(missing)
    }

    /// Whether this is a new playback and not another part of one that is in the log.
    fn is_new(&self, user: UserId, call: CallId, now: Timestamp) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(&(user, call)).is_none_or(|since| since.after(PLAYBACK_COVERS) <= now)
    }

    /// The playback is in the log.
    fn is_written(&self, user: UserId, call: CallId, now: Timestamp) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() >= PLAYBACKS_REMEMBERED_MAX {
            heard.retain(|_, since| since.after(PLAYBACK_COVERS) > now);
        }
        if heard.len() >= PLAYBACKS_REMEMBERED_MAX {
            // Whoever is forgotten makes a second leaf, which is no harm.
            heard.pop_first();
        }
        heard.insert((user, call), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playback_covers_an_hour_of_one_person_and_one_call() {
        let recordings = Recordings::new(RecordingsFolder {
            dir: PathBuf::new(),
            space: watch::channel(RecordingSpace::default()).1,
        });
        let (one, two) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
        let (call, other) = (CallId(uuid::Uuid::from_u128(3)), CallId(uuid::Uuid::from_u128(4)));
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert!(recordings.is_new(one, call, at(0)));
        recordings.is_written(one, call, at(0));
        assert!(!recordings.is_new(one, call, at(3_599)));
        assert!(recordings.is_new(two, call, at(1)) && recordings.is_new(one, other, at(1)));
        assert!(recordings.is_new(one, call, at(3_600)));
    }
}
