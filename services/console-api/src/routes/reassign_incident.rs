//! Give a task to another agency.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AssignmentId, IncidentId};
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::dispatch_incident::{agency, by_hand, unknown};
use crate::authority::{Authority, CanReassign};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// Which task, to whom, and why.
#[derive(Deserialize, ToSchema)]
pub struct ReassignRequest {
    /// The task that is taken back.
    assignment_id: Uuid,
    /// The agency that gets it, id or code.
    agency: String,
    /// Why.
    reason: String,
}

impl Checked for ReassignRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("reason", Some(&self.reason));
        faults.required("reason", &self.reason);
    }
}

/// Take a task from one agency and give it to another one in the same role, in one act. Who is on scene already is not called
/// off.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/reassign", operation_id = "reassign_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = ReassignRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanReassign>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(incident): Id<IncidentId>,
    mut written: Written<ReassignRequest>,
) -> Result<Json<Incident>, Problem> {
    let names = show.names();
    let to = by_hand(agency(&written.body.agency, &names).ok_or_else(|| unknown("agency"))?);
    let id = AssignmentId(written.body.assignment_id);
    let reason = Private::new(std::mem::take(&mut written.body.reason).trim().to_owned());
    let command = DeskCommand::Incident(incident, IncidentCommand::Reassign { id, to, reason });
    let answer = intake.write(&may, &written, vec![command]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
