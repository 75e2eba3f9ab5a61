//! Hear a recording.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use dispatch_core::ids::CallId;

use crate::authority::{Authority, CanHearRecordings};
use crate::input::Id;
use crate::problem::Problem;
use crate::recordings::Player;

/// The recording of a call: the caller on the left, the centre on the right. Takes `Range`. Each playback (what one
/// person asks of one recording within an hour) is a leaf of the supervision log. A call-taker hears the calls that
/// they had themselves.
#[utoipa::path(get, path = "/api/v1/calls/{id}/recording", operation_id = "play_recording", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call"),
        ("Range" = Option<String>, Header, description = "One range of bytes (RFC 9110 section 14.2)")),
    responses((status = 200, description = "Stereo A-law WAV", body = Vec<u8>, content_type = "audio/wav"),
        (status = 206, description = "The part that was asked for", body = Vec<u8>, content_type = "audio/wav")))]
pub async fn handler(
    may: Authority<CanHearRecordings>,
    State(player): State<Player>,
    Id(id): Id<CallId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    player.play(&may, id, &headers).await
}
