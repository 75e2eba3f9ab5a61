//! Paper forms that were given out.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanReadPaperForms};
use crate::names::NameBook;
use crate::paper::CentreName;
use crate::problem::Problem;
use crate::views::{PaperForm, PaperFormCounts, PaperFormPage};

/// Paper forms: those that nobody has accounted for first, then the others; the newest first, at most 1,000.
#[utoipa::path(get, path = "/api/v1/paper-forms", operation_id = "list_paper_forms", tag = "Incidents",
    responses((status = 200, description = "The forms", body = PaperFormPage)))]
pub async fn handler(
    _may: Authority<CanReadPaperForms>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(centre): State<CentreName>,
) -> Result<Json<PaperFormPage>, Problem> {
    let counts = PaperFormCounts::of(&store.paper_form_counts().await?);
    let items = PaperForm::all_of(&store.paper_forms().await?, &names.now());
    Ok(Json(PaperFormPage { centre: centre.name, counts, items }))
}
