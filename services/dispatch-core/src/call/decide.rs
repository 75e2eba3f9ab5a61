//! What may happen to a call, and what follows from it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::fact::{CallFact, Defect, EndReason};
use super::state::{
    Answered, Call, CallBack, CallBackAttempt, CallBackOutcome, CallBackState, CallState, Disposition,
    DispositionKind,
};
use crate::actor::Actor;
use crate::ids::{CallId, IncidentId};
use crate::limits::{DEFECTS_PER_CALL_MAX, DISPOSITION_WITHIN};
use crate::policy::Policy;
use crate::private::Private;
use crate::time::Timestamp;

/// How often a caller who does not pick up is called back before the duty is handed to the supervisor.
const CALL_BACK_TRIES: usize = 2;

/// Something that somebody or something wants of a call.
#[derive(Clone, PartialEq, Debug)]
pub enum CallCommand {
    /// The trunk role reports a fact. Never refused: what happened, happened.
    Fact {
        /// When it happened, by the trunk's clock.
        at: Timestamp,
        /// What happened.
        fact: CallFact,
    },
    /// A person says what the call was.
    Dispose {
        /// The outcome.
        kind: DispositionKind,
        /// A remark.
        note: Option<Private<String>>,
        /// The incident it belongs to; needed for [`DispositionKind::Incident`] and [`DispositionKind::Duplicate`].
        incident: Option<IncidentId>,
    },
    /// A person tried to call back.
    CallBackAttempt {
        /// With what result.
        outcome: CallBackOutcome,
        /// A remark.
        note: Option<Private<String>>,
    },
    /// A deadline of the call is due.
    DeadlineReached,
}

/// Something that happened to a call, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallEvent {
    /// What the trunk role reported.
    Fact {
        /// When it happened, by the trunk's clock.
        at: Timestamp,
        /// What happened.
        #[serde(flatten)]
        fact: CallFact,
    },
    /// The call was given an outcome. A later one replaces it; the log keeps both.
    Disposed {
        /// The outcome.
        disposition: Disposition,
        /// The incident it belongs to.
        incident: Option<IncidentId>,
    },
    /// Somebody owes this call a disposition.
    DispositionDue {
        /// By when.
        due_at: Timestamp,
    },
    /// The disposition is late; the supervisor is told.
    DispositionOverdue {
        /// When it was due.
        due_at: Timestamp,
    },
    /// Somebody owes this caller a call.
    CallBackDue {
        /// By when.
        due_at: Timestamp,
    },
    /// Somebody tried.
    CallBackAttempted {
        /// Who, when, with what result.
        attempt: CallBackAttempt,
        /// The next deadline, when the duty stays.
        due_at: Option<Timestamp>,
    },
    /// The call-back is late; the supervisor is told.
    CallBackOverdue {
        /// When it was due.
        due_at: Timestamp,
    },
}

/// Why a command on a call is refused. Facts never are.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CallRefusal {
    /// The call does not exist.
    #[error("no such call")]
    Unknown,
    /// `incident` and `duplicate` need to say which incident.
    #[error("this disposition needs an incident")]
    IncidentMissing,
    /// There is no open duty to call back.
    #[error("no call-back is owed to this call")]
    NoCallBackOwed,
}

/// What follows from a command.
///
/// `call` is `None` before its first fact. Facts are never refused: a fact about a call whose arrival was
/// lost cannot happen (the journal is gap-free), and is refused as [`CallRefusal::Unknown`] if it does.
pub fn decide(
    call: Option<&Call>,
    command: CallCommand,
    actor: Actor,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<CallEvent>, CallRefusal> {
    match (call, command) {
        (call, CallCommand::Fact { at, fact }) => decide_fact(call, at, fact, policy),
        (
            None,
            CallCommand::Dispose { .. } | CallCommand::CallBackAttempt { .. } | CallCommand::DeadlineReached,
        ) => Err(CallRefusal::Unknown),
        (Some(call), CallCommand::Dispose { kind, note, incident }) => {
            dispose(call, Disposition { kind, by: actor, at: now, note }, incident)
        }
        (Some(call), CallCommand::CallBackAttempt { outcome, note }) => {
            attempt_call_back(call, actor, outcome, note, policy, now)
        }
        (Some(call), CallCommand::DeadlineReached) => Ok(overdue(call, now)),
    }
}

fn decide_fact(
    call: Option<&Call>,
    at: Timestamp,
    fact: CallFact,
    policy: &Policy,
) -> Result<Vec<CallEvent>, CallRefusal> {
    let ended = match (&fact, call) {
        (CallFact::Arrived(_), Some(_)) => return Ok(vec![]),
        (CallFact::Arrived(_), None) => None,
        (_, None) => return Err(CallRefusal::Unknown),
        (CallFact::Ended { reason }, Some(call)) if !call.is_ended() => Some((call, *reason)),
        (CallFact::Ended { .. }, Some(_)) => return Ok(vec![]),
        (
            CallFact::QueueAnswered
            | CallFact::Answered { .. }
            | CallFact::Confirmed
            | CallFact::DefectFound { .. },
            Some(_),
        ) => None,
    };
    let mut events = vec![CallEvent::Fact { at, fact }];
    if let Some((call, reason)) = ended {
        events.extend(owed_at_the_end(call, reason, at, policy));
    }
    Ok(events)
}

/// What is owed to a call that just ended: nothing, a disposition, or a call.
fn owed_at_the_end(call: &Call, reason: EndReason, at: Timestamp, policy: &Policy) -> Vec<CallEvent> {
    let by_system = |kind| CallEvent::Disposed {
        disposition: Disposition { kind, by: Actor::System, at, note: None },
        incident: None,
    };
    if call.arrival.test {
        return match call.disposition {
            Some(_) => vec![],
            None => vec![by_system(DispositionKind::Test)],
        };
    }
    let call_back = CallEvent::CallBackDue { due_at: at.after(policy.rules.call_back_within) };
    let unheard = call.answered.is_none() || no_audio(call, reason);
    match (unheard, &call.disposition) {
        (_, Some(_)) => vec![],
        (true, None) => vec![by_system(DispositionKind::Abandoned), call_back],
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
        | DispositionKind::Test => false,
    };
    if needs_incident && incident.is_none() {
        return Err(CallRefusal::IncidentMissing);
    }
    Ok(vec![CallEvent::Disposed { disposition, incident: if needs_incident { incident } else { None } }])
}

fn attempt_call_back(
    call: &Call,
    actor: Actor,
    outcome: CallBackOutcome,
    note: Option<Private<String>>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<CallEvent>, CallRefusal> {
    let (Some(duty), Some(by)) = (&call.call_back, actor.user()) else {
        return Err(CallRefusal::NoCallBackOwed);
    };
    if duty.state == CallBackState::Done {
        return Err(CallRefusal::NoCallBackOwed);
    }
    let tries = 1 + duty.attempts.iter().filter(|a| a.outcome == CallBackOutcome::NoAnswer).count();
    let due_at = match outcome {
        CallBackOutcome::Reached | CallBackOutcome::NotNeeded => None,
        CallBackOutcome::NoAnswer if tries >= CALL_BACK_TRIES => None,
        CallBackOutcome::NoAnswer => Some(now.after(policy.rules.call_back_within)),
    };
    Ok(vec![CallEvent::CallBackAttempted { attempt: CallBackAttempt { at: now, by, outcome, note }, due_at }])
}

fn overdue(call: &Call, now: Timestamp) -> Vec<CallEvent> {
    let mut events = Vec::new();
    if let Some(due_at) = disposition_deadline(call).filter(|due| *due <= now) {
        events.push(CallEvent::DispositionOverdue { due_at });
    }
    if let Some(due_at) = call_back_deadline(call).filter(|due| *due <= now) {
        events.push(CallEvent::CallBackOverdue { due_at });
    }
    events
}

/// The call after an event. Total: an event that does not fit changes nothing.
pub fn apply(call: Option<Call>, id: CallId, event: &CallEvent) -> Option<Call> {
    let Some(mut call) = call else {
        return match event {
            CallEvent::Fact { at, fact: CallFact::Arrived(arrival) } => Some(Call {
                id,
                arrival: (**arrival).clone(),
                arrived_at: *at,
                queue_answered_at: None,
                answered: None,
                state: CallState::Ringing,
                disposition: None,
                incident: None,
                disposition_due_at: None,
                call_back: None,
            }),
            CallEvent::Fact { .. }
            | CallEvent::Disposed { .. }
            | CallEvent::DispositionDue { .. }
            | CallEvent::DispositionOverdue { .. }
            | CallEvent::CallBackDue { .. }
            | CallEvent::CallBackAttempted { .. }
            | CallEvent::CallBackOverdue { .. } => None,
        };
    };
    match event {
        CallEvent::Fact { at, fact } => apply_fact(&mut call, *at, fact),
        CallEvent::Disposed { disposition, incident } => {
            call.disposition = Some(disposition.clone());
            call.incident = *incident;
            call.disposition_due_at = None;
        }
        CallEvent::DispositionDue { due_at } => call.disposition_due_at = Some(*due_at),
        // The debt stays; only the clock stops, because the supervisor owns it now.
        CallEvent::DispositionOverdue { .. } => call.disposition_due_at = None,
        CallEvent::CallBackDue { due_at } => {
            call.call_back = Some(CallBack {
                due_at: *due_at,
                overdue: false,
                state: CallBackState::Open,
                attempts: Vec::new(),
            });
        }
        CallEvent::CallBackAttempted { attempt, due_at } => {
            if let Some(duty) = &mut call.call_back {
                duty.attempts.push(attempt.clone());
                match due_at {
                    Some(due_at) => (duty.due_at, duty.overdue) = (*due_at, false),
                    None => duty.state = CallBackState::Done,
                }
            }
        }
        CallEvent::CallBackOverdue { .. } => {
            if let Some(duty) = &mut call.call_back {
                duty.overdue = true;
            }
        }
    }
    Some(call)
}

fn apply_fact(call: &mut Call, at: Timestamp, fact: &CallFact) {
    match fact {
        CallFact::Arrived(_) | CallFact::Confirmed => {}
        CallFact::QueueAnswered if call.state == CallState::Ringing => {
            call.queue_answered_at = Some(at);
            call.state = CallState::Queued;
        }
        CallFact::QueueAnswered => {}
        CallFact::Answered { by } if call.answered.is_none() && !call.is_ended() => {
            call.answered = Some(Answered { by: *by, at });
            call.state = CallState::Connected;
        }
        CallFact::Answered { .. } => {}
        CallFact::DefectFound { defect } => {
            let known = call.arrival.defects.contains(defect);
            if !known && call.arrival.defects.len() < DEFECTS_PER_CALL_MAX {
                call.arrival.defects.push(*defect);
            }
        }
        CallFact::Ended { reason } if !call.is_ended() => {
            call.state = CallState::Ended { at, reason: *reason }
        }
        CallFact::Ended { .. } => {}
    }
}

/// When something about this call becomes late, if anything can.
pub fn next_deadline(call: &Call) -> Option<Timestamp> {
    [disposition_deadline(call), call_back_deadline(call)].into_iter().flatten().min()
}

fn disposition_deadline(call: &Call) -> Option<Timestamp> {
    call.disposition_due_at
}

fn call_back_deadline(call: &Call) -> Option<Timestamp> {
    call.call_back
        .as_ref()
        .filter(|duty| duty.state == CallBackState::Open && !duty.overdue)
        .map(|duty| duty.due_at)
}
