//! What an agency is told.

use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyCode, AssignmentId, IncidentId};
use dispatch_core::incident::Incident;
use dispatch_core::policy::Rules;
use dispatch_core::time::Timestamp;
use serde::Serialize;

use crate::text;

/// One notification: enough to start moving, and no more about a person than that takes. The caller's name and
/// number stay in the console.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Notification {
    /// The same on every try of the same notification.
    pub id: String,
    /// Which agency it is for.
    pub agency: AgencyCode,
    /// When the assignment was sent, or the test began.
    pub sent_at: Timestamp,
    /// Whether it only tries the channel: nobody has to go anywhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// The task; none for a test.
    #[serde(flatten)]
    pub task: Option<Task>,
}

/// The task that a notification is about.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Task {
    /// The assignment to acknowledge.
    pub assignment_id: AssignmentId,
    /// The incident.
    pub incident_id: IncidentId,
    /// The incident's number, as people say it.
    pub number: String,
    /// Its category.
    pub category: Category,
    /// The category in Indonesian.
    pub category_label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<TypeCode>,
    /// The type in Indonesian.
    pub type_label: Option<String>,
    /// Its priority.
    pub priority: Priority,
    /// Kemendagri code of the area.
    pub area_code: Option<String>,
    /// The area's name.
    pub area: Option<String>,
    /// What stands near.
    pub landmark: Option<String>,
    /// Why this notification goes out.
    pub step: Step,
}

impl Notification {
    /// The notification about an assignment of an incident; `None` when the incident has no such assignment. `area` is
    /// the name of the incident's area.
    pub fn about(
        incident: &Incident,
        assignment: AssignmentId,
        step: Step,
        id: String,
        rules: &Rules,
        area: Option<String>,
    ) -> Option<Self> {
        let a = incident.assignment(assignment)?;
        let category = rules.categories.iter().find(|rule| rule.category == incident.category);
        let kind = incident.kind.as_ref().and_then(|code| rules.types.iter().find(|rule| rule.code == *code));
        let task = Task {
            assignment_id: a.id,
            incident_id: incident.id,
            number: incident.number.clone(),
            category: incident.category,
            category_label: category.map_or_else(String::new, |rule| rule.label_local.clone()),
            kind: incident.kind.clone(),
            type_label: kind.map(|rule| rule.label_id.clone()),
            priority: incident.priority,
            area_code: incident.location.area_code.as_ref().map(ToString::to_string),
            area,
            landmark: incident.location.landmark.as_ref().map(|l| l.reveal().clone()),
            step,
        };
        Some(Self { id, agency: a.code.clone(), sent_at: a.sent_at, test: false, task: Some(task) })
    }

    /// A test of a channel, marked as one in everything that is sent.
    pub const fn test(id: String, agency: AgencyCode, at: Timestamp) -> Self {
        Self { id, agency, sent_at: at, test: true, task: None }
    }

    /// The words for a speech program, in Indonesian.
    pub fn spoken(&self) -> String {
        text::spoken(self)
    }
}

impl Task {
    /// The part of the number that people type back: `2026-000123` is `123`.
    pub fn short_number(&self) -> &str {
        let counted = self.number.rsplit('-').next().unwrap_or(&self.number).trim_start_matches('0');
        if counted.is_empty() { "0" } else { counted }
    }
}
