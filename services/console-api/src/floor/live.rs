//! From the trunk's line events to the consoles that they concern.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use call_link::order::{CallOrders, LineEvent, LineEvents, LiveCall, LiveState};
use dispatch_core::call::{Call, CallState};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::site::UserRole;
use dispatch_core::time::Clock;
use incident_store::{After, Desk, Record, SnapshotScope};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch as watching};
use tokio_util::sync::CancellationToken;

use super::{FloorNow, FloorReceiver};
use crate::feed::{FeedMessage, Viewer, sees_calls, sees_duties};
use crate::limits::{FLOOR_EVERY, LIVE_MESSAGES_KEPT_MAX, SNAPSHOT_ITEMS_MAX};
use crate::views::QueuePlace;
use crate::wire::{Speaker, Time};

/// Changes of the log looked at in one go.
const CHANGES_AT_ONCE: usize = 512;

/// Whom a message concerns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// Who has this call, and supervisors.
    Call(Option<UserId>),
    /// Whose seat it is, and who sees who is on duty.
    Seat(UserId),
    /// This person alone.
    Person(UserId),
    /// Everybody who sees calls.
    Callers,
}

impl Audience {
    /// Whether this viewer belongs to it.
    pub fn holds(self, viewer: Viewer) -> bool {
        match self {
            Self::Call(call_taker) => viewer.role == UserRole::Supervisor || call_taker == Some(viewer.user),
            Self::Seat(user) => user == viewer.user || sees_duties(viewer.role),
            Self::Person(user) => user == viewer.user,
            Self::Callers => sees_calls(viewer.role),
        }
    }
}

/// A message of the feed that has no cursor, rendered once for all.
#[derive(Clone, Debug)]
pub struct LiveMessage {
    /// Whom it concerns.
    pub to: Audience,
    /// Its text.
    pub text: Utf8Bytes,
}

/// What matters of a live call besides its record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct OnCall {
    call_taker: Option<UserId>,
    held: bool,
    without_recording: bool,
}

/// How many live calls there are of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LiveCounts {
    /// On hold.
    pub held: u64,
    /// Of which at least a part is not recorded.
    pub without_recording: u64,
}

type OnCalls = Arc<Mutex<BTreeMap<CallId, OnCall>>>;

/// The floor and what is told of it. Cheap to clone.
#[derive(Clone)]
pub struct Floor {
    messages: broadcast::Sender<LiveMessage>,
    now: FloorReceiver,
    calls: OnCalls,
}

impl Floor {
    /// The floor as of now.
    pub fn now(&self) -> Arc<FloorNow> {
        self.now.borrow().clone()
    }

    /// The floor, to be watched.
    pub fn watched(&self) -> FloorReceiver {
        self.now.clone()
    }

    /// The live calls, counted.
    pub fn counts(&self) -> LiveCounts {
        let calls = locked(&self.calls);
        let count = |like: fn(&OnCall) -> bool| calls.values().filter(|call| like(call)).count() as u64;
        LiveCounts { held: count(|call| call.held), without_recording: count(|call| call.without_recording) }
    }

    /// What is told from now on. A console that is too slow misses some of it and goes on.
    pub fn messages(&self) -> broadcast::Receiver<LiveMessage> {
        self.messages.subscribe()
    }
}

impl OnCall {
    fn of(call: &Call) -> Self {
        Self {
            call_taker: call.call_taker(),
            held: call.state == CallState::Held,
            without_recording: call.without_recording,
        }
    }

    fn live(live: &LiveCall) -> Self {
        let held = live.state == LiveState::Held;
        Self { call_taker: live.answered_by, held, without_recording: false }
    }
}

fn locked(calls: &OnCalls) -> MutexGuard<'_, BTreeMap<CallId, OnCall>> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The floor, and the task that keeps it true until `stop`.
pub fn watch(
    desk: Desk,
    orders: CallOrders,
    line: LineEvents,
    clock: Clock,
    stop: CancellationToken,
) -> (Floor, impl Future<Output = ()> + Send) {
    let messages = broadcast::Sender::new(LIVE_MESSAGES_KEPT_MAX);
    let (now, receiver) = watching::channel(Arc::new(FloorNow::default()));
    let calls = OnCalls::default();
    let floor = Floor { messages: messages.clone(), now: receiver, calls: calls.clone() };
    // What is told from here on is heard, also before the task runs.
    let events = line.subscribe();
    let keeper = Keeper { desk, orders, clock, messages, now, calls };
    (floor, keeper.run(events, stop))
}

struct Keeper {
    desk: Desk,
    orders: CallOrders,
    clock: Clock,
    messages: broadcast::Sender<LiveMessage>,
    now: watching::Sender<Arc<FloorNow>>,
    calls: OnCalls,
}

impl Keeper {
    async fn run(self, mut events: broadcast::Receiver<LineEvent>, stop: CancellationToken) {
        let feed = self.desk.feed();
        let mut seen = feed.head();
        let mut asking = tokio::time::interval(FLOOR_EVERY);
        asking.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.read_calls().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                event = events.recv() => match event {
                    Ok(event) => self.tell(event),
                    // What was lost is made good by the next question.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                () = feed.changed(seen) => match feed.after(seen, CHANGES_AT_ONCE) {
                    After::Changes(changes) => {
                        seen = changes.last().map_or(seen, |change| change.index);
                        for change in &changes {
                            self.note(change.record.as_ref());
                        }
                    }
                    After::TooFarBehind => {
                        seen = feed.head();
                        self.read_calls().await;
                    }
                },
                _ = asking.tick() => self.ask_the_floor().await,
            }
        }
    }

    fn note(&self, record: Option<&Record>) {
        let Some(Record::Call(call)) = record else { return };
        let mut calls = locked(&self.calls);
        if call.is_ended() {
            calls.remove(&call.id);
        } else {
            calls.insert(call.id, OnCall::of(call));
        }
    }

    /// Everything that lives, out of the store; who has which call, out of the trunk, when the store is away.
    async fn read_calls(&self) {
        let scope = SnapshotScope { calls: true, duties: false, agency: None, limit: SNAPSHOT_ITEMS_MAX };
        let found: BTreeMap<CallId, OnCall> = match self.desk.store().snapshot(&scope).await {
            Ok(snapshot) => {
                let live = snapshot.calls.iter().filter(|call| !call.is_ended());
                live.map(|call| (call.id, OnCall::of(call))).collect()
            }
            Err(_) => {
                let live = self.orders.live().await.unwrap_or_default();
                live.iter().map(|live| (live.call, OnCall::live(live))).collect()
            }
        };
        *locked(&self.calls) = found;
    }

    /// The trunk's word on everything; what differs from what was told is told now.
    async fn ask_the_floor(&self) {
        // A trunk that does not answer has no seats: their audio goes through it.
        let told = self.orders.floor().await.unwrap_or_default();
        let before = self.now.borrow().clone();
        let after = before.told(told);
        if after.answers() != before.answers() {
            let (at, answers) = (Time(self.clock.now()), after.answers());
            self.send(Audience::Callers, || FeedMessage::TrunkAnswers { at, answers });
        }
        for user in before.seats.symmetric_difference(&after.seats) {
            self.send_seat(*user, after.seats.contains(user));
        }
        for user in before.away.symmetric_difference(&after.away) {
            self.send_away(*user, after.away.contains(user));
        }
        for user in before.phones_ringing.symmetric_difference(&after.phones_ringing) {
            self.send_phone(*user, after.phones_ringing.contains(user));
        }
        if after.waiting != before.waiting {
            self.send_queue(&after);
        }
        if after != *before {
            self.now.send_replace(Arc::new(after));
        }
    }

    fn tell(&self, event: LineEvent) {
        let at = Time(self.clock.now());
        match event {
            LineEvent::Digit { call, from, digit } => {
                let digit = Some(digit.reveal().to_string());
                let from = Some(Speaker(from));
                let (call_id, to) = (call.0, self.on(call));
                let (caller_db, centre_db, voice) = (None, None, None);
                self.send(to, || FeedMessage::CallActivity {
                    at,
                    call_id,
                    caller_db,
                    centre_db,
                    voice,
                    digit,
                    from,
                });
            }
            LineEvent::Levels { call, caller_db, centre_db, caller_voice } => {
                let (call_id, to) = (call.0, self.on(call));
                self.send(to, || FeedMessage::CallActivity {
                    at,
                    call_id,
                    caller_db: Some(caller_db),
                    centre_db: Some(centre_db),
                    voice: Some(caller_voice),
                    digit: None,
                    from: None,
                });
            }
            LineEvent::SeatState { user, connected } => {
                let before = self.now.borrow().clone();
                if before.seats.contains(&user) != connected {
                    self.now.send_replace(Arc::new(before.with_seat(user, connected)));
                    self.send_seat(user, connected);
                }
            }
            LineEvent::SeatAway { user, away } => {
                let before = self.now.borrow().clone();
                if before.away.contains(&user) != away {
                    self.now.send_replace(Arc::new(before.with_away(user, away)));
                    self.send_away(user, away);
                }
            }
            LineEvent::PhoneRings { user, rings } => {
                let before = self.now.borrow().clone();
                if before.phones_ringing.contains(&user) != rings {
                    self.now.send_replace(Arc::new(before.with_phone(user, rings)));
                    self.send_phone(user, rings);
                }
            }
            LineEvent::Queue { waiting } => {
                let before = self.now.borrow().clone();
                if before.waiting != waiting {
                    let after = before.with_queue(waiting);
                    self.send_queue(&after);
                    self.now.send_replace(Arc::new(after));
                }
            }
        }
    }

    fn on(&self, call: CallId) -> Audience {
        Audience::Call(locked(&self.calls).get(&call).and_then(|call| call.call_taker))
    }

    fn send_seat(&self, user: UserId, connected: bool) {
        let at = Time(self.clock.now());
        self.send(Audience::Seat(user), || FeedMessage::SeatUpdated { at, user_id: user.0, connected });
    }

    fn send_away(&self, user: UserId, away: bool) {
        let at = Time(self.clock.now());
        self.send(Audience::Seat(user), || FeedMessage::SeatAway { at, user_id: user.0, away });
    }

    fn send_phone(&self, user: UserId, rings: bool) {
        let at = Time(self.clock.now());
        self.send(Audience::Person(user), || FeedMessage::SeatRings { at, rings });
    }

    fn send_queue(&self, floor: &FloorNow) {
        let at = Time(self.clock.now());
        let waiting = || floor.waiting.iter().copied().map(QueuePlace::from).collect();
        self.send(Audience::Callers, || FeedMessage::QueueUpdated { at, waiting: waiting() });
    }

    /// Nothing is rendered for an empty room.
    fn send(&self, to: Audience, message: impl FnOnce() -> FeedMessage) {
        if self.messages.receiver_count() == 0 {
            return;
        }
        if let Ok(text) = serde_json::to_string(&message()) {
            // The last listener may have gone meanwhile.
            self.messages.send(LiveMessage { to, text: Utf8Bytes::from(text) }).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use call_link::order::Waiting;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn activity_is_for_those_on_the_call_and_seats_for_their_owners() {
        let (own, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let viewer = |user, role| Viewer { user, role, agency: None };
        let seen = |audience: Audience, user| UserRole::ALL.map(|role| audience.holds(viewer(user, role)));
        // call_taker dispatcher supervisor admin auditor wall
        assert_eq!(seen(Audience::Call(Some(own)), own), [true; 6]);
        assert_eq!(seen(Audience::Call(Some(own)), other), [false, false, true, false, false, false]);
        assert_eq!(seen(Audience::Call(None), own), [false, false, true, false, false, false]);
        assert_eq!(seen(Audience::Seat(own), other), [false, false, true, true, false, false]);
        assert_eq!(
            (seen(Audience::Person(own), own), seen(Audience::Person(own), other)),
            ([true; 6], [false; 6])
        );
        assert_eq!(seen(Audience::Callers, other), [true, false, true, true, true, false]);
    }

    #[test]
    fn a_place_is_found_by_call_and_goes_with_the_queue() {
        let call = |n| CallId(Uuid::from_u128(n));
        let waiting =
            |n, position| Waiting { call: call(n), position, wait_estimate_s: Some(7 * position as u32) };
        let floor = FloorNow::default().with_seat(UserId(Uuid::from_u128(9)), true);
        let floor = floor.with_queue(vec![waiting(5, 1), waiting(3, 2)]);
        assert_eq!(floor.place(call(3)), Some(waiting(3, 2)));
        assert_eq!((floor.longest_estimate_s(), floor.seats.len()), (Some(14), 1));
        assert_eq!(floor.with_queue(vec![]).place(call(3)), None);
    }
}
