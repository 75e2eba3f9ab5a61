//! Say what became of a paper form that is not used.

use axum::Json;
use axum::extract::State;
use dispatch_core::paper::FormNumber;
use dispatch_core::private::Private;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanUsePaperForms};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::views::PaperForm;
use crate::wire::FormStep;

/// What became of it.
#[derive(Deserialize, ToSchema)]
pub struct PaperFormStepRequest {
    /// What.
    step: FormStep,
    /// Why, or what is known of it.
    reason: String,
}

impl Checked for PaperFormStepRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("reason", &self.reason);
        faults.note("reason", Some(&self.reason));
    }
}

/// Say that a paper form is spoiled, that it was looked for and not found, or that it can be used after all. One that an
/// incident was typed in from stays as it is.
#[utoipa::path(post, path = "/api/v1/paper-forms/{id}", operation_id = "settle_paper_form", tag = "Incidents",
    params(("id" = String, Path, description = "Number of the form")), request_body = PaperFormStepRequest,
    responses((status = 200, description = "The form", body = PaperForm)))]
pub async fn handler(
    may: Authority<CanUsePaperForms>,
    State(intake): State<Intake>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    Id(form): Id<FormNumber>,
    written: Written<PaperFormStepRequest>,
) -> Result<Json<PaperForm>, Problem> {
    let reason = Private::new(written.body.reason.trim().to_owned());
    let command = SiteCommand::SettleForm { form, step: written.body.step.0, reason };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    let kept = store.paper_form(form).await?.ok_or(Problem::new(Code::NotFound))?;
    Ok(Json(PaperForm::of(&kept, &names.now())))
}
