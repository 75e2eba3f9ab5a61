//! Agencies.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanBeHere};
use crate::names::NameBook;
use crate::views::Agency;

/// All agencies of the site.
#[utoipa::path(get, path = "/api/v1/agencies", operation_id = "list_agencies", tag = "Reference",
    responses((status = 200, description = "The agencies", body = Vec<Agency>)))]
pub async fn handler(_may: Authority<CanBeHere>, State(names): State<NameBook>) -> Json<Vec<Agency>> {
    Json(names.now().policy().directory.agencies.values().map(Agency::of).collect())
}
