//! The question cards.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanBeHere};
use crate::cards::Cards;
use crate::input::Query;
use crate::problem::Problem;
use crate::views::CardSet;

/// Which cards.
#[derive(Deserialize, IntoParams)]
pub struct CardsQuery {
    /// The version; the one that holds when absent.
    version: Option<u32>,
}

/// The question cards and instructions that hold, or those of an earlier version.
#[utoipa::path(get, path = "/api/v1/cards", operation_id = "show_cards", tag = "Reference", params(CardsQuery),
    responses((status = 200, description = "The cards", body = CardSet)))]
pub async fn handler(
    _may: Authority<CanBeHere>,
    State(cards): State<Cards>,
    Query(query): Query<CardsQuery>,
) -> Result<Json<CardSet>, Problem> {
    cards.of_version(query.version).await.map(|set| Json(CardSet::of(&set)))
}
