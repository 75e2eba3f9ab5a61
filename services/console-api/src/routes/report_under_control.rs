//! Terkendali.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;

use crate::assignments::{Agency, StepRequest};
use crate::authority::{Authority, CanReportFor};
use crate::input::{Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Terkendali: it is under control.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/under-control", operation_id = "report_under_control", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = StepRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanReportFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<StepRequest>,
) -> Result<Json<Assignment>, Problem> {
    agency.report_with_units(&may, &written, id, |_| Change::UnderControl).await.map(Json)
}
