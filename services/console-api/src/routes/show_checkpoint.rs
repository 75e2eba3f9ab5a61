//! The newest signed checkpoint.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanReadLog};
use crate::problem::{Code, Problem};
use crate::views::Checkpoint;

/// The newest signed checkpoint of the log; 404 before the first one is made.
#[utoipa::path(get, path = "/api/v1/log/checkpoint", operation_id = "show_checkpoint", tag = "Supervision",
    responses((status = 200, description = "The checkpoint", body = Checkpoint)))]
pub async fn handler(_may: Authority<CanReadLog>, State(store): State<Store>) -> Result<Json<Checkpoint>, Problem> {
    let checkpoint = store.latest_checkpoint().await?.ok_or(Problem::new(Code::NotFound))?;
    Ok(Json(Checkpoint::of(&checkpoint)))
}
