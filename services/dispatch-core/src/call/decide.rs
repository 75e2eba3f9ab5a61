//! What may happen to a call, and what follows from it.

use super::apply::is_news;
use super::command::{CallCommand, CallEvent, CallRefusal, Surroundings};
use super::deadline::overdue;
use super::fact::{CallFact, Defect, EndReason};
use super::state::{
    Call, CallBack, CallBackAttempt, CallBackOutcome, CallBackState, Disposition, DispositionKind,
};
use crate::actor::Actor;
use crate::ids::{CallId, IncidentId};
use crate::limits::DISPOSITION_WITHIN;
use crate::policy::Policy;
use crate::private::Private;
use crate::time::Timestamp;

/// How often a caller who does not pick up is called back before the duty is handed to the supervisor.
const CALL_BACK_TRIES: usize = 2;

/// What follows from a command.
///
/// `call` is `None` before its first fact. Facts are never refused: a fact about a call whose arrival was
/// lost cannot happen (the journal is gap-free), and is refused as [`CallRefusal::Unknown`] if it does. A fact
/// that tells nothing new makes no event.
pub fn decide(
    call: Option<&Call>,
    command: CallCommand,
    actor: Actor,
    policy: &Policy,
    around: &Surroundings,
    now: Timestamp,
) -> Result<Vec<CallEvent>, CallRefusal> {
    match (call, command) {
        (call, CallCommand::Fact { at, fact }) => decide_fact(call, at, fact, policy, around),
        (
            None,
            CallCommand::Dispose { .. }
            | CallCommand::Withdraw
            | CallCommand::CallBackAttempt { .. }
            | CallCommand::TakeCallBack
            | CallCommand::CallerReached { .. }
            | CallCommand::PlayRecording
            | CallCommand::DeadlineReached,
        ) => Err(CallRefusal::Unknown),
        (Some(call), CallCommand::Dispose { kind, note, incident }) => {
            dispose(call, Disposition { kind, by: actor, at: now, note }, incident)
        }
        (Some(call), CallCommand::Withdraw) => Ok(withdraw(call, now)),
        (Some(call), CallCommand::CallBackAttempt { outcome, note }) => {
            attempt_call_back(call, actor, outcome, note, policy, now)
        }
        (Some(call), CallCommand::TakeCallBack) => take_call_back(call, actor),
        (Some(call), CallCommand::CallerReached { in_call }) => Ok(reached(call, in_call)),
        (Some(call), CallCommand::PlayRecording) => match &call.recording {
            Some(_) => Ok(vec![CallEvent::RecordingPlayed]),
            None => Err(CallRefusal::NoRecording),
        },
        (Some(call), CallCommand::DeadlineReached) => Ok(overdue(call, now)),
    }
}

fn decide_fact(
    call: Option<&Call>,
    at: Timestamp,
    fact: CallFact,
    policy: &Policy,
    around: &Surroundings,
) -> Result<Vec<CallEvent>, CallRefusal> {
    let Some(call) = call else {
        let begins = matches!(fact, CallFact::Arrived(_));
        return if begins { Ok(vec![CallEvent::Fact { at, fact }]) } else { Err(CallRefusal::Unknown) };
    };
    if !is_news(call, &fact) {
        return Ok(vec![]);
    }
    let owed = if let CallFact::Ended { reason } = &fact {
        owed_at_the_end(call, *reason, at, policy, around)
    } else {
        vec![]
    };
    Ok([vec![CallEvent::Fact { at, fact }], owed].concat())
}

/// What is owed to a call that just ended: nothing, a disposition, or a call.
fn owed_at_the_end(
    call: &Call,
    reason: EndReason,
    at: Timestamp,
    policy: &Policy,
    around: &Surroundings,
) -> Vec<CallEvent> {
    let by_system = |kind| match call.disposition {
        Some(_) => vec![],
        None => vec![CallEvent::Disposed {
            disposition: Disposition { kind, by: Actor::System, at, note: None },
            incident: None,
        }],
    };
    if call.arrival.test {
        return by_system(DispositionKind::Test);
    }
    if call.is_outbound() {
        return by_system(DispositionKind::CallBack);
    }
    if call.answered.is_none() && (call.was_taken_outside() || reason == EndReason::Diverted) {
        return by_system(DispositionKind::Diverted);
    }
    let call_back = match around.owed_to_number {
        Some(to) if to != call.id => CallEvent::CallBackTied { to },
        Some(_) | None => CallEvent::CallBackDue {
            due_at: at.after(policy.rules.call_back_within),
            owner: around.calls_back,
        },
    };
    // Whoever was cut off by a dying seat has told somebody something, and waited in vain to go on.
    let cut_off = call.seat_lost.is_some();
    let unheard = call.answered.is_none() || cut_off || no_audio(call, reason);
    match (unheard, &call.disposition) {
        (_, Some(_)) if cut_off => vec![call_back],
        (_, Some(_)) => vec![],
        (true, None) => [by_system(DispositionKind::Abandoned), vec![call_back]].concat(),
        (false, None) => vec![CallEvent::DispositionDue { due_at: at.after(DISPOSITION_WITHIN) }],
    }
}

/// Whether the call-taker cannot have heard the caller although the call was answered.
fn no_audio(call: &Call, reason: EndReason) -> bool {
    let deaf = [Defect::NoCommonCodec, Defect::BrokenSdp, Defect::NoMedia];
    matches!(reason, EndReason::AckLost | EndReason::Restarted | EndReason::Lost)
        || call.arrival.defects.iter().any(|d| deaf.contains(d))
}

fn dispose(
    call: &Call,
    disposition: Disposition,
    incident: Option<IncidentId>,
) -> Result<Vec<CallEvent>, CallRefusal> {
    let incident = incident.or(call.incident);
    let needs_incident = match disposition.kind {
        DispositionKind::Incident | DispositionKind::Duplicate => true,
        DispositionKind::Prank
        | DispositionKind::Ghost
        | DispositionKind::Accidental
        | DispositionKind::Information
        | DispositionKind::Complaint
        | DispositionKind::Abandoned
        | DispositionKind::WrongNumber
        | DispositionKind::Test
        | DispositionKind::CallBack
        | DispositionKind::Diverted => false,
    };
    if needs_incident && incident.is_none() {
        return Err(CallRefusal::IncidentMissing);
    }
    Ok(vec![CallEvent::Disposed { disposition, incident: if needs_incident { incident } else { None } }])
}

/// Somebody has to say anew what it was; of a call that is over, in time.
fn withdraw(call: &Call, now: Timestamp) -> Vec<CallEvent> {
    if call.disposition.is_none() {
        return vec![];
    }
    let due = call.is_ended().then(|| CallEvent::DispositionDue { due_at: now.after(DISPOSITION_WITHIN) });
    [CallEvent::DispositionWithdrawn].into_iter().chain(due).collect()
}

fn open_duty(call: &Call) -> Option<&CallBack> {
    call.call_back.as_ref().filter(|duty| duty.state == CallBackState::Open)
}

fn attempt_call_back(
    call: &Call,
    actor: Actor,
    outcome: CallBackOutcome,
    note: Option<Private<String>>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<CallEvent>, CallRefusal> {
    let (Some(duty), Some(by)) = (open_duty(call), actor.user()) else {
        return Err(CallRefusal::NoCallBackOwed);
    };
    let tries = 1 + duty.attempts.iter().filter(|a| a.outcome == CallBackOutcome::NoAnswer).count();
    let due_at = match outcome {
        CallBackOutcome::Reached | CallBackOutcome::NotNeeded => None,
        CallBackOutcome::NoAnswer if tries >= CALL_BACK_TRIES => None,
        CallBackOutcome::NoAnswer => Some(now.after(policy.rules.call_back_within)),
    };
    Ok(vec![CallEvent::CallBackAttempted { attempt: CallBackAttempt { at: now, by, outcome, note }, due_at }])
}

/// The first who takes it has it, whoever it was given to. Once it is late, anybody may take it over.
fn take_call_back(call: &Call, actor: Actor) -> Result<Vec<CallEvent>, CallRefusal> {
    let (Some(duty), Some(by)) = (open_duty(call), actor.user()) else {
        return Err(CallRefusal::NoCallBackOwed);
    };
    match duty.owner.filter(|_| duty.taken) {
        Some(owner) if owner == by => Ok(vec![]),
        Some(owner) if !duty.overdue => Err(CallRefusal::CallBackTaken { by: owner }),
        Some(_) | None => Ok(vec![CallEvent::CallBackTaken { by }]),
    }
}

fn reached(call: &Call, in_call: CallId) -> Vec<CallEvent> {
    match open_duty(call) {
        Some(_) if in_call != call.id => vec![CallEvent::CallBackSettled { in_call }],
        Some(_) | None => vec![],
    }
}
