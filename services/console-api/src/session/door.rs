//! Logging in and out.

use std::net::IpAddr;

use axum::extract::FromRef;
use dispatch_core::actor::Actor;
use dispatch_core::site::UserRole;
use dispatch_core::time::{Clock, Timestamp};
use incident_store::{DeskCommand, SiteCommand, Store, UserRecord};
use tokio::time::timeout;

use super::password::Passwords;
use super::{Attempts, Sessions, Token, Try};
use crate::intake::Intake;
use crate::limits::{FAILURES_PER_ADDRESS_MAX, FAILURES_PER_USER_MAX, READ_WAIT, WALL_SESSION};
use crate::metrics::Metrics;
use crate::problem::{Code, Problem};
use crate::random;
use crate::state::{ApiState, Site};

/// Where people come in and go out.
#[derive(Clone)]
pub struct Door {
    store: Store,
    intake: Intake,
    sessions: Sessions,
    passwords: Passwords,
    attempts: Attempts,
    clock: Clock,
    site: Site,
    metrics: Metrics,
}

impl FromRef<ApiState> for Door {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            sessions: FromRef::from_ref(state),
            passwords: FromRef::from_ref(state),
            attempts: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            site: FromRef::from_ref(state),
            metrics: FromRef::from_ref(state),
        }
    }
}

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// Who.
    pub user: UserRecord,
    /// By what they are known.
    pub token: Token,
    /// Until when.
    pub expires_at: Timestamp,
    /// For how many seconds.
    pub seconds: i64,
}

impl Door {
    /// Lets a person in.
    ///
    /// # Errors
    /// `wrong_credentials`, the same and after the same time whether the name, the password or the account is
    /// the reason; `too_many_attempts`.
    pub async fn enter(
        &self,
        username: &str,
        password: String,
        peer: Option<IpAddr>,
    ) -> Result<Opened, Problem> {
        let (by_address, by_name) = self.tries(username, peer).await?;
        let asked = timeout(READ_WAIT, self.store.user_by_name(username.trim())).await;
        let found = asked.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))??;
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
        let matches = self.passwords.verify(password, hash).await?;
        let Some(user) = user.clone().filter(|user| matches && user.active) else {
            by_name.failed();
            if let Some(by_address) = by_address {
                by_address.failed();
            }
            self.refused(user.as_ref()).await;
            return Err(Problem::new(Code::WrongCredentials));
        };
        by_name.forgive();
        self.open(user).await
    }

    /// A try for the address and one for the name.
    async fn tries(&self, username: &str, peer: Option<IpAddr>) -> Result<(Option<Try>, Try), Problem> {
        let spent = || Problem::new(Code::TooManyAttempts).retry_after(60);
        let by_address = match peer {
            None => None,
            Some(address) => {
                let who = format!("address:{address}");
                let taken = self.attempts.take(&who, FAILURES_PER_ADDRESS_MAX, &self.clock).await;
                Some(taken.ok_or_else(spent)?)
            }
        };
        let who = format!("user:{}", username.trim().to_lowercase());
        let by_name = self.attempts.take(&who, FAILURES_PER_USER_MAX, &self.clock).await;
        Ok((by_address, by_name.ok_or_else(spent)?))
    }

    async fn open(&self, user: UserRecord) -> Result<Opened, Problem> {
        let token = Token::random();
        let length = match user.role {
            // Nobody stands beside a screen on a wall to log in again; it can see figures only, and be locked out.
            UserRole::Wall => WALL_SESSION,
            UserRole::CallTaker
            | UserRole::Dispatcher
            | UserRole::Supervisor
            | UserRole::Admin
            | UserRole::Auditor => self.site.session_length,
        };
        let expires_at = self.clock.now().after(length);
        let command = SiteCommand::OpenSession { user: user.id, token_hash: token.hash(), expires_at };
        let key = format!("log-in:{}", hex::encode(random::bytes::<16>()));
        self.intake.note(key, Actor::User(user.id), DeskCommand::Site(command)).await?;
        self.metrics.log_in(true);
        Ok(Opened { user, token, expires_at, seconds: i64::from(length.0) })
    }

    /// A failure belongs into the supervision log; if it cannot be written, nobody is let in either.
    async fn refused(&self, user: Option<&UserRecord>) {
        self.metrics.log_in(false);
        let command = SiteCommand::LogInFailed { user: user.map(|user| user.id) };
        let key = format!("log-in:{}", hex::encode(random::bytes::<16>()));
        let written = self.intake.note(key, Actor::System, DeskCommand::Site(command)).await;
        if let Err(problem) = written {
            tracing::warn!(code = problem.code().entry().code, "A failed log-in could not be written down");
        }
    }

    /// Lets a person out.
    ///
    /// # Errors
    /// `store_away`: the session is then still open.
    pub async fn leave(&self, user: &UserRecord, token: &Token) -> Result<(), Problem> {
        let token_hash = token.hash();
        let key = format!("log-out:{}", hex::encode(token_hash));
        let command = DeskCommand::Site(SiteCommand::CloseSession { token_hash });
        self.intake.note(key, Actor::User(user.id), command).await?;
        // The log tells all desks; here it holds at once.
        self.sessions.forget(user.id);
        Ok(())
    }
}
