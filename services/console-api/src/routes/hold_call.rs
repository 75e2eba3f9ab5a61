//! Hold a call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Hold a call: the caller hears music, the centre hears nothing of the caller, the recording goes on.
#[utoipa::path(post, path = "/api/v1/calls/{id}/hold", operation_id = "hold_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = EmptyRequest,
    responses((status = 200, description = "The call is held", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
    _written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    line.hold(id, Viewer::of(may.user())).await.map(Json)
}
