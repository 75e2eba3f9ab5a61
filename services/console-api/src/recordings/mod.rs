//! Recordings as a person hears them: in parts, straight from the disk, and never unnoticed.
//!
//! A playback is what one person asks of one recording within an hour: a player asks for dozens of parts, and one
//! leaf in the log says more than dozens. The leaf is there before the first byte goes out.

mod player;
mod range;

use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use dispatch_core::call::fact::RecordingSummary;
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::Timestamp;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::sync::watch;

pub use player::Player;

use crate::limits::{PLAYBACK_COVERS, PLAYBACKS_REMEMBERED_MAX, RECORDING_PIECE_BYTES};
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
    async fn open(&self, summary: &RecordingSummary) -> Result<Opened, Problem> {
        let path =
            inside(&self.folder.dir, &summary.recording).ok_or(Problem::new(Code::RecordingMissing))?;
        let missing = |error: std::io::Error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "A recording cannot be read");
            Problem::new(Code::RecordingMissing)
        };
        let file = File::open(path).await.map_err(missing)?;
        let bytes = file.metadata().await.map_err(missing)?.len();
        Ok(Opened { file, bytes })
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

/// A file of the folder by its bare name: a record never leads elsewhere.
fn inside(dir: &Path, name: &str) -> Option<PathBuf> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) => Some(dir.join(only)),
        (Some(_), _) | (None, _) => None,
    }
}

/// A recording that is being read.
struct Opened {
    file: File,
    bytes: u64,
}

impl Opened {
    /// So many bytes from there on, read as they are sent.
    async fn body(mut self, first: u64, bytes: u64) -> std::io::Result<Body> {
        self.file.seek(SeekFrom::Start(first)).await?;
        let pieces = futures_util::stream::try_unfold(self.file.take(bytes), |mut file| async move {
            let mut piece = vec![0; RECORDING_PIECE_BYTES];
            let length = file.read(&mut piece).await?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((length > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(Body::from_stream(pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        let dir = Path::new("/rekaman");
        assert_eq!(inside(dir, "a.wav"), Some(PathBuf::from("/rekaman/a.wav")));
        for name in ["../a.wav", "/etc/passwd", "x/../../a", "", ".", "..", "b/a.wav"] {
            assert_eq!(inside(dir, name), None, "{name}");
        }
    }

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
