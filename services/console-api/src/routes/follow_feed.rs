//! The feed.

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanBeHere};
use crate::feed::{Console, follow};
use crate::input::Query;
use crate::limits::{CONSOLE_MESSAGE_BYTES_MAX, CONSOLES_MAX};
use crate::metrics::Metrics;
use crate::origin::Origins;
use crate::problem::{Code, Problem};
use crate::session::Carrier;

/// From where on.
#[derive(Deserialize, IntoParams)]
pub struct FeedQuery {
    /// The cursor of the last message that was taken in; a snapshot comes first when absent or too old.
    after: Option<String>,
}

/// The feed, a WebSocket. The server sends `FeedMessage`s, the console `ConsoleMessage`s, both as text. A browser
/// must come from this server's own origin.
#[utoipa::path(get, path = "/api/v1/feed", operation_id = "follow_feed", tag = "Feed", params(FeedQuery),
    responses((status = 101, description = "The feed begins with `snapshot` or `resumed`")))]
pub async fn handler(
    headers: HeaderMap,
    State(origins): State<Origins>,
    may: Result<Authority<CanBeHere>, Problem>,
    State(console): State<Console>,
    State(metrics): State<Metrics>,
    Query(query): Query<FeedQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    origins.require_own_or_none(&headers)?;
    let may = may?;
    if may.token().carrier == Carrier::Cookie {
        origins.require_own(&headers)?;
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let counted = metrics.console(CONSOLES_MAX).ok_or(Problem::new(Code::Busy).retry_after(5))?;
    // A cursor that is no number is one that we never gave: the console gets a snapshot.
    let after = query.after.and_then(|text| text.parse().ok());
    let (seat, token) = (may.seat().clone(), may.token().clone());
    Ok(upgrade
        .max_message_size(CONSOLE_MESSAGE_BYTES_MAX)
        .max_frame_size(CONSOLE_MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| follow(console, socket, seat, token, after, counted)))
}
