//! The policy in force.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanBeHere};
use crate::names::NameBook;
use crate::views::Policy;

/// The policy in force: categories, types, routing, ladders.
#[utoipa::path(get, path = "/api/v1/policy", operation_id = "show_policy", tag = "Reference",
    responses((status = 200, description = "The policy", body = Policy)))]
pub async fn handler(_may: Authority<CanBeHere>, State(names): State<NameBook>) -> Json<Policy> {
    Json(Policy::of(&names.now().policy().rules))
}
