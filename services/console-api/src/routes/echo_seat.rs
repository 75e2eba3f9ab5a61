//! Hear oneself.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Seats;
use crate::input::{Checked, Faults, Written};
use crate::problem::Problem;

/// Whether to hear oneself.
#[derive(Deserialize, ToSchema)]
pub struct EchoRequest {
    /// On or off.
    on: bool,
}

impl Checked for EchoRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Hear oneself half a second later, over the whole way to the server and back: the check before a shift. It never
/// disturbs a call.
#[utoipa::path(post, path = "/api/v1/seat/echo", operation_id = "echo_seat", tag = "Duty",
    request_body = EchoRequest, responses((status = 204, description = "So it is")))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(seats): State<Seats>,
    written: Written<EchoRequest>,
) -> Result<StatusCode, Problem> {
    seats.echo(may.user_id(), written.body.on).await?;
    Ok(StatusCode::NO_CONTENT)
}
