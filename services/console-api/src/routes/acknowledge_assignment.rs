//! Take a task.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;

use crate::assignments::{Agency, StepRequest};
use crate::authority::{Authority, CanReportFor};
use crate::input::{Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Take a task for one's agency. Of two at once one wins; the other gets 409 with the winner.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/acknowledge", operation_id = "acknowledge_assignment", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = StepRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanReportFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<StepRequest>,
) -> Result<Json<Assignment>, Problem> {
    agency.report_with_units(&may, &written, id, |unit| Change::Acknowledge { unit }).await.map(Json)
}
