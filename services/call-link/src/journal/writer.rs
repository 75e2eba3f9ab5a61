//! The one thread that writes. It takes whatever waits, writes it with one call, syncs once, and answers all.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dispatch_core::call::fact::{CallFact, HeldDialog};
use dispatch_core::ids::CallId;
use dispatch_core::time::Clock;
use tokio::sync::{mpsc, oneshot};

use super::recovery::Files;
use super::{
    Append, ENTRIES_PER_COMMIT_MAX, Entry, JournalError, PAYLOAD_BYTES_MAX, Shared, TAIL_ENTRIES_MAX, frame,
    segment,
};

/// A commit of so many entries means that many calls come at once. A single fact is never held up.
const BUSY_FROM_ENTRIES: usize = 4;
/// How long a busy journal gathers before it syncs: half as many syncs cost half as much, and 2 ms more before a 180
/// are heard by nobody. With the sync itself it stays within the 5 ms of a group commit.
const GATHERED_WITHIN: Duration = Duration::from_millis(2);

pub(super) struct Writer {
    shared: Arc<Shared>,
    clock: Clock,
    files: Files,
    pins: BTreeMap<CallId, Pin>,
    segment_bytes: u64,
    buffer: Vec<u8>,
}

/// What the recovery of one open call needs, and from where on the files hold it.
#[derive(Debug)]
pub(super) struct Pin {
    /// Nothing from here on may be deleted.
    pub(super) index: u64,
    /// The last held dialog: written again, it takes the place of every earlier fact.
    pub(super) held: Option<Box<HeldDialog>>,
}

type Done = oneshot::Sender<Result<u64, JournalError>>;

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        clock: Clock,
        files: Files,
        pins: BTreeMap<CallId, Pin>,
        segment_bytes: u64,
    ) -> Self {
        Self { shared, clock, files, pins, segment_bytes, buffer: Vec::new() }
    }

    /// Runs until every [`super::Journal`] is dropped.
    pub(super) fn run(mut self, mut inbox: mpsc::Receiver<Append>) {
        let mut batch = Vec::with_capacity(ENTRIES_PER_COMMIT_MAX);
        let mut busy = false;
        while let Some(first) = inbox.blocking_recv() {
            batch.push(first);
            if busy {
                std::thread::sleep(GATHERED_WITHIN);
            }
            // What arrived during the last sync is written by this one.
            while batch.len() < ENTRIES_PER_COMMIT_MAX {
                match inbox.try_recv() {
                    Ok(append) => batch.push(append),
                    Err(_) => break,
                }
            }
            busy = batch.len() >= BUSY_FROM_ENTRIES;
            self.commit(&mut batch);
            self.delete_acknowledged();
        }
        if let Err(error) = self.files.lock.unlock() {
            tracing::debug!(%error, "Journal lock goes with the process");
        }
    }

    /// Writes and syncs; `false` when it is not durable.
    fn commit(&mut self, batch: &mut Vec<Append>) -> bool {
        self.buffer.clear();
        let mut index = self.shared.last_index.load(Ordering::Acquire);
        let mut entries: Vec<Entry> = Vec::with_capacity(batch.len());
        let mut waiting: Vec<Done> = Vec::with_capacity(batch.len());
        for Append { call, fact, done } in batch.drain(..) {
            let at = self.clock.now();
            match frame::encode(&mut self.buffer, index + 1, call, at, &fact) {
                Ok(()) => {
                    index += 1;
                    entries.push(Entry { index, call, at, fact });
                    waiting.push(done);
                }
                Err(bytes) => {
                    tracing::error!(call.id = %call, bytes, max = PAYLOAD_BYTES_MAX, "Call fact is too large to keep");
                    done.send(Err(JournalError::TooLarge { bytes })).ok();
                }
            }
        }
        if entries.is_empty() {
            return true;
        }
        let durable = self.write_and_sync();
        let first = entries[0].index;
        self.remember(entries);
        for (index, done) in (first..).zip(waiting) {
            // Nobody waits any more when the future was dropped; the fact stands all the same.
            done.send(if durable { Ok(index) } else { Err(JournalError::Failed) }).ok();
        }
        durable
    }

    /// One write, one sync. `false` from the first failure on, for the life of the process.
    fn write_and_sync(&mut self) -> bool {
        if self.shared.failed.load(Ordering::Acquire) {
            return false;
        }
        match self.try_write_and_sync() {
            Ok(()) => {
                self.files.current_bytes += self.buffer.len() as u64;
                self.shared.commits.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, source, "Journal has failed: call facts are kept in memory only");
                self.shared.failed.store(true, Ordering::Release);
                false
            }
        }
    }

    fn try_write_and_sync(&mut self) -> Result<(), JournalError> {
        self.rotate_when_full()?;
        let written =
            self.files.current.write_all(&self.buffer).and_then(|()| self.files.current.sync_data());
        written.map_err(|source| {
            segment::file_error(&segment::path_of(&self.shared.dir, self.files.current_first), source)
        })
    }

    fn rotate_when_full(&mut self) -> Result<(), JournalError> {
        let first = self.shared.last_index.load(Ordering::Acquire) + 1;
        if self.files.current_bytes < self.segment_bytes || self.files.current_first == first {
            return Ok(());
        }
        self.files.current = segment::create(&self.shared.dir, self.shared.id, first)?;
        self.files.current_first = first;
        self.files.current_bytes = segment::HEADER_BYTES as u64;
        self.files.segments.push(first);
        Ok(())
    }

    /// Makes the entries readable and wakes the readers.
    fn remember(&mut self, entries: Vec<Entry>) {
        let count = entries.len() as u64;
        for entry in &entries {
            self.pin(entry);
        }
        {
            let mut tail = self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner);
            tail.extend(entries);
            while tail.len() > TAIL_ENTRIES_MAX {
                tail.pop_front();
            }
            // Inside the lock, so that a reader who sees the index also finds the entry.
            self.shared.last_index.fetch_add(count, Ordering::AcqRel);
        }
        self.shared.appended.fetch_add(count, Ordering::Relaxed);
        self.shared.changed.send_replace(());
    }

    fn pin(&mut self, entry: &Entry) {
        if matches!(entry.fact, CallFact::Ended { .. }) {
            self.pins.remove(&entry.call);
        } else if let CallFact::DialogHeld(held) = &entry.fact {
            self.pins.insert(entry.call, Pin { index: entry.index, held: Some(held.clone()) });
        } else if !entry.fact.may_follow_the_end() {
            self.pins.entry(entry.call).or_insert(Pin { index: entry.index, held: None });
        }
    }

    /// Deletes the segments that the desk has taken and that no open call needs for its recovery. What an
    /// established call needs is written again, so that it holds up nothing.
    fn delete_acknowledged(&mut self) {
        while let [first, second, ..] = self.files.segments[..] {
            if second > self.shared.acknowledged.load(Ordering::Acquire).saturating_add(1) {
                return;
            }
            if !self.write_held_again(second) {
                return;
            }
            let path = segment::path_of(&self.shared.dir, first);
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, path = %path.display(), "Journal segment could not be deleted");
                return;
            }
            self.files.segments.remove(0);
        }
    }

    /// Writes again what open calls need from before `index`; `false` when that must stay where it is: a call that
    /// is not established yet, which does not last, or a disk that takes nothing.
    fn write_held_again(&mut self, index: u64) -> bool {
        let old = || self.pins.iter().filter(|(_, pin)| pin.index < index);
        if old().any(|(_, pin)| pin.held.is_none()) {
            return false;
        }
        let again = |(call, pin): (&CallId, &Pin)| {
            let fact = CallFact::DialogHeld(pin.held.clone()?);
            Some(Append { call: *call, fact, done: oneshot::channel().0 })
        };
        let mut batch: Vec<Append> = old().filter_map(again).collect();
        batch.is_empty() || self.commit(&mut batch)
    }
}
