//! Waiting for a call's record to say what the trunk has done.

use std::sync::Arc;

use dispatch_core::call::Call;
use dispatch_core::ids::CallId;
use incident_store::{After, Feed, Record, Store, StreamId};
use tokio::time::timeout;

use crate::limits::FACT_WAIT;

/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 256;

/// Follows the calls from the moment before an order was given.
pub(super) struct Following {
    feed: Arc<Feed>,
    from: u64,
}

impl Following {
    /// From now on.
    pub(super) fn of(feed: Arc<Feed>) -> Self {
        let from = feed.head();
        Self { feed, from }
    }

    /// The call's record once it is as `reached` says; `None` when that takes too long.
    pub(super) async fn until(
        self,
        store: &Store,
        call: CallId,
        reached: impl Fn(&Call) -> bool,
    ) -> Option<Call> {
        timeout(FACT_WAIT, self.wait(store, call, reached)).await.ok()
    }

    async fn wait(&self, store: &Store, id: CallId, reached: impl Fn(&Call) -> bool) -> Call {
        let mut seen = self.from;
        // An order that changed nothing (a call that was held already) makes no fact to wait for.
        if let Some(call) = store.call(id).await.ok().flatten().filter(&reached) {
            return call;
        }
        loop {
            match self.feed.after(seen, CHANGES_AT_ONCE) {
                After::Changes(changes) => {
                    seen = changes.last().map_or(seen, |change| change.index);
                    let own = changes.iter().filter(|change| change.stream == StreamId::Call(id));
                    let mut records = own.filter_map(|change| match &change.record {
                        Some(Record::Call(call)) => Some(call),
                        Some(Record::Incident(_) | Record::Duty(_) | Record::Unit(_)) | None => None,
                    });
                    if let Some(call) = records.next_back().filter(|call| reached(call)) {
                        return (**call).clone();
                    }
                }
                After::TooFarBehind => {
                    seen = self.feed.head();
                    let found = store.call(id).await.ok().flatten();
                    if let Some(call) = found.filter(&reached) {
                        return call;
                    }
                }
            }
            self.feed.changed(seen).await;
        }
    }
}
