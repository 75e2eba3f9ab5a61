//! Read a base map.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::authority::{Authority, CanBeHere};
use crate::base_maps::BaseMaps;
use crate::input::Id;
use crate::problem::Problem;

/// A base map (PMTiles version 3), in the parts that a browser draws. Takes `Range` and `If-Range`.
#[utoipa::path(get, path = "/api/v1/map/base/{name}", operation_id = "read_base_map", tag = "Reference",
    params(("name" = String, Path, description = "File name, as the list has it"),
        ("Range" = Option<String>, Header, description = "One range of bytes (RFC 9110 section 14.2)")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part that was asked for", body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn handler(
    _may: Authority<CanBeHere>,
    State(base_maps): State<BaseMaps>,
    Id(name): Id<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    base_maps.read(&name, &headers).await
}
