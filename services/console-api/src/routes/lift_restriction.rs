//! Lift what is held against a call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanLiftRestrictions};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Lift what is held against a call: its caller is treated like anybody, in this call and for a day. The log tells who
/// did.
#[utoipa::path(post, path = "/api/v1/calls/{id}/lift-restriction", operation_id = "lift_restriction", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = EmptyRequest,
    responses((status = 200, description = "The restriction is lifted", body = Call)))]
pub async fn handler(
    may: Authority<CanLiftRestrictions>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
    _written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    line.lift_restriction(id, Viewer::of(may.user())).await.map(Json)
}
