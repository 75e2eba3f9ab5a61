//! One transaction: lock the head, read, decide in memory, write, commit.

use std::sync::Arc;

use dispatch_core::policy::Policy;
use dispatch_core::time::Timestamp;

use super::book::Book;
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
    let (head, directory_version) = begin(connection, Some(known.head)).await?;
    let is_current = directory_version == known.directory_version;
    let policy = if is_current { Arc::clone(&known.policy) } else { policy(connection).await? };
    let mut book = Book::new(head, now, policy, *number_key);
    load::load(connection, &mut book, batch).await?;
    let verdicts: Vec<_> = batch.iter().map(|submission| decide::carry_out(&mut book, submission)).collect();
    let mut known = Known { head, policy: Arc::clone(&book.policy), directory_version };
    if verdicts.iter().all(Result::is_err) {
        connection.script("ROLLBACK").await?;
        return Ok(Committed { verdicts, changes: vec![], known });
    }
    // Also when all were repeats: the head row is written, so that the answer "it is stored" waits for the
    // same standby as the first one did (STORE F6).
    let hash = write::write(connection, &book, number_key).await?;
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
    let (mut head, directory_version) = begin(connection, seen).await?;
    connection.run("UPDATE log_head SET epoch = epoch + 1 WHERE id = 1", vec![]).await?;
    let policy = policy(connection).await?;
    connection.script("COMMIT").await?;
    head.epoch += 1;
    Ok(Known { head, policy, directory_version })
}

/// Begins a transaction and locks the head row, in a statement of its own: what is read after it is read with
/// the lock held.
pub(super) async fn begin(
    connection: &mut Connection,
    seen: Option<LogHead>,
) -> Result<(LogHead, u64), Failure> {
    let dialect = connection.dialect();
    connection.script(dialect.begin_write).await?;
    let sql =
        format!("SELECT epoch, idx, hash, directory_version FROM log_head WHERE id = 1{}", dialect.lock_row);
    let row = connection.row(&sql, vec![]).await?.ok_or(Failure::Away(StoreError::NotAStore))?;
    let head = read_head(&row)?;
    if let Some(seen) = seen {
        fence(connection, head, seen).await?;
    }
    Ok((head, row.count(3)?))
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
