//! Who has a console open here: a feed that is followed. Calls are offered to nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use dispatch_core::ids::UserId;
use tokio::sync::watch;

/// The open consoles of this desk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Presence {
    desk: u64,
    feeds: Arc<Mutex<BTreeMap<UserId, u32>>>,
    people: Arc<watch::Sender<Arc<BTreeSet<UserId>>>>,
}

/// One open console; closed when it is dropped.
#[derive(Debug)]
pub struct OpenConsole {
    user: UserId,
    presence: Presence,
}

impl Presence {
    /// Nobody is here yet. The desk gets a number of its own.
    pub fn new() -> Self {
        let desk = u64::from_le_bytes(crate::random::bytes());
        Self { desk, feeds: Arc::default(), people: Arc::default() }
    }

    /// The number of this desk.
    pub const fn desk(&self) -> u64 {
        self.desk
    }

    /// A person opens a console, or one more.
    pub fn enter(&self, user: UserId) -> OpenConsole {
        self.change(|feeds| *feeds.entry(user).or_default() += 1);
        OpenConsole { user, presence: self.clone() }
    }

    /// Who has a console open, and changes of it.
    pub fn watched(&self) -> watch::Receiver<Arc<BTreeSet<UserId>>> {
        self.people.subscribe()
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<UserId, u32>)) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut feeds);
        // Under the lock, so that the last word is the last that is told.
        self.people.send_if_modified(|people| {
            let differs = !people.iter().eq(feeds.keys());
            if differs {
                *people = Arc::new(feeds.keys().copied().collect());
            }
            differs
        });
    }
}

impl Drop for OpenConsole {
    fn drop(&mut self) {
        let user = self.user;
        self.presence.change(|feeds| {
            if let Some(open) = feeds.get_mut(&user) {
                *open -= 1;
                if *open == 0 {
                    feeds.remove(&user);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_here_until_the_last_console_closes_and_only_changes_are_told() {
        let presence = Presence::new();
        let mut watched = presence.watched();
        let user = UserId(uuid::Uuid::from_u128(1));
        let first = presence.enter(user);
        assert!(watched.has_changed().unwrap());
        assert!(watched.borrow_and_update().contains(&user));
        let second = presence.enter(user);
        drop(first);
        assert!(!watched.has_changed().unwrap(), "one is still open");
        drop(second);
        assert!(watched.has_changed().unwrap() && watched.borrow_and_update().is_empty());
        assert_ne!(presence.desk(), Presence::new().desk());
    }
}
