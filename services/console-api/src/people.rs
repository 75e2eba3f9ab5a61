//! Accounts.

use axum::extract::FromRef;
use dispatch_core::ids::UserId;
use incident_store::{DeskCommand, Store};

use crate::authority::{Authority, CanAdminister};
use crate::input::Written;
use crate::intake::Intake;
use crate::names::{NameBook, Names};
use crate::problem::{Code, Problem};
use crate::session::password::Passwords;
use crate::state::ApiState;
use crate::views::User;

/// The accounts of the site.
#[derive(Clone)]
pub struct People {
    store: Store,
    intake: Intake,
    names: NameBook,
    passwords: Passwords,
}

impl FromRef<ApiState> for People {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            passwords: FromRef::from_ref(state),
        }
    }
}

impl People {
    /// The names as of now.
    pub fn names(&self) -> Names {
        self.names.now()
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `busy` when too many are being hashed.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.passwords.hash(password).await
    }

    /// Changes accounts.
    ///
    /// # Errors
    /// What the desk refused.
    pub async fn change<T>(
        &self,
        may: &Authority<CanAdminister>,
        written: &Written<T>,
        commands: Vec<DeskCommand>,
    ) -> Result<(), Problem> {
        self.intake.write(may, written, commands).await.map(|_| ())
    }

    /// The account with this id.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn by_id(&self, id: UserId) -> Result<User, Problem> {
        let found = self.store.user(id).await?.ok_or(Problem::new(Code::NotFound))?;
        Ok(User::of(&found, &self.names()))
    }

    /// The account with this user name.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn by_name(&self, username: &str) -> Result<User, Problem> {
        let (found, _) = self.store.user_by_name(username).await?.ok_or(Problem::new(Code::NotFound))?;
        Ok(User::of(&found, &self.names()))
    }
}
