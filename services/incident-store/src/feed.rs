//! What was committed lately, in commit order and without gaps, for consoles that follow.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::change::Change;

/// Changes kept in memory. At 100 calls a second (six events each) these are some seven seconds, far more
/// than a console that reconnects at once needs; whoever is further behind takes a snapshot.
const CHANGES_KEPT_MAX: usize = 4_096;

/// The newest changes. A wake-up carries no data: whoever is woken reads what is after its cursor.
#[derive(Debug)]
pub struct Feed {
    kept: Mutex<VecDeque<Arc<Change>>>,
    head: watch::Sender<u64>,
}

/// What comes after a cursor.
#[derive(Clone, PartialEq, Debug)]
pub enum After {
    /// These changes, the next one first; empty when the cursor is at the head or ahead of it.
    Changes(Vec<Arc<Change>>),
    /// The cursor is older than what is kept: take a snapshot.
    TooFarBehind,
}

impl Feed {
    /// An empty feed of a log that has `head` entries.
    pub(crate) fn new(head: u64) -> Self {
        Self { kept: Mutex::new(VecDeque::new()), head: watch::Sender::new(head) }
    }

    /// The index of the newest change.
    pub fn head(&self) -> u64 {
        *self.head.borrow()
    }

    /// At most `limit` changes after `cursor`.
    pub fn after(&self, cursor: u64, limit: usize) -> After {
        let kept = self.kept();
        let head = self.head();
        let oldest = kept.front().map_or(head + 1, |change| change.index);
        if cursor >= head {
            // A snapshot may know a commit a moment before the feed does.
            return After::Changes(Vec::new());
        }
        if cursor + 1 < oldest {
            return After::TooFarBehind;
        }
        // The kept indexes are contiguous, so the place of the next one is a difference.
        let skip = usize::try_from(cursor + 1 - oldest).unwrap_or(usize::MAX);
        After::Changes(kept.iter().skip(skip).take(limit).cloned().collect())
    }

    /// Waits until there is a change after `seen`. For ever, when the desk is gone.
    pub async fn changed(&self, seen: u64) {
        let mut head = self.head.subscribe();
        // The sender lives in `self`, so this cannot fail while somebody waits on it.
        let _alive = head.wait_for(|head| *head > seen).await;
    }

    /// Takes over what follows the head; what is known already is passed over. Returns whether everything up to
    /// the last of `changes` is now there: false when something before them is missing.
    pub(crate) fn extend(&self, changes: impl IntoIterator<Item = Arc<Change>>) -> bool {
        let mut kept = self.kept();
        let mut head = self.head();
        for change in changes {
            if change.index <= head {
                continue;
            }
            if change.index != head + 1 {
                return false;
            }
            head = change.index;
            if kept.len() == CHANGES_KEPT_MAX {
                kept.pop_front();
            }
            kept.push_back(change);
            self.head.send_replace(head);
        }
        true
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Arc<Change>>> {
        // A panic elsewhere while the lock was held leaves a contiguous ring: every step above keeps it so.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
