//! What an agency is told.

use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyCode, AssignmentId, IncidentId};
use dispatch_core::incident::Incident;
use dispatch_core::time::Timestamp;
use serde::Serialize;

/// One notification: enough to start moving, and no more about a person than that takes. The caller's name and
/// number stay in the console.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Notification {
    /// The same on every try of the same notification.
    pub id: String,
    /// Which agency it is for.
    pub agency: AgencyCode,
    /// The assignment to acknowledge.
    pub assignment_id: AssignmentId,
    /// The incident.
    pub incident_id: IncidentId,
    /// The incident's number, as people say it.
    pub number: String,
    /// Its category.
    pub category: Category,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<TypeCode>,
    /// Its priority.
    pub priority: Priority,
    /// Kemendagri code of the area.
    pub area_code: Option<String>,
    /// What stands near.
    pub landmark: Option<String>,
    /// Why this notification goes out.
    pub step: Step,
    /// When the assignment was sent.
    pub sent_at: Timestamp,
}

impl Notification {
    /// The notification about an assignment of an incident; `None` when the incident has no such assignment.
    pub fn about(incident: &Incident, assignment: AssignmentId, step: Step, id: String) -> Option<Self> {
        let a = incident.assignment(assignment)?;
        Some(Self {
            id,
            agency: a.code.clone(),
            assignment_id: a.id,
            incident_id: incident.id,
            number: incident.number.clone(),
            category: incident.category,
            kind: incident.kind.clone(),
            priority: incident.priority,
            area_code: incident.location.area_code.as_ref().map(ToString::to_string),
            landmark: incident.location.landmark.as_ref().map(|l| l.reveal().clone()),
            step,
            sent_at: a.sent_at,
        })
    }
}
