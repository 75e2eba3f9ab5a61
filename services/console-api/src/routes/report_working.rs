//! Dalam penanganan.

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
pub struct WorkingRequest {}

impl Checked for WorkingRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Dalam penanganan: the unit is at work.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/working", operation_id = "report_working", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = WorkingRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<WorkingRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::Working;
    agency.report(&may, &written, id, change).await.map(Json)
}
