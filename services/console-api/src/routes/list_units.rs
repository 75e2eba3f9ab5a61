//! All units.

use axum::Json;
use axum::extract::State;
use dispatch_core::time::Clock;
use incident_store::Store;

use crate::authority::{Authority, CanReadIncidents};
use crate::problem::Problem;
use crate::show::Show;
use crate::views::UnitList;

/// All units that one may see: an agency its own, the centre all, with the areas that no free unit reaches.
#[utoipa::path(get, path = "/api/v1/units", operation_id = "list_units", tag = "Units",
    responses((status = 200, description = "The units", body = UnitList)))]
pub async fn handler(
    may: Authority<CanReadIncidents>,
    State(store): State<Store>,
    State(show): State<Show>,
    State(clock): State<Clock>,
) -> Result<Json<UnitList>, Problem> {
    let units = store.units(may.agency()).await?;
    Ok(Json(UnitList::of(&units, may.agency().is_none(), &show.names(), clock.now())))
}
