//! My audio.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Seats;
use crate::problem::Problem;

/// Whether one's audio works.
#[derive(Serialize, ToSchema)]
pub struct SeatStatus {
    /// Whether the server hears the browser.
    connected: bool,
    /// The page that opened it last, as it named itself; null when nobody knows.
    page: Option<String>,
}

/// Whether one's audio works, as the server hears it.
#[utoipa::path(get, path = "/api/v1/seat", operation_id = "show_seat", tag = "Duty",
    responses((status = 200, description = "How it is", body = SeatStatus)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(seats): State<Seats>,
) -> Result<Json<SeatStatus>, Problem> {
    let connected = seats.is_connected(may.user_id()).await?;
    Ok(Json(SeatStatus { connected, page: seats.page_of(may.user_id()) }))
}
