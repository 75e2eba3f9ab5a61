//! People and their duty.

use dispatch_core::duty;
use dispatch_core::ids::UserId;
use incident_store::UserRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::names::Names;
use crate::wire::{DutyState, Time, UserRole};

/// A person by id and name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Named {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

impl Named {
    /// The person with this id.
    pub fn of(user: UserId, names: &Names) -> Self {
        Self { id: user.0, name: names.person(user) }
    }
}

/// A person who may log in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// The name to log in with.
    pub username: String,
    /// The name to show.
    pub name: String,
    /// As what.
    pub role: UserRole,
    /// The agency of a dispatcher.
    pub agency_id: Option<Uuid>,
    /// Its code.
    pub agency_code: Option<String>,
    /// Whether the account may be used.
    pub active: bool,
    /// Whether somebody else made the password: the person chooses another one before anything else.
    pub password_is_temporary: bool,
}

impl User {
    /// The view of a record.
    pub fn of(user: &UserRecord, names: &Names) -> Self {
        Self {
            id: user.id.0,
            username: user.username.reveal().clone(),
            name: user.name.reveal().clone(),
            role: user.role.into(),
            agency_id: user.agency.map(|agency| agency.0),
            agency_code: user
                .agency
                .and_then(|agency| names.agency(agency))
                .map(|entry| entry.code.0.clone()),
            active: user.active,
            password_is_temporary: user.temporary,
        }
    }
}

/// Who is logged in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Session {
    /// The person.
    pub user: User,
    /// Until when, unless a call is going on then.
    pub expires_at: Time,
    /// By which clock the centre lives: `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`.
    pub zone: String,
}

/// A session that was just opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionOpened {
    /// For `Authorization: Bearer`; the cookie holds the same.
    pub token: String,
    /// The person.
    pub user: User,
    /// Until when.
    pub expires_at: Time,
    /// By which clock the centre lives: `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`.
    pub zone: String,
}

/// By what a person hears calls.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Audio {
    /// The browser.
    Browser,
    /// A telephone.
    Phone {
        /// Its `sip:` URI.
        uri: String,
    },
}

/// A person's duty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duty {
    /// Whether calls are offered.
    pub state: DutyState,
    /// By what they hear calls.
    pub audio: Audio,
    /// Since when; null when they were never on duty.
    pub since: Option<Time>,
    /// What they take calls for: languages and category desks.
    pub skills: Vec<String>,
}

impl Duty {
    /// The view of a record; off duty when there is none.
    pub fn of(duty: Option<&duty::Duty>) -> Self {
        let Some(duty) = duty else {
            return Self {
                state: duty::DutyState::Off.into(),
                audio: Audio::Browser,
                since: None,
                skills: Vec::new(),
            };
        };
        let audio = match &duty.audio {
            duty::Audio::Browser => Audio::Browser,
            duty::Audio::Phone { uri } => Audio::Phone { uri: uri.clone() },
        };
        let skills = duty.skills.iter().cloned().collect();
        Self { state: duty.state.into(), audio, since: Some(duty.since.into()), skills }
    }
}

impl From<Audio> for duty::Audio {
    fn from(audio: Audio) -> Self {
        match audio {
            Audio::Browser => Self::Browser,
            Audio::Phone { uri } => Self::Phone { uri },
        }
    }
}

/// A person and their duty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonOnDuty {
    /// Who.
    pub user: Named,
    /// Their role.
    pub role: Option<UserRole>,
    /// Their duty.
    pub duty: Duty,
}

impl PersonOnDuty {
    /// The view of a record.
    pub fn of(duty: &duty::Duty, names: &Names) -> Self {
        let role = names.user(duty.user).map(|user| user.role.into());
        Self { user: Named::of(duty.user, names), role, duty: Duty::of(Some(duty)) }
    }
}
