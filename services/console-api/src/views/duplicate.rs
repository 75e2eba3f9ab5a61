//! What a call may be a second report of.

use dispatch_core::duplicate::{Candidate, MassEvent};
use dispatch_core::incident;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::incident::text;
use crate::names::Names;
use crate::wire::{AssignmentState, Category, DuplicateReason, IncidentStatus, Priority, Time};

/// The incidents that a call may tell of, best first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duplicates {
    /// At most five.
    pub items: Vec<PossibleDuplicate>,
}

/// A waiting call and what it may tell of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Resemblance {
    /// The call.
    pub call_id: Uuid,
    /// Best first, at most five.
    pub items: Vec<PossibleDuplicate>,
}

/// An incident that a call may tell of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PossibleDuplicate {
    /// Id.
    pub incident_id: Uuid,
    /// Number.
    pub number: String,
    /// Category.
    pub category: Category,
    /// Type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// How far it is.
    pub status: IncidentStatus,
    /// When it was reported: when it was opened, or what the paper form says.
    pub opened_at: Time,
    /// How many calls have told of it.
    pub calls: usize,
    /// Metres between the two places, where both are points.
    pub distance_m: Option<u32>,
    /// Patokan.
    pub landmark: Option<String>,
    /// The area's name.
    pub area_name: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// The agencies on it.
    pub agencies: Vec<AgencyOnIt>,
    /// Whether it is the master incident of a mass event.
    pub master: bool,
    /// Why, the strongest first.
    pub because: Vec<DuplicateReason>,
}

/// How far an agency is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyOnIt {
    /// Its code.
    pub code: String,
    /// How far it is.
    pub state: AssignmentState,
}

/// An incident that very many call about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Suspected {
    /// The incident.
    pub incident_id: Uuid,
    /// Whether a supervisor made it the master incident; if not, it is proposed.
    pub declared: bool,
    /// Calls so far.
    pub calls: usize,
    /// When the last of them came.
    pub last_call_at: Time,
}

impl PossibleDuplicate {
    /// The view of a candidate and its record.
    pub fn of(candidate: &Candidate, i: &incident::Incident, names: &Names) -> Self {
        let point = i.location.point.as_ref().map(|point| *point.reveal());
        let engaged = |a: &&incident::Assignment| a.progress.is_engaged();
        let agency = |a: &incident::Assignment| AgencyOnIt {
            code: names.agency(a.agency).map_or_else(|| a.code.to_string(), |entry| entry.code.to_string()),
            state: a.progress.state().into(),
        };
        Self {
            incident_id: i.id.0,
            number: i.number.clone(),
            category: i.category.into(),
            kind: i.kind.as_ref().map(ToString::to_string),
            priority: i.priority.into(),
            status: i.status().into(),
            opened_at: i.received().at.into(),
            calls: i.calls.len(),
            distance_m: candidate.distance_m.map(whole_metres),
            landmark: text(i.location.landmark.as_ref()),
            area_name: i.location.area_code.as_ref().and_then(|code| names.area(code)).map(str::to_owned),
            lat: point.map(|point| point.lat),
            lon: point.map(|point| point.lon),
            agencies: i.assignments.iter().filter(engaged).map(agency).collect(),
            master: i.is_open() && i.master.is_some(),
            because: candidate.because.iter().copied().map(DuplicateReason).collect(),
        }
    }
}

impl From<MassEvent> for Suspected {
    fn from(event: MassEvent) -> Self {
        let (declared, calls) = (event.declared, event.calls);
        Self { incident_id: event.incident.0, declared, calls, last_call_at: event.last_call_at.into() }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half the earth is 20,000 km")]
fn whole_metres(metres: f64) -> u32 {
    metres.clamp(0.0, f64::from(u32::MAX)).round() as u32
}
