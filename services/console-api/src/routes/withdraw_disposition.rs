//! Take back what a call was said to be.

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

/// Take back what a call was said to be: it leaves its incident and has to be decided anew. A live call goes on.
#[utoipa::path(delete, path = "/api/v1/calls/{id}/disposition", operation_id = "withdraw_disposition", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")),
    responses((status = 200, description = "The call", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<CallId>,
    written: Written<EmptyRequest>,
) -> Result<Json<Call>, Problem> {
    let withdraw = DeskCommand::Call(id, CallCommand::Withdraw);
    let call = intake.write(&may, &written, vec![withdraw]).await?.call()?;
    Ok(Json(show.call(&call, Viewer::of(may.user())).await))
}
