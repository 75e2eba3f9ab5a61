//! Make an incident the master of a mass event, or end that.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::IncidentCommand;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanMarkMassEvents};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// What holds from now on.
#[derive(Deserialize, ToSchema)]
pub struct MassEventRequest {
    /// Whether it is the master incident of a mass event.
    holds: bool,
}

impl Checked for MassEventRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Make an incident the master of a mass event: what rings around it is proposed as one more report of it, first of all.
/// It ends with the incident, or by this.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/mass-event", operation_id = "mark_mass_event", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = MassEventRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanMarkMassEvents>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    written: Written<MassEventRequest>,
) -> Result<Json<Incident>, Problem> {
    let command =
        if written.body.holds { IncidentCommand::DeclareMassEvent } else { IncidentCommand::EndMassEvent };
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
