//! The site itself: people, agencies, areas, policy, sessions. Every change of them is an event in the log.

use serde::{Deserialize, Serialize};

use crate::card::CardCode;
use crate::card::draft::DraftState;
use crate::ids::{AgencyCode, AgencyId, CardDraftId, UserId};
use crate::private::Private;

/// What a person may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Petugas penerima panggilan.
    CallTaker,
    /// Petugas instansi: dispatcher of one agency.
    Dispatcher,
    /// Pengawas.
    Supervisor,
    /// Admin sistem.
    Admin,
    /// Auditor: reads, changes nothing.
    Auditor,
}

impl UserRole {
    /// All roles.
    pub const ALL: [Self; 5] =
        [Self::CallTaker, Self::Dispatcher, Self::Supervisor, Self::Admin, Self::Auditor];

    /// The code as stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CallTaker => "call_taker",
            Self::Dispatcher => "dispatcher",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Something that happened to the site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SiteEvent {
    /// The store was made.
    Founded {
        /// Whether it is a demo store.
        demo: bool,
    },
    /// A person may log in from now on.
    UserAdded {
        /// Who.
        user: UserId,
        /// The name to log in with.
        username: Private<String>,
        /// The name to show.
        name: Private<String>,
        /// As what.
        role: UserRole,
        /// For which agency, when a dispatcher.
        agency: Option<AgencyId>,
    },
    /// A person's name, role, agency or state changed.
    UserChanged {
        /// Who.
        user: UserId,
        /// A new name.
        name: Option<Private<String>>,
        /// A new role.
        role: Option<UserRole>,
        /// A new agency.
        agency: Option<AgencyId>,
        /// Whether the account may be used.
        active: Option<bool>,
    },
    /// A password was set. It is not here.
    PasswordSet {
        /// Whose.
        user: UserId,
    },
    /// A person logged in.
    SessionOpened {
        /// Who.
        user: UserId,
    },
    /// A person logged out, or was logged out.
    SessionClosed {
        /// Who.
        user: UserId,
    },
    /// A log-in failed.
    LogInFailed {
        /// Whose account, if there is such a one.
        user: Option<UserId>,
    },
    /// An agency was added.
    AgencyAdded {
        /// Which.
        agency: AgencyId,
        /// Its code.
        code: AgencyCode,
        /// Its name.
        name: String,
        /// The functions it fills.
        functions: Vec<AgencyCode>,
    },
    /// Areas were imported.
    AreasImported {
        /// How many.
        count: u32,
        /// SHA-256 of the file, hex.
        sha256: String,
    },
    /// Places were imported.
    PlacesImported {
        /// The list that they come from.
        source: String,
        /// How many.
        count: u32,
        /// What was known of this list before was dropped.
        replaced: bool,
        /// SHA-256 of the file, hex.
        sha256: String,
    },
    /// Somebody wrote at a change of a question card. The text itself is in the store.
    CardDraftSaved {
        /// Which draft.
        draft: CardDraftId,
        /// How often it was written.
        revision: u32,
        /// The version of the cards that it began from.
        base: u32,
        /// Which card it changes.
        card: CardCode,
        /// SHA-256 of its canonical JSON, hex.
        sha256: String,
    },
    /// A change of a question card was handed in, rejected or given up.
    CardDraftMoved {
        /// Which draft.
        draft: CardDraftId,
        /// Which writing of it.
        revision: u32,
        /// What became of it.
        to: DraftState,
        /// Why it was rejected.
        reason: Option<Private<String>>,
    },
    /// A change of a question card was approved: the cards of this version hold.
    CardSetAdopted {
        /// Which draft.
        draft: CardDraftId,
        /// Which writing of it.
        revision: u32,
        /// The version of the cards.
        version: u32,
        /// The decree.
        decree: String,
        /// SHA-256 of the canonical JSON of all cards, hex.
        sha256: String,
    },
    /// A policy came into force.
    PolicyAdopted {
        /// Its version.
        version: u64,
        /// The decree.
        decree: String,
        /// SHA-256 of its canonical JSON, hex.
        sha256: String,
    },
}
