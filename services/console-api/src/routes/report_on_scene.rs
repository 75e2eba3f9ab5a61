//! Di lokasi.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::assignments::Agency;
use crate::authority::{Authority, CanActFor};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Nothing to say.
#[derive(Deserialize, ToSchema)]
pub struct OnSceneRequest {}

impl Checked for OnSceneRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Di lokasi: the unit is there.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/on-scene", operation_id = "report_on_scene", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = OnSceneRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<OnSceneRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::OnScene;
    agency.report(&may, &written, id, change).await.map(Json)
}
