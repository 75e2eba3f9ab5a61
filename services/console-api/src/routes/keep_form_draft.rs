//! Keep what is being typed.

use axum::Json;
use axum::extract::State;
use dispatch_core::private::Private;
use incident_store::{Desk, DraftKept};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::input::{Asked, Checked, Faults, Id};
use crate::limits::FORM_DRAFT_BYTES_MAX;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::views::{FormDraft, FormDraftKept, FormName};

/// What a form holds.
#[derive(Deserialize, ToSchema)]
pub struct FormDraftRequest {
    /// The revision that this console knows; 0 when it knows none.
    revision: u32,
    /// What was typed, as the console keeps it: an object of at most 64 KiB.
    #[schema(value_type = Object)]
    content: Map<String, Value>,
}

impl Checked for FormDraftRequest {
    fn check(&self, faults: &mut Faults) {
        if serde_json::to_vec(&self.content).map_or(true, |text| text.len() > FORM_DRAFT_BYTES_MAX) {
            faults.report("content", "too_long", "Paling banyak 64 KiB.", "At most 64 KiB.");
        }
    }
}

/// Keep what is being typed into a form. Writing the same again changes nothing, so a repeat needs no key; when another
/// console wrote in between, 409 with what it wrote.
#[utoipa::path(put, path = "/api/v1/drafts/{id}", operation_id = "keep_form_draft", tag = "Incidents",
    params(("id" = String, Path, description = "`free`, `paper`, `call-ID` or `incident-ID`")),
    request_body = FormDraftRequest, responses((status = 200, description = "It is kept", body = FormDraftKept)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(desk): State<Desk>,
    State(names): State<NameBook>,
    Id(form): Id<FormName>,
    Asked(request): Asked<FormDraftRequest>,
) -> Result<Json<FormDraftKept>, Problem> {
    let content = Private::new(Value::Object(request.content).to_string());
    let user = may.user_id();
    let kept = desk.keep_draft(form.place(user), user, u64::from(request.revision), content).await;
    let names = names.now();
    match kept.map_err(|error| Problem::submit(error, &names))? {
        DraftKept::Kept(revision, at) => Ok(Json(FormDraftKept { revision, at: at.into() })),
        DraftKept::Overtaken(present) => {
            Err(Problem::new(Code::DraftOvertaken).now_being(FormDraft::of(&present, &names)))
        }
    }
}
