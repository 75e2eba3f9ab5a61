//! Opening: lock, read everything once, cut what the crash left half-written.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use dispatch_core::call::fact::CallFact;
use dispatch_core::ids::CallId;

use super::segment::{self, Opened, Step, file_error};
use super::writer::Pin;
use super::{Entry, JournalError, JournalId, OpenCall};
use crate::random::random_bytes;

/// What was found when the journal was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// Entries that were read and verified.
    pub entries: u64,
    /// The last index that is durable. A desk whose cursor lies beyond it consumed facts that were only in
    /// memory when the disk had failed; it must go back to this index, else it would skip new ones.
    pub last_index: u64,
    /// Bytes that were cut because they were no entry; kept in [`Self::torn_files`].
    pub torn_bytes: u64,
    /// Where the cut bytes are kept.
    pub torn_files: Vec<PathBuf>,
    /// Why the first of them was no entry.
    pub torn_reason: Option<&'static str>,
    /// Calls that have begun and not ended, in the order in which they began.
    pub open_calls: Vec<OpenCall>,
}

/// The open files, for the writer.
#[derive(Debug)]
pub(super) struct Files {
    /// Held for life: the lock goes with it.
    pub(super) lock: File,
    /// The segment that is written.
    pub(super) current: File,
    pub(super) current_first: u64,
    pub(super) current_bytes: u64,
    /// First indexes of all segments, ascending, the current one last.
    pub(super) segments: Vec<u64>,
}

pub(super) struct OpenedJournal {
    pub(super) id: JournalId,
    pub(super) files: Files,
    pub(super) recovery: Recovery,
    /// What keeps segments from being deleted.
    pub(super) pins: BTreeMap<CallId, Pin>,
}

/// Reads the whole journal of `dir` and makes it ready to be written.
pub(super) fn open(dir: &Path) -> Result<OpenedJournal, JournalError> {
    std::fs::create_dir_all(dir).map_err(|source| file_error(dir, source))?;
    let lock = take_lock(dir)?;
    let mut found = Found::default();
    let listed = segment::list(dir)?;
    for (place, first) in listed.iter().enumerate() {
        let sound = found.read_segment(dir, *first)?;
        if !sound {
            // What follows a break has no place: its index would be given a second time.
            for later in &listed[place + 1..] {
                found.set_aside(dir, *later, 0)?;
            }
            break;
        }
    }
    found.finish(dir, lock)
}

fn take_lock(dir: &Path) -> Result<File, JournalError> {
    let path = dir.join("lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| file_error(&path, source))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(JournalError::Locked { path: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(file_error(&path, source)),
    }
}

#[derive(Default)]
struct Found {
    id: Option<JournalId>,
    segments: Vec<u64>,
    entries: u64,
    next_index: Option<u64>,
    last_bytes: u64,
    torn_bytes: u64,
    torn_files: Vec<PathBuf>,
    torn_reason: Option<&'static str>,
    open_calls: BTreeMap<CallId, OpenCall>,
}

impl Found {
    /// Reads one segment; `false` when it ends in a break.
    fn read_segment(&mut self, dir: &Path, first: u64) -> Result<bool, JournalError> {
        let path = segment::path_of(dir, first);
        let (id, mut scan) = match segment::open(dir, first)? {
            Opened::Segment(id, scan) => (id, scan),
            Opened::NoHeader => {
                self.torn_reason.get_or_insert("the segment has no header");
                self.set_aside(dir, first, 0)?;
                return Ok(false);
            }
        };
        if self.id.is_some_and(|known| known != id) {
            return Err(JournalError::Foreign { path, reason: "the segments belong to different journals" });
        }
        if self.next_index.is_some_and(|next| next != first) {
            self.torn_reason.get_or_insert("a segment is missing");
            self.set_aside(dir, first, 0)?;
            return Ok(false);
        }
        self.id = Some(id);
        self.segments.push(first);
        let sound = loop {
            match scan.step().map_err(|source| file_error(&path, source))? {
                Step::Entry(entry) => {
                    self.entries += 1;
                    self.learn(*entry);
                }
                Step::End => break true,
                Step::Bad(reason) => {
                    self.torn_reason.get_or_insert(reason.as_str());
                    self.set_aside(dir, first, scan.offset())?;
                    break false;
                }
            }
        };
        self.next_index = Some(scan.next_index());
        self.last_bytes = scan.offset();
        Ok(sound)
    }

    fn learn(&mut self, entry: Entry) {
        if matches!(entry.fact, CallFact::Ended { .. }) {
            self.open_calls.remove(&entry.call);
        } else if let Some(open) = self.open_calls.get_mut(&entry.call) {
            open.learn(entry.fact);
        } else if !entry.fact.may_follow_the_end() {
            let mut open = OpenCall::begun_by(&entry);
            open.learn(entry.fact);
            self.open_calls.insert(entry.call, open);
        }
    }

    /// Moves the bytes of a segment from `offset` on into a file that nobody reads by itself, then cuts them.
    fn set_aside(&mut self, dir: &Path, first: u64, offset: u64) -> Result<(), JournalError> {
        let path = segment::path_of(dir, first);
        let aside = free_name(dir, first, offset);
        let keep = || -> std::io::Result<u64> {
            let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut kept = OpenOptions::new().write(true).create_new(true).open(&aside)?;
            let bytes = std::io::copy(&mut file.by_ref(), &mut kept)?;
            kept.sync_all()?;
            if offset == 0 {
                std::fs::remove_file(&path)?;
            } else {
                file.set_len(offset)?;
                file.sync_all()?;
            }
            File::open(dir)?.sync_all()?;
            Ok(bytes)
        };
        self.torn_bytes += keep().map_err(|source| file_error(&aside, source))?;
        self.torn_files.push(aside);
        Ok(())
    }

    fn finish(mut self, dir: &Path, lock: File) -> Result<OpenedJournal, JournalError> {
        let id = self.id.unwrap_or_else(|| JournalId(random_bytes()));
        let next = self.next_index.unwrap_or(1);
        let (current, current_first) = match self.segments.last() {
            Some(first) => {
                let path = segment::path_of(dir, *first);
                let file = OpenOptions::new()
                    .append(true)
                    .open(&path)
                    .map_err(|source| file_error(&path, source))?;
                (file, *first)
            }
            None => {
                self.segments.push(next);
                self.last_bytes = segment::HEADER_BYTES as u64;
                (segment::create(dir, id, next)?, next)
            }
        };
        // A held dialog lies somewhere at or after the first fact; that is early enough to keep its segment.
        let pin = |open: &OpenCall| Pin { index: open.first_index, held: open.held.clone().map(Box::new) };
        let pins = self.open_calls.iter().map(|(call, open)| (*call, pin(open))).collect();
        let mut in_order: Vec<_> = self.open_calls.into_values().collect();
        in_order.sort_unstable_by_key(|open| open.first_index);
        Ok(OpenedJournal {
            id,
            files: Files {
                lock,
                current,
                current_first,
                current_bytes: self.last_bytes,
                segments: self.segments,
            },
            recovery: Recovery {
                entries: self.entries,
                last_index: next - 1,
                torn_bytes: self.torn_bytes,
                torn_files: self.torn_files,
                torn_reason: self.torn_reason,
                open_calls: in_order,
            },
            pins,
        })
    }
}

fn free_name(dir: &Path, first: u64, offset: u64) -> PathBuf {
    let mut attempt = 0u32;
    loop {
        let path = dir.join(format!("journal-{first:020}-{offset}-{attempt}.torn"));
        if !path.exists() {
            return path;
        }
        attempt += 1;
    }
}
