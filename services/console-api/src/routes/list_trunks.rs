//! The trunks: how they are, and how they are configured.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanReadTrunks};
use crate::floor::Floor;
use crate::problem::Problem;
use crate::views::TrunkList;

/// The trunks as the telephone part tells of them: whether their other ends answer, how their test calls went, and how they are
/// configured; and since when they are configured like that. Without a telephone part that answers the list is empty.
#[utoipa::path(get, path = "/api/v1/trunks", operation_id = "list_trunks", tag = "Supervision",
    responses((status = 200, description = "The trunks", body = TrunkList)))]
pub async fn handler(
    _may: Authority<CanReadTrunks>,
    State(store): State<Store>,
    State(floor): State<Floor>,
) -> Result<Json<TrunkList>, Problem> {
    let configured = store.trunk_setup().await?;
    Ok(Json(TrunkList::of(&floor.now(), configured.map(|(_, at)| at))))
}
