//! Word from the centre to agencies (siaran): it stays on their screens until a person there says that it was read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::disaster::Signed;
use crate::ids::{AgencyId, BroadcastId, UserId};
use crate::limits::NOTE_BYTES_MAX;
use crate::private::Private;
use crate::time::Timestamp;

/// One word to agencies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Broadcast {
    /// Its id.
    pub id: BroadcastId,
    /// What is said.
    pub text: Private<String>,
    /// Whether it sounds at the consoles.
    pub urgent: bool,
    /// To whom.
    pub agencies: BTreeSet<AgencyId>,
    /// Who said it, and when.
    pub sent: Signed,
    /// Who read it for an agency first, and when.
    pub read: BTreeMap<AgencyId, Signed>,
}

/// Why a word is not sent, or not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BroadcastRefusal {
    /// It is empty or too long.
    #[error("the text is empty or too long")]
    Text,
    /// To nobody, or to an agency that is not there.
    #[error("to nobody, or to an unknown agency")]
    Agencies,
    /// There is no such word to this agency.
    #[error("no such word to this agency")]
    Unknown,
    /// A program cannot do it.
    #[error("this takes a person")]
    NotAPerson,
}

impl Broadcast {
    /// A word to agencies that are known.
    ///
    /// # Errors
    /// Why it is not sent.
    pub fn new(
        id: BroadcastId,
        text: Private<String>,
        urgent: bool,
        agencies: BTreeSet<AgencyId>,
        by: UserId,
        now: Timestamp,
    ) -> Result<Self, BroadcastRefusal> {
        let said = text.reveal().trim();
        if said.is_empty() || said.len() > NOTE_BYTES_MAX {
            return Err(BroadcastRefusal::Text);
        }
        if agencies.is_empty() {
            return Err(BroadcastRefusal::Agencies);
        }
        Ok(Self { id, text, urgent, agencies, sent: Signed { by, at: now }, read: BTreeMap::new() })
    }

    /// The word after somebody read it for an agency; `None` when somebody of the agency did before.
    ///
    /// # Errors
    /// When it does not concern the agency.
    pub fn read_by(
        &self,
        agency: AgencyId,
        by: UserId,
        now: Timestamp,
    ) -> Result<Option<Self>, BroadcastRefusal> {
        if !self.agencies.contains(&agency) {
            return Err(BroadcastRefusal::Unknown);
        }
        if self.read.contains_key(&agency) {
            return Ok(None);
        }
        let mut next = self.clone();
        next.read.insert(agency, Signed { by, at: now });
        Ok(Some(next))
    }
}
