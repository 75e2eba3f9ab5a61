//! What figures need to know of a call and of an incident.

use serde::{Deserialize, Serialize};

use crate::call::fact::EndReason;
use crate::call::{Call, CallBackOutcome, CallBackState, CallState, DispositionKind};
use crate::category::{Category, Priority};
use crate::ids::{AgencyCode, AgencyId, AreaCode, AssignmentId, CallId, IncidentId, UserId};
use crate::incident::{Assignment, AssignmentState, Ending, Incident, Stamp};
use crate::routing::Role;
use crate::time::Timestamp;

/// A call, as figures see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallTimes {
    /// Which.
    pub id: CallId,
    /// T0.
    pub arrived: Stamp,
    /// T1, and who answered.
    pub answered: Option<(Stamp, UserId)>,
    /// When it was over: T0x, when nobody had answered.
    pub ended: Option<Stamp>,
    /// What became of it on the line.
    pub outcome: CallOutcome,
    /// What it turned out to be.
    pub disposition: Option<DispositionKind>,
    /// The incident that it reports.
    pub incident: Option<IncidentId>,
    /// Whether there is a number to call back.
    pub has_number: bool,
    /// What came of the duty to call back, when there was one.
    pub call_back: Option<CallBackTimes>,
}

/// What became of a call on the line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// It waits.
    Waiting,
    /// A call-taker answered.
    Answered,
    /// The caller gave up before anybody answered.
    Abandoned,
    /// Nobody of the centre was free, and somebody outside took the caller.
    Diverted,
    /// It could not be read, or was above the hard cap: the centre's side.
    Unreached,
}

/// What came of a duty to call back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallBackTimes {
    /// The first time that somebody called.
    pub first_tried: Option<Stamp>,
    /// Whether the caller was reached.
    pub reached: bool,
    /// Whether the caller reached us first.
    pub called_again: bool,
    /// Whether it is still owed.
    pub open: bool,
}

/// An incident, as figures see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IncidentTimes {
    /// Which.
    pub id: IncidentId,
    /// When the centre heard of it, where no call says it better.
    pub received: Stamp,
    /// The call that it was opened for.
    pub first_call: Option<CallId>,
    /// Who opened it.
    pub opened_by: Option<UserId>,
    /// T3: category and priority were set.
    pub classified: Option<Stamp>,
    /// T2: somebody could be sent there.
    pub located: Option<Stamp>,
    /// Which of the seven categories.
    pub category: Category,
    /// How urgent.
    pub priority: Priority,
    /// Where.
    pub area: Option<AreaCode>,
    /// How it ended, and when (T10 when it was closed).
    pub ended: Option<(Stamp, IncidentEnd)>,
    /// The agencies that were asked, the first first.
    pub assignments: Vec<AssignmentTimes>,
}

/// How an incident ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentEnd {
    /// Closed by the centre.
    Closed,
    /// It was none.
    Cancelled,
    /// It is part of another one.
    Merged,
}

/// An assignment, as figures see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AssignmentTimes {
    /// Which.
    pub id: AssignmentId,
    /// The agency.
    pub agency: AgencyId,
    /// The function for which it was asked.
    pub code: AgencyCode,
    /// Lead, support or a copy.
    pub role: Role,
    /// How far it is.
    pub state: AssignmentState,
    /// How many rungs of the ladder were climbed because nobody acknowledged.
    pub raised: u32,
    /// T4.
    pub sent: Option<Stamp>,
    /// T4d.
    pub delivered: Option<Stamp>,
    /// T5.
    pub acknowledged: Option<Stamp>,
    /// T6, of the first unit.
    pub en_route: Option<Stamp>,
    /// T7, of the first unit.
    pub on_scene: Option<Stamp>,
    /// T7a.
    pub working: Option<Stamp>,
    /// T8.
    pub under_control: Option<Stamp>,
    /// T9.
    pub completed: Option<Stamp>,
}

impl CallTimes {
    /// Of this call; none of a test and of one that the centre made.
    pub fn of(call: &Call) -> Option<Self> {
        if call.arrival.test || call.is_outbound() {
            return None;
        }
        let ended = match call.state {
            CallState::Ended { at, reason } => Some((at, reason)),
            CallState::Ringing
            | CallState::Queued
            | CallState::Offered { .. }
            | CallState::Connected
            | CallState::Held => None,
        };
        let disposition = call.disposition.as_ref().map(|disposition| disposition.kind);
        Some(Self {
            id: call.id,
            arrived: Stamp::measured(call.arrived_at),
            answered: call.answered.map(|answered| (Stamp::measured(answered.at), answered.by)),
            ended: ended.map(|(at, _)| Stamp::measured(at)),
            outcome: outcome(call.answered.is_some(), ended.map(|(_, reason)| reason), disposition),
            disposition,
            incident: call.incident,
            has_number: call.arrival.caller.is_some(),
            call_back: call_back(call),
        })
    }

    /// When it arrived: what puts it into a period.
    pub const fn at(&self) -> Timestamp {
        self.arrived.at
    }
}

fn outcome(answered: bool, ended: Option<EndReason>, disposition: Option<DispositionKind>) -> CallOutcome {
    match (answered, ended) {
        (true, _) => CallOutcome::Answered,
        (false, None) => CallOutcome::Waiting,
        (false, Some(EndReason::Overloaded | EndReason::Unreadable)) => CallOutcome::Unreached,
        (false, Some(EndReason::Diverted)) => CallOutcome::Diverted,
        (false, Some(_)) if disposition == Some(DispositionKind::Diverted) => CallOutcome::Diverted,
        (false, Some(_)) => CallOutcome::Abandoned,
    }
}

fn call_back(call: &Call) -> Option<CallBackTimes> {
    let duty = call.call_back.as_ref()?;
    let tried = duty.attempts.iter().find(|attempt| attempt.outcome != CallBackOutcome::NotNeeded);
    Some(CallBackTimes {
        first_tried: tried.map(|attempt| Stamp::measured(attempt.at)),
        reached: duty.attempts.iter().any(|attempt| attempt.outcome == CallBackOutcome::Reached),
        called_again: duty.settled_by.is_some(),
        open: duty.state == CallBackState::Open,
    })
}

impl IncidentTimes {
    /// Of this incident.
    pub fn of(incident: &Incident) -> Self {
        // Nobody wrote on the form when it was clear what it was, and where.
        let measured = incident.paper.is_none();
        Self {
            id: incident.id,
            received: incident.received(),
            first_call: incident.calls.first().copied(),
            opened_by: incident.opened_by,
            classified: measured.then(|| Stamp::measured(incident.opened_at)),
            located: incident.located_at.filter(|_| measured).map(Stamp::measured),
            category: incident.category,
            priority: incident.priority,
            area: incident.location.area_code.clone(),
            ended: incident.ended().zip(incident.ending.as_ref().map(end)),
            assignments: incident.assignments.iter().map(AssignmentTimes::of).collect(),
        }
    }

    /// When the centre heard of it: what puts it into a period.
    pub const fn at(&self) -> Timestamp {
        self.received.at
    }

    /// How it ended.
    pub fn end(&self) -> Option<IncidentEnd> {
        self.ended.map(|(_, end)| end)
    }

    /// Whether agencies had to be sent: no mere information, no mistake and no second report.
    pub fn needs_agencies(&self) -> bool {
        let happened = !matches!(self.end(), Some(IncidentEnd::Cancelled | IncidentEnd::Merged));
        happened && self.priority != Priority::P0
    }
}

const fn end(ending: &Ending) -> IncidentEnd {
    match ending {
        Ending::Closed { .. } => IncidentEnd::Closed,
        Ending::Cancelled { .. } => IncidentEnd::Cancelled,
        Ending::Merged { .. } => IncidentEnd::Merged,
    }
}

impl AssignmentTimes {
    fn of(assignment: &Assignment) -> Self {
        let stamp = |state| assignment.stamp(state);
        Self {
            id: assignment.id,
            agency: assignment.agency,
            code: assignment.code.clone(),
            role: assignment.role,
            state: assignment.progress.state(),
            raised: u32::try_from(assignment.raised.len()).unwrap_or(u32::MAX),
            sent: stamp(AssignmentState::Sent),
            delivered: stamp(AssignmentState::Delivered),
            acknowledged: stamp(AssignmentState::Acknowledged),
            en_route: stamp(AssignmentState::EnRoute),
            on_scene: stamp(AssignmentState::OnScene),
            working: stamp(AssignmentState::Working),
            under_control: stamp(AssignmentState::UnderControl),
            completed: stamp(AssignmentState::Completed),
        }
    }

    /// Whether it was given back or taken away.
    pub const fn is_off(&self) -> bool {
        matches!(self.state, AssignmentState::Declined | AssignmentState::Cancelled)
    }

    /// T7a, or T7 where nobody said when work began.
    pub fn acted(&self) -> Option<Stamp> {
        self.working.or(self.on_scene)
    }
}
