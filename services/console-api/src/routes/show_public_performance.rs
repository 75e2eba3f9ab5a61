//! How the centre does, for everybody.

use axum::Json;
use axum::extract::State;

use crate::problem::Problem;
use crate::public_page::{PublicDoor, PublicPerformance};

/// How the centre did in the last thirty whole days, as open data: without small counts, counted anew at most every quarter
/// of an hour. Needs no session.
#[utoipa::path(get, path = "/api/v1/public/performance", operation_id = "show_public_performance", tag = "Public",
    security(()), responses((status = 200, description = "The figures", body = PublicPerformance)))]
pub async fn handler(State(door): State<PublicDoor>) -> Result<Json<PublicPerformance>, Problem> {
    Ok(Json((*door.figures().await?).clone()))
}
