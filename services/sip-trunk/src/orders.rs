//! Orders of the desk, each handed to the task of its call.

use std::sync::Arc;

use call_link::order::{Order, OrderError, OrderInbox, OrderReply, PendingOrder};
use dispatch_core::ids::CallId;
use tokio::sync::mpsc::error::TrySendError;

use crate::registry::Signal;
use crate::start::Core;

/// Takes orders until the stop.
pub(crate) async fn serve(core: Arc<Core>, mut inbox: OrderInbox) {
    loop {
        let pending = tokio::select! {
            () = core.stop.cancelled() => return,
            pending = inbox.next() => pending,
        };
        let Some(pending) = pending else { return };
        if let Some(call) = pending.order.call() {
            hand_over(&core, call, pending);
            continue;
        }
        let outcome = match &pending.order {
            Order::Live => Ok(OrderReply::Live { calls: core.registry.list() }),
            Order::Drain => {
                core.drain();
                Ok(OrderReply::Draining)
            }
            Order::OpenSeat { .. } | Order::CloseSeat { .. } | Order::Echo { .. } | Order::SetSeat { .. } => {
                Err(OrderError::NoSeat)
            }
            Order::Dial { .. } => Err(OrderError::NoTrunk),
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
            | Order::StopSupervising { .. }
            | Order::PressDigits { .. }
            | Order::Prompt { .. } => Err(OrderError::UnknownCall),
        };
        pending.settle(outcome);
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
        Signal::Refreshed { .. } | Signal::CallerGone | Signal::Stop => {}
    }
}
