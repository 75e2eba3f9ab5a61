//! Log in.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use dispatch_core::time::zone;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::{Asked, Checked, Faults, Peer};
use crate::limits::{PASSWORD_BYTES_MAX, USERNAME_BYTES_MAX};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::session::cookie;
use crate::session::door::Door;
use crate::views::{SessionOpened, User};

/// Who wants to log in.
#[derive(Deserialize, ToSchema)]
pub struct LogInRequest {
    /// The user name.
    username: String,
    /// The password.
    password: String,
}

impl Checked for LogInRequest {
    fn check(&self, faults: &mut Faults) {
        faults.text("username", &self.username, USERNAME_BYTES_MAX);
        faults.text("password", &self.password, PASSWORD_BYTES_MAX);
    }
}

/// Log in. The token is for `Authorization: Bearer`; browsers use the cookie that is set as well. Five failures
/// a minute for one user name close it for a minute.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "open_session", tag = "Session", security(()),
    request_body = LogInRequest, responses((status = 200, description = "Logged in", body = SessionOpened)))]
pub async fn handler(
    State(door): State<Door>,
    State(names): State<NameBook>,
    Peer(peer): Peer,
    Asked(request): Asked<LogInRequest>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<SessionOpened>), Problem> {
    let opened = door.enter(&request.username, request.password, peer).await?;
    let session = SessionOpened {
        token: opened.token.text().to_owned(),
        user: User::of(&opened.user, &names.now()),
        expires_at: opened.expires_at.into(),
        zone: zone::here().name().to_owned(),
    };
    Ok(([(header::SET_COOKIE, cookie(&opened.token, opened.seconds))], Json(session)))
}
