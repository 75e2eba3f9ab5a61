//! The description of all this.

use axum::http::{HeaderName, header};

use crate::openapi;

/// The OpenAPI document of this server.
#[utoipa::path(get, path = "/api/v1/openapi.json", operation_id = "show_openapi", tag = "Operation", security(()),
    responses((status = 200, description = "The document", body = Object)))]
pub async fn handler() -> ([(HeaderName, &'static str); 1], String) {
    let document = serde_json::to_string(&openapi()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], document)
}
