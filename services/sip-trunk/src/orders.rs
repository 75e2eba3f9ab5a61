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
        match pending.order {
            Order::Answer { call, by } => hand_over(&core, call, Signal::Answer { by, order: pending }),
            Order::Hangup { call, .. } => hand_over(&core, call, Signal::Hangup { order: pending }),
            Order::Live => pending.reply(OrderReply::Live { calls: core.registry.list() }),
            Order::Drain => {
                core.drain();
                pending.reply(OrderReply::Draining);
            }
        }
    }
}

fn hand_over(core: &Core, call: CallId, signal: Signal) {
    let Some(entry) = core.registry.call(call) else {
        // A call of an earlier process whose caller is not back: for now there is nobody to talk to.
        let waits = core.resumable.holds(call);
        refuse(signal, if waits { OrderError::Ended } else { OrderError::UnknownCall });
        return;
    };
    match entry.signals.try_send(signal) {
        Ok(()) => {}
        Err(TrySendError::Full(signal)) => refuse(signal, OrderError::TrunkBusy),
        Err(TrySendError::Closed(signal)) => refuse(signal, OrderError::Ended),
    }
}

fn refuse(signal: Signal, error: OrderError) {
    let reply = |order: PendingOrder| order.reply(OrderReply::Refused { error });
    match signal {
        Signal::Answer { order, .. } | Signal::Hangup { order } => reply(order),
        Signal::Refreshed { .. } | Signal::CallerGone | Signal::Stop => {}
    }
}
