//! Say what came of calling back.

use axum::Json;
use axum::extract::State;
use dispatch_core::call::CallCommand;
use dispatch_core::ids::CallId;
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Call;
use crate::wire::CallBackOutcome;

/// What came of calling back.
#[derive(Deserialize, ToSchema)]
pub struct CallBackRequest {
    /// The result.
    outcome: CallBackOutcome,
    /// A remark.
    note: Option<String>,
}

impl Checked for CallBackRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("note", self.note.as_deref());
    }
}

/// Say what came of calling back a caller who was lost.
#[utoipa::path(post, path = "/api/v1/calls/{id}/call-back", operation_id = "record_call_back", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = CallBackRequest,
    responses((status = 200, description = "The call", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<CallId>,
    mut written: Written<CallBackRequest>,
) -> Result<Json<Call>, Problem> {
    let note = written.body.note.take().map(Private::new);
    let tried = CallCommand::CallBackAttempt { outcome: written.body.outcome.0, note };
    let answer = intake.write(&may, &written, vec![DeskCommand::Call(id, tried)]).await?;
    Ok(Json(show.call(&answer.call()?, Viewer::of(may.user())).await))
}
