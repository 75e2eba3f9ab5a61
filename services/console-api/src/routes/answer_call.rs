//! Answer a call.

use axum::Json;
use axum::extract::State;
use call_link::order::SeatAudio;
use dispatch_core::ids::CallId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::{Line, Seats};
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written, check_sdp};
use crate::problem::Problem;
use crate::views::{Call, SystemMode};

/// How to answer.
#[derive(Deserialize, ToSchema)]
pub struct AnswerRequest {
    /// The offer of a browser whose audio is not open yet; absent when it is, or for a telephone.
    sdp: Option<String>,
}

impl Checked for AnswerRequest {
    fn check(&self, faults: &mut Faults) {
        if let Some(sdp) = &self.sdp {
            check_sdp("sdp", sdp, faults);
        }
    }
}

/// A call that was answered.
#[derive(Serialize, ToSchema)]
pub struct CallAnswered {
    /// The call.
    call: Call,
    /// By what one hears the caller: `browser`, `phone` (it rings now), or `none` (the caller hears that somebody is
    /// there; audio that is opened later takes its place).
    audio: &'static str,
    /// The answer to the offer; null without one.
    sdp: Option<String>,
    /// `darurat` when the call is what the trunk's memory knows.
    mode: SystemMode,
}

/// Answer a call. The trunk decides who was first, and does not wait for the store. Whoever answered it gets the
/// same answer again.
#[utoipa::path(post, path = "/api/v1/calls/{id}/answer", operation_id = "answer_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = AnswerRequest,
    responses((status = 200, description = "The call is yours", body = CallAnswered)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    State(seats): State<Seats>,
    Id(id): Id<CallId>,
    mut written: Written<AnswerRequest>,
) -> Result<Json<CallAnswered>, Problem> {
    let sdp = match written.body.sdp.take() {
        Some(offer) => Some(seats.open(may.user_id(), offer, None).await?),
        None => None,
    };
    let given = line.answer(id, Viewer::of(may.user())).await?;
    let audio = match given.audio {
        Some(audio) => audio,
        None => seats.audio_of(may.user_id()).await,
    };
    let audio = match audio {
        SeatAudio::Browser => "browser",
        SeatAudio::Phone => "phone",
        SeatAudio::None => "none",
    };
    Ok(Json(CallAnswered { call: given.call, audio, sdp, mode: given.mode }))
}
