//! Assignments: one agency on one incident.

use dispatch_core::incident::{self, Progress};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::incident::{Location, text};
use super::person::Named;
use crate::names::Names;
use crate::wire::{
    AgencyRole, AssignmentState, Because, Category, EscalationStep, Flag, IncidentStatus, Priority,
    ReportSource, Time,
};

/// An agency by id, code and name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyName {
    /// Id.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// One agency on one incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Assignment {
    /// Id.
    pub id: Uuid,
    /// The incident.
    pub incident_id: Uuid,
    /// The agency.
    pub agency: AgencyName,
    /// Lead, support or a copy.
    pub role: AgencyRole,
    /// How far it is.
    pub state: AssignmentState,
    /// T4.
    pub sent_at: Time,
    /// When the agency's terminal had it.
    pub delivered_at: Option<Time>,
    /// When a person opened it.
    pub seen_at: Option<Time>,
    /// T5.
    pub acknowledged_at: Option<Time>,
    /// Who took it.
    pub acknowledged_by: Option<Named>,
    /// T6.
    pub en_route_at: Option<Time>,
    /// T7.
    pub on_scene_at: Option<Time>,
    /// T7a.
    pub working_at: Option<Time>,
    /// T8.
    pub under_control_at: Option<Time>,
    /// T9.
    pub completed_at: Option<Time>,
    /// How many steps were taken back: of two views of one assignment the one with more is newer.
    pub steps_taken_back: u32,
    /// Why the agency cannot.
    pub declined: Option<Declined>,
    /// That the centre took it back.
    pub cancelled: Option<Cancelled>,
    /// Who goes, in words: the callsigns of the units, or what an agency without registered units says.
    pub unit: Option<String>,
    /// The registered units that are on it, or were when it ended.
    pub units: Vec<UnitOnTask>,
    /// Why the agency was asked.
    pub because: Because,
    /// How far the ladder was climbed, and what comes next.
    pub escalation: Ladder,
    /// A remark that went with the dispatch.
    pub note: Option<String>,
    /// When no console of the agency was open to receive it.
    pub console_off_at: Option<Time>,
    /// Which steps somebody wrote down for the crew.
    pub relayed: Vec<Relayed>,
}

/// A step that did not come from the agency's own screen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Relayed {
    /// The step.
    pub state: AssignmentState,
    /// How it was heard.
    pub source: ReportSource,
    /// Who wrote it down; null when the program or the crew did.
    pub by: Option<Named>,
    /// When.
    pub at: Time,
    /// When the crew pressed the button, by the clock of its telephone; or when it was, by a paper form.
    pub pressed_at: Option<Time>,
}

/// An agency that cannot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Declined {
    /// When.
    pub at: Time,
    /// Who said so; null when the telephone that the task was sent to answered.
    pub by: Option<Named>,
    /// Why.
    pub reason: String,
}

/// An assignment that the centre took back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cancelled {
    /// When.
    pub at: Time,
    /// Why; empty when the incident's end says nothing.
    pub reason: String,
}

/// How far the ladder was climbed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ladder {
    /// Rungs climbed.
    pub rung: u32,
    /// What comes next.
    pub next_step: Option<EscalationStep>,
    /// When.
    pub next_at: Option<Time>,
    /// What was raised.
    pub raised: Vec<Raised>,
}

/// A rung that was climbed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Raised {
    /// Its place in the ladder, from 0.
    pub rung: u32,
    /// What it asked for.
    pub step: EscalationStep,
    /// When it was raised.
    pub at: Time,
}

/// What an agency's list shows of an incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentSummary {
    /// Number.
    pub number: String,
    /// Status.
    pub status: IncidentStatus,
    /// Category.
    pub category: Category,
    /// Type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// What holds of it.
    pub flags: Vec<Flag>,
    /// Where.
    pub location: Location,
    /// What the caller said.
    pub narrative: String,
    /// When it was opened.
    pub opened_at: Time,
}

/// The assignments of an agency.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignmentPage {
    /// Newest incident first.
    pub items: Vec<AssignmentWithIncident>,
    /// Always null: an agency's assignments come as one page.
    pub next: Option<String>,
}

/// An assignment with what an agency needs to know of its incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignmentWithIncident {
    /// The assignment.
    #[serde(flatten)]
    pub assignment: Assignment,
    /// The incident's number.
    pub incident_number: String,
    /// The incident's category.
    pub category: Category,
    /// The incident's priority.
    pub priority: Priority,
    /// The incident in short.
    pub incident: IncidentSummary,
}

impl Assignment {
    /// The view of one assignment of a record.
    pub fn of(a: &incident::Assignment, i: &incident::Incident, names: &Names) -> Self {
        let entry = names.agency(a.agency);
        let agency = AgencyName {
            id: a.agency.0,
            code: entry.map_or_else(|| a.code.0.clone(), |entry| entry.code.0.clone()),
            name: entry.map_or_else(|| a.code.0.clone(), |entry| entry.name.clone()),
        };
        let (declined, cancelled) = given_up(a, i, names);
        Self {
            id: a.id.0,
            incident_id: i.id.0,
            agency,
            role: a.role.into(),
            state: a.progress.state().into(),
            sent_at: a.sent_at.into(),
            delivered_at: a.delivered_at.map(Time),
            seen_at: a.seen_at.map(Time),
            acknowledged_at: a.acknowledged.map(|(at, _)| at.into()),
            acknowledged_by: a.acknowledged.and_then(|(_, user)| Some(Named::of(user?, names))),
            en_route_at: a.en_route_at.map(Time),
            on_scene_at: a.on_scene_at.map(Time),
            working_at: a.working_at.map(Time),
            under_control_at: a.under_control_at.map(Time),
            completed_at: a.completed_at.map(Time),
            steps_taken_back: a.taken_back,
            declined,
            cancelled,
            unit: in_words(a),
            units: a.units.iter().map(UnitOnTask::of).collect(),
            because: a.because.into(),
            escalation: Ladder::of(a, i, names),
            note: text(a.note.as_ref()),
            console_off_at: a.console_off_at.map(Time),
            relayed: a.relayed.iter().map(|step| Relayed::of(step, names)).collect(),
        }
    }
}

/// A unit on an assignment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitOnTask {
    /// Id.
    pub id: Uuid,
    /// What it is called.
    pub callsign: String,
}

impl UnitOnTask {
    fn of(unit: &dispatch_core::unit::UnitTag) -> Self {
        Self { id: unit.id.0, callsign: unit.callsign.clone() }
    }
}

fn in_words(a: &incident::Assignment) -> Option<String> {
    let called = a.units.iter().map(|unit| unit.callsign.as_str());
    let words: Vec<&str> = a.unit.as_deref().into_iter().chain(called).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

impl Relayed {
    fn of(step: &incident::Relayed, names: &Names) -> Self {
        Self {
            state: step.state.into(),
            source: step.source.into(),
            by: step.by.map(|user| Named::of(user, names)),
            at: step.at.into(),
            pressed_at: step.pressed_at.map(Time),
        }
    }
}

fn given_up(
    a: &incident::Assignment,
    i: &incident::Incident,
    names: &Names,
) -> (Option<Declined>, Option<Cancelled>) {
    match &a.progress {
        Progress::Declined { at, by, reason } => {
            let by = by.map(|user| Named::of(user, names));
            (Some(Declined { at: (*at).into(), by, reason: reason.reveal().clone() }), None)
        }
        Progress::Cancelled { at } => {
            let reason = match &i.ending {
                Some(incident::Ending::Cancelled { reason, .. }) => reason.reveal().clone(),
                Some(incident::Ending::Closed { reason, .. }) => text(reason.as_ref()).unwrap_or_default(),
                Some(incident::Ending::Merged { .. }) | None => String::new(),
            };
            (None, Some(Cancelled { at: (*at).into(), reason }))
        }
        Progress::Sent
        | Progress::Delivered
        | Progress::Acknowledged
        | Progress::EnRoute
        | Progress::OnScene
        | Progress::Working
        | Progress::UnderControl
        | Progress::Completed => (None, None),
    }
}

impl Ladder {
    fn of(a: &incident::Assignment, i: &incident::Incident, names: &Names) -> Self {
        let next = incident::next_rung(a, i, names.policy()).filter(|_| i.is_open());
        let raised = |r: &incident::Raised| Raised { rung: r.rung, step: r.step.into(), at: r.at.into() };
        Self {
            rung: a.raised.last().map_or(0, |raised| raised.rung + 1),
            next_step: next.map(|(_, rung, _)| rung.step.into()),
            next_at: next.map(|(_, _, at)| at.into()),
            raised: a.raised.iter().map(raised).collect(),
        }
    }
}

impl AssignmentWithIncident {
    /// The view of one assignment with its incident.
    pub fn of(a: &incident::Assignment, i: &incident::Incident, names: &Names) -> Self {
        let incident = IncidentSummary {
            number: i.number.clone(),
            status: i.status().into(),
            category: i.category.into(),
            kind: i.kind.as_ref().map(ToString::to_string),
            priority: i.priority.into(),
            flags: i.flags().into_iter().map(Flag).collect(),
            location: Location::of(&i.location, names),
            narrative: i.narrative.reveal().clone(),
            opened_at: i.opened_at.into(),
        };
        Self {
            assignment: Assignment::of(a, i, names),
            incident_number: i.number.clone(),
            category: i.category.into(),
            priority: i.priority.into(),
            incident,
        }
    }
}
