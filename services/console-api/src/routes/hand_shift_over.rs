//! Hand a shift over.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanHandOver};
use crate::input::{Checked, Faults, Written};
use crate::problem::Problem;
use crate::rosters::Rosters;
use crate::views::ShiftHandover;

/// What is said at a hand-over.
#[derive(Deserialize, ToSchema)]
pub struct HandoverRequest {
    /// What the next one has to know, or what is said when taking over.
    pub note: Option<String>,
}

impl Checked for HandoverRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("note", self.note.as_deref());
    }
}

/// Hand one's shift over: what is open now is written down, and waits for another person of the same office to take it.
#[utoipa::path(post, path = "/api/v1/handovers", operation_id = "hand_shift_over", tag = "Duty",
    request_body = HandoverRequest, responses((status = 201, description = "The hand-over", body = ShiftHandover)))]
pub async fn handler(
    may: Authority<CanHandOver>,
    State(rosters): State<Rosters>,
    written: Written<HandoverRequest>,
) -> Result<(StatusCode, Json<ShiftHandover>), Problem> {
    Ok((StatusCode::CREATED, Json(rosters.hand_over(&may, &written, written.body.note.as_deref()).await?)))
}
