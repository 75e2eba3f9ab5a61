//! Refuse an offered call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Do not take a call that rings at one's seat: it goes to the next. The caller notices nothing.
#[utoipa::path(post, path = "/api/v1/calls/{id}/refuse", operation_id = "refuse_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = EmptyRequest,
    responses((status = 200, description = "The call, which rings elsewhere", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
    _written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    line.refuse(id, Viewer::of(may.user())).await.map(Json)
}
