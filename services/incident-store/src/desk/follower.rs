//! Following the log: what other desks write, and what this one wrote without being told.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::engine::CHANNEL;
use crate::feed::Feed;
use crate::store::Store;

/// Asked for even when nobody wakes us: a lost wake-up costs no more than this.
const POLL_EVERY: Duration = Duration::from_secs(1);
const CHANGES_AT_ONCE: u32 = 500;

/// Keeps the feed complete.
pub(super) async fn follow(store: Store, feed: Arc<Feed>, wake: Arc<Notify>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wake.notified() => {}
            () = sleep(POLL_EVERY) => {}
        }
        catch_up(&store, &feed).await;
    }
}

async fn catch_up(store: &Store, feed: &Feed) {
    loop {
        match store.changes_after(feed.head(), CHANGES_AT_ONCE).await {
            Ok(changes) if changes.is_empty() => return,
            Ok(changes) => {
                feed.extend(changes.into_iter().map(Arc::new));
            }
            Err(error) => {
                // The writer says when the store is away; here it is only late.
                debug!(error = &error as &dyn std::error::Error, "Cannot follow the log");
                return;
            }
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
