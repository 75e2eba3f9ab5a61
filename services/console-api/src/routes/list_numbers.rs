//! Numbers against which something is on record.

use axum::Json;
use axum::extract::State;
use dispatch_core::time::Clock;
use incident_store::Store;

use crate::authority::{Authority, CanSeeNumbers};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::screening::outcomes_count_from;
use crate::views::NumberRecord;

/// Numbers of one answer.
const NUMBERS_MAX: u32 = 500;

/// Numbers whose calls of the last 90 days were pranks or silent, and those that a rule holds for: what is on record, in which class
/// their next call waits, and until when. Rules first, then the worst; 500 at most. Nobody on it is ever refused.
#[utoipa::path(get, path = "/api/v1/numbers", operation_id = "list_numbers", tag = "Supervision",
    responses((status = 200, description = "The numbers", body = Vec<NumberRecord>)))]
pub async fn handler(
    _may: Authority<CanSeeNumbers>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(clock): State<Clock>,
) -> Result<Json<Vec<NumberRecord>>, Problem> {
    let now = clock.now();
    let found = store.number_records(outcomes_count_from(now), NUMBERS_MAX).await?;
    let names = names.now();
    Ok(Json(found.iter().map(|one| NumberRecord::of(one, now, &names)).collect()))
}
