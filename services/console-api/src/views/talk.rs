//! What goes on in a call once people talk.

use call_link::order::Waiting;
use dispatch_core::call;
use dispatch_core::call::fact;
use dispatch_core::ids::CallId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::person::Named;
use crate::names::Names;
use crate::phone_book;
use crate::wire::{PartyEnd, Prompt, SuperviseMode, Time};

/// Which way a call goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallDirection {
    /// Somebody calls 112.
    In,
    /// The centre calls somebody.
    Out,
}

/// Where a party is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyState {
    /// It is being rung.
    Calling,
    /// It is on the call.
    Talking,
    /// It is off the call.
    Left,
}

/// Somebody on a call besides the caller and the call-taker.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Party {
    /// Id.
    pub id: Uuid,
    /// What people call it.
    pub label: String,
    /// Where it is rung.
    pub target: String,
    /// Who asked it in; null when the queue did.
    pub by: Option<Named>,
    /// Where it is.
    pub state: PartyState,
    /// Why it is off the call.
    pub why: Option<PartyEnd>,
    /// Since when it is where it is.
    pub since: Time,
}

/// A supervisor on a call.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Supervisor {
    /// Who.
    pub user: Named,
    /// How.
    pub mode: SuperviseMode,
    /// Since when.
    pub since: Time,
}

/// What is held against a call: it waits behind others and is asked a question, and is answered all the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Restriction {
    /// When it waits like any other call, whatever is held against it.
    pub until: Time,
    /// The supervisor who lifted it, for this call and for a day of the number's calls.
    pub lifted_by: Option<Named>,
    /// When they did.
    pub lifted_at: Option<Time>,
}

impl Restriction {
    /// What is or was held against it; `None` where nothing ever was.
    pub fn of(call: &call::Call, names: &Names) -> Option<Self> {
        let lifted = call.restriction_lifted;
        if call.class != Some(fact::CallerClass::Suspect) && lifted.is_none() {
            return None;
        }
        Some(Self {
            until: call.arrived_at.after(names.policy().rules.acd.ageing_s).into(),
            lifted_by: lifted.map(|lifted| Named::of(lifted.by, names)),
            lifted_at: lifted.map(|lifted| lifted.at.into()),
        })
    }
}

/// A recorded question that was put to the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Prompted {
    /// Which.
    pub kind: Prompt,
    /// When it was put last.
    pub at: Time,
}

/// The recording of a call.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recording {
    /// When its first sample was taken.
    pub started_at: Time,
    /// How long it is.
    pub seconds: f64,
    /// Of it silence that stands for what never arrived.
    pub silence_s: f64,
    /// The last link of the hash chain over its bytes, hex; the supervision log holds the same.
    pub sha256: String,
    /// Where to hear it.
    pub url: String,
}

/// Somebody who can be called into a conference.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    /// What to send as `agency`.
    pub code: String,
    /// What people call it.
    pub label: String,
    /// Where it is rung.
    pub target: String,
    /// Whether it is a neighbouring centre, to which an incident can be handed over.
    pub neighbour: bool,
}

/// Whom one may ask into a call, or give it to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhoneBook {
    /// Everybody in it.
    pub contacts: Vec<Contact>,
    /// Whether the site allows other numbers, and then checks them.
    pub others: bool,
}

/// A caller's place in the queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueuePlace {
    /// Which call.
    pub call_id: Uuid,
    /// 1 is next.
    pub position: u32,
    /// How long it may still take, in seconds; null while nothing can be said.
    pub wait_estimate_s: Option<u32>,
}

impl Party {
    /// The view of a record.
    pub fn of(party: &call::Party, names: &Names) -> Self {
        let (state, why) = match party.state {
            call::PartyState::Calling => (PartyState::Calling, None),
            call::PartyState::Talking => (PartyState::Talking, None),
            call::PartyState::Left { why } => (PartyState::Left, Some(why.into())),
        };
        Self {
            id: party.id.0,
            label: party.label.clone(),
            target: party.target.reveal().clone(),
            by: party.by.map(|user| Named::of(user, names)),
            state,
            why,
            since: party.since.into(),
        }
    }
}

impl Supervisor {
    /// The view of a record.
    pub fn of(supervisor: &call::Supervisor, names: &Names) -> Self {
        Self {
            user: Named::of(supervisor.user, names),
            mode: supervisor.mode.into(),
            since: supervisor.since.into(),
        }
    }
}

impl Recording {
    /// The view of the recording of this call.
    pub fn of(call: CallId, summary: &fact::RecordingSummary) -> Self {
        Self {
            started_at: summary.started_at.into(),
            seconds: summary.seconds,
            silence_s: summary.silence_s,
            sha256: summary.sha256.clone(),
            url: format!("/api/v1/calls/{call}/recording"),
        }
    }
}

impl PhoneBook {
    /// The view of the book.
    pub fn of(book: &phone_book::PhoneBook) -> Self {
        let contact = |contact: &phone_book::Contact| Contact {
            code: contact.code.clone(),
            label: contact.label.clone(),
            target: contact.target.reveal().clone(),
            neighbour: contact.neighbour,
        };
        Self { contacts: book.contacts().iter().map(contact).collect(), others: book.allows_others() }
    }
}

impl From<Waiting> for QueuePlace {
    fn from(waiting: Waiting) -> Self {
        Self {
            call_id: waiting.call.0,
            position: u32::try_from(waiting.position).unwrap_or(u32::MAX),
            wait_estimate_s: waiting.wait_estimate_s,
        }
    }
}
