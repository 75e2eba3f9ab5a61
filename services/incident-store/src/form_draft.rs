//! What somebody has typed into a form and not handed in.
//!
//! It is no event: nobody decided anything yet. So it stands in no log, is overwritten, and goes when the form is
//! handed in. It lies on the server because a browser is no place for what a caller says (no personal value is stored
//! there), and because the next seat must find it.

use dispatch_core::ids::{CallId, IncidentId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};

/// How long a draft is kept that nobody hands in: over a shift, its hand-over and the next night.
pub const FORM_DRAFT_KEPT: Seconds = Seconds(48 * 3_600);
/// Drafts of one person; the oldest go first. A night has some dozen calls.
pub const FORM_DRAFTS_EACH_MAX: u32 = 200;

/// Which form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FormPlace {
    /// The report of a call: whoever has the call goes on in it.
    Call(CallId),
    /// A person's report without a call.
    Free(UserId),
    /// What a person types in from paper.
    Paper(UserId),
    /// What a person corrects on an incident.
    Incident(IncidentId, UserId),
}

impl std::fmt::Display for FormPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(call) => write!(f, "call:{call}"),
            Self::Free(user) => write!(f, "free:{user}"),
            Self::Paper(user) => write!(f, "paper:{user}"),
            Self::Incident(incident, user) => write!(f, "incident:{incident}:{user}"),
        }
    }
}

/// A text does not name a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the name of a form")]
pub struct FormPlaceError;

impl std::str::FromStr for FormPlace {
    type Err = FormPlaceError;

    fn from_str(text: &str) -> Result<Self, FormPlaceError> {
        fn id<T: std::str::FromStr>(text: &str) -> Result<T, FormPlaceError> {
            text.parse().map_err(|_| FormPlaceError)
        }
        match text.split_once(':').ok_or(FormPlaceError)? {
            ("call", call) => id(call).map(Self::Call),
            ("free", user) => id(user).map(Self::Free),
            ("paper", user) => id(user).map(Self::Paper),
            ("incident", both) => {
                let (incident, user) = both.split_once(':').ok_or(FormPlaceError)?;
                Ok(Self::Incident(id(incident)?, id(user)?))
            }
            _ => Err(FormPlaceError),
        }
    }
}

/// What is kept of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormDraft {
    /// Which form.
    pub place: FormPlace,
    /// Who typed last.
    pub author: UserId,
    /// Grows with each writing, from 1.
    pub revision: u64,
    /// When it was written last.
    pub at: Timestamp,
    /// What was typed, as the console keeps it: JSON that nothing here reads.
    pub content: Private<String>,
}

/// What became of a writing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DraftKept {
    /// It is kept, under this revision since this time.
    Kept(u64, Timestamp),
    /// Another console wrote since the revision that this one knew; that writing stays.
    Overtaken(Box<FormDraft>),
}
