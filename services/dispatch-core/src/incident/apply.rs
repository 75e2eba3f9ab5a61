//! The incident after an event. Total: an event that does not fit changes nothing.

use super::assignment::{
    Assignment, AssignmentState, ChannelState, ChannelTry, Progress, Relayed, ReportSource,
};
use super::command::{Edit, Report};
use super::event::{EscalationCause, IncidentEvent};
use super::merging::{self, Absorbed, Master};
use super::state::{Ending, Incident, Note};
use super::transfer::{self, OriginState, TransferState};
use crate::actor::Actor;
use crate::ids::{AssignmentId, CallId, IncidentId, UserId};
use crate::limits::{CALLS_PER_INCIDENT_MAX, NOTES_PER_INCIDENT_MAX};
use crate::time::Timestamp;

/// The incident after `event`, which `actor` caused at `at`. `None` before it was opened.
pub fn apply(
    incident: Option<Incident>,
    id: IncidentId,
    event: &IncidentEvent,
    actor: Actor,
    at: Timestamp,
) -> Option<Incident> {
    let Some(mut incident) = incident else {
        // Before it is opened, nothing else can happen to it.
        let IncidentEvent::Opened { report, by, dispatch_due_at } = event else { return None };
        return Some(opened(id, report, *by, at, *dispatch_due_at));
    };
    incident.version += 1;
    change(&mut incident, event, actor, at);
    Some(incident)
}

fn opened(
    id: IncidentId,
    report: &Report,
    by: Option<UserId>,
    at: Timestamp,
    dispatch_due_at: Timestamp,
) -> Incident {
    Incident {
        id,
        number: report.number.clone(),
        version: 1,
        opened_at: at,
        opened_by: by,
        category: report.category,
        kind: report.kind.clone(),
        priority: report.priority,
        narrative: report.narrative.clone(),
        located_at: report.location.is_enough_to_send().then_some(at),
        location: report.location.clone(),
        casualties: report.casualties,
        reporter: report.reporter.clone(),
        calls: report.call.into_iter().collect(),
        assignments: Vec::new(),
        notes: Vec::new(),
        answers: Vec::new(),
        ending: None,
        alarm: 1,
        dispatch_due_at: Some(dispatch_due_at),
        close_due_at: None,
        absorbed: Vec::new(),
        master: None,
        transfers: Vec::new(),
        origin: None,
        paper: None,
    }
}

fn change(incident: &mut Incident, event: &IncidentEvent, actor: Actor, at: Timestamp) {
    match event {
        IncidentEvent::Opened { .. }
        | IncidentEvent::PlanExhausted { .. }
        | IncidentEvent::ReportIssued { .. } => {}
        IncidentEvent::TransferOffered { transfer } => incident.transfers.push((**transfer).clone()),
        IncidentEvent::TransferAccepted { transfer, name, reference, source } => {
            let (name, reference, source) = (name.clone(), reference.clone(), *source);
            let state = TransferState::Accepted { at, name, reference, source, by: actor };
            transfer::offer_changed(incident, *transfer, |offer| offer.state = state);
            incident.dispatch_due_at = None;
        }
        IncidentEvent::TransferReturned { transfer, why, dispatch_due_at } => {
            let state = TransferState::Returned { at, why: why.clone() };
            transfer::offer_changed(incident, *transfer, |offer| offer.state = state);
            incident.dispatch_due_at = dispatch_due_at.or(incident.dispatch_due_at);
        }
        IncidentEvent::TransferHastened { transfer, due_at } => {
            transfer::offer_changed(incident, *transfer, |offer| offer.due_at = *due_at);
        }
        IncidentEvent::Received { origin } => incident.origin = Some(origin.clone()),
        IncidentEvent::OriginAnswered { by, refused_because, dispatch_due_at } => {
            let by = *by;
            let state = match refused_because.clone() {
                Some(reason) => OriginState::Refused { at, by, reason },
                None => OriginState::Accepted { at, by },
            };
            transfer::origin_answered(incident, state, *dispatch_due_at);
        }
        IncidentEvent::OriginTakenBack { close_due_at } => {
            transfer::origin_answered(incident, OriginState::TakenBack { at }, None);
            (incident.dispatch_due_at, incident.close_due_at) = (None, *close_due_at);
        }
        IncidentEvent::OriginHastened { answer_by, priority, dispatch_due_at } => {
            transfer::origin_hastened(incident, *answer_by, *priority);
            incident.dispatch_due_at = *dispatch_due_at;
        }
        IncidentEvent::NeighbourTold { transfer, packet } => transfer::told(incident, *transfer, packet),
        IncidentEvent::PaperEntered { paper } => incident.paper = Some(paper.clone()),
        IncidentEvent::Edited { edit } => edited(incident, edit, at),
        IncidentEvent::Assigned { assignment } => {
            incident.dispatch_due_at = None;
            incident.close_due_at = None;
            incident.assignments.push((**assignment).clone());
        }
        IncidentEvent::Delivered { assignment } => with(incident, *assignment, |a| {
            a.delivered_at.get_or_insert(at);
            if a.progress == Progress::Sent {
                a.progress = Progress::Delivered;
            }
        }),
        IncidentEvent::Seen { assignment } => with(incident, *assignment, |a| {
            a.seen_at.get_or_insert(at);
        }),
        IncidentEvent::Acknowledged { assignment, by, unit, source, pressed_at } => {
            with(incident, *assignment, |a| {
                a.progress = Progress::Acknowledged;
                a.acknowledged = Some((at, *by));
                a.delivered_at.get_or_insert(at);
                a.seen_at.get_or_insert(at);
                a.unit.clone_from(unit);
                let typed_by = if *source == ReportSource::Paper { actor.user() } else { *by };
                relayed(a, *source, typed_by, at, *pressed_at);
            });
        }
        IncidentEvent::ConsoleOff { assignment } => with(incident, *assignment, |a| {
            a.console_off_at.get_or_insert(at);
        }),
        IncidentEvent::Declined { assignment, by, reason, source } => with(incident, *assignment, |a| {
            a.progress = Progress::Declined { at, by: *by, reason: reason.clone() };
            relayed(a, *source, *by, at, None);
        }),
        IncidentEvent::Progressed { assignment, to, close_due_at, source, pressed_at, .. } => {
            with(incident, *assignment, |a| {
                progressed(a, *to, at);
                a.stepped = Some((at, actor));
                relayed(a, *source, actor.user(), at, *pressed_at);
            });
            incident.close_due_at = *close_due_at;
        }
        IncidentEvent::StepTakenBack { assignment, to } => {
            with(incident, *assignment, |a| step_back(a, *to));
            // Somebody is at work again: it is not to be closed yet.
            incident.close_due_at = None;
        }
        IncidentEvent::UnitJoined { assignment, unit } => with(incident, *assignment, |a| {
            a.units.retain(|known| known.id != unit.id);
            a.units.push(unit.clone());
        }),
        IncidentEvent::UnitLeft { assignment, unit } => with(incident, *assignment, |a| {
            a.units.retain(|known| known.id != *unit);
        }),
        IncidentEvent::AlarmRaised { to, .. } => incident.alarm = *to,
        IncidentEvent::AssignmentCancelled { assignment, .. } => with(incident, *assignment, |a| {
            a.progress = Progress::Cancelled { at };
        }),
        IncidentEvent::ChannelTried {
            assignment,
            channel,
            delivered,
            waits,
            notification,
            reference,
            called,
            ..
        } => {
            let state = state_of(*delivered, *waits);
            let (id, channel, reference) = (notification.clone(), channel.clone(), reference.clone());
            let one = ChannelTry { id, channel, reference, state, at, called: *called };
            with(incident, *assignment, |a| channel_tried(a, one));
        }
        IncidentEvent::Escalated { cause, step, due_at } => {
            let raised = cause.raised(*step, *due_at, at);
            match cause {
                EscalationCause::NotAcknowledged { assignment, .. } => {
                    with(incident, *assignment, |a| a.raised.extend(raised));
                }
                EscalationCause::NotEnRoute { assignment } => {
                    with(incident, *assignment, |a| a.turnout_raised = true);
                }
                EscalationCause::SilentOnScene { assignment } => {
                    with(incident, *assignment, |a| a.welfare_asked_at = Some(at));
                }
                // The supervisor owns it from here: the clock has done its work.
                EscalationCause::NotDispatched => incident.dispatch_due_at = None,
                EscalationCause::NotClosed => incident.close_due_at = None,
                // What follows is an event of its own.
                EscalationCause::NotAccepted { .. } => {}
            }
        }
        IncidentEvent::Noted { text } | IncidentEvent::HelpAsked { text, .. } => {
            if incident.notes.len() == NOTES_PER_INCIDENT_MAX {
                incident.notes.remove(0);
            }
            incident.notes.push(Note { at, by: actor, text: text.clone() });
        }
        IncidentEvent::CardAnswered { answer } => incident.answered(answer, actor, at),
        IncidentEvent::PriorityRaised { to, dispatch_due_at, .. } => {
            incident.priority = *to;
            incident.dispatch_due_at = *dispatch_due_at;
        }
        IncidentEvent::CallAttached { call } => {
            attach(incident, std::slice::from_ref(call));
            merging::keep(incident, *call);
        }
        IncidentEvent::CallDetached { call } => merging::detach(incident, *call),
        IncidentEvent::Absorbed { from, number, calls, flags, crews } => {
            attach(incident, calls);
            // Logs that are older than the number also called the agencies off: nothing can be given back.
            if !number.is_empty() {
                let (calls, flags, crews) = (calls.clone(), flags.clone(), crews.clone());
                let assignments = Vec::new();
                incident.absorbed.push(Absorbed { from: *from, at, calls, assignments, flags, crews });
            }
        }
        IncidentEvent::TakenOver { assignment, was, from } => {
            merging::taken_over(incident, assignment, *was, *from);
        }
        IncidentEvent::Released { incident: merged, dispatch_due_at, close_due_at, .. } => {
            merging::released(incident, *merged, *dispatch_due_at, *close_due_at);
        }
        IncidentEvent::MassEventDeclared => incident.master = Some(Master { at, by: actor }),
        IncidentEvent::MassEventEnded => incident.master = None,
        IncidentEvent::Closed { reason } => {
            end(incident, Ending::Closed { at, by: actor, reason: reason.clone() });
        }
        IncidentEvent::Reopened { dispatch_due_at, .. } => {
            incident.ending = None;
            transfer::reopened(incident, at);
            incident.dispatch_due_at = Some(*dispatch_due_at);
        }
        IncidentEvent::Cancelled { reason } => {
            end(incident, Ending::Cancelled { at, by: actor, reason: reason.clone() });
        }
        IncidentEvent::Merged { into, number } => {
            end(incident, Ending::Merged { at, by: actor, into: *into, number: number.clone() });
        }
        IncidentEvent::Unmerged { calls, assignments, dispatch_due_at, close_due_at, .. } => {
            incident.ending = None;
            incident.calls.clone_from(calls);
            merging::given_back(incident, assignments);
            incident.dispatch_due_at = *dispatch_due_at;
            incident.close_due_at = *close_due_at;
        }
    }
}

fn with(incident: &mut Incident, id: AssignmentId, change: impl FnOnce(&mut Assignment)) {
    if let Some(assignment) = incident.assignments.iter_mut().find(|a| a.id == id) {
        change(assignment);
    }
}

/// Remembers that the step just taken did not come from the agency's own screen.
fn relayed(
    a: &mut Assignment,
    source: ReportSource,
    by: Option<UserId>,
    at: Timestamp,
    pressed_at: Option<Timestamp>,
) {
    if !source.is_console() {
        a.relayed.push(Relayed { state: a.progress.state(), source, by, at, pressed_at });
    }
}

/// What a report of a channel says of its notification.
pub(super) const fn state_of(delivered: bool, waits: bool) -> ChannelState {
    match (delivered, waits) {
        (true, _) => ChannelState::Delivered,
        (false, true) => ChannelState::Accepted,
        (false, false) => ChannelState::Failed,
    }
}

/// Only what the agency's side has counts as delivered; what a gateway took may still be lost.
fn channel_tried(a: &mut Assignment, one: ChannelTry) {
    if one.state == ChannelState::Delivered {
        a.delivered_at.get_or_insert(one.at);
        if a.progress == Progress::Sent {
            a.progress = Progress::Delivered;
        }
    }
    if !one.id.is_empty() {
        a.tried(one);
    }
}

fn progressed(a: &mut Assignment, to: AssignmentState, at: Timestamp) {
    let (progress, stamp) = match to {
        AssignmentState::EnRoute => (Progress::EnRoute, &mut a.en_route_at),
        AssignmentState::OnScene => (Progress::OnScene, &mut a.on_scene_at),
        AssignmentState::Working => (Progress::Working, &mut a.working_at),
        AssignmentState::UnderControl => (Progress::UnderControl, &mut a.under_control_at),
        AssignmentState::Completed => (Progress::Completed, &mut a.completed_at),
        AssignmentState::Sent
        | AssignmentState::Delivered
        | AssignmentState::Acknowledged
        | AssignmentState::Declined
        | AssignmentState::Cancelled => return,
    };
    *stamp = Some(at);
    a.progress = progress;
}

/// It is as it was before the step: its time counts nowhere, and what was heard of it was nothing.
fn step_back(a: &mut Assignment, to: AssignmentState) {
    let progress = match to {
        AssignmentState::Acknowledged => Progress::Acknowledged,
        AssignmentState::EnRoute => Progress::EnRoute,
        AssignmentState::OnScene => Progress::OnScene,
        AssignmentState::Working => Progress::Working,
        AssignmentState::UnderControl => Progress::UnderControl,
        AssignmentState::Sent
        | AssignmentState::Delivered
        | AssignmentState::Completed
        | AssignmentState::Declined
        | AssignmentState::Cancelled => return,
    };
    for (state, stamp) in [
        (AssignmentState::EnRoute, &mut a.en_route_at),
        (AssignmentState::OnScene, &mut a.on_scene_at),
        (AssignmentState::Working, &mut a.working_at),
        (AssignmentState::UnderControl, &mut a.under_control_at),
        (AssignmentState::Completed, &mut a.completed_at),
    ] {
        if state > to {
            *stamp = None;
        }
    }
    a.relayed.retain(|one| one.state <= to);
    a.progress = progress;
    a.stepped = None;
    a.taken_back += 1;
}

fn edited(incident: &mut Incident, edit: &Edit, at: Timestamp) {
    if let Some(category) = edit.category {
        incident.category = category;
    }
    if let Some(kind) = &edit.kind {
        incident.kind.clone_from(kind);
    }
    if let Some(priority) = edit.priority {
        incident.priority = priority;
    }
    if let Some(narrative) = &edit.narrative {
        incident.narrative = narrative.clone();
    }
    if let Some(location) = &edit.location {
        incident.location = location.clone();
        if location.is_enough_to_send() {
            incident.located_at.get_or_insert(at);
        }
    }
    if edit.casualties.is_some() {
        incident.casualties = edit.casualties;
    }
    if edit.reporter.is_some() {
        incident.reporter.clone_from(&edit.reporter);
    }
}

fn attach(incident: &mut Incident, calls: &[CallId]) {
    for call in calls {
        if !incident.calls.contains(call) && incident.calls.len() < CALLS_PER_INCIDENT_MAX {
            incident.calls.push(*call);
        }
    }
}

fn end(incident: &mut Incident, ending: Ending) {
    incident.ending = Some(ending);
    incident.dispatch_due_at = None;
    incident.close_due_at = None;
}
