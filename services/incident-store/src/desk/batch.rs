//! One transaction: lock the head, read, decide in memory, write, commit.

use std::sync::Arc;

use dispatch_core::policy::Policy;
use dispatch_core::time::Timestamp;

use supervision_log::Frontier;

use super::book::Book;
use super::tree::{Growing, read_edge};
use super::{decide, load, write};
use crate::change::Change;
use crate::engine::{Connection, Failure, Value};
use crate::error::{StoreError, SubmitError};
use crate::records::LogHead;
use crate::store::{AGENCIES, RULES, read_head, read_policy};
use crate::submission::{Receipt, Submission};

/// What the writer knows of the store since its last commit.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) head: LogHead,
    pub(super) policy: Arc<Policy>,
    directory_version: u64,
    /// The tree over the leaves has them all; else the writer takes them in by and by.
    pub(super) is_tree_whole: bool,
}

/// The head row, locked.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) head: LogHead,
    pub(super) tree: Frontier,
    directory_version: u64,
}

impl Locked {
    /// The tree, when it has all entries and can grow with the next.
    pub(super) fn whole_tree(&self) -> Option<&Frontier> {
        Some(&self.tree).filter(|tree| tree.size() == self.head.index)
    }
}

/// What a commit gave.
pub(super) struct Committed {
    /// One for each submission, in their order.
    pub(super) verdicts: Vec<Result<Receipt, SubmitError>>,
    pub(super) changes: Vec<Arc<Change>>,
    pub(super) known: Known,
}

/// Carries out a batch. After any error the connection is of no more use: what is open on it is unknown, and on
/// SQLite one failed COMMIT blocks every later write (sqlx 0.9.0).
pub(super) async fn commit(
    connection: &mut Connection,
    known: &Known,
    number_key: &[u8; 32],
    now: Timestamp,
    batch: &[&Submission],
) -> Result<Committed, Failure> {
    let locked = begin(connection, Some(known.head)).await?;
    let (head, directory_version) = (locked.head, locked.directory_version);
    let is_current = directory_version == known.directory_version;
    let policy = if is_current { Arc::clone(&known.policy) } else { policy(connection).await? };
    let mut book = Book::new(head, now, policy, *number_key);
    load::load(connection, &mut book, batch).await?;
    let verdicts: Vec<_> = batch.iter().map(|submission| decide::carry_out(&mut book, submission)).collect();
    let mut growing = locked.whole_tree().cloned().map(Growing::new);
    let is_tree_whole = growing.is_some();
    let mut known = Known { head, policy: Arc::clone(&book.policy), directory_version, is_tree_whole };
    if verdicts.iter().all(Result::is_err) {
        connection.script("ROLLBACK").await?;
        return Ok(Committed { verdicts, changes: vec![], known });
    }
    // Also when all were repeats: the head row is written, so that the answer "it is stored" waits for the
    // same standby as the first one did (STORE F6).
    let hash = write::write(connection, &book, number_key, growing.as_mut()).await?;
    connection.script("COMMIT").await?;
    known.head = LogHead { epoch: head.epoch, index: book.last_index(), hash };
    known.directory_version += u64::from(book.directory_changed);
    Ok(Committed { verdicts, changes: changes(book), known })
}

/// Becomes the writer: raises the epoch, which is also the proof that the store takes writes.
pub(super) async fn become_writer(
    connection: &mut Connection,
    seen: Option<LogHead>,
) -> Result<Known, Failure> {
    let locked = begin(connection, seen).await?;
    connection.run("UPDATE log_head SET epoch = epoch + 1 WHERE id = 1", vec![]).await?;
    let policy = policy(connection).await?;
    connection.script("COMMIT").await?;
    let head = LogHead { epoch: locked.head.epoch + 1, ..locked.head };
    let is_tree_whole = locked.whole_tree().is_some();
    Ok(Known { head, policy, directory_version: locked.directory_version, is_tree_whole })
}

/// Begins a transaction and locks the head row, in a statement of its own: what is read after it is read with
/// the lock held.
pub(super) async fn begin(connection: &mut Connection, seen: Option<LogHead>) -> Result<Locked, Failure> {
    let dialect = connection.dialect();
    connection.script(dialect.begin_write).await?;
    let sql = format!(
        "SELECT epoch, idx, hash, directory_version, tree_idx, tree FROM log_head WHERE id = 1{}",
        dialect.lock_row
    );
    let row = connection.row(&sql, vec![]).await?.ok_or(Failure::Away(StoreError::NotAStore))?;
    let head = read_head(&row)?;
    if let Some(seen) = seen {
        fence(connection, head, seen).await?;
    }
    Ok(Locked { head, directory_version: row.count(3)?, tree: read_edge(&row, 4)? })
}

/// A store that does not go on from what this desk saw committed is an old copy, or one that lost a commit: to
/// write there would split the log. Other desks may have written in between, and may have become writers.
async fn fence(connection: &mut Connection, found: LogHead, seen: LogHead) -> Result<(), Failure> {
    let is_behind = found.epoch < seen.epoch || found.index < seen.index;
    let is_other = found.index == seen.index && found.hash != seen.hash;
    if is_behind || is_other {
        return Err(Failure::Fenced);
    }
    if found.epoch == seen.epoch || found.index == seen.index || seen.index == 0 {
        return Ok(());
    }
    let row = connection.row("SELECT hash FROM event WHERE idx = $1", vec![Value::from(seen.index)]).await?;
    let goes_on = row.is_some_and(|row| row.bytes(0).is_ok_and(|hash: [u8; 32]| hash == seen.hash.0));
    if goes_on { Ok(()) } else { Err(Failure::Fenced) }
}

async fn policy(connection: &mut Connection) -> Result<Arc<Policy>, StoreError> {
    let rules = connection.row(RULES, vec![]).await?;
    read_policy(rules, &connection.rows(AGENCIES, vec![]).await?)
}

fn changes(book: Book) -> Vec<Arc<Change>> {
    let streams = book.streams;
    let with_record = |mut change: Change| {
        change.record = streams.get(&change.stream).and_then(|slot| slot.now.clone());
        Arc::new(change)
    };
    book.events.into_iter().map(|decided| with_record(decided.change)).collect()
}
