//! What somebody types into a form.

use dispatch_core::ids::{CallId, IncidentId, UserId};
use incident_store::{FormDraft as Kept, FormPlace};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Named;
use crate::names::Names;
use crate::wire::Time;

/// Which form a console means: `free`, `paper`, `call-ID` or `incident-ID`. A call's form belongs to the call, the others
/// to the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormName {
    /// The report without a call.
    Free,
    /// What is typed in from paper.
    Paper,
    /// The report of a call.
    Call(CallId),
    /// The correction of an incident.
    Incident(IncidentId),
}

impl FormName {
    /// Where it is kept, for this person.
    pub const fn place(self, user: UserId) -> FormPlace {
        match self {
            Self::Free => FormPlace::Free(user),
            Self::Paper => FormPlace::Paper(user),
            Self::Call(call) => FormPlace::Call(call),
            Self::Incident(incident) => FormPlace::Incident(incident, user),
        }
    }

    const fn of(place: FormPlace) -> Self {
        match place {
            FormPlace::Free(_) => Self::Free,
            FormPlace::Paper(_) => Self::Paper,
            FormPlace::Call(call) => Self::Call(call),
            FormPlace::Incident(incident, _) => Self::Incident(incident),
        }
    }
}

impl std::fmt::Display for FormName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Paper => f.write_str("paper"),
            Self::Call(call) => write!(f, "call-{call}"),
            Self::Incident(incident) => write!(f, "incident-{incident}"),
        }
    }
}

/// A text names no form.
#[derive(Clone, Copy, Debug)]
pub struct FormNameError;

impl std::str::FromStr for FormName {
    type Err = FormNameError;

    fn from_str(text: &str) -> Result<Self, FormNameError> {
        match (text, text.split_once('-')) {
            ("free", _) => Ok(Self::Free),
            ("paper", _) => Ok(Self::Paper),
            (_, Some(("call", id))) => id.parse().map(Self::Call).map_err(|_| FormNameError),
            (_, Some(("incident", id))) => id.parse().map(Self::Incident).map_err(|_| FormNameError),
            _ => Err(FormNameError),
        }
    }
}

/// What is kept of a form that somebody types into.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormDraft {
    /// Which form: `free`, `paper`, `call-ID` or `incident-ID`.
    pub form: String,
    /// Who typed last.
    pub author: Named,
    /// Grows with each writing.
    pub revision: u64,
    /// When it was written last.
    pub at: Time,
    /// What was typed, as the console keeps it.
    #[schema(value_type = Object)]
    pub content: Value,
}

impl FormDraft {
    /// As it is shown.
    pub fn of(kept: &Kept, names: &Names) -> Self {
        Self {
            form: FormName::of(kept.place).to_string(),
            author: Named::of(kept.author, names),
            revision: kept.revision,
            at: kept.at.into(),
            // It was an object when it came in.
            content: serde_json::from_str(kept.content.reveal()).unwrap_or_default(),
        }
    }
}

/// That what was typed is kept.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct FormDraftKept {
    /// Under which revision; the next writing names it.
    pub revision: u64,
    /// Since when.
    pub at: Time,
}

/// What was typed and not handed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormDraftPage {
    /// The forms, the newest first.
    pub items: Vec<FormDraft>,
}
