//! Open an ended incident again.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// Why it goes on.
#[derive(Deserialize, ToSchema)]
pub struct ReopenRequest {
    /// Why.
    reason: String,
}

impl Checked for ReopenRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("reason", Some(&self.reason));
        faults.required("reason", &self.reason);
    }
}

/// Open an ended incident again.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/reopen", operation_id = "reopen_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = ReopenRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    mut written: Written<ReopenRequest>,
) -> Result<Json<Incident>, Problem> {
    let reason = Private::new(std::mem::take(&mut written.body.reason));
    let command = IncidentCommand::Reopen { reason };
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
