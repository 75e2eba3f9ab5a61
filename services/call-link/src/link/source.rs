//! Where the desk reads facts: the journal of this process, or a trunk's over the link.

use tokio::sync::watch;

use super::LinkFacts;
use crate::journal::{Entry, Journal, JournalId};

/// The facts of one trunk, by cursor.
#[derive(Clone, Debug)]
pub enum FactSource {
    /// The trunk is in this process.
    Here {
        /// Its journal.
        journal: Journal,
        /// The last durable index that was found when the journal was opened.
        durable_at_start: u64,
    },
    /// The trunk is another process.
    Linked(LinkFacts),
}

/// The journal that a source reads from now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FoundJournal {
    /// Which.
    pub id: JournalId,
    /// The last index that was durable when its trunk started; a cursor beyond it is not to be trusted.
    pub durable_at_start: u64,
    /// Differs after each start of the trunk and each break of the line.
    pub session: u64,
}

/// The facts cannot be read now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the facts cannot be read now")]
pub struct FactsAway;

impl FactSource {
    /// The journal, if its trunk is there.
    pub fn found(&self) -> Option<FoundJournal> {
        match self {
            Self::Here { journal, durable_at_start } => {
                Some(FoundJournal { id: journal.id(), durable_at_start: *durable_at_start, session: 0 })
            }
            Self::Linked(facts) => facts.found(),
        }
    }

    /// At most `limit` entries after `index`, in order and without a gap; empty when there are none yet.
    ///
    /// # Errors
    /// When the trunk is away or its disk does not answer.
    pub async fn read_after(&self, index: u64, limit: usize) -> Result<Vec<Entry>, FactsAway> {
        match self {
            Self::Here { journal, .. } => journal.read_after(index, limit).await.map_err(|error| {
                tracing::warn!(%error, "The journal cannot be read");
                FactsAway
            }),
            Self::Linked(facts) => facts.read_after(index, limit).await,
        }
    }

    /// Wakes whenever there may be more to read, and when the trunk comes or goes. It carries no data.
    pub fn changed(&self) -> watch::Receiver<()> {
        match self {
            Self::Here { journal, .. } => journal.changed(),
            Self::Linked(facts) => facts.changed(),
        }
    }

    /// Says that everything up to `index` is durable in the desk's store.
    pub fn acknowledge(&self, index: u64) {
        match self {
            Self::Here { journal, .. } => journal.acknowledge(index),
            Self::Linked(facts) => facts.acknowledge(index),
        }
    }
}
