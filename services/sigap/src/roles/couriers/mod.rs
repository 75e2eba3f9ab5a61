//! Couriers: carry out what was decided and committed, and bring back what came of it as a command.
//!
//! An item of the outbox says "tell this agency". Its channels are tried in their order until one proves that the
//! agency has it, or until somebody takes the task. How far an item has come stands in the incident itself
//! (`Assignment::tries`), so a restart goes on where it was. Each gateway has places of its own: one that hangs holds
//! no other.

mod address;
mod book;
#[cfg(test)]
mod carried;
mod carry;
mod counts;
#[cfg(test)]
mod handed_over;
mod messages;
mod neighbours;
mod phones;
mod reports;
mod tests;
mod voice;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use agency_channels::Client;
use call_link::order::CallOrders;
use dispatch_core::time::{Clock, Timestamp};
use incident_store::{Desk, OutboxId};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::config::{Config, NeighbourCentre, WeeklyTime};
use book::{ChannelBook, Way};
use counts::Counts;
use messages::Messages;
use phones::Phones;

/// Items under way at once, those that wait for a place of their gateway included.
const AT_ONCE: usize = 64;
/// A courier that dies leaves its item to another one after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often the outbox is looked at when nothing wakes us.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The second channels, and what is under way over them. Cheap to clone.
#[derive(Clone)]
pub struct Couriers(Arc<Shared>);

struct Shared {
    client: Client,
    book: ChannelBook,
    neighbours: Vec<NeighbourCentre>,
    weekly: Option<WeeklyTime>,
    counts: Counts,
    /// Tries of a notification that may still get through, by its id. Lost with the process: then it is tried more often.
    tries: Mutex<BTreeMap<String, Tries>>,
    /// Which telephones we are calling.
    phones: Phones,
    /// In which incidents messages stand.
    messages: Messages,
    /// Set once when the desk runs; reports before that are told to come again.
    work: OnceCell<Work>,
}

/// How often a notification was tried, and since when it waits for a place of its gateway.
#[derive(Clone, Copy, Default)]
struct Tries {
    count: u32,
    waits_since: Option<Timestamp>,
}

/// What couriers work with.
#[derive(Clone)]
struct Work {
    desk: Desk,
    clock: Clock,
    orders: CallOrders,
}

impl Couriers {
    /// Sets up the channels.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Shared {
            client: Client::new(config.channel_networks.clone())?,
            book: ChannelBook::new(&config.gateways, &config.channels),
            neighbours: config.neighbours.clone(),
            weekly: config.channel_test,
            counts: Counts::default(),
            tries: Mutex::default(),
            phones: Phones::default(),
            messages: Messages::default(),
            work: OnceCell::new(),
        })))
    }

    /// Their figures as Prometheus text.
    pub fn metrics(&self) -> String {
        self.0.counts.text()
    }

    /// Runs until `stop`; what is under way then is tried again after the next start.
    pub async fn run(self, desk: Desk, clock: Clock, orders: CallOrders, stop: CancellationToken) {
        let work = Work { desk, clock, orders };
        // Set once: there is one desk in a process.
        self.0.work.set(work.clone()).ok();
        let testing = tokio::spawn(tests::every_week(self.clone(), work.clone(), stop.clone()));
        let mut under_way: JoinSet<OutboxId> = JoinSet::new();
        let mut held: BTreeSet<OutboxId> = BTreeSet::new();
        loop {
            while let Some(ended) = under_way.try_join_next() {
                done(&mut held, ended);
            }
            let room = AT_ONCE.saturating_sub(under_way.len());
            let leased = match u32::try_from(room) {
                Ok(room) if room > 0 => work.desk.lease_effects(room, work.clock.now(), LEASE).await,
                Ok(_) | Err(_) => Ok(Vec::new()),
            };
            let mut begun = false;
            for item in leased.unwrap_or_default() {
                // A call that rings longer than the lease is still ours.
                if !held.insert(item.id.clone()) {
                    continue;
                }
                begun = true;
                let (couriers, work) = (self.clone(), work.clone());
                under_way.spawn(async move {
                    carry::carry(&couriers.0, &work, &item).await;
                    item.id
                });
            }
            if begun {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = under_way.join_next() => done(&mut held, ended),
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        testing.abort();
    }
}

/// A panic of one item is that item's: its lease ends, and it is tried again.
fn done(held: &mut BTreeSet<OutboxId>, ended: Result<OutboxId, tokio::task::JoinError>) {
    match ended {
        Ok(id) => {
            held.remove(&id);
        }
        Err(error) => {
            error!(%error, "A courier panicked");
            held.clear();
        }
    }
}

impl Shared {
    /// One more try of a notification; how many that makes.
    fn count_try(&self, id: &str) -> u32 {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let one = tries.entry(id.to_owned()).or_default();
        one.count += 1;
        one.count
    }

    /// Since when a notification waits for a place: since now, when it did not before.
    fn waits_since(&self, id: &str, now: Timestamp) -> Timestamp {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        *tries.entry(id.to_owned()).or_default().waits_since.get_or_insert(now)
    }

    /// It has a place: the next wait begins anew.
    fn has_place(&self, id: &str) {
        if let Some(one) = self.tries.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id) {
            one.waits_since = None;
        }
    }

    fn forget_tries(&self, id: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn work(&self) -> Option<Work> {
        self.work.get().cloned()
    }

    /// The ways of an agency, in their order.
    fn ways<'a>(&'a self, agency: &'a dispatch_core::ids::AgencyCode) -> impl Iterator<Item = &'a Way> {
        self.book.ways(agency)
    }
}
