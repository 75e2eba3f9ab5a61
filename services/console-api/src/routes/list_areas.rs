//! Areas.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanBeHere};
use crate::names::NameBook;
use crate::views::Area;

/// All areas, with their outlines where they are loaded.
#[utoipa::path(get, path = "/api/v1/areas", operation_id = "list_areas", tag = "Reference",
    responses((status = 200, description = "The areas", body = Vec<Area>)))]
pub async fn handler(_may: Authority<CanBeHere>, State(names): State<NameBook>) -> Json<Vec<Area>> {
    Json(names.now().areas().iter().map(Area::of).collect())
}
