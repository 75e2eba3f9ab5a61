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
    /// Names the process that writes it: differs after each start of the trunk.
    pub process: [u8; 16],
    /// The last index that was durable when that process opened it.
    pub durable_at_start: u64,
    /// The last index that it had given when this was found.
    pub last_index: u64,
    /// Differs after each break of the line.
    pub session: u64,
}

impl FoundJournal {
    /// Where a store goes on that has everything up to `taken`, as far as it knows. `followed` is what it read
    /// from before, in this process.
    ///
    /// A trunk whose disk fails goes on with facts in memory, and a desk takes them in. The next trunk does not
    /// have them and gives their indexes again; so its desk goes back to what was durable.
    pub fn go_on_after(&self, taken: u64, followed: Option<FoundJournal>) -> u64 {
        let another_process = followed.is_some_and(|before| before.process != self.process);
        if another_process || taken > self.last_index { taken.min(self.durable_at_start) } else { taken }
    }
}

/// The facts cannot be read now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the facts cannot be read now")]
pub struct FactsAway;

impl FactSource {
    /// The journal, if its trunk is there.
    pub fn found(&self) -> Option<FoundJournal> {
        match self {
            Self::Here { journal, durable_at_start } => Some(FoundJournal {
                id: journal.id(),
                process: [0; 16],
                durable_at_start: *durable_at_start,
                last_index: *durable_at_start,
                session: 0,
            }),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_goes_back_only_where_indexes_are_given_again() {
        let found = |process: u8, durable_at_start, last_index| FoundJournal {
            id: JournalId([1; 16]),
            process: [process; 16],
            durable_at_start,
            last_index,
            session: 0,
        };
        // The desk was restarted beside a trunk that goes on: nothing is read twice.
        assert_eq!(found(1, 10, 5_000).go_on_after(4_990, None), 4_990);
        // The line broke and came back.
        assert_eq!(found(1, 10, 5_000).go_on_after(4_990, Some(found(1, 10, 4_000))), 4_990);
        // Both were restarted; the store took in 5 facts that the failed disk never got.
        assert_eq!(found(2, 100, 100).go_on_after(105, None), 100);
        // The trunk was restarted under a desk that stayed, and is already beyond.
        assert_eq!(found(2, 100, 110).go_on_after(105, Some(found(1, 0, 105))), 100);
        assert_eq!(found(2, 100, 110).go_on_after(90, Some(found(1, 0, 105))), 90);
    }
}
