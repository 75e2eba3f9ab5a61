//! The fsynced journal of call facts.
//!
//! Invariants:
//! * An index is given once, in commit order, without a gap: 1, 2, 3 …
//! * [`Journal::append`] returns `Ok` only after `fdatasync` covered the entry. Whoever waits at that moment is
//!   written and synced together (group commit); a lone writer never waits for company.
//! * A torn tail (power loss) is cut at open and kept aside; a prefix that verifies is never thrown away.
//! * After a failed write or sync the file is not trusted again in this process: a second `fsync` on the same
//!   file reports success although the pages are gone. Facts then stay in memory, where the desk still reads
//!   them, [`JournalStats::failed`] is set, and calls go on.
//!
//! Deliberately not here: what the facts mean. The desk interprets them.

mod crc;
mod frame;
mod open_call;
mod reader;
mod recovery;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dispatch_core::call::fact::CallFact;
use dispatch_core::ids::CallId;
use dispatch_core::time::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

pub use open_call::{OpenCall, OpenInvite, Progress};
pub use recovery::Recovery;

/// Appends that wait for the writer; a caller above waits for room. 8,192 live calls give at most one each.
pub const APPENDS_WAITING_MAX: usize = 8_192;
/// Entries written and synced as one: 512 arrivals are about 0.5 MB, written in well under a millisecond.
pub const ENTRIES_PER_COMMIT_MAX: usize = 512;
/// Recent entries kept in memory for a desk that keeps up; older ones are read from the files.
pub const TAIL_ENTRIES_MAX: usize = 8_192;
/// A segment is closed at this size, so that acknowledged facts can be deleted file by file.
pub const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// One payload. An INVITE is at most 64 KiB, and its facts are a part of it; JSON escapes cost at most six times.
pub const PAYLOAD_BYTES_MAX: u32 = 512 * 1024;

/// One fact of one call, with its place in the journal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3 … without a gap.
    pub index: u64,
    /// Which call.
    pub call: CallId,
    /// When the trunk learnt it.
    pub at: Timestamp,
    /// What happened.
    pub fact: CallFact,
}

/// Names one journal for life, so that a cursor is never used on another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JournalId(pub [u8; 16]);

impl std::fmt::Display for JournalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What can go wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The directory or a file in it could not be used.
    #[error("journal file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another process holds this journal.
    #[error("journal {path} is in use by another process")]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The file is not a journal, or of a version that this program does not know.
    #[error("{path} is not a journal of this program: {reason}")]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A write or sync failed earlier; nothing is durable until the trunk role is restarted on a sound disk.
    #[error("the journal has failed; facts are kept in memory only")]
    Failed,
    /// The fact is larger than any fact can be.
    #[error("a call fact of {bytes} bytes")]
    TooLarge {
        /// Its size as JSON.
        bytes: usize,
    },
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}

/// What the journal counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalStats {
    /// The index of the last entry that readers can see.
    pub last_index: u64,
    /// Everything up to here is durable in the desk's store.
    pub acknowledged: u64,
    /// Entries that were appended in this process.
    pub appended: u64,
    /// Syncs that were made for them.
    pub commits: u64,
    /// A write or sync failed; facts are in memory only.
    pub failed: bool,
}

/// The open journal. Cheap to clone; the file is closed with the last clone.
#[derive(Clone, Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    appends: mpsc::Sender<Append>,
}

/// What the writer thread and the readers both see.
#[derive(Debug)]
struct Shared {
    id: JournalId,
    dir: PathBuf,
    tail: Mutex<VecDeque<Entry>>,
    reader: Mutex<reader::FileReader>,
    changed: watch::Sender<()>,
    last_index: AtomicU64,
    acknowledged: AtomicU64,
    appended: AtomicU64,
    commits: AtomicU64,
    failed: AtomicBool,
}

/// One fact on its way to the file.
#[derive(Debug)]
struct Append {
    call: CallId,
    fact: CallFact,
    done: oneshot::Sender<Result<u64, JournalError>>,
}

impl Journal {
    /// Opens the journal in `dir`, repairs its tail and says what it found. Calls that have no end are listed:
    /// whoever owns the trunk must go on with them or end them.
    ///
    /// # Errors
    /// When the directory cannot be used, is held by another process or holds something else.
    pub fn open(dir: &Path, clock: Clock) -> Result<(Self, Recovery), JournalError> {
        Self::open_with_segments_of(dir, clock, SEGMENT_BYTES_MAX)
    }

    /// [`Self::open`] with another segment size than [`SEGMENT_BYTES_MAX`]: a small disk wants small segments, and
    /// a test wants them tiny.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with_segments_of(
        dir: &Path,
        clock: Clock,
        segment_bytes: u64,
    ) -> Result<(Self, Recovery), JournalError> {
        let opened = recovery::open(dir)?;
        let shared = Arc::new(Shared {
            id: opened.id,
            dir: dir.to_owned(),
            tail: Mutex::new(VecDeque::new()),
            reader: Mutex::new(reader::FileReader::default()),
            changed: watch::Sender::new(()),
            last_index: AtomicU64::new(opened.recovery.last_index),
            acknowledged: AtomicU64::new(0),
            appended: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            failed: AtomicBool::new(false),
        });
        let (appends, inbox) = mpsc::channel(APPENDS_WAITING_MAX);
        let writer = writer::Writer::new(shared.clone(), clock, opened.files, opened.pins, segment_bytes);
        let spawned = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(inbox));
        if let Err(source) = spawned {
            return Err(JournalError::File { path: dir.to_owned(), source });
        }
        Ok((Self { shared, appends }, opened.recovery))
    }

    /// Appends one fact and waits until it is on disk. Gives its index.
    ///
    /// Dropping the future does not take the fact back.
    ///
    /// # Errors
    /// [`JournalError::Failed`] when the disk does not take it: the fact is then readable in this process, but
    /// not durable. The call goes on all the same.
    pub async fn append(&self, call: CallId, fact: CallFact) -> Result<u64, JournalError> {
        let (done, answer) = oneshot::channel();
        self.appends.send(Append { call, fact, done }).await.map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// Appends one fact after those that were appended before, and waits for nothing. `false`: so many wait that
    /// there is no room for it now.
    pub fn note(&self, call: CallId, fact: CallFact) -> bool {
        // Nobody hears whether it became durable; a fact that somebody depends on is appended.
        self.appends.try_send(Append { call, fact, done: oneshot::channel().0 }).is_ok()
    }

    /// At most `limit` entries after `index`, in order and without a gap; empty when there are none yet.
    ///
    /// # Errors
    /// When an older segment cannot be read.
    pub async fn read_after(&self, index: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        if let Some(entries) = self.read_tail(index, limit) {
            return Ok(entries);
        }
        let shared = self.shared.clone();
        tokio::task::spawn_blocking(move || {
            let last = shared.last_index.load(Ordering::Acquire);
            shared.reader.lock().unwrap_or_else(PoisonError::into_inner).read(&shared.dir, index, limit, last)
        })
        .await
        .map_err(|_| JournalError::Closed)?
    }

    /// The entries after `index` when memory still holds them all.
    fn read_tail(&self, index: u64, limit: usize) -> Option<Vec<Entry>> {
        let tail = self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(first) = tail.front().map(|entry| entry.index) else {
            return (index >= self.shared.last_index.load(Ordering::Acquire)).then(Vec::new);
        };
        let wanted = index.saturating_add(1);
        if wanted < first {
            return None;
        }
        let skip = usize::try_from(wanted - first).unwrap_or(usize::MAX);
        Some(tail.iter().skip(skip).take(limit).cloned().collect())
    }

    /// Wakes whenever there may be more to read. It carries no data: read again from your cursor.
    pub fn changed(&self) -> watch::Receiver<()> {
        self.shared.changed.subscribe()
    }

    /// Says that everything up to `index` is durable elsewhere, so that whole segments below may be deleted.
    /// The segments of a call that is still open stay, until it is established: then what is held of it is written
    /// again, so that a call of hours keeps no segment of hours.
    pub fn acknowledge(&self, index: u64) {
        let last = self.shared.last_index.load(Ordering::Acquire);
        self.shared.acknowledged.fetch_max(index.min(last), Ordering::AcqRel);
    }

    /// Which journal this is.
    pub fn id(&self) -> JournalId {
        self.shared.id
    }

    /// What it counts.
    pub fn stats(&self) -> JournalStats {
        JournalStats {
            last_index: self.shared.last_index.load(Ordering::Acquire),
            acknowledged: self.shared.acknowledged.load(Ordering::Acquire),
            appended: self.shared.appended.load(Ordering::Relaxed),
            commits: self.shared.commits.load(Ordering::Relaxed),
            failed: self.shared.failed.load(Ordering::Acquire),
        }
    }
}
