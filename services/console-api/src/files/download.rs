//! Files that an answer carries whole, under a name to keep them by.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::insert_text;

/// A workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// A table as text.
pub const CSV: &str = "text/csv";
/// A document.
pub const PDF: &str = "application/pdf";
/// Signed data (RFC 7515).
pub const JWS: &str = "application/jose+json";

/// Whether the header `Accept` names this media type.
pub fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|list| list.contains(kind))
}

/// An answer that a browser keeps as a file.
pub fn download(status: StatusCode, kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let mut response = (status, bytes).into_response();
    let charset = if kind == CSV { "; charset=utf-8" } else { "" };
    insert_text(response.headers_mut(), header::CONTENT_TYPE, &format!("{kind}{charset}"));
    let named = format!("attachment; filename=\"{name}\"");
    insert_text(response.headers_mut(), header::CONTENT_DISPOSITION, &named);
    response
}
