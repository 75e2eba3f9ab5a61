//! The disaster mode, and words from the centre to agencies.

use dispatch_core::broadcast::Broadcast as Sent;
use dispatch_core::disaster::{Disaster as Switch, PROPOSAL_HOLDS, Signed as Signature};
use dispatch_core::ids::AgencyId;
use dispatch_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::names::Names;
use crate::wire::{CallInAnswer, DisasterState, Time};

/// Somebody, at some time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Signed {
    /// Who.
    pub by: Named,
    /// When.
    pub at: Time,
}

impl Signed {
    fn of(signature: Signature, names: &Names) -> Self {
        Self { by: Named::of(signature.by, names), at: signature.at.into() }
    }
}

/// The disaster mode: proposed by one person, switched on by another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Disaster {
    /// Id.
    pub id: Uuid,
    /// Whether it waits for the second person, is on, or is over.
    pub state: DisasterState,
    /// What people call it.
    pub name: String,
    /// The master incident.
    pub incident_id: Option<Uuid>,
    /// By which decree.
    pub decree: Option<String>,
    /// Who proposed it.
    pub proposed: Signed,
    /// Until when the second person may switch it on.
    pub holds_until: Time,
    /// Who switched it on.
    pub confirmed: Option<Signed>,
    /// Who ended it.
    pub ended: Option<Signed>,
    /// Why.
    pub reason: Option<String>,
    /// Who was called in, and what they said.
    pub called_in: Vec<CalledIn>,
}

/// Somebody of the roster who was called in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalledIn {
    /// Id in the roster.
    pub person_id: Uuid,
    /// What they said.
    pub answer: CallInAnswer,
    /// Who wrote it down.
    pub noted: Signed,
}

impl Disaster {
    /// As it is shown; what somebody said who was called in, and why it ended, only to the centre.
    pub fn of(switch: &Switch, now: Timestamp, is_centre: bool, names: &Names) -> Self {
        let state = if switch.is_on() {
            dispatch_core::disaster::DisasterState::On
        } else if switch.is_proposed(now) {
            dispatch_core::disaster::DisasterState::Proposed
        } else {
            dispatch_core::disaster::DisasterState::Over
        };
        let called_in = switch.called_in.iter().filter(|_| is_centre).map(|(person, said)| CalledIn {
            person_id: person.0,
            answer: CallInAnswer(said.answer),
            noted: Signed::of(said.noted, names),
        });
        Self {
            id: switch.id.0,
            state: DisasterState(state),
            name: switch.name.clone(),
            incident_id: switch.incident.map(|incident| incident.0).filter(|_| is_centre),
            decree: switch.decree.clone(),
            proposed: Signed::of(Signature { by: switch.proposed_by, at: switch.proposed_at }, names),
            holds_until: switch.proposed_at.after(PROPOSAL_HOLDS).into(),
            confirmed: switch.confirmed.map(|one| Signed::of(one, names)),
            ended: switch.ended.map(|one| Signed::of(one, names)),
            reason: switch.reason.as_ref().filter(|_| is_centre).map(|reason| reason.reveal().clone()),
            called_in: called_in.collect(),
        }
    }
}

/// A word from the centre to agencies.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Broadcast {
    /// Id.
    pub id: Uuid,
    /// What is said.
    pub text: String,
    /// Whether it sounds.
    pub urgent: bool,
    /// Who said it.
    pub sent: Signed,
    /// To whom, and who read it there. An agency sees itself.
    pub to: Vec<BroadcastReader>,
}

/// An agency that a word went to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BroadcastReader {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Who read it.
    pub read: Option<Signed>,
}

impl Broadcast {
    /// As it is shown to the centre, or to somebody of an agency.
    pub fn of(sent: &Sent, agency: Option<AgencyId>, names: &Names) -> Self {
        let shown = sent.agencies.iter().filter(|one| agency.is_none_or(|own| own == **one));
        let reader = |one: &AgencyId| BroadcastReader {
            id: one.0,
            name: names.agency(*one).map(|entry| entry.name.clone()).unwrap_or_default(),
            read: sent.read.get(one).map(|read| Signed::of(*read, names)),
        };
        Self {
            id: sent.id.0,
            text: sent.text.reveal().clone(),
            urgent: sent.urgent,
            sent: Signed::of(sent.sent, names),
            to: shown.map(reader).collect(),
        }
    }
}

/// What everybody has to know of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Alerts {
    /// The disaster mode that was proposed last; null when there never was one.
    pub disaster: Option<Disaster>,
    /// Words of the last 24 hours, the newest first.
    pub broadcasts: Vec<Broadcast>,
}
