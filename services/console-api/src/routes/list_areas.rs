//! Areas.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanBeHere};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::session::Crew;
use crate::views::Area;

/// All areas, with their outlines where they are loaded. The link of a crew is enough.
#[utoipa::path(get, path = "/api/v1/areas", operation_id = "list_areas", tag = "Reference",
    responses((status = 200, description = "The areas", body = Vec<Area>)))]
pub async fn handler(
    may: Result<Authority<CanBeHere>, Problem>,
    crew: Result<Crew, Problem>,
    State(names): State<NameBook>,
) -> Result<Json<Vec<Area>>, Problem> {
    // Where a kecamatan ends is no secret, and a map without it shows a crew a point in the void.
    if crew.is_err() {
        may?;
    }
    Ok(Json(names.now().areas().iter().map(Area::of).collect()))
}
