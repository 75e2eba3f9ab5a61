//! Does the process live?

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process lives.
#[derive(Serialize, ToSchema)]
pub struct Liveness {
    /// Always true: a dead process does not answer.
    live: bool,
}

/// Whether the process lives. Asks nobody else.
#[utoipa::path(get, path = "/api/v1/health/live", operation_id = "show_liveness", tag = "Operation", security(()),
    responses((status = 200, description = "It lives", body = Liveness)))]
pub async fn handler() -> Json<Liveness> {
    Json(Liveness { live: true })
}
