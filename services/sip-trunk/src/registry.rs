//! The calls that are live, and the way to the task of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_link::order::{LiveCall, LiveState, PendingOrder};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use tokio::sync::mpsc;

use crate::call::leg::Leg;
use crate::exchange::Exchange;
use crate::session_timer::SessionTimer;

/// Signals that wait for one call's task. It acts within milliseconds; a person clicks perhaps thrice.
pub(crate) const SIGNALS_WAITING_MAX: usize = 16;

/// What makes two INVITEs the same request over two paths (RFC 3261 section 8.2.2.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct InviteKey {
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
    pub(crate) cseq: u32,
}

/// What reaches a call's task from outside its dialog.
#[derive(Debug)]
pub(crate) enum Signal {
    /// What a person at a desk wants done with it.
    Order(PendingOrder),
    /// The caller's side refreshed the session, with a timer or without one.
    Refreshed { timer: Option<SessionTimer> },
    /// The caller said BYE in a way that the stack did not take.
    CallerGone,
    /// The trunk role stops.
    Stop,
}

/// A live call as everybody but its task sees it.
#[derive(Debug)]
pub(crate) struct LiveEntry {
    pub(crate) call: CallId,
    pub(crate) since: Timestamp,
    pub(crate) caller: Option<Private<String>>,
    pub(crate) signals: mpsc::Sender<Signal>,
    pub(crate) leg: Mutex<Leg>,
    /// What requests inside the dialog know of each other.
    pub(crate) exchange: Exchange,
    view: Mutex<View>,
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct View {
    pub(crate) state: LiveState,
    pub(crate) answered_by: Option<UserId>,
    /// Our 200 is out.
    pub(crate) accepted: bool,
    /// The ACK came.
    pub(crate) confirmed: bool,
}

impl LiveEntry {
    pub(crate) fn new(
        call: CallId,
        since: Timestamp,
        caller: Option<Private<String>>,
        signals: mpsc::Sender<Signal>,
        leg: Leg,
    ) -> Self {
        let view = View { state: LiveState::Ringing, answered_by: None, accepted: false, confirmed: false };
        Self {
            call,
            since,
            caller,
            signals,
            leg: Mutex::new(leg),
            exchange: Exchange::default(),
            view: Mutex::new(view),
        }
    }

    /// The other side refreshed the session, with a timer or without one.
    pub(crate) async fn tell_refreshed(&self, timer: Option<SessionTimer>) {
        self.signals.send(Signal::Refreshed { timer }).await.ok();
    }

    /// The other side said BYE in a way that the stack did not take.
    pub(crate) async fn tell_gone(&self) {
        self.signals.send(Signal::CallerGone).await.ok();
    }

    pub(crate) fn view(&self) -> View {
        *self.lock_view()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.lock_view());
    }

    pub(crate) fn leg(&self) -> MutexGuard<'_, Leg> {
        self.leg.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All live calls.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    invites: BTreeSet<InviteKey>,
    calls: BTreeMap<CallId, Arc<LiveEntry>>,
    dialogs: BTreeMap<String, Arc<LiveEntry>>,
}

/// An INVITE's place among the live ones; given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    registry: Arc<Registry>,
    key: InviteKey,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.registry.lock().invites.remove(&self.key);
    }
}

impl Registry {
    /// Takes a place for an INVITE; `None` when the same one is live already.
    pub(crate) fn begin(self: &Arc<Self>, key: InviteKey) -> Option<Ticket> {
        self.lock().invites.insert(key.clone()).then(|| Ticket { registry: self.clone(), key })
    }

    /// INVITEs and calls that are live, those that are not yet registered included.
    pub(crate) fn load(&self) -> usize {
        self.lock().invites.len()
    }

    pub(crate) fn insert(&self, dialog: String, entry: Arc<LiveEntry>) {
        let mut live = self.lock();
        live.calls.insert(entry.call, entry.clone());
        live.dialogs.insert(dialog, entry);
    }

    pub(crate) fn remove(&self, dialog: &str, call: CallId) {
        let mut live = self.lock();
        live.calls.remove(&call);
        live.dialogs.remove(dialog);
    }

    pub(crate) fn call(&self, call: CallId) -> Option<Arc<LiveEntry>> {
        self.lock().calls.get(&call).cloned()
    }

    pub(crate) fn dialog(&self, dialog: &str) -> Option<Arc<LiveEntry>> {
        self.lock().dialogs.get(dialog).cloned()
    }

    pub(crate) fn entries(&self) -> Vec<Arc<LiveEntry>> {
        self.lock().calls.values().cloned().collect()
    }

    /// Every live call, oldest first (ids sort by arrival).
    pub(crate) fn list(&self) -> Vec<LiveCall> {
        let show = |entry: Arc<LiveEntry>| {
            let view = entry.view();
            LiveCall {
                call: entry.call,
                state: view.state,
                since: entry.since,
                caller: entry.caller.clone(),
                answered_by: view.answered_by,
                offered_to: None,
                parties: 0,
            }
        };
        self.entries().into_iter().map(show).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
