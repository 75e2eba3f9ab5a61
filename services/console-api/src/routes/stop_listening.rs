//! Leave a call that one supervises.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanListenIn};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Leave a call that one listens to, whispers to or has joined.
#[utoipa::path(post, path = "/api/v1/calls/{id}/stop-listening", operation_id = "stop_listening", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = EmptyRequest,
    responses((status = 200, description = "You are off the call", body = Call)))]
pub async fn handler(
    may: Authority<CanListenIn>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
    _written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    line.stop_supervising(id, Viewer::of(may.user())).await.map(Json)
}
