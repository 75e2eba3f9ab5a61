//! From records to views: names, and what is known of a caller's number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dispatch_core::call::Call;
use dispatch_core::ids::CallId;
use dispatch_core::incident::Incident;
use incident_store::Store;
use tokio::sync::watch;

use crate::feed::{Viewer, sees_supervisors};
use crate::floor::FloorNow;
use crate::limits::{HISTORIES_KEPT_MAX, HISTORY_WAIT};
use crate::names::{NameBook, Names};
use crate::views::{self, Beside, NumberHistory};

/// Makes views. Cheap to clone.
#[derive(Clone)]
pub struct Show {
    names: NameBook,
    store: Store,
    floor: watch::Receiver<Arc<FloorNow>>,
    histories: Arc<Mutex<BTreeMap<CallId, NumberHistory>>>,
}

impl Show {
    /// Views with these names and this queue.
    pub fn new(names: NameBook, store: Store, floor: watch::Receiver<Arc<FloorNow>>) -> Self {
        Self { names, store, floor, histories: Arc::default() }
    }

    /// The names as of now.
    pub fn names(&self) -> Names {
        self.names.now()
    }

    /// An incident.
    pub fn incident(&self, incident: &Incident) -> views::Incident {
        views::Incident::of(incident, &self.names())
    }

    /// A call, as this viewer may see it.
    pub async fn call(&self, call: &Call, viewer: Viewer) -> views::Call {
        let mut views = self.calls([call], viewer).await;
        views.remove(0)
    }

    /// Several calls, with one question to the store.
    pub async fn calls<'a>(
        &self,
        calls: impl IntoIterator<Item = &'a Call>,
        viewer: Viewer,
    ) -> Vec<views::Call> {
        let calls: Vec<&Call> = calls.into_iter().collect();
        let ids: Vec<CallId> = calls.iter().map(|call| call.id).collect();
        let histories = self.histories(&ids).await;
        let history = |id| histories.get(&id).copied().unwrap_or_default();
        let supervisors = sees_supervisors(viewer.role);
        calls.into_iter().map(|call| self.with_history(call, history(call.id), supervisors)).collect()
    }

    /// A call whose number's history is at hand.
    pub fn with_history(&self, call: &Call, history: NumberHistory, supervisors: bool) -> views::Call {
        let waiting = self.floor.borrow().place(call.id);
        views::Call::of(call, &Beside { names: &self.names(), history, waiting, supervisors })
    }

    /// What is known of the numbers of these calls. Asked once per call: what counts is what was known when it
    /// rang. Without an answer in time the call is shown without: a call waits for no store.
    pub async fn histories(&self, calls: &[CallId]) -> BTreeMap<CallId, NumberHistory> {
        let mut known = BTreeMap::new();
        let mut missing = Vec::new();
        {
            let kept = self.kept();
            for call in calls {
                match kept.get(call) {
                    Some(history) => drop(known.insert(*call, *history)),
                    None => missing.push(*call),
                }
            }
        }
        if missing.is_empty() {
            return known;
        }
        if let Ok(Ok(found)) = tokio::time::timeout(HISTORY_WAIT, self.store.number_histories(&missing)).await
        {
            let mut kept = self.kept();
            for (call, history) in found {
                if kept.len() >= HISTORIES_KEPT_MAX {
                    // Call ids sort by arrival: the first is the oldest.
                    kept.pop_first();
                }
                kept.insert(call, history.into());
                known.insert(call, history.into());
            }
        }
        known
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<CallId, NumberHistory>> {
        self.histories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
