//! Close one's audio.

use axum::extract::State;
use axum::http::StatusCode;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Seats;
use crate::problem::Problem;

/// Close one's audio. A caller whom one talks to waits at the head of the queue then.
#[utoipa::path(delete, path = "/api/v1/seat", operation_id = "close_seat", tag = "Duty",
    responses((status = 204, description = "Closed")))]
pub async fn handler(may: Authority<CanAnswer>, State(seats): State<Seats>) -> Result<StatusCode, Problem> {
    seats.close(may.user_id()).await?;
    Ok(StatusCode::NO_CONTENT)
}
