//! Write a note.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanNote};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::Incident;

/// What to write down.
#[derive(Deserialize, ToSchema)]
pub struct NoteRequest {
    /// The text.
    text: String,
}

impl Checked for NoteRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("text", Some(&self.text));
        faults.required("text", &self.text);
    }
}

/// Write a note on an incident; everybody who sees the incident sees it.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/notes", operation_id = "note_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = NoteRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanNote>,
    State(store): State<Store>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    mut written: Written<NoteRequest>,
) -> Result<Json<Incident>, Problem> {
    may.may_see(store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?)?;
    let text = Private::new(std::mem::take(&mut written.body.text));
    let command = IncidentCommand::AddNote { text };
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
