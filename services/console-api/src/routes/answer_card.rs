//! Write down answers to a question card.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::IncidentCommand;
use incident_store::DeskCommand;

use crate::authority::{Authority, CanReport};
use crate::cards::{AnswersRequest, Cards};
use crate::input::{Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// Write down what was answered to a question card, or take an answer back. An answer may raise the priority; none
/// lowers it.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/answers", operation_id = "answer_card", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = AnswersRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(cards): State<Cards>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    written: Written<AnswersRequest>,
) -> Result<Json<Incident>, Problem> {
    let answers = cards.answers(&written.body, "").await?;
    let command = DeskCommand::Incident(id, IncidentCommand::AnswerCard { answers });
    let answer = intake.write(&may, &written, vec![command]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
