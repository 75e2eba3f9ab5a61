//! End a call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Nothing to say.
#[derive(Deserialize, ToSchema)]
pub struct HangupRequest {}

impl Checked for HangupRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// End a live call. A disposition is owed if there is none yet.
#[utoipa::path(post, path = "/api/v1/calls/{id}/hangup", operation_id = "hangup_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = HangupRequest,
    responses((status = 200, description = "The call has ended", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    Id(id): Id<CallId>,
    _written: Written<HangupRequest>,
) -> Result<Json<Call>, Problem> {
    line.hang_up(id, Viewer::of(may.user())).await.map(Json)
}
