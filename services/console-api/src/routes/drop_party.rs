//! Take somebody off a call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{CallId, PartyId};

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Ids, Written};
use crate::problem::Problem;
use crate::views::Call;

/// Take somebody off a call, or stop ringing them.
#[utoipa::path(delete, path = "/api/v1/calls/{id}/parties/{party}", operation_id = "drop_party", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call"),
        ("party" = uuid::Uuid, Path, description = "Id of the party")),
    responses((status = 200, description = "The call without them", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    Ids(id, party): Ids<CallId, PartyId>,
    _written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    line.drop_party(id, Viewer::of(may.user()), party).await.map(Json)
}
