//! Choose a password of one's own.

use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_user::check_password;
use crate::authority::{Authority, CanLogIn};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::limits::{FAILURES_PER_USER_MAX, PASSWORD_BYTES_MAX};
use crate::problem::{Code, Problem};
use crate::session::Attempts;
use crate::session::password::Passwords;

/// The old one, and the new one.
#[derive(Deserialize, ToSchema)]
pub struct PasswordRequest {
    /// The present password.
    current: String,
    /// The new one, at least 8 characters, not the present one.
    password: String,
}

impl Checked for PasswordRequest {
    fn check(&self, faults: &mut Faults) {
        faults.text("current", &self.current, PASSWORD_BYTES_MAX);
        check_password(&self.password, faults);
        if self.current == self.password {
            faults.report("password", "unchanged", "Harus berbeda dari yang lama.", "Must differ from the old one.");
        }
    }
}

/// Choose a password of one's own. Ends all sessions of the account, this one too: log in with the new one.
#[utoipa::path(post, path = "/api/v1/session/password", operation_id = "change_password", tag = "Session",
    request_body = PasswordRequest, responses((status = 204, description = "It is changed")))]
pub async fn handler(
    may: Authority<CanLogIn>,
    State(store): State<Store>,
    State(passwords): State<Passwords>,
    State(attempts): State<Attempts>,
    State(clock): State<Clock>,
    State(intake): State<Intake>,
    mut written: Written<PasswordRequest>,
) -> Result<StatusCode, Problem> {
    written.hide_secret();
    let user = may.user();
    let attempt = attempts.take(&format!("password:{}", user.id), FAILURES_PER_USER_MAX, &clock).await;
    let attempt = attempt.ok_or(Problem::new(Code::TooManyAttempts).retry_after(60))?;
    let (_, known) = store.user_by_name(user.username.reveal()).await?.ok_or(Problem::new(Code::NotFound))?;
    let current = std::mem::take(&mut written.body.current);
    if !passwords.verify(current, Some(known)).await? {
        attempt.failed();
        let (id, en) = ("Bukan kata sandi yang sekarang.", "This is not the present password.");
        return Err(Problem::field("current", "wrong", id, en));
    }
    attempt.forgive();
    let hash = passwords.hash(std::mem::take(&mut written.body.password)).await?;
    let user = user.id;
    let commands = vec![
        DeskCommand::Site(SiteCommand::SetPassword { user, hash, temporary: false }),
        DeskCommand::Site(SiteCommand::CloseSessionsOf { user }),
    ];
    intake.write(&may, &written, commands).await?;
    Ok(StatusCode::NO_CONTENT)
}
