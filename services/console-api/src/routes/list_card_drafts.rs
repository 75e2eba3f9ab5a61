//! Changes of question cards.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanReadCardDrafts};
use crate::cards::Cards;
use crate::problem::Problem;
use crate::views::CardDraftPage;

/// Changes of question cards that somebody works at, and those that were decided: who, when, and what came of it.
#[utoipa::path(get, path = "/api/v1/cards/drafts", operation_id = "list_card_drafts", tag = "Reference",
    responses((status = 200, description = "The drafts", body = CardDraftPage)))]
pub async fn handler(
    _may: Authority<CanReadCardDrafts>,
    State(cards): State<Cards>,
) -> Result<Json<CardDraftPage>, Problem> {
    let items = cards.drafts().await?;
    Ok(Json(CardDraftPage { items, next: None }))
}
