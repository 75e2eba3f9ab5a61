//! Log out.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};

use crate::authority::{Authority, CanLogIn};
use crate::problem::Problem;
use crate::session::clearing_cookie;
use crate::session::door::Door;

/// Log out. Consoles of this session are closed within two seconds.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "close_session", tag = "Session",
    responses((status = 204, description = "Logged out")))]
pub async fn handler(
    may: Authority<CanLogIn>,
    State(door): State<Door>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    door.leave(may.user(), may.token()).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, clearing_cookie())]))
}
