//! From the journal to the desk: call facts, in order, each once.
//!
//! The cursor lies in the store and moves in the transaction that takes a fact in, so a crash between the two
//! cannot lose or repeat one. While the store is away the facts wait in the journal; nobody on the line notices.

use std::time::Duration;

use call_link::journal::Journal;
use dispatch_core::actor::Actor;
use dispatch_core::call::CallCommand;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use incident_store::{Desk, DeskCommand, IdempotencyKey, JournalPosition, Submission, SubmitError};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// Facts read and handed over at once. The desk commits them as one or two transactions.
const FACTS_AT_ONCE: usize = 256;
/// A wake-up may be missed while the store is away; then this finds the facts.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs until `stop`. Facts that are in the journal by then stay there for the next start.
///
/// `last_index` is the last durable entry found at start. A cursor beyond it means that the disk failed and the
/// desk took in facts that only the memory of an earlier process had; new facts use those indexes again.
pub async fn run(journal: Journal, last_index: u64, desk: Desk, stop: CancellationToken) {
    let Some(cursor) = first_cursor(&journal, &desk, &stop).await else { return };
    let mut cursor = cursor.min(last_index);
    let mut changed = journal.changed();
    loop {
        changed.mark_unchanged();
        match take_in(&journal, &desk, cursor).await {
            Ok(taken) if taken > cursor => {
                cursor = taken;
                journal.acknowledge(cursor);
                continue;
            }
            Ok(_) => {}
            Err(Halt::Stopped) => return,
            Err(Halt::Later) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changed.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

enum Halt {
    Later,
    Stopped,
}

async fn first_cursor(journal: &Journal, desk: &Desk, stop: &CancellationToken) -> Option<u64> {
    loop {
        match desk.store().journal_cursor(journal.id().0).await {
            // The store keeps the index of the next fact; a reader of the journal asks for what is after one.
            Ok(next) => {
                info!(next, "Taking in call facts");
                return Some(next.saturating_sub(1));
            }
            Err(error) => warn!(%error, "The journal's cursor cannot be read yet"),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Hands over what is after `cursor`; answers with the index up to which everything is in the store.
async fn take_in(journal: &Journal, desk: &Desk, cursor: u64) -> Result<u64, Halt> {
    let entries = match journal.read_after(cursor, FACTS_AT_ONCE).await {
        Ok(entries) => entries,
        Err(error) => {
            warn!(%error, "The journal cannot be read");
            return Err(Halt::Later);
        }
    };
    let mut answers = FuturesOrdered::new();
    for entry in entries {
        let id = journal.id().0;
        // The call is part of the key: after a disk failure an index may come twice, for two calls.
        let key = format!("journal:{}:{}:{}", hex::encode(id), entry.index, entry.call);
        let Ok(key) = IdempotencyKey::new(key) else { continue };
        let fact = CallCommand::Fact { at: entry.at, fact: entry.fact };
        let mut submission = Submission::new(key, Actor::Trunk, DeskCommand::Call(entry.call, fact));
        submission.journal = Some(JournalPosition { journal: id, index: entry.index });
        answers.push_back(async move { (entry.index, desk.submit(submission).await) });
    }
    let mut taken = cursor;
    while let Some((index, answer)) = answers.next().await {
        match answer {
            Ok(_) => taken = index,
            // A fact about a call that the store does not know (the journal was put beside another store), or one
            // that no store can hold. It stays in the journal and is passed over, loudly: the callers behind it
            // must not wait for it.
            Err(refused @ (SubmitError::Call(_) | SubmitError::Unstorable)) => {
                error!(index, error = %refused, "A call fact was refused; it is only in the journal");
                taken = index;
            }
            Err(SubmitError::Stopped) => return Err(Halt::Stopped),
            Err(error) => {
                warn!(index, %error, "Call facts wait in the journal");
                return if taken > cursor { Ok(taken) } else { Err(Halt::Later) };
            }
        }
    }
    Ok(taken)
}
