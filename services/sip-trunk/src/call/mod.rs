//! One call: from the INVITE to its `Ended`. Its task is the only one that changes it.

mod answer;
mod centre;
pub(crate) mod dial;
mod end;
mod kept;
pub(crate) mod leg;
mod orders;
mod outside;
mod party;
mod probe;
mod queue;
mod restored;
mod ringing_phone;
mod seat;
mod session;
mod setup;
pub(crate) mod sound;
mod supervise;
mod timers;
mod transfer;

use std::collections::BTreeMap;
use std::sync::Arc;

use call_link::journal::Progress;
use call_link::order::LiveState;
use call_media::room::{LegId, Room};
use dispatch_core::call::fact::{Arrival, CallFact, CallerClass, EndReason};
use dispatch_core::ids::{CallId, PartyId};
use dispatch_core::screening::Signs;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::{Header, Param, StatusCode};
use rsipstack::transaction::key::TransactionKey;
use rsipstack::transaction::transaction::{TransactionEvent, TransactionEventSender};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::arrival::Signalling;
use crate::encryption;
use crate::guard::reply::SUPPORTED;
use crate::registry::{LiveEntry, Signal, Ticket};
use crate::restore::KeptCall;
use crate::session_timer::{Refresher, SessionTimer};
use crate::shared::Core;

use centre::Centre;
pub(crate) use centre::Hand;
use outside::{OutsideEvent, OutsideLegs};
use party::Party;
use probe::Probes;
pub(crate) use restored::go_on;
pub(crate) use setup::{contact, incoming};
use timers::{Timer, Timers};

/// What drives the INVITE's transaction. Gone once the INVITE is acknowledged.
pub(crate) struct InviteHandling {
    pub(crate) task: JoinHandle<()>,
    pub(crate) transaction: TransactionEventSender,
    pub(crate) key: TransactionKey,
}

/// The task's own view of its call.
pub(crate) struct Call {
    core: Arc<Core>,
    id: CallId,
    /// The caller's leg, and what everybody may see.
    entry: Arc<LiveEntry>,
    arrival: Arrival,
    /// The caller's dialog. In a call of ours: once they answered.
    dialog: Option<InviteDialog>,
    signalling: Signalling,
    /// What an earlier process had done for the caller; [`Progress::Arrived`] in a new call.
    begun_as: Progress,
    /// Of the caller's dialog; none in a call of ours, whose dialogs are all outside ones.
    states: Option<DialogStateReceiver>,
    signals: mpsc::Receiver<Signal>,
    /// The caller's INVITE, until its transaction is over.
    handling: Option<InviteHandling>,
    hangup_wanted: bool,
    timers: Timers,
    probes: Probes,
    /// How trustworthy it seems, and why; never a reason to refuse it.
    signs: Signs,
    class: CallerClass,
    /// It was asked for a sign of life and has given none.
    challenged: bool,
    /// Keys that are on record, of both sides.
    digits_heard: usize,
    /// The audio, from our 200 on.
    room: Option<Arc<Room>>,
    /// Who of the centre is on it.
    centre: Centre,
    parties: BTreeMap<PartyId, Party>,
    /// The dialogs that the call opened itself.
    outside: OutsideLegs,
    /// What was written down of it last, for the process after this one.
    kept: Option<Box<KeptCall>>,
    _ticket: Ticket,
}

enum Event {
    State(Box<DialogState>),
    Signal(Signal),
    Due(Timer),
    Handled,
    Probed(LegId, bool),
    Outside(OutsideEvent),
    StackGone,
}

impl Call {
    /// Rings, queues, is answered, ends.
    async fn run(mut self: Box<Self>) {
        let first = self.begin().await;
        self.follow(first.err().map(|()| EndReason::Lost)).await;
    }

    /// Lives until its end.
    async fn follow(mut self: Box<Self>, mut ended: Option<EndReason>) {
        let mut keeps = true;
        let reason = loop {
            if let Some(reason) = ended {
                break reason;
            }
            if keeps {
                self.keep();
            }
            let event = self.next_event().await;
            // The end of the INVITE's transaction changes nothing that is kept.
            keeps = !matches!(event, Event::Handled);
            ended = match event {
                Event::State(state) => self.on_state(*state).await,
                Event::Signal(signal) => self.on_signal(signal).await,
                Event::Due(timer) => self.on_timer(timer).await,
                Event::Handled => self.on_handled(),
                Event::Probed(leg, alive) => self.on_probed(leg, alive).await,
                Event::Outside(event) => self.on_outside(event).await,
                Event::StackGone => Some(EndReason::Restarted),
            };
        };
        self.end(reason).await;
    }

    async fn next_event(&mut self) -> Event {
        let handled = async {
            match &mut self.handling {
                // A task that broke off is over too.
                Some(handling) => drop((&mut handling.task).await),
                None => std::future::pending().await,
            }
        };
        let states = async {
            match &mut self.states {
                Some(states) => states.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            state = states => state.map_or(Event::StackGone, |state| Event::State(Box::new(state))),
            Some(signal) = self.signals.recv() => Event::Signal(signal),
            () = handled => Event::Handled,
            timer = self.timers.next() => Event::Due(timer),
            event = self.outside.next(&self.core) => Event::Outside(event),
            (leg, alive) = self.probes.next() => Event::Probed(leg, alive),
        }
    }

    async fn on_state(&mut self, state: DialogState) -> Option<EndReason> {
        match state {
            DialogState::Confirmed(..) => self.on_confirmed().await,
            DialogState::Terminated(_, reason) => Some(self.on_terminated(&reason)),
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::Early(..)
            | DialogState::WaitAck(..) => None,
            // The router answers requests inside a dialog before the stack sees them. Should one come this way,
            // it must be answered, else the dialog stays blocked.
            DialogState::Updated(_, _, handle)
            | DialogState::Publish(_, _, handle)
            | DialogState::Notify(_, _, handle)
            | DialogState::Refer(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Info(_, _, handle)
            | DialogState::Options(_, _, handle) => {
                handle.reply(StatusCode::NotImplemented).await.ok();
                None
            }
        }
    }

    async fn on_confirmed(&mut self) -> Option<EndReason> {
        if self.entry.view().confirmed {
            return None;
        }
        self.entry.change(|view| view.confirmed = true);
        if self.signalling.offer_is_ours
            && let Some(ack) = self.dialog.as_ref().and_then(InviteDialog::last_remote_ack)
        {
            self.take_late_answer(ack.body.clone());
        }
        self.entry.exchange.offer_settled();
        self.record(CallFact::Confirmed).await;
        self.hangup_wanted.then(|| self.send_bye(EndReason::CentreHungUp))
    }

    /// The ACK answers our offer. Who takes the call and not its encrypted audio is offered plain audio.
    fn take_late_answer(&self, answer: Vec<u8>) {
        let refused = {
            let mut leg = self.entry.leg();
            !leg.take_answer(&answer) && leg.refuses_encryption(&answer)
        };
        self.core.count_unencrypted(&self.entry);
        let Some(dialog) = self.dialog.clone().filter(|_| refused) else { return };
        let (core, entry) = (self.core.clone(), self.entry.clone());
        self.core.tasks.spawn(async move {
            if let Some(response) = encryption::offer_plain(&dialog, &entry).await {
                entry.leg().take_answer(response.body());
                core.count_unencrypted(&entry);
            }
        });
    }

    fn on_terminated(&self, reason: &TerminatedReason) -> EndReason {
        let view = self.entry.view();
        match reason {
            TerminatedReason::UacCancel => EndReason::CallerCancelled,
            TerminatedReason::UacBye if !view.accepted => {
                self.refuse_cancelled_invite();
                EndReason::CallerCancelled
            }
            TerminatedReason::UacBye if self.is_being_diverted() => EndReason::Diverted,
            TerminatedReason::UacBye => {
                self.stop_retransmitting();
                EndReason::CallerHungUp
            }
            TerminatedReason::Timeout if view.accepted && !view.confirmed => EndReason::AckLost,
            TerminatedReason::UasBye | TerminatedReason::UasDecline | TerminatedReason::UasBusy => {
                EndReason::CentreHungUp
            }
            TerminatedReason::Timeout
            | TerminatedReason::UacBusy
            | TerminatedReason::ProxyError(_)
            | TerminatedReason::ProxyAuthRequired
            | TerminatedReason::UacOther(_)
            | TerminatedReason::UasOther(_) => EndReason::Lost,
        }
    }

    /// A BYE before the answer ends the call (RFC 3261 section 15); the INVITE still wants its final response.
    fn refuse_cancelled_invite(&self) {
        let (Some(dialog), Some(handling)) = (&self.dialog, &self.handling) else { return };
        let invite = dialog.initial_request();
        let mut response = self.core.endpoint.make_response(&invite, StatusCode::RequestTerminated, None);
        if let Ok(mut to) = invite.to_header().and_then(|to| to.typed()) {
            to.params.push(Param::Tag(dialog.id().local_tag.into()));
            response.headers.unique_push(Header::To(to.into()));
        }
        handling.transaction.send(TransactionEvent::Respond(response)).ok();
    }

    /// A BYE between our 200 and its ACK: nobody waits for the 200 any more.
    fn stop_retransmitting(&self) {
        if let Some(handling) = &self.handling
            && !self.entry.view().confirmed
        {
            handling.transaction.send(TransactionEvent::Terminate(handling.key.clone())).ok();
        }
    }

    async fn on_signal(&mut self, signal: Signal) -> Option<EndReason> {
        match signal {
            Signal::Order(order) => self.on_order(order).await,
            Signal::Refreshed { side: LegId::Caller, timer } => {
                if timer.is_some() {
                    self.signalling.timer = timer;
                }
                self.restart_session_timer();
                None
            }
            Signal::Refreshed { side, timer } => {
                self.outside.set_timer(side, timer.or(self.outside.timer(side)));
                self.restart_leg_timer(side);
                None
            }
            Signal::Gone { side: LegId::Caller } => Some(self.on_terminated(&TerminatedReason::UacBye)),
            Signal::Referred { party, taken } => self.on_referred(party, taken).await,
            Signal::TalkerElsewhere { user } => {
                self.talker_is_elsewhere(user).await;
                None
            }
            Signal::Gone { side } => self.on_outside_gone(side).await,
            Signal::Notified { side, progress } => self.on_refer_progress(side, progress).await,
            Signal::Sound(sound) => self.on_sound(sound).await,
            Signal::Seat { user, up } => self.on_seat(user, up).await,
            Signal::Queue(word) => self.on_queue(word).await,
            Signal::Stop => self
                .hang_up(StatusCode::ServiceUnavailable, EndReason::Restarted)
                .or(Some(EndReason::Restarted)),
        }
    }

    async fn on_timer(&mut self, timer: Timer) -> Option<EndReason> {
        match timer {
            Timer::Queue => self.answer_into_queue().await.err().map(|()| EndReason::Lost),
            Timer::Session => self.on_session_timer(),
            Timer::Leg(leg) => self.on_leg_timer(leg).await,
            Timer::SeatBack => {
                self.centre.may_come_back = None;
                None
            }
            Timer::Challenge => {
                self.challenge_is_over().await;
                None
            }
            Timer::Speechless => {
                self.says_nothing().await;
                None
            }
            Timer::Rejoin => {
                self.seat_did_not_come().await;
                None
            }
            Timer::RejoinSupervisors => {
                self.supervisors_did_not_come().await;
                None
            }
        }
    }

    /// The INVITE's transaction is over. Without an ACK and without an end something broke below us.
    fn on_handled(&mut self) -> Option<EndReason> {
        self.handling = None;
        let state = self.dialog.as_ref()?.state();
        (!state.is_confirmed() && !state.is_terminated()).then_some(EndReason::Lost)
    }

    pub(super) async fn record(&self, fact: CallFact) {
        self.core.record(self.id, fact).await;
    }

    /// Shows everybody where the call stands.
    fn publish(&self) {
        let parties = self.parties.len();
        let dialled = !self.arrival.direction.is_in();
        self.entry.change(|view| {
            view.state = if dialled && !view.accepted {
                LiveState::Ringing
            } else {
                self.centre.state(view.accepted, self.parties.values().any(Party::talks))
            };
            view.answered_by = self.centre.talker();
            view.offered_to = self.centre.offers.first().copied();
            view.parties = parties;
        });
    }
}

/// The session timer's headers in a 2xx (RFC 4028 section 9).
pub(crate) fn timer_headers(timer: Option<SessionTimer>) -> Vec<Header> {
    let Some(timer) = timer else { return vec![Header::Supported(SUPPORTED.into())] };
    let mut headers =
        vec![Header::Supported(SUPPORTED.into()), Header::SessionExpires(timer.header().into())];
    if timer.refresher == Refresher::Caller {
        headers.push(Header::Require("timer".into()));
    }
    headers
}
