//! Hand-overs of shifts.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanHandOver};
use crate::problem::Problem;
use crate::rosters::Rosters;
use crate::views::HandoverPage;

/// The hand-overs of one's own office: those that nobody has taken, then the newest.
#[utoipa::path(get, path = "/api/v1/handovers", operation_id = "list_handovers", tag = "Duty",
    responses((status = 200, description = "The hand-overs", body = HandoverPage)))]
pub async fn handler(
    may: Authority<CanHandOver>,
    State(rosters): State<Rosters>,
) -> Result<Json<HandoverPage>, Problem> {
    rosters.handovers(may.agency()).await.map(Json)
}
