//! Who am I?

use axum::Json;
use axum::extract::State;
use dispatch_core::time::zone;

use crate::authority::{Authority, CanLogIn};
use crate::names::NameBook;
use crate::views::{Session, User};

/// Who is logged in.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "show_session", tag = "Session",
    responses((status = 200, description = "The session", body = Session)))]
pub async fn handler(may: Authority<CanLogIn>, State(names): State<NameBook>) -> Json<Session> {
    Json(Session {
        user: User::of(may.user(), &names.now()),
        expires_at: may.seat().expires_at.into(),
        zone: zone::here().name().to_owned(),
    })
}
