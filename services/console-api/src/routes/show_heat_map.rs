//! Where incidents were.

use axum::Json;
use axum::extract::State;
use dispatch_core::time::{Clock, Seconds};
use incident_store::Store;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanSupervise};
use crate::input::{Faults, Query};
use crate::limits::{HEAT_HOURS_MAX, HEAT_INCIDENTS_MAX};
use crate::problem::Problem;
use crate::views::HeatMap;

/// Of what time, when nothing else is asked for: a day.
const HOURS: u32 = 24;

/// Of what time.
#[derive(Clone, Deserialize, IntoParams)]
pub struct HeatQuery {
    /// Of the last so many hours, 1 to 168; 24 when absent.
    hours: Option<u32>,
}

/// How many incidents there were where, counted in a grid.
#[utoipa::path(get, path = "/api/v1/map/heat", operation_id = "show_heat_map", tag = "Supervision", params(HeatQuery),
    responses((status = 200, description = "The counts", body = HeatMap)))]
pub async fn handler(
    _may: Authority<CanSupervise>,
    State(store): State<Store>,
    State(clock): State<Clock>,
    Query(query): Query<HeatQuery>,
) -> Result<Json<HeatMap>, Problem> {
    let hours = query.hours.unwrap_or(HOURS);
    let mut faults = Faults::default();
    faults.range("hours", Some(f64::from(hours)), 1.0..=f64::from(HEAT_HOURS_MAX));
    faults.into_result()?;
    let to = clock.now();
    let from = to.before(Seconds(hours * 3_600));
    // One more than is counted tells whether there are more.
    let asked = u32::try_from(HEAT_INCIDENTS_MAX + 1).unwrap_or(u32::MAX);
    let points = store.incident_points(from, to, asked).await?;
    Ok(Json(HeatMap::of(from.into(), to.into(), points, HEAT_INCIDENTS_MAX)))
}
