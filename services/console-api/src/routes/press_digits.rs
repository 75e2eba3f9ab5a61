//! Press digits towards the caller.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::CallId;
use dispatch_core::private::Private;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written};
use crate::limits::DIGITS_MAX;
use crate::once::Once;
use crate::problem::Problem;
use crate::views::Call;

/// What to press.
#[derive(Deserialize, ToSchema)]
pub struct DigitsRequest {
    /// `0` to `9`, `*`, `#`, `A` to `D`; at most 32.
    #[schema(pattern = "^[0-9*#A-D]{1,32}$")]
    digits: String,
}

impl Checked for DigitsRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("digits", &self.digits);
        faults.text("digits", &self.digits, DIGITS_MAX);
        if !self.digits.chars().all(|key| key.is_ascii_digit() || "*#ABCD".contains(key)) {
            let (id, en) = ("Hanya 0-9, *, #, dan A-D.", "Only 0-9, *, # and A-D.");
            faults.report("digits", "unknown_value", id, en);
        }
    }
}

/// Press digits towards the caller (RFC 4733): for menus of other centres.
#[utoipa::path(post, path = "/api/v1/calls/{id}/digits", operation_id = "press_digits", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = DigitsRequest,
    responses((status = 200, description = "The digits go out", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    State(once): State<Once>,
    Id(id): Id<CallId>,
    written: Written<DigitsRequest>,
) -> Result<Json<Value>, Problem> {
    let (who, digits) = (Viewer::of(may.user()), Private::new(written.body.digits.clone()));
    once.answer(&may, &written, async move { line.press(id, who, digits).await }).await
}
