//! The signed checkpoints of the log.

use axum::Json;
use axum::extract::State;
use incident_store::Store;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadLog};
use crate::input::{Query, page_items};
use crate::problem::Problem;
use crate::views::{Checkpoint, CheckpointPage};

/// Which checkpoints.
#[derive(Deserialize, IntoParams)]
pub struct CheckpointQuery {
    /// With at most so many entries; the newest when absent.
    #[param(value_type = Option<String>)]
    up_to: Option<u64>,
    /// At most so many, 1 to 500.
    limit: Option<u32>,
}

/// Signed checkpoints, newest first. Each is worth keeping outside: it finds a log that was rewritten or rolled back.
#[utoipa::path(get, path = "/api/v1/log/checkpoints", operation_id = "list_checkpoints", tag = "Supervision",
    params(CheckpointQuery), responses((status = 200, description = "The checkpoints", body = CheckpointPage)))]
pub async fn handler(
    _may: Authority<CanReadLog>,
    State(store): State<Store>,
    Query(query): Query<CheckpointQuery>,
) -> Result<Json<CheckpointPage>, Problem> {
    let up_to = query.up_to.unwrap_or(i64::MAX.unsigned_abs()).min(i64::MAX.unsigned_abs());
    let found = store.checkpoints_before(up_to, page_items(query.limit)).await?;
    Ok(Json(CheckpointPage { items: found.iter().map(Checkpoint::of).collect() }))
}
