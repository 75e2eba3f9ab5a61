//! By what checkpoints are verified.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanReadLog};
use crate::views::PublicKey;

/// The public key that verifies checkpoints, and its certificate.
#[utoipa::path(get, path = "/api/v1/log/public-key", operation_id = "show_public_key", tag = "Supervision",
    responses((status = 200, description = "The key", body = PublicKey)))]
pub async fn handler(_may: Authority<CanReadLog>, State(key): State<Arc<PublicKey>>) -> Json<PublicKey> {
    Json((*key).clone())
}
