//! What can go wrong, by who can do something about it.

use dispatch_core::broadcast::BroadcastRefusal;
use dispatch_core::call::CallRefusal;
use dispatch_core::disaster::DisasterRefusal;
use dispatch_core::draft::DraftRefusal;
use dispatch_core::incident::IncidentRefusal;
use dispatch_core::paper::FormRefusal;
use dispatch_core::referral::ReferralRefusal;
use dispatch_core::roster::RosterRefusal;
use dispatch_core::roster::handover::HandoverRefusal;
use dispatch_core::screening::NumberRefusal;
use dispatch_core::unit::UnitRefusal;
use thiserror::Error;

/// The store could not be opened or did not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// No answer: the server is away, the disk fails, or none of several hosts takes writes.
    #[error("the store does not answer ({host})")]
    Away {
        /// Which host or file, without user and password.
        host: String,
        /// What the engine said.
        #[source]
        source: Option<sqlx::Error>,
    },
    /// The engine refused a statement.
    #[error("the store refused a statement")]
    Statement(#[source] sqlx::Error),
    /// The database address cannot be read.
    #[error("the database address cannot be used: {0}")]
    Url(String),
    /// Another process serves this file.
    #[error("another process serves this store: {0} is locked")]
    Locked(String),
    /// The bundled SQLite is one that can damage a file in WAL mode (sqlite.org/wal.html#walresetbug).
    #[error("SQLite {found} is too old: 3.51.3 or later is needed")]
    SqliteTooOld {
        /// The version that was linked.
        found: String,
    },
    /// An older program made this store, and none of this version has served it yet.
    #[error("this store has schema {found}, this needs schema {known}: let this program serve it once")]
    SchemaTooOld {
        /// The schema of the store.
        found: i64,
        /// The schema that is needed.
        known: i64,
    },
    /// A newer program made this store.
    #[error("this store has schema {found}, this program knows schema {known}: use the newer program")]
    SchemaTooNew {
        /// The schema of the store.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// There is no store at the address.
    #[error("there is no Sigap store at this address")]
    NotAStore,
    /// A row does not hold what was once written into it.
    #[error("the store holds something unreadable in {what}")]
    Unreadable {
        /// Where.
        what: &'static str,
    },
    /// The lock file or another file beside the store could not be used.
    #[error("a file beside the store could not be used")]
    File(#[source] std::io::Error),
    /// The operating system gave no random bytes.
    #[error("no random bytes")]
    Random,
}

/// Why a submission did not become part of the log.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// A command on a call was refused.
    #[error(transparent)]
    Call(#[from] CallRefusal),
    /// A command on an incident was refused.
    #[error(transparent)]
    Incident(#[from] IncidentRefusal),
    /// A command on a unit was refused, or a unit cannot go where it was sent.
    #[error(transparent)]
    Unit(#[from] UnitRefusal),
    /// A command on the site was refused.
    #[error(transparent)]
    Site(#[from] SiteRefusal),
    /// The key was used before, for something else.
    #[error("this idempotency key was used for something else")]
    KeyReused,
    /// The submission is larger than any sensible one, or holds what the database cannot.
    #[error("the submission cannot be stored")]
    Unstorable,
    /// The store does not answer. `kept` says whether the submission will be written when it is back.
    #[error("the store is away")]
    StoreAway {
        /// True for facts out of the journal: they wait. False for all else: send it again with its key.
        kept: bool,
    },
    /// More submissions wait than the writer may hold.
    #[error("too many submissions are waiting")]
    Busy,
    /// This desk no longer writes: it was stopped, or the store went on without it.
    #[error("this desk has stopped writing")]
    Stopped,
}

/// Why a command on the site is refused.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum SiteRefusal {
    /// The store was founded before.
    #[error("the store is founded already")]
    Founded,
    /// Somebody else has this user name.
    #[error("the user name is taken")]
    UsernameTaken,
    /// There is no such person.
    #[error("no such user")]
    UnknownUser,
    /// There is no such agency.
    #[error("no such agency")]
    UnknownAgency,
    /// Another agency has this code.
    #[error("the agency code is taken")]
    AgencyCodeTaken,
    /// The last agency that can be sent cannot be closed.
    #[error("no other agency is active")]
    LastAgency,
    /// A number cannot be ruled like that.
    #[error(transparent)]
    Number(#[from] NumberRefusal),
    /// A dispatcher belongs to an agency, nobody else does.
    #[error("a dispatcher needs an agency, any other role has none")]
    AgencyMismatch,
    /// The person's account is not in use.
    #[error("the account is not active")]
    Inactive,
    /// A change of a question card or of the rules was refused.
    #[error(transparent)]
    Draft(#[from] DraftRefusal),
    /// A duty roster cannot be changed like that.
    #[error(transparent)]
    Roster(#[from] RosterRefusal),
    /// It cannot be handed on like that.
    #[error(transparent)]
    Referral(#[from] ReferralRefusal),
    /// A paper form cannot be given out or used like that.
    #[error(transparent)]
    Form(#[from] FormRefusal),
    /// The disaster mode cannot be switched like that.
    #[error(transparent)]
    Disaster(#[from] DisasterRefusal),
    /// A word cannot be sent or read like that.
    #[error(transparent)]
    Broadcast(#[from] BroadcastRefusal),
    /// A shift cannot be handed over like that.
    #[error(transparent)]
    Handover(#[from] HandoverRefusal),
    /// A text is empty or too long.
    #[error("{field} is empty or too long")]
    Text {
        /// Which.
        field: &'static str,
    },
    /// A count of alarms that cannot be: a window that is none, or more than can sound in it.
    #[error("these alarms cannot have sounded")]
    AlarmWindow,
    /// More places than a province has.
    #[error("too many places")]
    TooManyPlaces,
    /// More areas than a country has.
    #[error("too many areas")]
    TooManyAreas,
}
