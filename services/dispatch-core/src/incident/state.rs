//! What is known of an incident.

use serde::{Deserialize, Serialize};

use super::assignment::{Assignment, AssignmentState};
use super::carding::GivenAnswer;
use super::merging::{Absorbed, Master};
use super::paper::PaperReport;
use super::transfer::{Origin, Transfer};
use crate::actor::Actor;
use crate::category::{Category, Priority, TypeCode};
use crate::ids::{AreaCode, AssignmentId, CallId, IncidentId, UserId};
use crate::private::Private;
use crate::routing::Role;
use crate::time::Timestamp;

/// One incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Its number, `YYYY-NNNNNN`: the year where the centre is and a gap-free count.
    pub number: String,
    /// How often it was changed; an optimistic write names the version it saw.
    pub version: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who opened it and owns it until every agency has reported; nobody here when a neighbouring centre handed it over.
    pub opened_by: Option<UserId>,
    /// One of the seven categories.
    pub category: Category,
    /// The type within the category, if known.
    pub kind: Option<TypeCode>,
    /// How urgent it is.
    pub priority: Priority,
    /// What the caller said.
    pub narrative: Private<String>,
    /// Where it is.
    pub location: Location,
    /// T2: since when somebody can be sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub located_at: Option<Timestamp>,
    /// How many people are hurt, if known.
    pub casualties: Option<u32>,
    /// Who reported it.
    pub reporter: Option<Reporter>,
    /// The calls that report it, oldest first.
    pub calls: Vec<CallId>,
    /// Every agency that was asked, oldest first, declined and cancelled ones included.
    pub assignments: Vec<Assignment>,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// What was answered to question cards, one to a question, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<GivenAnswer>,
    /// How it ended, once it did.
    pub ending: Option<Ending>,
    /// The alarm level: 1 until somebody raises it.
    #[serde(default = "first_alarm", skip_serializing_if = "is_first_alarm")]
    pub alarm: u8,
    /// Until when somebody must be sent, while nobody is on it.
    pub dispatch_due_at: Option<Timestamp>,
    /// Until when it must be closed, once every agency has reported.
    pub close_due_at: Option<Timestamp>,
    /// The incidents that were merged into it, and what it took over from each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<Absorbed>,
    /// Since when it is the master incident of a mass event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master: Option<Master>,
    /// What was offered to neighbouring centres, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<Transfer>,
    /// The neighbouring centre that handed it over to us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<Origin>>,
    /// The paper form that it was typed in from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<Box<PaperReport>>,
}

const fn first_alarm() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_first_alarm(level: &u8) -> bool {
    *level == 1
}

/// Where an incident is. A landmark alone is enough: an unknown address is never refused.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Location {
    /// Degrees WGS 84.
    pub point: Option<Private<Point>>,
    /// Radius of uncertainty in metres.
    pub accuracy_m: Option<f64>,
    /// Patokan: what stands near.
    pub landmark: Option<Private<String>>,
    /// Street address.
    pub address: Option<Private<String>>,
    /// Kemendagri code of the most specific area that is known.
    pub area_code: Option<AreaCode>,
    /// Whether the point lies outside the kabupaten.
    pub outside: bool,
    /// How the area was found.
    pub area_by: Option<AreaBy>,
    /// Where the point comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PointSource>,
    /// When the point was measured, or picked by a person: a position that moves grows old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_at: Option<Timestamp>,
}

impl Location {
    /// Whether somebody can be sent there: its area is known, or that it lies outside. A landmark alone says so only once
    /// somebody knows where it stands. Nothing personal is asked, so that an erasure changes no figure.
    pub const fn is_enough_to_send(&self) -> bool {
        self.area_code.is_some() || self.outside
    }
}

/// Where the point of a location comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointSource {
    /// The position that came with the call. The caller need not be where it happens.
    CallerFix,
    /// Somebody pointed at the map.
    Map,
    /// Somebody wrote coordinates or a Plus code.
    Typed,
    /// A place of the kabupaten's list.
    Place,
}

/// How the area of a location was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaBy {
    /// The point lies in the area's polygon.
    Polygon,
    /// No polygon is loaded: the nearest centre.
    Nearest,
    /// A person said so.
    Given,
}

/// A point on the earth.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
    /// Latitude, degrees north.
    pub lat: f64,
    /// Longitude, degrees east.
    pub lon: f64,
}

/// Who reported an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reporter {
    /// Name.
    pub name: Option<Private<String>>,
    /// Number to call back.
    pub number: Option<Private<String>>,
}

/// A remark that somebody wrote down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What.
    pub text: Private<String>,
}

/// How an incident ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    /// Every agency reported, or a supervisor said why not.
    Closed {
        /// When (T10).
        at: Timestamp,
        /// By whom.
        by: Actor,
        /// Why, when agencies had not finished.
        reason: Option<Private<String>>,
    },
    /// It was no incident after all.
    Cancelled {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
        /// Why.
        reason: Private<String>,
    },
    /// It is the same as another one.
    Merged {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
        /// The one that goes on.
        into: IncidentId,
        /// Its number; empty where it was merged before numbers were kept.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        number: String,
    },
}

/// The status of an incident: how far the least advanced lead agency is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStatus {
    /// Nobody is on it.
    New,
    /// Sent to at least one agency.
    Dispatched,
    /// Every lead has acknowledged.
    Acknowledged,
    /// Every lead is on its way.
    EnRoute,
    /// Every lead is there.
    OnScene,
    /// Every lead is at work.
    Working,
    /// Every lead says under control.
    UnderControl,
    /// Every agency has reported done.
    Completed,
    /// Closed by the centre.
    Closed,
    /// Cancelled by the centre.
    Cancelled,
    /// Merged into another one.
    Merged,
}

impl Incident {
    /// The status, derived: the least advanced lead (or, without a lead, the least advanced support).
    pub fn status(&self) -> IncidentStatus {
        match &self.ending {
            Some(Ending::Closed { .. }) => return IncidentStatus::Closed,
            Some(Ending::Cancelled { .. }) => return IncidentStatus::Cancelled,
            Some(Ending::Merged { .. }) => return IncidentStatus::Merged,
            None => {}
        }
        let least = |role| self.engaged().filter(|a| a.role == role).map(|a| a.progress.state()).min();
        let Some(state) = least(Role::Lead).or_else(|| least(Role::Support)) else {
            return IncidentStatus::New;
        };
        match state {
            AssignmentState::Sent | AssignmentState::Delivered => IncidentStatus::Dispatched,
            AssignmentState::Acknowledged => IncidentStatus::Acknowledged,
            AssignmentState::EnRoute => IncidentStatus::EnRoute,
            AssignmentState::OnScene => IncidentStatus::OnScene,
            AssignmentState::Working => IncidentStatus::Working,
            AssignmentState::UnderControl => IncidentStatus::UnderControl,
            AssignmentState::Completed if self.unfinished().next().is_some() => IncidentStatus::UnderControl,
            AssignmentState::Completed => IncidentStatus::Completed,
            // `engaged` leaves these out.
            AssignmentState::Declined | AssignmentState::Cancelled => IncidentStatus::New,
        }
    }

    /// Whether the incident still needs people.
    pub const fn is_open(&self) -> bool {
        self.ending.is_none()
    }

    /// The incident that goes on instead, once this one was merged.
    pub const fn merged_into(&self) -> Option<IncidentId> {
        match &self.ending {
            Some(Ending::Merged { into, .. }) => Some(*into),
            None | Some(Ending::Closed { .. } | Ending::Cancelled { .. }) => None,
        }
    }

    /// Assignments that count: neither declined nor cancelled, and not a mere copy.
    pub fn engaged(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.iter().filter(|a| a.role != Role::Notify && a.progress.is_engaged())
    }

    /// Agencies that have not reported done yet.
    pub fn unfinished(&self) -> impl Iterator<Item = &Assignment> {
        self.engaged().filter(|a| a.progress.state() != AssignmentState::Completed)
    }

    /// The assignment with this id.
    pub fn assignment(&self, id: AssignmentId) -> Option<&Assignment> {
        self.assignments.iter().find(|a| a.id == id)
    }
}
