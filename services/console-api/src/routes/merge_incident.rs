//! Merge an incident into another one.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::Incident;

/// Which one goes on.
#[derive(Deserialize, ToSchema)]
pub struct MergeRequest {
    /// The incident that goes on.
    into: uuid::Uuid,
}

impl Checked for MergeRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Merge an incident into another one, which takes over its calls, and the agencies that it has not asked itself, as far
/// as they are. The answer is the incident that goes on.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/merge", operation_id = "merge_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident that ends")), request_body = MergeRequest,
    responses((status = 200, description = "The incident that goes on", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(store): State<Store>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    written: Written<MergeRequest>,
) -> Result<Json<Incident>, Problem> {
    let into = IncidentId(written.body.into);
    if store.incident(id).await?.is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    if store.incident(into).await?.is_none() {
        return Err(Problem::field("into", "unknown", "Insiden tidak dikenal.", "There is no such incident."));
    }
    let answer = intake.write(&may, &written, vec![DeskCommand::Merge { from: id, into }]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
