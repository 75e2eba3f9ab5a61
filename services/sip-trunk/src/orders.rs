//! Orders of the desk, each handed to the task of its call.

use std::sync::Arc;

use call_link::order::{
    Floor, Order, OrderError, OrderInbox, OrderReply, PendingOrder, Receipts, TrunkNow, TrunkTestNow,
};
use dispatch_core::ids::{CallId, UserId};
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;
use tracing::info;

use crate::call::dial::dial;
use crate::config::TrunkProfile;
use crate::outbound::notify;
use crate::peers::{PeerState, TestResult, TrunkHealth};
use crate::queue::QueueInput;
use crate::registry::Signal;
use crate::shared::Core;

/// Takes orders until the stop.
pub(crate) async fn serve(core: Arc<Core>, mut inbox: OrderInbox) {
    let receipts = Receipts::default();
    loop {
        let pending = tokio::select! {
            () = core.stop.cancelled() => return,
            pending = inbox.next() => pending,
        };
        let Some(pending) = pending else { return };
        let Some(pending) = receipts.first(pending, Instant::now()) else { continue };
        if let Some(call) = pending.order.call() {
            hand_over(&core, call, pending);
            continue;
        }
        core.tasks.spawn(carry_out(core.clone(), pending));
    }
}

/// Orders that belong to no call. Each in a task of its own, because some wait for the disk or for a queue.
async fn carry_out(core: Arc<Core>, pending: PendingOrder) {
    let outcome = match &pending.order {
        Order::Live => Ok(OrderReply::Live { calls: core.registry.list() }),
        Order::Floor => Ok(OrderReply::Floor(floor(&core))),
        Order::Drain => {
            core.drain();
            Ok(OrderReply::Draining)
        }
        Order::OpenSeat { user, sdp } => open_seat(&core, *user, sdp.reveal()),
        Order::CloseSeat { user } => {
            core.media.close_seat(*user);
            Ok(OrderReply::Done)
        }
        Order::SetSeat { user, state, audio, skills, supervisor, console } => {
            let (user, state, supervisor, skills) = (*user, *state, *supervisor, skills.clone());
            if core.seats.set(user, audio.clone()) {
                let console = *console;
                core.queue.tell(QueueInput::Duty { user, state, skills, supervisor, console }).await;
                Ok(OrderReply::Done)
            } else {
                Err(OrderError::NotPossible)
            }
        }
        Order::SetRingRules { rules } => {
            core.queue.tell(QueueInput::Rules(rules.clone())).await;
            Ok(OrderReply::Done)
        }
        Order::Learn { numbers, begins } => match core.screen.learn(numbers, *begins) {
            true => Ok(OrderReply::Done),
            false => Err(OrderError::NotPossible),
        },
        Order::MassEvent { open, disaster } => {
            core.screen.mass_event(*open, *disaster, core.clock.now());
            Ok(OrderReply::Done)
        }
        Order::Notify { id, target, notice } => {
            Ok(OrderReply::Notified { state: notify(&core, id, target, notice) })
        }
        Order::Echo { user, on } => {
            if *on && !core.media.seat_connected(*user) {
                Err(OrderError::NoSeat)
            } else {
                core.media.echo(*user, *on);
                Ok(OrderReply::Done)
            }
        }
        Order::Dial { by, number, call_back_of, .. } => dial(&core, *by, number.clone(), *call_back_of).await,
        Order::Answer { .. }
        | Order::Hangup { .. }
        | Order::Refuse { .. }
        | Order::Hold { .. }
        | Order::Resume { .. }
        | Order::AddParty { .. }
        | Order::DropParty { .. }
        | Order::Leave { .. }
        | Order::Transfer { .. }
        | Order::Supervise { .. }
        | Order::LiftRestriction { .. }
        | Order::StopSupervising { .. }
        | Order::PressDigits { .. }
        | Order::Prompt { .. } => Err(OrderError::UnknownCall),
    };
    pending.settle(outcome);
}

/// Who sits, who waits, and how the trunks are.
fn floor(core: &Core) -> Floor {
    let trunk = |health: TrunkHealth| {
        let last_test = health
            .last_test
            .zip(health.tested_at)
            .map(|(result, at)| TrunkTestNow { at, passed: matches!(result, TestResult::Passed { .. }) });
        let up = match health.state {
            PeerState::Up => Some(true),
            PeerState::Down => Some(false),
            PeerState::Unknown => None,
        };
        let profile = core.config.trunks.iter().find(|profile| profile.name == health.name);
        TrunkNow {
            up,
            last_test,
            since: health.since,
            tests: [health.tests_passed, health.tests_failed],
            setup: profile.map(TrunkProfile::setup),
            name: health.name,
        }
    };
    Floor {
        run: core.screen.run(),
        seats: core.media.seats_connected(),
        away: core.queue.away(),
        phones_ringing: core.seats.phones_ringing(),
        waiting: core.queue.waiting(),
        trunks: core.peers.health().into_iter().map(trunk).collect(),
    }
}

fn open_seat(core: &Core, user: UserId, sdp: &str) -> Result<OrderReply, OrderError> {
    match core.media.open_seat(user, sdp) {
        Ok(sdp) => Ok(OrderReply::SeatOpened { sdp }),
        Err(error) => {
            info!(user.id = %user, %error, "A seat's offer is not taken");
            Err(OrderError::UnusableOffer)
        }
    }
}

fn hand_over(core: &Core, call: CallId, order: PendingOrder) {
    let Some(entry) = core.registry.call(call) else {
        // A call of an earlier process whose caller is not back: for now there is nobody to talk to.
        let waits = core.resumable.holds(call);
        order.settle(Err(if waits { OrderError::Ended } else { OrderError::UnknownCall }));
        return;
    };
    match entry.signals.try_send(Signal::Order(order)) {
        Ok(()) => {}
        Err(TrySendError::Full(signal)) => refuse(signal, OrderError::TrunkBusy),
        Err(TrySendError::Closed(signal)) => refuse(signal, OrderError::Ended),
    }
}

/// The order that a signal carries gets this answer.
pub(crate) fn refuse(signal: Signal, error: OrderError) {
    match signal {
        Signal::Order(order) => order.settle(Err(error)),
        Signal::Refreshed { .. }
        | Signal::Gone { .. }
        | Signal::Notified { .. }
        | Signal::Referred { .. }
        | Signal::Sound(_)
        | Signal::Seat { .. }
        | Signal::TalkerElsewhere { .. }
        | Signal::Queue(_)
        | Signal::Stop => {}
    }
}
