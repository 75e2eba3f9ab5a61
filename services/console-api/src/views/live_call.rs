//! A call while the store is away: what the trunk's memory knows of it, and nothing else.

use call_link::order::{LiveCall, LiveState};
use dispatch_core::ids::UserId;
use dispatch_core::private::Private;

use super::call::{Call, CallState, NumberHistory, direction};
use super::caller::Caller;
use super::person::Named;
use super::talk::CallDirection;
use crate::names::Names;

/// A call as the trunk's memory knows it, when the store is away.
pub fn live_call(live: &LiveCall, names: &Names) -> Call {
    let state = match live.state {
        LiveState::Ringing => CallState::Ringing,
        LiveState::Queued => CallState::Queued,
        LiveState::Offered => CallState::Offered,
        LiveState::Connected => CallState::Connected,
        LiveState::Held => CallState::Held,
    };
    let number =
        |number: &Private<String>| Caller { number: number.reveal().clone(), name: None, source: None };
    let person = |user: UserId| Named::of(user, names);
    let (direction, call_back_of) = direction(&live.direction);
    let is_answered = matches!(state, CallState::Connected | CallState::Held);
    // Whoever has a number called has the call before anybody answers.
    let has_it = is_answered || direction == CallDirection::Out;
    Call {
        id: live.call.0,
        state,
        direction,
        call_back_of,
        trunk: String::new(),
        dialled: String::new(),
        caller: live.caller.as_ref().map(number),
        fixes: Vec::new(),
        access_network: None,
        defects: Vec::new(),
        test: false,
        arrived_at: live.since.into(),
        queue_answered_at: None,
        answered_at: None,
        answered_by: live.answered_by.filter(|_| is_answered).map(person),
        call_taker: live.answered_by.filter(|_| has_it).map(person),
        taken_over_by: None,
        seat_lost: None,
        offered_to: live.offered_to.iter().copied().map(person).collect(),
        position: None,
        wait_estimate_s: None,
        class: None,
        because: Vec::new(),
        restriction: None,
        parties: Vec::new(),
        supervisors: None,
        digits: String::new(),
        digits_sent: String::new(),
        voice_heard_at: None,
        prompted: Vec::new(),
        recording: None,
        without_recording: false,
        restored: false,
        ended_at: None,
        end_reason: None,
        disposition: None,
        incident_id: None,
        call_back: None,
        call_back_with: None,
        disposition_due_at: None,
        number_history: NumberHistory::default(),
        version: 0,
    }
}
