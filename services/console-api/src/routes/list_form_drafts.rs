//! What was typed and not handed in.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;
use incident_store::{FormPlace, Store};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::authority::{Authority, CanReport};
use crate::input::Query;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::{FormDraft, FormDraftPage};

/// Of what.
#[derive(Clone, Deserialize, IntoParams)]
pub struct FormDraftQuery {
    /// The form of this call, whoever typed into it; one's own forms when absent.
    call: Option<Uuid>,
}

/// What was typed into forms and not handed in: one's own, or that of one call, which goes with the call from seat to
/// seat. Kept for two days.
#[utoipa::path(get, path = "/api/v1/drafts", operation_id = "list_form_drafts", tag = "Incidents",
    params(FormDraftQuery), responses((status = 200, description = "The forms", body = FormDraftPage)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    Query(query): Query<FormDraftQuery>,
) -> Result<Json<FormDraftPage>, Problem> {
    let found = match query.call {
        Some(call) => store.form_draft(FormPlace::Call(CallId(call))).await?.into_iter().collect(),
        None => store.form_drafts_of(may.user_id()).await?,
    };
    let names = names.now();
    Ok(Json(FormDraftPage { items: found.iter().map(|one| FormDraft::of(one, &names)).collect() }))
}
