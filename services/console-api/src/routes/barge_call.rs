//! Join a call.

use axum::Json;
use axum::extract::State;
use dispatch_core::call::fact::SuperviseMode;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanListenIn};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Join a call: everybody hears the supervisor.
#[utoipa::path(post, path = "/api/v1/calls/{id}/barge", operation_id = "barge_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = EmptyRequest,
    responses((status = 200, description = "You are on the call", body = Call)))]
pub async fn handler(
    may: Authority<CanListenIn>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
    _written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    line.supervise(id, Viewer::of(may.user()), SuperviseMode::Barge).await.map(Json)
}
