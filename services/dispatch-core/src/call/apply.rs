//! The call after an event.

use super::command::CallEvent;
use super::fact::{Arrival, CallFact, PartyEnd, Speaker};
use super::state::{
    Answered, Call, CallBack, CallBackState, CallState, Party, PartyState, RestrictionLifted, Supervisor,
};
use crate::ids::{CallId, PartyId, UserId};
use crate::limits::{
    DEFECTS_PER_CALL_MAX, DIGITS_PER_CALL_MAX, OFFERS_PER_CALL_MAX, PARTIES_PER_CALL_MAX,
    SUPERVISORS_PER_CALL_MAX,
};
use crate::private::Private;
use crate::time::Timestamp;

/// The call after an event. Total: an event that does not fit changes nothing.
pub fn apply(call: Option<Call>, id: CallId, event: &CallEvent) -> Option<Call> {
    let Some(mut call) = call else {
        return match event {
            CallEvent::Fact { at, fact: CallFact::Arrived(arrival) } => Some(begun(id, *at, arrival)),
            CallEvent::Fact { .. }
            | CallEvent::Disposed { .. }
            | CallEvent::DispositionWithdrawn
            | CallEvent::DispositionDue { .. }
            | CallEvent::DispositionOverdue { .. }
            | CallEvent::CallBackDue { .. }
            | CallEvent::CallBackTied { .. }
            | CallEvent::CallBackTaken { .. }
            | CallEvent::CallBackSettled { .. }
            | CallEvent::CallBackAttempted { .. }
            | CallEvent::CallBackOverdue { .. }
            | CallEvent::RecordingPlayed => None,
        };
    };
    match event {
        CallEvent::Fact { at, fact } => apply_fact(&mut call, *at, fact),
        CallEvent::Disposed { disposition, incident } => {
            call.disposition = Some(disposition.clone());
            call.incident = *incident;
            call.disposition_due_at = None;
        }
        CallEvent::DispositionWithdrawn => {
            (call.disposition, call.incident) = (None, None);
            // Two things that were known are known no more; a console still has to tell this from what was before.
            call.turns = call.turns.saturating_add(3);
        }
        CallEvent::DispositionDue { due_at } => call.disposition_due_at = Some(*due_at),
        // The debt stays; only the clock stops, because the supervisor owns it now.
        CallEvent::DispositionOverdue { .. } => call.disposition_due_at = None,
        // Who heard it stands in the log and changes nothing about the call.
        CallEvent::RecordingPlayed => {}
        CallEvent::CallBackTied { to } => call.call_back_with = Some(*to),
        CallEvent::CallBackDue { .. }
        | CallEvent::CallBackTaken { .. }
        | CallEvent::CallBackSettled { .. }
        | CallEvent::CallBackAttempted { .. }
        | CallEvent::CallBackOverdue { .. } => apply_to_duty(&mut call, event),
    }
    Some(call)
}

fn begun(id: CallId, at: Timestamp, arrival: &Arrival) -> Call {
    Call {
        id,
        arrival: arrival.clone(),
        arrived_at: at,
        queue_answered_at: None,
        answered: None,
        state: CallState::Ringing,
        disposition: None,
        incident: None,
        disposition_due_at: None,
        call_back: None,
        call_back_with: None,
        taken_over: None,
        seat_lost: None,
        call_taker_left: false,
        offered_to: Vec::new(),
        parties: Vec::new(),
        supervisors: Vec::new(),
        digits: Private::default(),
        digits_sent: Private::default(),
        voice_heard_at: None,
        prompted: std::collections::BTreeMap::new(),
        class: None,
        because: Vec::new(),
        restriction_lifted: None,
        recording: None,
        without_recording: false,
        restored: false,
        turns: 0,
    }
}

fn apply_to_duty(call: &mut Call, event: &CallEvent) {
    if let CallEvent::CallBackDue { due_at, owner } = event {
        call.call_back = Some(CallBack {
            due_at: *due_at,
            overdue: false,
            state: CallBackState::Open,
            attempts: Vec::new(),
            owner: *owner,
            taken: false,
            settled_by: None,
        });
        return;
    }
    let Some(duty) = &mut call.call_back else { return };
    if let CallEvent::CallBackAttempted { attempt, due_at } = event {
        duty.attempts.push(attempt.clone());
        match due_at {
            Some(due_at) => (duty.due_at, duty.overdue) = (*due_at, false),
            None => duty.state = CallBackState::Done,
        }
    } else if let CallEvent::CallBackOverdue { .. } = event {
        duty.overdue = true;
    } else if let CallEvent::CallBackTaken { by } = event {
        (duty.owner, duty.taken) = (Some(*by), true);
        call.turns = call.turns.saturating_add(1);
    } else if let CallEvent::CallBackSettled { in_call } = event {
        duty.state = CallBackState::Done;
        duty.settled_by = Some(*in_call);
    }
}

/// Whether a fact tells something that is not known yet. What is no news makes no event, so that a key that is
/// leant on, or a trunk that says things twice, does not fill the log.
pub(super) fn is_news(call: &Call, fact: &CallFact) -> bool {
    let lives = !call.is_ended();
    match fact {
        CallFact::Arrived(_) | CallFact::DialogHeld(_) => false,
        CallFact::QueueAnswered
        | CallFact::Answered { .. }
        | CallFact::Confirmed
        | CallFact::DefectFound { .. } => true,
        CallFact::Ended { .. } | CallFact::Prompted { .. } | CallFact::Restored => lives,
        CallFact::Offered { to } => {
            call.is_waiting() && !call.offered_to.contains(to) && call.offered_to.len() < OFFERS_PER_CALL_MAX
        }
        CallFact::OfferEnded { to, .. } => call.offered_to.contains(to),
        CallFact::SeatLost { user } | CallFact::CallTakerLeft { by: user } => {
            call.call_taker() == Some(*user)
        }
        CallFact::SeatBack { user } => call.seat_lost == Some(*user) && call.is_waiting(),
        CallFact::Held { .. } => call.state == CallState::Connected,
        CallFact::Resumed { .. } => call.state == CallState::Held,
        CallFact::PartyAdded { party, .. } | CallFact::Overflowed { party, .. } => {
            lives && party_of(call, *party).is_none()
        }
        CallFact::PartyAnswered { party } => {
            lives && party_of(call, *party).is_some_and(|p| p.state == PartyState::Calling)
        }
        CallFact::PartyLeft { party, .. } => party_of(call, *party).is_some_and(is_there),
        CallFact::SupervisorJoined { by, mode } => {
            lives && !call.supervisors.iter().any(|s| (s.user, s.mode) == (*by, *mode))
        }
        CallFact::SupervisorLeft { by } => call.supervisors.iter().any(|s| s.user == *by),
        CallFact::Digit { from, .. } => {
            let pressed = match from {
                Speaker::Caller => &call.digits,
                Speaker::Centre => &call.digits_sent,
            };
            lives && pressed.reveal().chars().count() < DIGITS_PER_CALL_MAX
        }
        CallFact::VoiceHeard => lives && call.voice_heard_at.is_none(),
        CallFact::Screened { class, because } => {
            // Of most calls nothing is known, and that is no news.
            lives && (call.class.unwrap_or_default() != *class || call.because != *because)
        }
        CallFact::RestrictionLifted { .. } => lives && call.restriction_lifted.is_none(),
        CallFact::RecordingEnded(summary) => call.recording.as_ref() != Some(summary),
        CallFact::RecordingFailed { .. } => !call.without_recording,
    }
}

fn apply_fact(call: &mut Call, at: Timestamp, fact: &CallFact) {
    if !is_news(call, fact) {
        return;
    }
    match fact {
        CallFact::Arrived(_) | CallFact::Confirmed | CallFact::DialogHeld(_) => {}
        CallFact::QueueAnswered => queue_answered(call, at),
        CallFact::Answered { by } => answered(call, Answered { by: *by, at }),
        CallFact::DefectFound { defect } => {
            let known = call.arrival.defects.contains(defect);
            if !known && call.arrival.defects.len() < DEFECTS_PER_CALL_MAX {
                call.arrival.defects.push(*defect);
            }
        }
        CallFact::Ended { reason } => {
            call.state = CallState::Ended { at, reason: *reason };
            call.offered_to.clear();
            call.supervisors.clear();
            call.seat_lost = None;
            for party in call.parties.iter_mut().filter(|party| is_there(party)) {
                (party.state, party.since) = (PartyState::Left { why: PartyEnd::Dropped }, at);
            }
        }
        CallFact::Offered { .. }
        | CallFact::OfferEnded { .. }
        | CallFact::SeatLost { .. }
        | CallFact::SeatBack { .. }
        | CallFact::Held { .. }
        | CallFact::Resumed { .. }
        | CallFact::PartyAdded { .. }
        | CallFact::Overflowed { .. }
        | CallFact::PartyAnswered { .. }
        | CallFact::PartyLeft { .. }
        | CallFact::CallTakerLeft { .. }
        | CallFact::SupervisorJoined { .. }
        | CallFact::SupervisorLeft { .. }
        | CallFact::Digit { .. }
        | CallFact::VoiceHeard
        | CallFact::Prompted { .. }
        | CallFact::Screened { .. }
        | CallFact::RestrictionLifted { .. }
        | CallFact::RecordingEnded(_)
        | CallFact::RecordingFailed { .. }
        | CallFact::Restored => {
            call.turns = call.turns.saturating_add(1);
            turn(call, at, fact);
        }
    }
}

/// What may happen many times in a call.
fn turn(call: &mut Call, at: Timestamp, fact: &CallFact) {
    if let CallFact::Offered { to } = fact {
        call.offered_to.push(*to);
        call.state = waiting(call);
    } else if let CallFact::OfferEnded { to, .. } = fact {
        call.offered_to.retain(|user| user != to);
        call.state = waiting(call);
    } else if let CallFact::SeatLost { user } = fact {
        call.seat_lost = Some(*user);
        call.state = waiting(call);
    } else if let CallFact::SeatBack { .. } = fact {
        connected(call);
    } else if let CallFact::Held { .. } = fact {
        call.state = CallState::Held;
    } else if let CallFact::Resumed { .. } = fact {
        call.state = CallState::Connected;
    } else if let CallFact::CallTakerLeft { .. } = fact {
        call.call_taker_left = true;
        call.state = CallState::Connected;
    } else if let CallFact::VoiceHeard = fact {
        call.voice_heard_at = Some(at);
    } else if let CallFact::Prompted { prompt } = fact {
        call.prompted.insert(*prompt, at);
    } else if let CallFact::Screened { class, because } = fact {
        (call.class, call.because) = (Some(*class), because.clone());
    } else if let CallFact::RestrictionLifted { by } = fact {
        call.restriction_lifted = Some(RestrictionLifted { by: *by, at });
    } else if let CallFact::RecordingEnded(summary) = fact {
        call.recording = Some((**summary).clone());
    } else if let CallFact::RecordingFailed { .. } = fact {
        call.without_recording = true;
    } else if let CallFact::Restored = fact {
        call.restored = true;
    } else if let CallFact::Digit { from: Speaker::Caller, digit } = fact {
        call.digits = with_digit(&call.digits, *digit.reveal());
    } else if let CallFact::Digit { from: Speaker::Centre, digit } = fact {
        call.digits_sent = with_digit(&call.digits_sent, *digit.reveal());
    } else if let CallFact::SupervisorJoined { by, mode } = fact {
        call.supervisors.retain(|supervisor| supervisor.user != *by);
        if call.supervisors.len() < SUPERVISORS_PER_CALL_MAX {
            call.supervisors.push(Supervisor { user: *by, mode: *mode, since: at });
        }
    } else if let CallFact::SupervisorLeft { by } = fact {
        call.supervisors.retain(|supervisor| supervisor.user != *by);
    } else {
        party_turn(call, at, fact);
    }
}

fn party_turn(call: &mut Call, at: Timestamp, fact: &CallFact) {
    let called = |id: PartyId, by: Option<UserId>, label: &str, target: &Private<String>| Party {
        id,
        label: label.to_owned(),
        target: target.clone(),
        by,
        state: PartyState::Calling,
        since: at,
        answered_at: None,
    };
    if let CallFact::PartyAdded { party, by, label, target } = fact {
        add(call, called(*party, Some(*by), label, target));
    } else if let CallFact::Overflowed { party, label, target } = fact {
        add(call, called(*party, None, label, target));
    } else if let CallFact::PartyAnswered { party } = fact {
        let Some(party) = call.parties.iter_mut().find(|p| p.id == *party) else { return };
        (party.state, party.since, party.answered_at) = (PartyState::Talking, at, Some(at));
        if party.by.is_none() && call.is_waiting() {
            connected(call);
        }
    } else if let CallFact::PartyLeft { party, why } = fact {
        let Some(party) = call.parties.iter_mut().find(|p| p.id == *party) else { return };
        (party.state, party.since) = (PartyState::Left { why: *why }, at);
        let talks = call.parties.iter().any(|p| p.state == PartyState::Talking);
        let left = call.answered.is_none() || call.call_taker_left;
        if call.state == CallState::Connected && left && !talks {
            if std::mem::take(&mut call.call_taker_left) {
                // Left to others who have gone too: the caller waits as if the call-taker's seat had been lost.
                call.seat_lost = call.taken_over.or(call.answered).map(|answered| answered.by);
            }
            call.state = waiting(call);
        }
    }
}

fn queue_answered(call: &mut Call, at: Timestamp) {
    if call.queue_answered_at.is_none() && call.answered.is_none() && call.is_waiting() {
        call.queue_answered_at = Some(at);
        call.state = waiting(call);
    }
}

fn answered(call: &mut Call, answered: Answered) {
    if call.answered.is_none() && !call.is_ended() {
        call.answered = Some(answered);
        connected(call);
    } else if call.is_waiting() {
        call.taken_over = Some(answered);
        call.turns = call.turns.saturating_add(1);
        connected(call);
    }
}

fn connected(call: &mut Call) {
    call.state = CallState::Connected;
    call.seat_lost = None;
    call.offered_to.clear();
}

/// How the caller waits.
fn waiting(call: &Call) -> CallState {
    match call.offered_to.first() {
        Some(to) => CallState::Offered { to: *to },
        None if call.queue_answered_at.is_some() || call.answered.is_some() => CallState::Queued,
        None => CallState::Ringing,
    }
}

/// Whoever has left makes room; a party too many is in the log and not in the state.
fn add(call: &mut Call, party: Party) {
    if call.parties.len() >= PARTIES_PER_CALL_MAX {
        let Some(gone) = call.parties.iter().position(|p| !is_there(p)) else { return };
        call.parties.remove(gone);
    }
    call.parties.push(party);
}

fn party_of(call: &Call, id: PartyId) -> Option<&Party> {
    call.parties.iter().find(|party| party.id == id)
}

const fn is_there(party: &Party) -> bool {
    match party.state {
        PartyState::Calling | PartyState::Talking => true,
        PartyState::Left { .. } => false,
    }
}

fn with_digit(pressed: &Private<String>, digit: char) -> Private<String> {
    let mut text = pressed.reveal().clone();
    text.push(digit);
    Private::new(text)
}
