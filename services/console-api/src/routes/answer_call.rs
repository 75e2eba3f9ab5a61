//! Answer a call.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::{Call, SystemMode};

/// How to answer. Empty for now: the caller hears the announcement.
#[derive(Deserialize, ToSchema)]
pub struct AnswerRequest {}

impl Checked for AnswerRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// A call that was answered.
#[derive(Serialize, ToSchema)]
pub struct CallAnswered {
    /// The call.
    call: Call,
    /// `announcement`: the caller hears that help is being given.
    audio: &'static str,
    /// The session description for a browser; null without one.
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
    Id(id): Id<CallId>,
    _written: Written<AnswerRequest>,
) -> Result<Json<CallAnswered>, Problem> {
    let (call, mode) = line.answer(id, may.user_id()).await?;
    Ok(Json(CallAnswered { call, audio: "announcement", sdp: None, mode }))
}
