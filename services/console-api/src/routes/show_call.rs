//! One call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanReadCalls};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::Id;
use crate::problem::Problem;
use crate::views::Call;

/// One call. While the store is away it is what the trunk's memory knows.
#[utoipa::path(get, path = "/api/v1/calls/{id}", operation_id = "show_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")),
    responses((status = 200, description = "The call", body = Call)))]
pub async fn handler(
    may: Authority<CanReadCalls>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
) -> Result<Json<Call>, Problem> {
    line.call(id, Viewer::of(may.user())).await.map(Json)
}
