//! What the crew of a unit sees: its own task, and nothing else.

use dispatch_core::area::{Point, distance_m};
use dispatch_core::incident;
use dispatch_core::time::zone;
use dispatch_core::unit::Unit as Record;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment::AgencyName;
use super::incident::{Location, Note, text};
use crate::names::Names;
use crate::wire::{AgencyRole, AssignmentState, Flag, Priority, Time, UnitState};

/// The page of a crew.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CrewPage {
    /// Id of the unit.
    pub unit_id: Uuid,
    /// What it is called on the radio.
    pub callsign: String,
    /// Whose it is.
    pub agency: AgencyName,
    /// Its state.
    pub state: UnitState,
    /// Until when the link holds.
    pub link_until: Option<Time>,
    /// The task that it is on.
    pub task: Option<CrewTask>,
    /// The server's time.
    pub at: Time,
    /// By which clock the centre lives: `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`.
    pub zone: String,
}

/// The task of a crew. It has no number of a caller: who may call them is the centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CrewTask {
    /// The assignment.
    pub assignment_id: Uuid,
    /// The incident's number.
    pub number: String,
    /// How far the agency is.
    pub state: AssignmentState,
    /// What it is, in Indonesian.
    pub label_id: String,
    /// What it is, in English.
    pub label_en: String,
    /// How urgent.
    pub priority: Priority,
    /// What holds of it.
    pub flags: Vec<Flag>,
    /// The alarm level, 1 to 3.
    pub alarm_level: u8,
    /// What the caller said.
    pub narrative: String,
    /// Hurt or missing people.
    pub casualties: Option<u32>,
    /// Where.
    pub location: Location,
    /// Metres in a straight line from where the unit was last, else from its base.
    pub distance_m: Option<u32>,
    /// A remark that went with the dispatch.
    pub remark: Option<String>,
    /// Who else was sent.
    pub others: Vec<CrewOther>,
    /// What was written down, newest last.
    pub notes: Vec<Note>,
}

/// Another agency or unit on the same incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CrewOther {
    /// Which agency.
    pub agency: String,
    /// As what.
    pub role: AgencyRole,
    /// How far.
    pub state: AssignmentState,
    /// Which units, besides one's own.
    pub units: Vec<String>,
}

impl CrewPage {
    /// The page of this unit; `incident` is the one that it is booked on.
    pub fn of(unit: &Record, incident: Option<&incident::Incident>, names: &Names, at: Time) -> Self {
        let on = unit.booking.as_ref().map(|booking| booking.assignment);
        let task = incident.and_then(|i| Some(CrewTask::of(unit, i, i.assignment(on?)?, names)));
        let entry = names.agency(unit.agency);
        let agency = AgencyName {
            id: unit.agency.0,
            code: entry.map_or_else(String::new, |entry| entry.code.0.clone()),
            name: entry.map_or_else(|| unit.agency.to_string(), |entry| entry.name.clone()),
        };
        Self {
            unit_id: unit.id.0,
            callsign: unit.profile.callsign.clone(),
            agency,
            state: unit.state().into(),
            link_until: unit.link.as_ref().map(|link| link.until.into()),
            task,
            at,
            zone: zone::here().name().to_owned(),
        }
    }
}

impl CrewTask {
    fn of(unit: &Record, i: &incident::Incident, own: &incident::Assignment, names: &Names) -> Self {
        let rules = &names.policy().rules;
        let kind = i.kind.as_ref().and_then(|code| rules.kind(code));
        let category = rules.category(i.category);
        let label_id = kind.map(|rule| &rule.label_id).or(category.map(|rule| &rule.label_local));
        let label_en = kind.map(|rule| &rule.label_en).or(category.map(|rule| &rule.label_en));
        let engaged = i.assignments.iter().filter(|a| a.progress.is_engaged());
        Self {
            assignment_id: own.id.0,
            number: i.number.clone(),
            state: own.progress.state().into(),
            label_id: label_id.cloned().unwrap_or_default(),
            label_en: label_en.cloned().unwrap_or_default(),
            priority: i.priority.into(),
            flags: i.flags().into_iter().map(Flag).collect(),
            alarm_level: i.alarm,
            narrative: i.narrative.reveal().clone(),
            casualties: i.casualties,
            location: Location::of(&i.location, names),
            distance_m: distance(unit, i),
            remark: text(own.note.as_ref()),
            others: engaged.filter_map(|a| CrewOther::of(unit, a, own, names)).collect(),
            notes: Note::all_of(i, names),
        }
    }
}

impl CrewOther {
    /// One's own agency is among the others only when it has more units there.
    fn of(
        unit: &Record,
        a: &incident::Assignment,
        own: &incident::Assignment,
        names: &Names,
    ) -> Option<Self> {
        let others = a.units.iter().filter(|one| one.id != unit.id);
        let units: Vec<String> = others.map(|one| one.callsign.clone()).chain(a.unit.clone()).collect();
        let entry = names.agency(a.agency);
        (a.id != own.id || !units.is_empty()).then(|| Self {
            agency: entry.map_or_else(|| a.code.0.clone(), |entry| entry.name.clone()),
            role: a.role.into(),
            state: a.progress.state().into(),
            units,
        })
    }
}

fn distance(unit: &Record, i: &incident::Incident) -> Option<u32> {
    let to = i.location.point.as_ref()?.reveal();
    let last =
        unit.position.as_ref().and_then(|position| position.point.as_ref()).map(|point| *point.reveal());
    let from = last.or(unit.profile.base.as_ref().map(|base| base.point))?;
    // Metres between two points on earth fit: at most half its circumference.
    Some(distance_m(from, Point { lat: to.lat, lon: to.lon }).round() as u32)
}
