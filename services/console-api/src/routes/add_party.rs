//! Ask somebody into a call.

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

/// Ring somebody into a call. It answers while they are still being rung; the feed tells when they pick up.
#[utoipa::path(post, path = "/api/v1/calls/{id}/conference", operation_id = "add_party", tag = "Calls",
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
    once.answer(&may, &written, async move { line.add_party(id, who, whom, key).await }).await
}
