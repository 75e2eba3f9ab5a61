//! The queue: carries out what the distributor of `dispatch_core::acd` decides, with the desk and the store gone.
//!
//! One task has it. Calls and seats tell it what happens; it tells calls where they ring. A call that it has no seat
//! for rings nowhere in particular: every console shows it, and any call-taker may answer it.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;

use call_link::order::{ConsoleWord, LineEvent, Waiting};
use dispatch_core::acd::{Acd, AcdAction, AcdInput, AcdPolicy};
use dispatch_core::call::fact::{CallerClass, OfferEnd};
use dispatch_core::duty::DutyState;
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, warn};

use crate::consoles::Consoles;
use crate::registry::Signal;
use crate::shared::Core;

/// Things that wait to be told to the queue. It works them off in microseconds each.
const INPUTS_WAITING_MAX: usize = 4_096;
/// Without anything due it still looks at the clock that often: the wall clock may have been set.
const TICK_AT_LEAST: Duration = Duration::from_secs(5);
/// Whoever looks at the queue sees it change at most five times a second, so that a flood costs no more than its calls.
const SHOW_EVERY: Duration = Duration::from_millis(200);

/// What the queue is told.
#[derive(Clone, Debug)]
pub(crate) enum QueueInput {
    /// A caller waits for a person. `head`: somebody had them already.
    Waiting {
        call: CallId,
        class: CallerClass,
        since: Timestamp,
        number: Option<Private<String>>,
        /// The Request-URI, and what the trunk's callers speak.
        called: String,
        language: Option<String>,
        head: bool,
        had_turn: bool,
    },
    /// The caller waits no longer, and nobody of the centre has them.
    Gone { call: CallId },
    /// A person does not take the call that rings at their seat.
    Refused { call: CallId, user: UserId },
    /// A person has the call.
    Answered { call: CallId, user: UserId },
    /// A person is busy with a call of ours.
    Engaged { user: UserId },
    /// A person has nothing to do any more.
    Released { user: UserId },
    /// A person's duty changed, or was told again.
    Duty {
        user: UserId,
        state: DutyState,
        skills: Vec<String>,
        supervisor: bool,
        console: Option<ConsoleWord>,
    },
    /// A person's audio came up or died.
    Audio { user: UserId, up: bool },
    /// Other rules from now on.
    Rules(Box<AcdPolicy>),
}

/// What the queue tells a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum QueueWord {
    /// Ring at this seat.
    Offer { to: UserId },
    /// Stop ringing there.
    Withdraw { to: UserId, why: OfferEnd },
    /// Look outside, there.
    Overflow { target: Private<String> },
}

/// The way to the queue. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    inputs: mpsc::Sender<QueueInput>,
    places: Arc<watch::Sender<Vec<Waiting>>>,
    away: Arc<watch::Sender<BTreeSet<UserId>>>,
}

impl Queue {
    pub(crate) fn channel() -> (Self, mpsc::Receiver<QueueInput>) {
        let (inputs, inbox) = mpsc::channel(INPUTS_WAITING_MAX);
        (Self { inputs, places: Arc::default(), away: Arc::default() }, inbox)
    }

    /// Who waits, first in line first.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        self.places.borrow().clone()
    }

    /// Who is ready and has no console open.
    pub(crate) fn away(&self) -> Vec<UserId> {
        self.away.borrow().iter().copied().collect()
    }

    /// Tells it. The queue waits for nobody, so this waits for microseconds at most.
    pub(crate) async fn tell(&self, input: QueueInput) {
        // It is gone when the trunk stops; then nobody rings any more.
        self.inputs.send(input).await.ok();
    }
}

struct Desk {
    core: Arc<Core>,
    acd: Acd,
    /// Makes the key of a number: nobody outside this process can tell which number it is.
    keys: RandomState,
    places: BTreeMap<CallId, Waiting>,
    consoles: Consoles,
    rules: AcdPolicy,
    overflow_target: Option<Private<String>>,
    /// Something has changed since it was shown.
    moved: bool,
    shown_at: Instant,
    now: Timestamp,
}

/// Runs the queue until the trunk stops.
pub(crate) async fn serve(core: Arc<Core>, mut inbox: mpsc::Receiver<QueueInput>) {
    let rules = core.config.acd.clone();
    let (overflow_target, now) = (rules.overflow_target.clone().map(Private::new), core.clock.now());
    let (keys, places) = (RandomState::new(), BTreeMap::new());
    let acd = Acd::new(rules.clone());
    let (moved, shown_at) = (false, Instant::now());
    let consoles = Consoles::default();
    let mut desk = Desk { core, acd, keys, places, consoles, rules, overflow_target, moved, shown_at, now };
    loop {
        let wait = desk.until_next();
        let show_at = desk.shown_at + SHOW_EVERY;
        let input = tokio::select! {
            () = desk.core.stop.cancelled() => return,
            input = inbox.recv() => match input {
                Some(input) => desk.translate(input),
                None => return,
            },
            () = sleep_until(show_at), if desk.moved => {
                desk.show();
                None
            }
            () = sleep(wait) => Some(AcdInput::Tick),
        };
        if let Some(input) = input {
            desk.handle(input);
        }
    }
}

impl Desk {
    fn until_next(&self) -> Duration {
        let Some(due) = self.acd.next_tick() else { return TICK_AT_LEAST };
        let millis = due.millis_since(self.core.clock.now()).max(0);
        // One more, so that a rounded wait does not end before its time.
        Duration::from_millis(u64::try_from(millis).unwrap_or(0) + 1).min(TICK_AT_LEAST)
    }

    fn translate(&mut self, input: QueueInput) -> Option<AcdInput> {
        Some(match input {
            QueueInput::Waiting { call, class, since, number, called, language, head, had_turn } => {
                let number_key = number.map(|number| self.keys.hash_one(number.reveal()));
                let language = self.rules.skill_for(&called, language.as_deref());
                AcdInput::CallWaiting { call, class, since, number_key, language, head, had_turn }
            }
            QueueInput::Gone { call } => {
                self.leave(call);
                AcdInput::CallGone { call }
            }
            QueueInput::Refused { call, user } => AcdInput::Refused { call, user },
            QueueInput::Answered { call, user } => {
                self.leave(call);
                AcdInput::Answered { call, user }
            }
            QueueInput::Engaged { user } => AcdInput::Engaged { user },
            QueueInput::Released { user } => AcdInput::Released { user },
            QueueInput::Duty { user, state, skills, supervisor, console } => {
                let reachable = self.is_reachable(user, state, console);
                let skills = skills.into_iter().collect();
                AcdInput::SeatChanged { user, state, supervisor, skills, reachable }
            }
            QueueInput::Audio { user, up: true } => AcdInput::SeatBack { user },
            QueueInput::Audio { user, up: false } => AcdInput::SeatLost { user },
            QueueInput::Rules(rules) => {
                self.overflow_target = rules.overflow_target.clone().map(Private::new);
                self.rules.clone_from(&rules);
                self.acd.set_policy(*rules);
                AcdInput::Tick
            }
        })
    }

    fn is_reachable(&mut self, user: UserId, state: DutyState, console: Option<ConsoleWord>) -> bool {
        if state == DutyState::Off {
            self.consoles.forget(user);
        }
        let open = console.is_none_or(|word| self.consoles.told(user, word, self.core.clock.now()));
        open || self.core.media.seat_connected(user)
    }

    fn handle(&mut self, input: AcdInput) {
        // The distributor's time never goes back, whatever the wall clock does.
        self.now = self.now.max(self.core.clock.now());
        for action in self.acd.handle(input, self.now) {
            match action {
                AcdAction::Offer { call, user, until: _ } => self.tell(call, QueueWord::Offer { to: user }),
                AcdAction::Withdraw { call, user, why } => {
                    self.tell(call, QueueWord::Withdraw { to: user, why });
                }
                AcdAction::Overflow { call } => {
                    if let Some(target) = self.overflow_target.clone() {
                        self.tell(call, QueueWord::Overflow { target });
                    }
                }
                AcdAction::Position { call, position, wait_estimate } => {
                    let position = usize::try_from(position).unwrap_or(usize::MAX);
                    let wait_estimate_s = wait_estimate.map(|seconds| seconds.0);
                    self.places.insert(call, Waiting { call, position, wait_estimate_s });
                    if let Some(entry) = self.core.registry.call(call) {
                        entry.tell_place(Some(position));
                    }
                    self.moved = true;
                }
            }
        }
        self.tell_away();
    }

    /// Tells who went away from every console, and who is back.
    fn tell_away(&self) {
        let (before, now) = (self.core.queue.away.borrow().clone(), self.acd.away());
        for user in before.symmetric_difference(&now) {
            let away = now.contains(user);
            info!(user.id = %user, away, "A person who is ready has no console open, or has one again");
            self.core.line.tell(LineEvent::SeatAway { user: *user, away });
        }
        if before != now {
            self.core.queue.away.send_replace(now);
        }
    }

    fn leave(&mut self, call: CallId) {
        self.moved |= self.places.remove(&call).is_some();
        if let Some(entry) = self.core.registry.call(call) {
            entry.tell_place(None);
        }
    }

    fn show(&mut self) {
        (self.moved, self.shown_at) = (false, Instant::now());
        let mut waiting: Vec<Waiting> = self.places.values().copied().collect();
        waiting.sort_unstable_by_key(|place| (place.position, place.call));
        if self.core.line.is_heard() {
            self.core.line.tell(LineEvent::Queue { waiting: waiting.clone() });
        }
        self.core.queue.places.send_replace(waiting);
    }

    fn tell(&self, call: CallId, word: QueueWord) {
        let Some(entry) = self.core.registry.call(call) else { return };
        if entry.signals.try_send(Signal::Queue(word)).is_err() {
            // It has ended, or is so busy that it does not ring now; the offer then runs out by itself.
            warn!(call.id = %call, "A call did not hear the queue");
        }
    }
}
