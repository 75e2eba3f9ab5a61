//! HTTP and WebSocket: the only crate that knows axum.
//!
//! [`serve`] takes a listener and what the binary hands in ([`ApiConfig`]); [`openapi`] describes what it serves. A route is
//! one file in `routes/` and one line in its list; a handler extracts, holds an authority, submits and renders.
//!
//! Architecture invariant: nothing here decides. Rules are in `dispatch_core`, changes go through
//! `incident_store::Desk::submit`, live calls through `call_link`'s orders.
//!
//! Architecture invariant: authority is a value that a handler holds ([`authority::Authority`]), not a middleware.
//! A test fails for an operation that has no row in the matrix of roles.

mod agency_consoles;
mod alerts;
mod assignments;
pub mod authority;
mod base_maps;
mod calls;
mod cards;
pub mod channels;
mod console;
mod crew;
mod duplicates;
mod duty_seats;
mod evidence;
mod feed;
mod files;
mod floor;
mod headers;
mod input;
mod intake;
pub mod limits;
mod metrics;
mod names;
mod once;
mod openapi;
mod origin;
mod paper;
mod paper_words;
mod people;
pub mod phone_book;
mod presence;
pub mod problem;
mod public_page;
mod random;
pub mod recordings;
pub mod reports;
mod rosters;
mod routes;
mod rules;
mod screening;
pub mod seal;
mod sealer;
mod serve;
pub mod session;
mod show;
mod state;
mod trunk_book;
mod units;
pub mod views;
pub mod wire;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};

pub use openapi::openapi;
pub use paper::CentreName;
pub use serve::{ServeError, serve};
pub use session::password::{HashFailed, hash_password};
pub use state::{ApiConfig, ApiState, MoreMetrics, StartError};

use problem::{Code, Problem};

/// Everything that is served: the API, the feed, the console's files.
///
/// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: failed log-ins are counted by address.
pub fn router(state: ApiState) -> Router {
    routes::table()
        .merge(routes::customary_paths())
        .fallback(other_path)
        .method_not_allowed_fallback(other_method)
        .layer(axum::middleware::from_fn(headers::add))
        .with_state(state)
}

async fn other_path(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Problem::new(Code::UnknownPath).into_response();
    }
    if !request.method().is_safe() {
        return Problem::new(Code::MethodNotAllowed).into_response();
    }
    console::file(request.uri(), request.headers())
}

async fn other_method() -> Problem {
    Problem::new(Code::MethodNotAllowed)
}
