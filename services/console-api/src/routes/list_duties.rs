//! Who is on duty.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanSupervise};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::PersonOnDuty;

/// Everybody who has a duty.
#[utoipa::path(get, path = "/api/v1/duty/all", operation_id = "list_duties", tag = "Duty",
    responses((status = 200, description = "The duties", body = Vec<PersonOnDuty>)))]
pub async fn handler(
    _may: Authority<CanSupervise>,
    State(store): State<Store>,
    State(names): State<NameBook>,
) -> Result<Json<Vec<PersonOnDuty>>, Problem> {
    let names = names.now();
    let duties = store.duties().await?;
    Ok(Json(duties.iter().map(|duty| PersonOnDuty::of(duty, &names)).collect()))
}
