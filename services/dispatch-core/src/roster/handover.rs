//! Handing a shift over (serah terima piket): what is open goes from the one who leaves to the one who comes, both
//! named, at a moment that both know.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::category::Priority;
use crate::ids::{AgencyId, CallId, IncidentId, ShiftHandoverId, UserId};
use crate::limits::NOTE_BYTES_MAX;
use crate::private::Private;
use crate::time::Timestamp;

/// What one person leaves to the next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShiftHandover {
    /// Its id.
    pub id: ShiftHandoverId,
    /// Of which agency; none for the centre.
    pub office: Option<AgencyId>,
    /// Who leaves.
    pub from: UserId,
    /// When they said so.
    pub at: Timestamp,
    /// Incidents that were open then, the most urgent first.
    pub incidents: Vec<HandedIncident>,
    /// Calls that were owed a call-back then, the oldest first.
    pub call_backs: Vec<CallId>,
    /// What the next one has to know: what is broken, who was promised what.
    pub note: Private<String>,
    /// Who took it over; none as long as nobody has.
    pub taken: Option<Taken>,
}

/// An incident that was open when a shift was handed over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HandedIncident {
    /// Which.
    pub id: IncidentId,
    /// Its number, as people say it.
    pub number: String,
    /// Its priority then.
    pub priority: Priority,
}

/// Somebody took a shift over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Taken {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What they say to it.
    pub note: Private<String>,
}

/// Why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum HandoverRefusal {
    /// There is none, or it is another office's.
    #[error("there is no such hand-over")]
    Unknown,
    /// Nobody hands over to themselves.
    #[error("nobody hands over to themselves")]
    Own,
    /// Somebody took it over already.
    #[error("it is taken over already")]
    TakenAlready,
    /// The note is too long.
    #[error("the note is too long")]
    NoteTooLong,
}

impl ShiftHandover {
    /// Whether it may stand as it is.
    ///
    /// # Errors
    /// When its note is too long.
    pub fn check(&self) -> Result<(), HandoverRefusal> {
        short(&self.note)
    }

    /// The hand-over after somebody of an office took it over.
    ///
    /// # Errors
    /// Another office's, one's own, one that is taken.
    pub fn taken_over(
        &self,
        by: UserId,
        office: Option<AgencyId>,
        note: Private<String>,
        at: Timestamp,
    ) -> Result<Self, HandoverRefusal> {
        short(&note)?;
        if self.office != office {
            return Err(HandoverRefusal::Unknown);
        }
        if self.from == by {
            return Err(HandoverRefusal::Own);
        }
        if self.taken.is_some() {
            return Err(HandoverRefusal::TakenAlready);
        }
        Ok(Self { taken: Some(Taken { by, at, note }), ..self.clone() })
    }
}

fn short(note: &Private<String>) -> Result<(), HandoverRefusal> {
    if note.reveal().len() <= NOTE_BYTES_MAX { Ok(()) } else { Err(HandoverRefusal::NoteTooLong) }
}
