//! My duty.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanBeHere};
use crate::problem::Problem;
use crate::views::Duty;

/// One's own duty.
#[utoipa::path(get, path = "/api/v1/duty", operation_id = "show_duty", tag = "Duty",
    responses((status = 200, description = "The duty", body = Duty)))]
pub async fn handler(may: Authority<CanBeHere>, State(store): State<Store>) -> Result<Json<Duty>, Problem> {
    let duty = store.duty(may.user_id()).await?;
    Ok(Json(Duty::of(duty.as_ref())))
}
