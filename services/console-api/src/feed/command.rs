//! What a console says over the feed: that something arrived, that a person opened it.

use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::{Change, IncidentCommand, ReportSource};
use dispatch_core::site::UserRole;
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::visible::Viewer;
use crate::input::{Checked, Faults};
use crate::intake::Intake;
use crate::problem::{Code, Problem};

/// A message from a console.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConsoleMessage {
    /// The program has the assignment on a screen (T4d).
    Delivered {
        /// Which.
        assignment_id: Uuid,
    },
    /// A person opened it.
    Seen {
        /// Which.
        assignment_id: Uuid,
    },
}

impl Checked for ConsoleMessage {
    fn check(&self, _faults: &mut Faults) {}
}

/// Carries out what a console says.
///
/// # Errors
/// `forbidden` for anybody but a dispatcher, `not_found` for an assignment of another agency.
pub async fn obey(
    message: ConsoleMessage,
    viewer: Viewer,
    store: &Store,
    intake: &Intake,
) -> Result<(), Problem> {
    let (id, change, what) = match message {
        ConsoleMessage::Delivered { assignment_id } => (assignment_id, Change::Delivered, "delivered"),
        ConsoleMessage::Seen { assignment_id } => (assignment_id, Change::Seen, "seen"),
    };
    if viewer.role != UserRole::Dispatcher {
        return Err(Problem::new(Code::Forbidden));
    }
    let id = AssignmentId(id);
    let incident = store.incident_of_assignment(id).await?.ok_or(Problem::new(Code::NotFound))?;
    let own = incident.assignment(id).is_some_and(|assignment| Some(assignment.agency) == viewer.agency);
    if !own {
        return Err(Problem::new(Code::NotFound));
    }
    // Told once per assignment and person: a console that reconnects says it again.
    let key = format!("feed:{}:{what}:{id}", viewer.user);
    let source = ReportSource::Console;
    let command = DeskCommand::Incident(incident.id, IncidentCommand::Assignment { id, change, source });
    intake.note(key, dispatch_core::actor::Actor::User(viewer.user), command).await.map(|_| ())
}
