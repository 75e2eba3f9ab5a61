//! The calls that are live, and the way to the task of each.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use call_link::order::{LiveCall, LiveState, PendingOrder};
use call_media::room::{LegId, Levels, Room};
use dispatch_core::call::fact::Direction;
use dispatch_core::ids::{CallId, PartyId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use tokio::sync::mpsc;

use crate::call::leg::Leg;
use crate::call::sound::Sound;
use crate::exchange::Exchange;
use crate::queue::QueueWord;
use crate::session_timer::SessionTimer;

/// Signals that wait for one call's task. It acts within milliseconds; a key that is leant on makes ten a second.
pub(crate) const SIGNALS_WAITING_MAX: usize = 64;

/// How long a dialog that has ended is remembered: as long as the other side may repeat its BYE (RFC 3261 timer F,
/// 64 times T1).
const ENDED_KEPT: Duration = Duration::from_secs(32);
/// Dialogs remembered at most: 1,000 calls a second for that time.
const ENDED_MAX: usize = 32_768;

/// What makes two INVITEs the same request over two paths (RFC 3261 section 8.2.2.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct InviteKey {
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
    pub(crate) cseq: u32,
}

/// What reaches a call's task from outside its dialogs.
#[derive(Debug)]
pub(crate) enum Signal {
    /// What a person at a desk wants done with it.
    Order(PendingOrder),
    /// One side refreshed the session, with a timer or without one.
    Refreshed { side: LegId, timer: Option<SessionTimer> },
    /// One side said BYE in a way that the stack did not take.
    Gone { side: LegId },
    /// A NOTIFY about a REFER of ours: the status code of its sipfrag.
    Notified { side: LegId, progress: u16 },
    /// The caller's network took a REFER of ours, or did not.
    Referred { party: PartyId, taken: bool },
    /// Something is heard.
    Sound(Sound),
    /// A person's audio came up or died.
    Seat { user: UserId, up: bool },
    /// The call-taker has another call now.
    TalkerElsewhere { user: UserId },
    /// The queue rings, stops ringing, looks elsewhere.
    Queue(QueueWord),
    /// The trunk role stops.
    Stop,
}

/// One dialog of a live call as everybody but the call's task sees it. That of the caller also shows the call.
#[derive(Debug)]
pub(crate) struct LiveEntry {
    pub(crate) call: CallId,
    /// Whose dialog it is.
    pub(crate) side: LegId,
    pub(crate) since: Timestamp,
    pub(crate) caller: Option<Private<String>>,
    pub(crate) signals: mpsc::Sender<Signal>,
    pub(crate) leg: Mutex<Leg>,
    /// What requests inside the dialog know of each other.
    pub(crate) exchange: Exchange,
    /// The call's audio, once it has any.
    room: OnceLock<Weak<Room>>,
    /// The place in the queue that the caller is told, from 1; 0 while it has none.
    place: AtomicUsize,
    view: Mutex<View>,
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct View {
    pub(crate) state: LiveState,
    pub(crate) direction: Direction,
    pub(crate) answered_by: Option<UserId>,
    pub(crate) offered_to: Option<UserId>,
    pub(crate) parties: usize,
    /// The 200 is out.
    pub(crate) accepted: bool,
    /// The ACK came.
    pub(crate) confirmed: bool,
}

impl LiveEntry {
    pub(crate) fn new(
        call: CallId,
        side: LegId,
        since: Timestamp,
        caller: Option<Private<String>>,
        signals: mpsc::Sender<Signal>,
        leg: Leg,
    ) -> Self {
        let view = View {
            state: LiveState::Ringing,
            direction: Direction::In,
            answered_by: None,
            offered_to: None,
            parties: 0,
            accepted: false,
            confirmed: false,
        };
        Self {
            call,
            side,
            since,
            caller,
            signals,
            leg: Mutex::new(leg),
            exchange: Exchange::default(),
            room: OnceLock::new(),
            place: AtomicUsize::new(0),
            view: Mutex::new(view),
        }
    }

    /// The call has audio from now on.
    pub(crate) fn show_room(&self, room: &Arc<Room>) {
        self.room.set(Arc::downgrade(room)).ok();
        self.tell_place(Some(self.place.load(Ordering::Relaxed)).filter(|place| *place > 0));
    }

    /// The caller moved in the queue, or left it: the announcement says so from its next round on.
    pub(crate) fn tell_place(&self, place: Option<usize>) {
        self.place.store(place.unwrap_or(0), Ordering::Relaxed);
        if let Some(room) = self.room.get().and_then(Weak::upgrade) {
            room.tell_place(place);
        }
    }

    /// How loud the call is; `None` without audio.
    pub(crate) fn levels(&self) -> Option<Levels> {
        Some(self.room.get()?.upgrade()?.levels())
    }

    /// The other side refreshed the session, with a timer or without one.
    pub(crate) async fn tell_refreshed(&self, timer: Option<SessionTimer>) {
        self.signals.send(Signal::Refreshed { side: self.side, timer }).await.ok();
    }

    /// The other side said BYE in a way that the stack did not take.
    pub(crate) async fn tell_gone(&self) {
        self.signals.send(Signal::Gone { side: self.side }).await.ok();
    }

    /// The other side tells how a REFER of ours goes.
    pub(crate) async fn tell_progress(&self, progress: u16) {
        self.signals.send(Signal::Notified { side: self.side, progress }).await.ok();
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
    /// INVITEs of each trunk, by its place in the configuration.
    of_trunk: BTreeMap<usize, usize>,
    calls: BTreeMap<CallId, Arc<LiveEntry>>,
    dialogs: BTreeMap<String, Arc<LiveEntry>>,
    ended: Ended,
}

/// Dialogs that ended a moment ago, the oldest first.
#[derive(Debug, Default)]
struct Ended {
    in_order: VecDeque<(Instant, Arc<str>)>,
    at: HashMap<Arc<str>, Instant>,
}

impl Ended {
    fn insert(&mut self, dialog: &str, now: Instant) {
        let outlived = |kept: usize, ended: Instant| kept >= ENDED_MAX || now - ended >= ENDED_KEPT;
        while let Some((_, oldest)) = self.in_order.pop_front_if(|(ended, _)| outlived(self.at.len(), *ended))
        {
            self.at.remove(&oldest);
        }
        let dialog: Arc<str> = dialog.into();
        if self.at.insert(dialog.clone(), now).is_none() {
            self.in_order.push_back((now, dialog));
        }
    }

    fn holds(&self, dialog: &str, now: Instant) -> bool {
        self.at.get(dialog).is_some_and(|ended| now - *ended < ENDED_KEPT)
    }
}

/// An INVITE's place among the live ones; given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    registry: Arc<Registry>,
    key: InviteKey,
    trunk: usize,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut live = self.registry.lock();
        live.invites.remove(&self.key);
        if let Some(held) = live.of_trunk.get_mut(&self.trunk) {
            *held -= 1;
        }
    }
}

impl Registry {
    /// Takes a place for an INVITE of a trunk; `None` when the same one is live already.
    pub(crate) fn begin(self: &Arc<Self>, key: InviteKey, trunk: usize) -> Option<Ticket> {
        let mut live = self.lock();
        if !live.invites.insert(key.clone()) {
            return None;
        }
        *live.of_trunk.entry(trunk).or_default() += 1;
        Some(Ticket { registry: self.clone(), key, trunk })
    }

    /// INVITEs and calls that are live, those that are not yet registered included.
    pub(crate) fn load(&self) -> usize {
        self.lock().invites.len()
    }

    /// The same of each trunk.
    pub(crate) fn load_of_trunks(&self) -> BTreeMap<usize, usize> {
        self.lock().of_trunk.clone()
    }

    pub(crate) fn insert(&self, entry: Arc<LiveEntry>) {
        self.lock().calls.insert(entry.call, entry);
    }

    pub(crate) fn insert_dialog(&self, dialog: String, entry: Arc<LiveEntry>) {
        self.lock().dialogs.insert(dialog, entry);
    }

    pub(crate) fn remove(&self, call: CallId) {
        self.lock().calls.remove(&call);
    }

    pub(crate) fn remove_dialog(&self, dialog: &str) {
        let mut live = self.lock();
        if live.dialogs.remove(dialog).is_some() {
            live.ended.insert(dialog, Instant::now());
        }
    }

    /// Whether a dialog was ours and ended a moment ago.
    pub(crate) fn ended_lately(&self, dialog: &str) -> bool {
        self.lock().ended.holds(dialog, Instant::now())
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
                offered_to: view.offered_to,
                parties: view.parties,
                direction: view.direction,
            }
        };
        self.entries().into_iter().map(show).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_is_remembered_for_as_long_as_a_bye_is_repeated_and_no_longer() {
        let mut ended = Ended::default();
        let start = Instant::now();
        ended.insert("first", start);
        ended.insert("second", start + Duration::from_secs(1));
        assert!(ended.holds("first", start + Duration::from_secs(31)));
        assert!(!ended.holds("first", start + ENDED_KEPT) && !ended.holds("never", start));
        ended.insert("third", start + ENDED_KEPT);
        assert_eq!((ended.in_order.len(), ended.at.len()), (2, 2));
        for n in 0..2 * ENDED_MAX {
            ended.insert(&n.to_string(), start + ENDED_KEPT);
        }
        assert_eq!((ended.in_order.len(), ended.at.len()), (ENDED_MAX, ENDED_MAX));
        assert!(!ended.holds("third", start + ENDED_KEPT));
    }
}
