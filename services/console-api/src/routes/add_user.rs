//! Add a person.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::ids::{AgencyCode, AgencyId};
use dispatch_core::private::Private;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAdminister};
use crate::input::{Checked, Faults, Written};
use crate::limits::{PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN, USERNAME_BYTES_MAX};
use crate::names::Names;
use crate::people::People;
use crate::problem::Problem;
use crate::random;
use crate::views::User;
use crate::wire::UserRole;

/// A person who shall be able to log in.
#[derive(Deserialize, ToSchema)]
pub struct UserRequest {
    /// The name to log in with.
    username: String,
    /// The password, at least 8 characters.
    password: String,
    /// The name to show.
    name: String,
    /// As what.
    role: UserRole,
    /// The agency of a dispatcher, id or code.
    agency: Option<String>,
    /// Whether the person has to choose another password before anything else.
    #[serde(default)]
    temporary: bool,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for UserRequest {
    fn check(&self, faults: &mut Faults) {
        faults.text("username", &self.username, USERNAME_BYTES_MAX);
        faults.required("username", &self.username);
        faults.short("name", Some(&self.name));
        faults.required("name", &self.name);
        faults.short("decree", self.decree.as_deref());
        check_password(&self.password, faults);
    }
}

pub(super) fn check_password(password: &str, faults: &mut Faults) {
    faults.text("password", password, PASSWORD_BYTES_MAX);
    if password.chars().count() < PASSWORD_CHARACTERS_MIN {
        faults.report("password", "too_short", "Paling sedikit 8 karakter.", "At least 8 characters.");
    }
}

/// What was named, if anything was.
pub(super) fn named(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn agency_of(named: Option<&str>, names: &Names) -> Result<Option<AgencyId>, Problem> {
    let Some(named) = named.filter(|named| !named.is_empty()) else { return Ok(None) };
    let directory = &names.policy().directory;
    let by_id = named.parse::<AgencyId>().ok().and_then(|id| directory.agencies.get(&id));
    let found = by_id.or_else(|| directory.by_code(&AgencyCode::new(named)));
    let unknown = || Problem::field("agency", "unknown_value", "Instansi tidak dikenal.", "There is no such agency.");
    found.map(|entry| Some(entry.id)).ok_or_else(unknown)
}

/// Add a person. The password is kept as an Argon2id hash.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "add_user", tag = "Administration",
    request_body = UserRequest, responses((status = 201, description = "The account", body = User)))]
pub async fn handler(
    may: Authority<CanAdminister>,
    State(people): State<People>,
    State(clock): State<Clock>,
    mut written: Written<UserRequest>,
) -> Result<(StatusCode, Json<User>), Problem> {
    written.hide_secret();
    let password_hash = people.hash(std::mem::take(&mut written.body.password)).await?;
    let agency = agency_of(written.body.agency.as_deref(), &people.names())?;
    let command = SiteCommand::AddUser {
        user: random::user_id(clock.now()),
        username: Private::new(written.body.username.trim().to_owned()),
        name: Private::new(written.body.name.trim().to_owned()),
        role: written.body.role.0,
        agency,
        password_hash,
        temporary: written.body.temporary,
        decree: named(written.body.decree.as_deref()),
    };
    people.change(&may, &written, vec![DeskCommand::Site(command)]).await?;
    // A repeat of the request names the account that the first one made.
    Ok((StatusCode::CREATED, Json(people.by_name(written.body.username.trim()).await?)))
}
