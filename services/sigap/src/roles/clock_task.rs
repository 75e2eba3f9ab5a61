//! The clock: asks which deadlines are due and says so to the desk. It decides nothing.
//!
//! Deadlines lie in the store, so a restart loses none; two desks may both say that one is due, and it is acted
//! upon once, because the key names the stream and the moment.

use std::time::Duration;

use dispatch_core::time::Clock;
use incident_store::{Desk, SubmitError};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// A rung must appear within a second of its time; asking costs one index look-up.
const TICK: Duration = Duration::from_millis(200);
/// Deadlines taken up at once; more wait for the next round, which follows at once.
const DUE_AT_ONCE: u32 = 256;

/// Runs until `stop`.
pub async fn run(desk: Desk, clock: Clock, stop: CancellationToken) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        while fire(&desk, &clock).await == Some(DUE_AT_ONCE) && !stop.is_cancelled() {}
    }
}

/// Fires what is due; answers how many there were, `None` when the store does not answer.
async fn fire(desk: &Desk, clock: &Clock) -> Option<u32> {
    let due = match desk.due(clock.now(), DUE_AT_ONCE).await {
        Ok(due) => due,
        Err(error) => {
            debug!(%error, "Deadlines cannot be read yet");
            return None;
        }
    };
    let count = u32::try_from(due.len()).unwrap_or(DUE_AT_ONCE);
    let all = due.into_iter().filter_map(|due| due.submission()).map(|submission| async {
        match desk.submit(submission).await {
            Ok(_) | Err(SubmitError::Stopped | SubmitError::StoreAway { .. }) => {}
            Err(error) => warn!(%error, "A deadline could not be acted upon"),
        }
    });
    futures_util::future::join_all(all).await;
    Some(count)
}
