//! Ask the caller something in recorded words.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written};
use crate::once::Once;
use crate::problem::Problem;
use crate::views::Call;
use crate::wire::Prompt;

/// What to ask.
#[derive(Deserialize, ToSchema)]
pub struct PromptRequest {
    /// `silent_call`: "tekan 5 bila tidak bisa bicara".
    kind: Prompt,
}

impl Checked for PromptRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Ask a caller who says nothing to press a key. What they press is shown as it comes.
#[utoipa::path(post, path = "/api/v1/calls/{id}/prompt", operation_id = "prompt_caller", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = PromptRequest,
    responses((status = 200, description = "The caller is being asked", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    State(once): State<Once>,
    Id(id): Id<CallId>,
    written: Written<PromptRequest>,
) -> Result<Json<Value>, Problem> {
    let (who, prompt) = (Viewer::of(may.user()), written.body.kind.0);
    once.answer(&may, &written, async move { line.prompt(id, who, prompt).await }).await
}
