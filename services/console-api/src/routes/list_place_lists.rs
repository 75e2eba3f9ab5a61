//! Which lists of places there are.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanSupervise};
use crate::problem::Problem;
use crate::views::PlaceList;

/// The lists that places come from, by name, with how many each has.
#[utoipa::path(get, path = "/api/v1/places/lists", operation_id = "list_place_lists", tag = "Administration",
    responses((status = 200, description = "The lists", body = Vec<PlaceList>)))]
pub async fn handler(
    _may: Authority<CanSupervise>,
    State(store): State<Store>,
) -> Result<Json<Vec<PlaceList>>, Problem> {
    let found = store.places_by_source().await?;
    Ok(Json(found.into_iter().map(|(source, places)| PlaceList { source, places }).collect()))
}
