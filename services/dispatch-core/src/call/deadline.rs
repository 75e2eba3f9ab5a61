//! When something about a call becomes late.

use super::command::CallEvent;
use super::state::{Call, CallBackState};
use crate::time::Timestamp;

/// When something about this call becomes late, if anything can.
pub fn next_deadline(call: &Call) -> Option<Timestamp> {
    [call.disposition_due_at, call_back_deadline(call)].into_iter().flatten().min()
}

/// What is late at `now` and was not told of yet.
pub(super) fn overdue(call: &Call, now: Timestamp) -> Vec<CallEvent> {
    let mut events = Vec::new();
    if let Some(due_at) = call.disposition_due_at.filter(|due| *due <= now) {
        events.push(CallEvent::DispositionOverdue { due_at });
    }
    if let Some(due_at) = call_back_deadline(call).filter(|due| *due <= now) {
        events.push(CallEvent::CallBackOverdue { due_at });
    }
    events
}

fn call_back_deadline(call: &Call) -> Option<Timestamp> {
    call.call_back
        .as_ref()
        .filter(|duty| duty.state == CallBackState::Open && !duty.overdue)
        .map(|duty| duty.due_at)
}
