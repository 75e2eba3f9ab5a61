//! Give paper forms out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::ids::FormBatchId;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanUsePaperForms};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::paper::CentreName;
use crate::problem::Problem;
use crate::random;
use crate::views::{PaperForm, PaperFormBatch};

/// How many forms.
#[derive(Deserialize, ToSchema)]
pub struct PaperFormsRequest {
    /// 1 to 100.
    count: u32,
}

impl Checked for PaperFormsRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Give paper forms out under the next numbers of this year's series. A number is given out once, for ever; a repeat of the
/// request gets the same numbers.
#[utoipa::path(post, path = "/api/v1/paper-forms", operation_id = "give_out_paper_forms", tag = "Incidents",
    request_body = PaperFormsRequest,
    responses((status = 201, description = "The forms, to be printed", body = PaperFormBatch)))]
pub async fn handler(
    may: Authority<CanUsePaperForms>,
    State(intake): State<Intake>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(centre): State<CentreName>,
    written: Written<PaperFormsRequest>,
) -> Result<(StatusCode, Json<PaperFormBatch>), Problem> {
    let batch = FormBatchId(random::named(may.user_id().0, &written.key));
    let command = SiteCommand::GiveOutForms { batch, count: written.body.count };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    let items = PaperForm::all_of(&store.paper_forms_of(batch).await?, &names.now());
    Ok((StatusCode::CREATED, Json(PaperFormBatch { batch_id: batch.0, centre: centre.name, items })))
}
