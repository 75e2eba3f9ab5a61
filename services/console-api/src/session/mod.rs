//! Who is logged in.
//!
//! A session is a random token of which the store holds the SHA-256. Sessions are remembered in memory, so
//! that people can work on when the store is away; what ends a session or changes a person empties that
//! memory (see [`keeper`]).

mod attempts;
pub mod crew;
pub mod door;
pub mod keeper;
mod pace;
pub mod password;
mod token;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_link::order::CallOrders;
use dispatch_core::ids::UserId;
use dispatch_core::time::{Clock, Timestamp};
use incident_store::{SessionRecord, Store, UserRecord};
use tokio::sync::watch;

pub use attempts::{Attempts, Try};
pub use crew::Crew;
pub use pace::Pace;
pub use token::{COOKIE, Carrier, Token, clearing_cookie, cookie};

use crate::limits::{READ_WAIT, SESSIONS_CACHED_MAX};
use crate::problem::{Code, Problem};

/// A person with an open session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// Who, as the account is now.
    pub user: UserRecord,
    /// Until when the session holds.
    pub expires_at: Timestamp,
}

/// The open sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    orders: CallOrders,
    clock: Clock,
    remembered: Arc<Mutex<BTreeMap<[u8; 32], SessionRecord>>>,
    revision: Arc<watch::Sender<u64>>,
}

impl Sessions {
    /// Sessions of this store.
    pub fn new(store: Store, orders: CallOrders, clock: Clock) -> Self {
        let revision = Arc::new(watch::Sender::new(0));
        Self { store, orders, clock, remembered: Arc::default(), revision }
    }

    /// The person behind a token.
    ///
    /// # Errors
    /// `no_session` when there is no such session or it has expired; `store_away` when it is not remembered and
    /// the store cannot say.
    pub async fn seat(&self, token: &Token) -> Result<Seat, Problem> {
        let hash = token.hash();
        let remembered = self.remembered().get(&hash).cloned();
        let record = match remembered {
            Some(record) => record,
            None => self.recall(hash).await?,
        };
        let seat = Seat { expires_at: record.expires_at, user: record.user };
        if seat.expires_at > self.clock.now() || self.is_talking(seat.user.id).await {
            return Ok(seat);
        }
        self.remembered().remove(&hash);
        Err(Problem::new(Code::NoSession))
    }

    async fn recall(&self, hash: [u8; 32]) -> Result<SessionRecord, Problem> {
        let revision = *self.revision.borrow();
        let asked = tokio::time::timeout(READ_WAIT, self.store.session(&hash)).await;
        let record = asked.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))??;
        let record = record.ok_or(Problem::new(Code::NoSession))?;
        // What was read before a change must not be remembered after it.
        if *self.revision.borrow() == revision {
            let mut remembered = self.remembered();
            if remembered.len() >= SESSIONS_CACHED_MAX {
                // Tokens are random, so this forgets a random one; it is read again when it is needed.
                remembered.pop_first();
            }
            remembered.insert(hash, record.clone());
        }
        Ok(record)
    }

    /// A session does not die while its person talks to a caller; the trunk knows who does.
    async fn is_talking(&self, user: UserId) -> bool {
        let live = self.orders.live().await.unwrap_or_default();
        live.iter().any(|call| call.answered_by == Some(user))
    }

    /// Forgets a person's sessions, and tells the consoles to look again who they are.
    pub fn forget(&self, user: UserId) {
        self.remembered().retain(|_, record| record.user.id != user);
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// Forgets all sessions: something was missed.
    pub fn forget_all(&self) {
        self.remembered().clear();
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// Changes whenever some session may have ended.
    pub fn revision(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], SessionRecord>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
