//! Base maps.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanBeHere};
use crate::base_maps::BaseMaps;
use crate::problem::Problem;
use crate::views::MapOffer;

/// The base maps that lie beside the data, and which of them cannot be used.
#[utoipa::path(get, path = "/api/v1/map", operation_id = "show_map", tag = "Reference",
    responses((status = 200, description = "The base maps", body = MapOffer)))]
pub async fn handler(
    _may: Authority<CanBeHere>,
    State(base_maps): State<BaseMaps>,
) -> Result<Json<MapOffer>, Problem> {
    Ok(Json(MapOffer { base_maps: base_maps.list().await }))
}
