//! Forget what was typed.

use axum::extract::State;
use axum::http::StatusCode;
use incident_store::Desk;

use crate::authority::{Authority, CanReport};
use crate::input::Id;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::FormName;

/// Forget what was typed into a form: it was handed in, or thrown away.
#[utoipa::path(delete, path = "/api/v1/drafts/{id}", operation_id = "drop_form_draft", tag = "Incidents",
    params(("id" = String, Path, description = "`free`, `paper`, `call-ID` or `incident-ID`")),
    responses((status = 204, description = "It is forgotten")))]
pub async fn handler(
    may: Authority<CanReport>,
    State(desk): State<Desk>,
    State(names): State<NameBook>,
    Id(form): Id<FormName>,
) -> Result<StatusCode, Problem> {
    let dropped = desk.drop_draft(form.place(may.user_id())).await;
    dropped.map_err(|error| Problem::submit(error, &names.now()))?;
    Ok(StatusCode::NO_CONTENT)
}
