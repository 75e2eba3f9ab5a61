//! Why a request to an incident is refused.

use thiserror::Error;

use super::paper::PaperFault;
use crate::actor::Actor;
use crate::ids::{AgencyCode, AgencyId, IncidentId, UserId};
use crate::time::Timestamp;

/// Why a command is refused. Nothing is lost: the person's text stays on the screen.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum IncidentRefusal {
    /// There is no such incident.
    #[error("no such incident")]
    Unknown,
    /// It is open already.
    #[error("the incident exists already")]
    Exists,
    /// It is closed or cancelled.
    #[error("the incident has ended")]
    Ended,
    /// It is part of another one, which goes on.
    #[error("the incident was merged into {into}")]
    Merged {
        /// The one that goes on.
        into: IncidentId,
        /// Its number.
        number: String,
    },
    /// Nothing of that incident is here.
    #[error("the incident was not merged into this one")]
    NotMergedHere,
    /// It is still open.
    #[error("the incident has not ended")]
    NotEnded,
    /// Somebody changed it in between.
    #[error("the incident is at version {current}")]
    VersionConflict {
        /// The version it has now.
        current: u32,
    },
    /// There is no such assignment on it.
    #[error("no such assignment")]
    UnknownAssignment,
    /// Somebody else took it first.
    #[error("already acknowledged")]
    AlreadyAcknowledged {
        /// The winner; nobody by name when it came over a second channel.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The step does not follow from the present state.
    #[error("cannot go from {from} to {to}")]
    NotInThisState {
        /// The present state.
        from: &'static str,
        /// The state asked for.
        to: &'static str,
    },
    /// A reason must be given.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Agencies have not reported yet, and the person may not close over them.
    #[error("{} agencies have not reported", .agencies.len())]
    AgenciesUnfinished {
        /// Which.
        agencies: Vec<AgencyCode>,
    },
    /// Nobody to send: no agency was named and the routing knows none.
    #[error("no agency to send")]
    NobodyToSend,
    /// All named agencies are on it already.
    #[error("these agencies are on it already")]
    AlreadyAssigned {
        /// Which.
        agencies: Vec<AgencyId>,
    },
    /// It cannot be merged into itself.
    #[error("an incident cannot be merged into itself")]
    IntoItself,
    /// A list has reached its bound.
    #[error("too many {what}: at most {max}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// It stands with a neighbouring centre: it waits for their answer, or is theirs.
    #[error("it stands with {to}")]
    TransferStands {
        /// The centre's name.
        to: String,
    },
    /// There is no such hand-over between the two centres.
    #[error("there is no such hand-over")]
    NotHandedOver,
    /// What somebody of the other centre said needs their name.
    #[error("the name of who said so is missing or too long")]
    NameMissing,
    /// The times on a paper form cannot be so.
    #[error("{} entries of the paper form cannot be so", .faults.len())]
    PaperFaulty {
        /// Which.
        faults: Vec<PaperFault>,
    },
    /// Only a person can do this.
    #[error("only a person can do this, not {0}")]
    NotAPerson(Actor),
}
