//! Say what a call was.

use axum::Json;
use axum::extract::State;
use dispatch_core::call::{CallCommand, DispositionKind};
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::Call;
use crate::wire;

/// What a call was.
#[derive(Deserialize, ToSchema)]
pub struct DispositionRequest {
    /// The outcome.
    kind: wire::DispositionKind,
    /// A remark.
    note: Option<String>,
    /// The incident that it reports; needed for `incident` and `duplicate`.
    incident_id: Option<uuid::Uuid>,
    /// Whether a live call is ended with it; it is, unless this says no.
    hang_up: Option<bool>,
}

impl Checked for DispositionRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("note", self.note.as_deref());
    }
}

impl DispositionRequest {
    fn commands(&mut self, call: CallId) -> Vec<DeskCommand> {
        let incident = self.incident_id.map(IncidentId);
        let attach = incident.map(|id| DeskCommand::Incident(id, IncidentCommand::AttachCall { call }));
        let note = self.note.take().filter(|note| !note.trim().is_empty()).map(Private::new);
        // What a further caller says is known to everybody on the incident.
        let told = (self.kind.0 == DispositionKind::Duplicate).then(|| incident.zip(note.clone())).flatten();
        let told = told.map(|(id, text)| DeskCommand::Incident(id, IncidentCommand::AddNote { text }));
        let dispose = DeskCommand::Call(call, CallCommand::Dispose { kind: self.kind.0, note, incident });
        attach.into_iter().chain(told).chain([dispose]).collect()
    }
}

/// Say what a call was; a live call is ended, unless `hang_up` is false. What a `duplicate` says in its note is also a note
/// of the incident. One request disposes of a prank or a silent call.
#[utoipa::path(post, path = "/api/v1/calls/{id}/disposition", operation_id = "dispose_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = DispositionRequest,
    responses((status = 200, description = "The call", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<CallId>,
    mut written: Written<DispositionRequest>,
) -> Result<Json<Call>, Problem> {
    let who = Viewer::of(may.user());
    let commands = written.body.commands(id);
    let disposed = intake.write(&may, &written, commands).await;
    // A refused disposition leaves the caller on the line; a store that is away does not keep the line busy.
    let stays = written.body.hang_up == Some(false);
    let over = !stays && disposed.as_ref().err().is_none_or(|problem| problem.code() == Code::StoreAway);
    let ended = if over { line.release(id, who).await } else { None };
    let call = disposed?.call()?;
    Ok(Json(show.call(&ended.unwrap_or(call), who).await))
}
