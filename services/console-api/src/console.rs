//! The console's files, out of the binary.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `make console` built. A missing folder compiles: the server then says how to build it.
#[derive(RustEmbed)]
#[folder = "../../web-console/dist"]
#[allow_missing = true]
struct Files;

const NOT_BUILT: &str = "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><title>Sigap 112</title>\
<p>Konsol belum dibangun: jalankan <code>make console</code>.</p>\
<p lang=\"en\">The console is not built: run <code>make console</code>.</p></html>";

/// A file of the console; its first page for any other path, because the console has addresses of its own.
pub fn file(uri: &Uri, asked: &HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(found) = Files::get(path).filter(|_| !path.is_empty()) {
        // Names under assets/ carry a hash of their content.
        let forever = path.starts_with("assets/");
        return answer(
            path,
            found,
            asked,
            if forever { "public, max-age=31536000, immutable" } else { "no-cache" },
        );
    }
    if path.starts_with("assets/") {
        // An old page asks for a script of an older build: the first page instead of it would be no script.
        return StatusCode::NOT_FOUND.into_response();
    }
    match Files::get("index.html") {
        Some(index) => answer("index.html", index, asked, "no-cache"),
        None => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response(),
    }
}

fn answer(path: &str, file: EmbeddedFile, asked: &HeaderMap, cache: &'static str) -> Response {
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(file.data.into_owned()).into_response();
        let kind = HeaderValue::from_str(&content_type(path, file.metadata.mimetype()));
        let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn content_type(path: &str, guessed: &str) -> String {
    let text = guessed.starts_with("text/") || path.ends_with(".js");
    if text { format!("{guessed}; charset=utf-8") } else { guessed.to_owned() }
}
