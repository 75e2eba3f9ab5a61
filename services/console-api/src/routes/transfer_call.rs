//! Give a call away.

use axum::Json;
use axum::extract::State;
use call_link::order::OrderKey;
use dispatch_core::ids::CallId;
use serde_json::Value;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{Id, Written};
use crate::names::NameBook;
use crate::once::Once;
use crate::phone_book::{PartyRequest, PhoneBook};
use crate::problem::Problem;
use crate::views::Call;

/// Give a call away: whoever is rung has it once they answer, and until then nothing changes for the caller.
#[utoipa::path(post, path = "/api/v1/calls/{id}/transfer", operation_id = "transfer_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = PartyRequest,
    responses((status = 200, description = "They are being rung", body = Call)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    State(book): State<PhoneBook>,
    State(names): State<NameBook>,
    State(once): State<Once>,
    Id(id): Id<CallId>,
    written: Written<PartyRequest>,
) -> Result<Json<Value>, Problem> {
    let whom = written.body.whom(&book, &names.now())?;
    let who = Viewer::of(may.user());
    let key = OrderKey::of(who.user, &written.key);
    once.answer(&may, &written, async move { line.transfer(id, who, whom, key).await }).await
}
