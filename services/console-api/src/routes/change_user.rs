//! Change a person.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::UserId;
use dispatch_core::private::Private;
use dispatch_core::site::UserRole as Role;
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_user::{agency_of, check_password, named};
use crate::authority::{Authority, CanAdminister};
use crate::input::{Checked, Faults, Id, Written};
use crate::names::Names;
use crate::people::People;
use crate::problem::Problem;
use crate::views::User;
use crate::wire::UserRole;

/// What changes about a person; absent means as it is.
#[derive(Deserialize, ToSchema)]
pub struct UserChangeRequest {
    /// Whether the account may be used. Ends all its sessions when false.
    active: Option<bool>,
    /// A new password. Ends all sessions of the account.
    password: Option<String>,
    /// A new name to show.
    name: Option<String>,
    /// A new role. Closes the consoles of the account.
    role: Option<UserRole>,
    /// A new agency, id or code.
    agency: Option<String>,
    /// Whether the person has to choose another password than the new one before anything else.
    #[serde(default)]
    temporary: bool,
    /// Ends all sessions of the account; its consoles close within two seconds.
    #[serde(default)]
    end_sessions: bool,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for UserChangeRequest {
    fn check(&self, faults: &mut Faults) {
        faults.short("name", self.name.as_deref());
        faults.short("decree", self.decree.as_deref());
        if let Some(name) = &self.name {
            faults.required("name", name);
        }
        if let Some(password) = &self.password {
            check_password(password, faults);
        }
    }
}

impl UserChangeRequest {
    fn commands(&mut self, user: UserId, hash: Option<String>, names: &Names) -> Result<Vec<DeskCommand>, Problem> {
        let agency = agency_of(self.agency.as_deref(), names)?;
        let name = self.name.take().map(|name| Private::new(name.trim().to_owned()));
        let role = self.role.map(|role| role.0);
        let changes = name.is_some() || role.is_some() || agency.is_some() || self.active.is_some();
        let ends_sessions = hash.is_some() || self.active == Some(false) || self.end_sessions;
        let decree = named(self.decree.as_deref());
        let change = SiteCommand::ChangeUser { user, name, role, agency, active: self.active, decree };
        let temporary = self.temporary;
        let commands = [
            changes.then_some(change),
            hash.map(|hash| SiteCommand::SetPassword { user, hash, temporary }),
            ends_sessions.then_some(SiteCommand::CloseSessionsOf { user }),
        ];
        Ok(commands.into_iter().flatten().map(DeskCommand::Site).collect())
    }

    /// An admin who takes the last key out of the house cannot come back in.
    fn locks_out(&self, oneself: bool) -> bool {
        oneself && (self.active == Some(false) || self.role.is_some_and(|role| role.0 != Role::Admin))
    }
}

/// Change a person's name, role, agency, password, or whether the account may be used.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "change_user", tag = "Administration",
    params(("id" = uuid::Uuid, Path, description = "Id of the account")), request_body = UserChangeRequest,
    responses((status = 200, description = "The account", body = User)))]
pub async fn handler(
    may: Authority<CanAdminister>,
    State(people): State<People>,
    Id(id): Id<UserId>,
    mut written: Written<UserChangeRequest>,
) -> Result<Json<User>, Problem> {
    if written.body.locks_out(id == may.user_id()) {
        let (id, en) = ("Tidak dapat mencabut hak admin sendiri.", "One cannot take away one's own admin rights.");
        return Err(Problem::field("role", "unknown_value", id, en));
    }
    people.by_id(id).await?;
    let hash = match written.body.password.take() {
        Some(password) => {
            written.hide_secret();
            Some(people.hash(password).await?)
        }
        None => None,
    };
    let commands = written.body.commands(id, hash, &people.names())?;
    if !commands.is_empty() {
        people.change(&may, &written, commands).await?;
    }
    people.by_id(id).await.map(Json)
}
