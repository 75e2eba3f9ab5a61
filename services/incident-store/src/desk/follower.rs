//! Following the log: what other desks write, and what this one wrote without being told.

use std::sync::Arc;
use std::time::Duration;

use dispatch_core::site::SiteEvent;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::Shared;
use crate::change::{Change, DeskEvent};
use crate::engine::CHANNEL;
use crate::error::StoreError;
use crate::store::Store;

/// Asked for even when nobody wakes us: a lost wake-up costs no more than this.
const POLL_EVERY: Duration = Duration::from_secs(1);
const CHANGES_AT_ONCE: u32 = 500;

/// Keeps the feed complete, and the policy that this desk goes by the one that holds.
pub(super) async fn follow(store: Store, shared: Arc<Shared>, wake: Arc<Notify>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wake.notified() => {}
            () = sleep(POLL_EVERY) => {}
        }
        catch_up(&store, &shared).await;
    }
}

async fn catch_up(store: &Store, shared: &Shared) {
    loop {
        match step(store, shared).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                // The writer says when the store is away; here it is only late.
                debug!(error = &error as &dyn std::error::Error, "Cannot follow the log");
                return;
            }
        }
    }
}

/// Whether there was anything new.
async fn step(store: &Store, shared: &Shared) -> Result<bool, StoreError> {
    let changes = store.changes_after(shared.feed.head(), CHANGES_AT_ONCE).await?;
    if changes.is_empty() {
        return Ok(false);
    }
    // First the policy: whoever hears that it has changed asks for it at once.
    if changes.iter().any(changes_policy) {
        policy_follows(store, shared).await?;
    }
    shared.feed.extend(changes.into_iter().map(Arc::new));
    Ok(true)
}

fn changes_policy(change: &Change) -> bool {
    let is_of_policy = |site: &SiteEvent| {
        matches!(
            site,
            SiteEvent::PolicyAdopted { .. } | SiteEvent::AgencyAdded { .. } | SiteEvent::AgencyChanged { .. }
        )
    };
    matches!(&change.event, DeskEvent::Site(site) if is_of_policy(site))
}

/// Reads the policy that another desk let hold. Without it this desk would go by the old one until its own next commit.
async fn policy_follows(store: &Store, shared: &Shared) -> Result<(), StoreError> {
    loop {
        let seen = Arc::clone(&shared.policy.borrow());
        let found = store.policy().await?;
        let mut is_settled = true;
        shared.policy.send_if_modified(|present| {
            // This desk committed meanwhile: what it knows may be newer than what was read.
            is_settled = Arc::ptr_eq(present, &seen);
            if is_settled {
                present.clone_from(&found);
            }
            is_settled
        });
        if is_settled {
            return Ok(());
        }
    }
}

/// Hears the wake-ups of other desks on PostgreSQL. They carry the new head; all that matters is that they came.
pub(super) async fn listen(store: Store, wake: Arc<Notify>, stop: CancellationToken) {
    let hear = async {
        loop {
            if let Err(error) = hear(&store, &wake).await {
                warn!(error = &error as &dyn std::error::Error, "Cannot hear other desks; the log is polled");
            }
            sleep(POLL_EVERY).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = hear => {}
    }
}

async fn hear(store: &Store, wake: &Notify) -> Result<(), crate::error::StoreError> {
    let Some(options) = store.readers().target().writable_host().await? else { return Ok(()) };
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let away = |source| crate::error::StoreError::Away { host: "listener".into(), source: Some(source) };
    let mut listener = PgListener::connect_with(&pool).await.map_err(away)?;
    listener.listen(CHANNEL).await.map_err(away)?;
    loop {
        // None: the connection was lost. It is made anew, perhaps to another host.
        let Some(_notification) = listener.try_recv().await.map_err(away)? else { return Ok(()) };
        wake.notify_one();
    }
}
