//! Take a call-back on.

use axum::Json;
use axum::extract::State;
use dispatch_core::call::CallCommand;
use dispatch_core::ids::CallId;
use incident_store::DeskCommand;

use crate::authority::{Authority, CanAnswer};
use crate::feed::Viewer;
use crate::input::{EmptyRequest, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Call;

/// Take a call-back on, so that two do not call. Once it is late, anybody may take it over.
#[utoipa::path(post, path = "/api/v1/calls/{id}/call-back/take", operation_id = "take_call_back", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = EmptyRequest,
    responses((status = 200, description = "The call-back is yours", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<CallId>,
    written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    let command = DeskCommand::Call(id, CallCommand::TakeCallBack);
    let answer = intake.write(&may, &written, vec![command]).await?;
    Ok(Json(show.call(&answer.call()?, Viewer::of(may.user())).await))
}
