//! Close an incident.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport, CanSupervise, Permission as _};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// Why, when agencies have not finished.
#[derive(Deserialize, ToSchema)]
pub struct CloseRequest {
    /// Why; a supervisor must say so when agencies have not finished.
    reason: Option<String>,
}

impl Checked for CloseRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("reason", self.reason.as_deref());
    }
}

/// Close an incident that every agency has reported done. A supervisor may close over unfinished ones, with a reason.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/close", operation_id = "close_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = CloseRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    mut written: Written<CloseRequest>,
) -> Result<Json<Incident>, Problem> {
    let reason = written.body.reason.take().map(Private::new);
    let may_override = CanSupervise::ROLES.contains(&may.user().role);
    let command = IncidentCommand::Close { reason, may_override };
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
