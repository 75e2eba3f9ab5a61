//! From the journal to the desk: call facts, in order, each once.
//!
//! The cursor lies in the store and moves in the transaction that takes a fact in, so a crash between the two
//! cannot lose or repeat one. While the store is away the facts wait in the journal; nobody on the line notices.

use std::time::Duration;

use call_link::journal::{Entry, JournalId};
use call_link::link::{FactSource, FoundJournal};
use dispatch_core::actor::Actor;
use dispatch_core::call::CallCommand;
use incident_store::{Desk, DeskCommand, IdempotencyKey, JournalPosition, Submission, SubmitError};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// Facts read and handed over at once. The desk commits them as one or two transactions.
const FACTS_AT_ONCE: usize = 256;
/// A wake-up may be missed while the store is away; then this finds the facts.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs until `stop`. Facts that are in the journal by then stay there for the next start.
pub async fn run(source: FactSource, desk: Desk, stop: CancellationToken) {
    let mut changed = source.changed();
    let mut followed = None;
    while !stop.is_cancelled() {
        changed.mark_unchanged();
        let Some(found) = source.found() else {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changed.changed() => continue,
                () = tokio::time::sleep(LOOK_EVERY) => continue,
            }
        };
        let Some(next) = first_index_wanted(found.id, &desk, &stop).await else { return };
        let intake = Intake { source: source.clone(), found, desk: desk.clone(), known_to_store: next };
        intake.follow(found.go_on_after(next.saturating_sub(1), followed), &stop).await;
        followed = Some(found);
    }
}

enum Halt {
    /// The store is away or busy: the same facts again, a little later.
    Later,
    /// The desk stops.
    Stopped,
}

async fn first_index_wanted(journal: JournalId, desk: &Desk, stop: &CancellationToken) -> Option<u64> {
    loop {
        match desk.store().journal_cursor(journal.0).await {
            Ok(next) => {
                info!(next, "Taking in call facts");
                return Some(next);
            }
            Err(error) => warn!(%error, "The journal's cursor cannot be read yet"),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// The facts of one trunk from its start, or from when the line to it came up, until the line breaks.
struct Intake {
    source: FactSource,
    found: FoundJournal,
    desk: Desk,
    /// What the store wanted next at start; positions below it mean nothing to the store any more.
    known_to_store: u64,
}

impl Intake {
    async fn follow(&self, mut cursor: u64, stop: &CancellationToken) {
        let mut changed = self.source.changed();
        self.source.acknowledge(cursor);
        while self.source.found() == Some(self.found) {
            changed.mark_unchanged();
            match self.take_in(cursor).await {
                Ok(taken) if taken > cursor => {
                    cursor = taken;
                    self.source.acknowledge(cursor);
                    continue;
                }
                Ok(_) | Err(Halt::Later) => {}
                Err(Halt::Stopped) => return,
            }
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changed.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Hands over what is after `cursor`; answers with the index up to which everything is in the store.
    ///
    /// The facts go as one submission, all or none, so that a later one can never overtake an earlier one. Only
    /// when one of them is refused do they go one by one.
    async fn take_in(&self, cursor: u64) -> Result<u64, Halt> {
        let Ok(entries) = self.source.read_after(cursor, FACTS_AT_ONCE).await else {
            return Err(Halt::Later);
        };
        let Some(last) = entries.last().map(|entry| entry.index) else { return Ok(cursor) };
        if self.submit(&entries).await? {
            return Ok(last);
        }
        for entry in &entries {
            if !self.submit(std::slice::from_ref(entry)).await? {
                // A fact about a call that the store does not know (the journal was put beside another store), or
                // one that no store can hold. It is passed over, loudly: the callers behind it must not wait.
                error!(index = entry.index, "A call fact was refused; it is only in the journal");
            }
        }
        Ok(last)
    }

    /// Whether the facts are in the store; false when the desk refuses them.
    async fn submit(&self, entries: &[Entry]) -> Result<bool, Halt> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(true) };
        let id = self.found.id.0;
        // The call is part of the key: after a disk failure an index may come twice, for two calls.
        let key = format!("journal:{}:{}-{}:{}", hex::encode(id), first.index, last.index, first.call);
        let Ok(key) = IdempotencyKey::new(key) else { return Ok(false) };
        let fact = |entry: &Entry| {
            DeskCommand::Call(entry.call, CallCommand::Fact { at: entry.at, fact: entry.fact.clone() })
        };
        let submission = Submission {
            key,
            fingerprint: None,
            actor: Actor::Trunk,
            commands: entries.iter().map(fact).collect(),
            journal: (last.index >= self.known_to_store)
                .then_some(JournalPosition { journal: id, index: last.index }),
            completes: None,
            keep_answer: false,
        };
        match self.desk.submit(submission).await {
            Ok(_) => Ok(true),
            Err(refused @ (SubmitError::Call(_) | SubmitError::Unstorable)) => {
                warn!(index = first.index, facts = entries.len(), error = %refused, "Call facts were refused");
                Ok(false)
            }
            Err(SubmitError::Stopped) => Err(Halt::Stopped),
            Err(error) => {
                warn!(index = first.index, %error, "Call facts wait in the journal");
                Err(Halt::Later)
            }
        }
    }
}
