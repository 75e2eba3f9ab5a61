//! Take the last step back.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;

use crate::assignments::Agency;
use crate::authority::{Authority, CanActFor};
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Take the last step back, within 15 seconds and by whoever took it: a slip of the finger. A completion stays.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/take-back", operation_id = "take_step_back", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")),
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<EmptyRequest>,
) -> Result<Json<Assignment>, Problem> {
    agency.report(&may, &written, id, Change::TakeBack, None).await.map(Json)
}
