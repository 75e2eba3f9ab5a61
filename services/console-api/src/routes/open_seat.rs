//! Open one's audio.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Seats;
use crate::input::{Checked, Faults, Written, check_sdp};
use crate::problem::Problem;

/// The browser's offer.
#[derive(Deserialize, ToSchema)]
pub struct SeatRequest {
    /// The session description with all its candidates (RFC 8829): one audio track, PCMA or PCMU.
    sdp: String,
    /// How the page names itself: made up by it, the same after a reload. The audio of one person is at one page.
    page: Option<String>,
}

impl Checked for SeatRequest {
    fn check(&self, faults: &mut Faults) {
        check_sdp("sdp", &self.sdp, faults);
        faults.short("page", self.page.as_deref());
    }
}

/// The server's answer.
#[derive(Serialize, ToSchema)]
pub struct SeatOpened {
    /// The session description to set as the remote one.
    sdp: String,
}

/// Open one's audio in the browser, or open it anew after a reload. It stays open between calls; a call that one
/// has joins it again.
#[utoipa::path(post, path = "/api/v1/seat", operation_id = "open_seat", tag = "Duty",
    request_body = SeatRequest, responses((status = 200, description = "The answer", body = SeatOpened)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(seats): State<Seats>,
    written: Written<SeatRequest>,
) -> Result<Json<SeatOpened>, Problem> {
    let sdp = seats.open(may.user_id(), written.body.sdp, written.body.page).await?;
    Ok(Json(SeatOpened { sdp }))
}
