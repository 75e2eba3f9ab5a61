//! Take a shift over.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::ShiftHandoverId;

use super::hand_shift_over::HandoverRequest;
use crate::authority::{Authority, CanHandOver};
use crate::input::{Id, Written};
use crate::problem::Problem;
use crate::rosters::Rosters;
use crate::views::ShiftHandover;

/// Take a shift over: from now on what was open is this person's. Nobody takes over from themselves, and one hand-over is
/// taken once.
#[utoipa::path(post, path = "/api/v1/handovers/{id}/take", operation_id = "take_shift_over", tag = "Duty",
    params(("id" = uuid::Uuid, Path, description = "Id of the hand-over")), request_body = HandoverRequest,
    responses((status = 200, description = "The hand-over", body = ShiftHandover)))]
pub async fn handler(
    may: Authority<CanHandOver>,
    State(rosters): State<Rosters>,
    Id(id): Id<ShiftHandoverId>,
    written: Written<HandoverRequest>,
) -> Result<Json<ShiftHandover>, Problem> {
    rosters.take_over(&may, &written, id, written.body.note.as_deref()).await.map(Json)
}
