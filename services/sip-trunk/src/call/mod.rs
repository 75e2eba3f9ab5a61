//! One call: from the INVITE to its `Ended`. Its task is the only one that changes it.

pub(crate) mod leg;
mod probe;
mod setup;

use std::sync::Arc;
use std::time::Duration;

use call_link::journal::Progress;
use call_link::order::{Answered, LiveState, Order, OrderError, OrderReply, PendingOrder, SeatAudio};
use call_media::announcement::Announcement;
use dispatch_core::call::fact::{CallFact, Defect, EndReason};
use dispatch_core::ids::{CallId, UserId};
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::{Header, Param, StatusCode};
use rsipstack::transaction::key::TransactionKey;
use rsipstack::transaction::transaction::{TransactionEvent, TransactionEventSender};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{info, warn};

use crate::arrival::Signalling;
use crate::guard::reply::{ALLOW, SUPPORTED};
use crate::orders::refuse;
use crate::registry::{LiveEntry, Signal, Ticket};
use crate::reliable;
use crate::session_timer::{Refresher, SessionTimer};
use crate::start::Core;

use probe::{Probed, answer_of, probe};
pub(crate) use setup::{contact, incoming};

/// A call without a session timer is asked this often whether it is still there.
const PROBE_EVERY: Duration = Duration::from_secs(300);
/// A BYE is answered or given up within 64*T1; this is a little more.
const BYE_WITHIN: Duration = Duration::from_secs(40);

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
    entry: Arc<LiveEntry>,
    dialog: InviteDialog,
    signalling: Signalling,
    /// What an earlier process had done for the caller; [`Progress::Arrived`] in a new call.
    begun_as: Progress,
    states: DialogStateReceiver,
    signals: mpsc::Receiver<Signal>,
    handling: InviteHandling,
    handled: bool,
    hangup_wanted: bool,
    queue_at: Option<Instant>,
    act_at: Option<Instant>,
    /// Whether the last probe is still out.
    probe: Option<JoinHandle<bool>>,
    _ticket: Ticket,
}

enum Event {
    State(Box<DialogState>),
    Signal(Signal),
    QueueDue,
    TimerDue,
    Handled,
    Probed(bool),
    StackGone,
}

impl Call {
    /// Rings, queues, is answered, ends.
    async fn run(mut self) {
        let first = self.first_answer().await;
        let mut ended = first.err().map(|()| EndReason::Lost);
        let reason = loop {
            if let Some(reason) = ended {
                break reason;
            }
            ended = match self.next_event().await {
                Event::State(state) => self.on_state(*state).await,
                Event::Signal(signal) => self.on_signal(signal).await,
                Event::QueueDue => self.answer_into_queue().await.err().map(|()| EndReason::Lost),
                Event::TimerDue => self.on_timer(),
                Event::Handled => self.on_handled(),
                // RFC 4028 section 10: a refresh without an answer ends the session with a BYE.
                Event::Probed(alive) => (!alive).then(|| self.send_bye(EndReason::Lost)),
                Event::StackGone => Some(EndReason::Restarted),
            };
        };
        self.end(reason).await;
    }

    /// What the caller hears first. What the journal knows from an earlier process is done again, not written again.
    async fn first_answer(&mut self) -> Result<(), ()> {
        match self.begun_as {
            Progress::Answered { by } => {
                self.entry.change(|view| {
                    view.answered_by = Some(by);
                    view.state = LiveState::Connected;
                });
                self.accept(Announcement::Connected).await
            }
            Progress::QueueAnswered => {
                self.entry.change(|view| view.state = LiveState::Queued);
                self.accept(Announcement::Queue).await
            }
            Progress::Arrived => {
                self.queue_at = Some(Instant::now() + self.core.config.queue_answer_after);
                if self.signalling.reliable_only {
                    return reliable::ring(&self.core, &self.entry, &self.dialog, &self.handling.transaction);
                }
                self.dialog.ringing(None, None).map_err(|_| ())
            }
        }
    }

    async fn next_event(&mut self) -> Event {
        let far = Instant::now() + Duration::from_secs(86_400);
        let (queue_at, act_at) = (self.queue_at, self.act_at);
        tokio::select! {
            biased;
            state = self.states.recv() => state.map_or(Event::StackGone, |state| Event::State(Box::new(state))),
            Some(signal) = self.signals.recv() => Event::Signal(signal),
            _ = &mut self.handling.task, if !self.handled => Event::Handled,
            () = sleep_until(queue_at.unwrap_or(far)), if queue_at.is_some() => Event::QueueDue,
            () = sleep_until(act_at.unwrap_or(far)), if act_at.is_some() => Event::TimerDue,
            alive = answer_of(&mut self.probe), if self.probe.is_some() => Event::Probed(alive),
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
            && let Some(ack) = self.dialog.last_remote_ack()
        {
            self.entry.leg().take_answer(&ack.body);
        }
        self.entry.exchange.offer_settled();
        self.core.record(self.id, CallFact::Confirmed).await;
        self.hangup_wanted.then(|| self.send_bye(EndReason::CentreHungUp))
    }

    fn on_terminated(&self, reason: &TerminatedReason) -> EndReason {
        let view = self.entry.view();
        match reason {
            TerminatedReason::UacCancel => EndReason::CallerCancelled,
            TerminatedReason::UacBye if !view.accepted => {
                self.refuse_cancelled_invite();
                EndReason::CallerCancelled
            }
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
        let invite = self.dialog.initial_request();
        let mut response = self.core.endpoint.make_response(&invite, StatusCode::RequestTerminated, None);
        if let Ok(mut to) = invite.to_header().and_then(|to| to.typed()) {
            to.params.push(Param::Tag(self.dialog.id().local_tag.into()));
            response.headers.unique_push(Header::To(to.into()));
        }
        self.handling.transaction.send(TransactionEvent::Respond(response)).ok();
    }

    /// A BYE between our 200 and its ACK: nobody waits for the 200 any more.
    fn stop_retransmitting(&self) {
        if !self.entry.view().confirmed {
            self.handling.transaction.send(TransactionEvent::Terminate(self.handling.key.clone())).ok();
        }
    }

    async fn on_signal(&mut self, signal: Signal) -> Option<EndReason> {
        match signal {
            Signal::Order(order) => self.on_order(order).await,
            Signal::Refreshed { timer } => {
                if timer.is_some() {
                    self.signalling.timer = timer;
                }
                self.restart_timer();
                None
            }
            Signal::CallerGone => Some(self.on_terminated(&TerminatedReason::UacBye)),
            Signal::Stop => self
                .hang_up(StatusCode::ServiceUnavailable, EndReason::Restarted)
                .or(Some(EndReason::Restarted)),
        }
    }

    async fn on_order(&mut self, order: PendingOrder) -> Option<EndReason> {
        let (outcome, ended) = match &order.order {
            Order::Answer { by, .. } => {
                let answered = self.answer(*by).await;
                let lost = answered == Err(OrderError::Signalling);
                (answered.map(OrderReply::Answered), lost.then_some(EndReason::Lost))
            }
            Order::Hangup { .. } => {
                (Ok(OrderReply::HungUp), self.hang_up(StatusCode::Decline, EndReason::CentreHungUp))
            }
            Order::Refuse { .. }
            | Order::Hold { .. }
            | Order::Resume { .. }
            | Order::AddParty { .. }
            | Order::DropParty { .. }
            | Order::Leave { .. }
            | Order::Transfer { .. }
            | Order::Supervise { .. }
            | Order::StopSupervising { .. }
            | Order::PressDigits { .. }
            | Order::Prompt { .. } => (Err(OrderError::NotPossible), None),
            Order::Live
            | Order::Drain
            | Order::OpenSeat { .. }
            | Order::CloseSeat { .. }
            | Order::Echo { .. }
            | Order::SetSeat { .. }
            | Order::Dial { .. } => (Err(OrderError::UnknownCall), None),
        };
        order.settle(outcome);
        ended
    }

    /// The first call-taker wins; the fact is in the journal before the caller hears it.
    async fn answer(&mut self, by: UserId) -> Result<Answered, OrderError> {
        if let Some(winner) = self.entry.view().answered_by {
            return Err(OrderError::AlreadyAnswered { by: winner });
        }
        if self.hangup_wanted || self.dialog.state().is_terminated() {
            return Err(OrderError::Ended);
        }
        self.core.record(self.id, CallFact::Answered { by }).await;
        let at = self.core.clock.now();
        let was_queued = self.entry.view().accepted;
        self.entry.change(|view| {
            view.answered_by = Some(by);
            view.state = LiveState::Connected;
        });
        if was_queued {
            self.entry.leg().play(Announcement::Connected);
        } else {
            self.accept(Announcement::Connected).await.map_err(|()| OrderError::Signalling)?;
        }
        // A caller who hung up in these milliseconds was answered all the same: the fact is on record, and whoever
        // answered owes the call a disposition.
        info!(was_queued, "Call answered");
        Ok(Answered { at, was_queued, audio: SeatAudio::None })
    }

    /// Nobody answered in time: the caller is told so by a voice, and the call can no longer be lost to a telco's
    /// ring timeout.
    async fn answer_into_queue(&mut self) -> Result<(), ()> {
        self.queue_at = None;
        if self.entry.view().accepted || self.dialog.state().is_terminated() {
            return Ok(());
        }
        self.core.record(self.id, CallFact::QueueAnswered).await;
        self.entry.change(|view| view.state = LiveState::Queued);
        self.accept(Announcement::Queue).await
    }

    /// Our 200 with our media.
    async fn accept(&mut self, announcement: Announcement) -> Result<(), ()> {
        self.queue_at = None;
        let voice = self.signalling.offer.as_ref().map(|(_, voice)| voice);
        let opened = self.entry.leg().open(&self.core.media, self.id, voice, announcement);
        if let Err(error) = opened {
            warn!(%error, "Call without media");
            self.core.count_no_media();
            self.core.record(self.id, CallFact::DefectFound { defect: Defect::NoMedia }).await;
        }
        let sdp = self.entry.leg().describe(self.signalling.offer.as_ref());
        let mut headers = vec![Header::ContentType("application/sdp".into()), Header::Allow(ALLOW.into())];
        headers.extend(timer_headers(self.signalling.timer));
        if self.signalling.offer.is_none() {
            self.entry.exchange.offer_sent();
        }
        self.entry.change(|view| view.accepted = true);
        self.restart_timer();
        self.dialog.accept(Some(headers), Some(sdp.into_bytes())).map_err(|_| ())
    }

    /// Ends the call from our side. `None`: the caller has to acknowledge our 200 first (RFC 3261 section 15).
    fn hang_up(&mut self, refusal: StatusCode, reason: EndReason) -> Option<EndReason> {
        let view = self.entry.view();
        if !view.accepted {
            self.dialog.reject(Some(refusal), None).ok();
            return Some(reason);
        }
        if view.confirmed {
            return Some(self.send_bye(reason));
        }
        self.hangup_wanted = true;
        None
    }

    fn send_bye(&self, reason: EndReason) -> EndReason {
        let dialog = self.dialog.clone();
        self.core.tasks.spawn(async move { timeout(BYE_WITHIN, dialog.bye()).await.is_ok() });
        reason
    }

    /// The INVITE's transaction is over. Without an ACK and without an end something broke below us.
    fn on_handled(&mut self) -> Option<EndReason> {
        self.handled = true;
        let state = self.dialog.state();
        (!state.is_confirmed() && !state.is_terminated()).then_some(EndReason::Lost)
    }

    fn restart_timer(&mut self) {
        let after = self.signalling.timer.map_or(PROBE_EVERY, |timer| timer.act_after());
        self.act_at = Some(Instant::now() + after);
    }

    /// The caller's side was silent for its whole interval, or it is on us to ask.
    fn on_timer(&mut self) -> Option<EndReason> {
        if self.signalling.timer.is_some_and(|timer| timer.refresher == Refresher::Caller) {
            info!("The caller's side did not refresh the session");
            return Some(self.send_bye(EndReason::Lost));
        }
        self.restart_timer();
        if self.entry.view().confirmed && self.probe.is_none() {
            let probed = Probed {
                dialog: self.dialog.clone(),
                entry: self.entry.clone(),
                timer: self.signalling.timer,
                interval_min: self.core.config.session_interval_min,
            };
            self.probe = Some(tokio::spawn(probe(probed)));
        }
        None
    }

    async fn end(mut self, reason: EndReason) {
        self.signals.close();
        if reason == EndReason::AckLost {
            self.core.record(self.id, CallFact::DefectFound { defect: Defect::AckLost }).await;
        }
        self.core.record(self.id, CallFact::Ended { reason }).await;
        self.core.forget(&self.dialog.id(), self.id);
        while let Ok(signal) = self.signals.try_recv() {
            refuse(signal, OrderError::Ended);
        }
        if let Some(probe) = self.probe.take() {
            probe.abort();
        }
        info!(?reason, "Call ended");
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
