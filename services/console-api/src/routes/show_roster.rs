//! The duty rosters.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanBeHere};
use crate::problem::Problem;
use crate::rosters::Rosters;
use crate::views::Roster;

/// Who is on duty when, whom to ring now, which hours nobody covers, and which shifts are to change hands. A dispatcher
/// sees the agency's own; an auditor no numbers.
#[utoipa::path(get, path = "/api/v1/roster", operation_id = "show_roster", tag = "Duty",
    responses((status = 200, description = "The rosters", body = Roster)))]
pub async fn handler(
    may: Authority<CanBeHere>,
    State(rosters): State<Rosters>,
) -> Result<Json<Roster>, Problem> {
    rosters.shown_to(&may).await.map(Json)
}
