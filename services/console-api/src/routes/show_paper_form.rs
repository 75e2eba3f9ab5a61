//! One paper form.

use axum::Json;
use axum::extract::State;
use dispatch_core::time::Clock;
use incident_store::Store;

use crate::authority::{Authority, CanReadPaperForms};
use crate::input::Id;
use crate::names::NameBook;
use crate::paper::known_form;
use crate::problem::{Code, Problem};
use crate::views::PaperForm;

/// One paper form, by its number as a person types it off the paper: `F-2026-000123`, `2026-123`, or `123` for this year's.
#[utoipa::path(get, path = "/api/v1/paper-forms/{id}", operation_id = "show_paper_form", tag = "Incidents",
    params(("id" = String, Path, description = "Number of the form")),
    responses((status = 200, description = "The form", body = PaperForm)))]
pub async fn handler(
    _may: Authority<CanReadPaperForms>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(clock): State<Clock>,
    Id(typed): Id<String>,
) -> Result<Json<PaperForm>, Problem> {
    let form = known_form(&store, &typed, clock.now()).await?.ok_or(Problem::new(Code::NotFound))?;
    let names = names.now();
    let batch = store.paper_forms_of(form.batch).await?;
    let shown = PaperForm::all_of(&batch, &names).into_iter().find(|one| one.number == form.number.to_string());
    Ok(Json(shown.unwrap_or_else(|| PaperForm::of(&form, &names))))
}
