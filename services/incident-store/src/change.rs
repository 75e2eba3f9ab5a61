//! One entry of the log, readable.

use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::call::{Call, CallEvent};
use dispatch_core::duty::{Duty, DutyEvent};
use dispatch_core::ids::{CallId, IncidentId, UnitId, UserId};
use dispatch_core::incident::{Incident, IncidentEvent};
use dispatch_core::site::SiteEvent;
use dispatch_core::time::Timestamp;
use dispatch_core::unit::{Unit, UnitEvent};
use serde_json::Value;
use uuid::Uuid;

/// What an event belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StreamId {
    /// A call.
    Call(CallId),
    /// An incident.
    Incident(IncidentId),
    /// A person's duty.
    Duty(UserId),
    /// A unit of an agency.
    Unit(UnitId),
    /// The site.
    Site,
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(id) => write!(f, "call:{id}"),
            Self::Incident(id) => write!(f, "incident:{id}"),
            Self::Duty(id) => write!(f, "duty:{id}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
            Self::Site => f.write_str("site"),
        }
    }
}

/// A text does not name a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the name of a stream")]
pub struct StreamIdError;

impl std::str::FromStr for StreamId {
    type Err = StreamIdError;

    fn from_str(text: &str) -> Result<Self, StreamIdError> {
        if text == "site" {
            return Ok(Self::Site);
        }
        let (kind, id) = text.split_once(':').ok_or(StreamIdError)?;
        let id = Uuid::parse_str(id).map_err(|_| StreamIdError)?;
        match kind {
            "call" => Ok(Self::Call(CallId(id))),
            "incident" => Ok(Self::Incident(IncidentId(id))),
            "duty" => Ok(Self::Duty(UserId(id))),
            "unit" => Ok(Self::Unit(UnitId(id))),
            _ => Err(StreamIdError),
        }
    }
}

/// One event with everything that the log says about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// Its place in the log: gap-free from 1, in commit order.
    pub index: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// What it belongs to.
    pub stream: StreamId,
    /// Its place in the stream: gap-free from 1.
    pub version: u64,
    /// The version of the rules that were used.
    pub policy: u64,
    /// What happened.
    pub event: DeskEvent,
    /// The state of the stream, at least as new as the event. Only changes that carry a state to show have it:
    /// the timeline has none, the site has none.
    pub record: Option<Record>,
}

/// What happened, by what it happened to.
#[derive(Clone, PartialEq, Debug)]
pub enum DeskEvent {
    /// To a call.
    Call(CallEvent),
    /// To an incident.
    Incident(IncidentEvent),
    /// To a person's duty.
    Duty(DutyEvent),
    /// To a unit.
    Unit(UnitEvent),
    /// To the site.
    Site(SiteEvent),
}

impl DeskEvent {
    /// The event as JSON, personal values still in it.
    pub(crate) fn to_json(&self) -> serde_json::Result<Value> {
        match self {
            Self::Call(event) => serde_json::to_value(event),
            Self::Incident(event) => serde_json::to_value(event),
            Self::Duty(event) => serde_json::to_value(event),
            Self::Unit(event) => serde_json::to_value(event),
            Self::Site(event) => serde_json::to_value(event),
        }
    }

    /// The event of a stream out of its JSON.
    pub(crate) fn from_json(stream: StreamId, json: Value) -> serde_json::Result<Self> {
        match stream {
            StreamId::Call(_) => serde_json::from_value(json).map(Self::Call),
            StreamId::Incident(_) => serde_json::from_value(json).map(Self::Incident),
            StreamId::Duty(_) => serde_json::from_value(json).map(Self::Duty),
            StreamId::Unit(_) => serde_json::from_value(json).map(Self::Unit),
            StreamId::Site => serde_json::from_value(json).map(Self::Site),
        }
    }

    /// The name of the event in the log, for example `incident.acknowledged` or `call.arrived`.
    pub(crate) fn kind(&self, json: &Value) -> String {
        let family = match self {
            Self::Call(_) => "call",
            Self::Incident(_) => "incident",
            Self::Duty(_) => "duty",
            Self::Unit(_) => "unit",
            Self::Site(_) => "site",
        };
        // A fact says which one in `fact`; every other event in `kind` (dispatch_core's serde tags).
        let name = json.get("fact").or_else(|| json.get("kind")).and_then(Value::as_str);
        format!("{family}.{}", name.unwrap_or("event"))
    }
}

/// The state of a stream.
#[derive(Clone, PartialEq, Debug)]
pub enum Record {
    /// Of a call.
    Call(Arc<Call>),
    /// Of an incident.
    Incident(Arc<Incident>),
    /// Of a person's duty.
    Duty(Arc<Duty>),
    /// Of a unit.
    Unit(Arc<Unit>),
}
