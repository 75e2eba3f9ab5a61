//! From a change to the text of a message: once per form, however many consoles see it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use dispatch_core::call::Call;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Incident;
use dispatch_core::site::SiteEvent;
use incident_store::{Change, DeskEvent, Record, StreamId};

use super::message::FeedMessage;
use super::visible::Form;
use crate::limits::RENDERED_KEPT_MAX;
use crate::show::Show;
use crate::views::{self, AssignmentWithIncident, Duty, Named, NumberHistory};
use crate::wire::Counter;

/// Renders changes and remembers the texts. Cheap to clone.
#[derive(Clone)]
pub struct Renderer {
    show: Show,
    kept: Arc<Mutex<BTreeMap<(u64, Form), Utf8Bytes>>>,
}

impl Renderer {
    /// A renderer with these views.
    pub fn new(show: Show) -> Self {
        Self { show, kept: Arc::default() }
    }

    /// The text of a change in this form; `None` when the change holds no state to show.
    pub async fn text(&self, change: &Change, form: Form) -> Option<Utf8Bytes> {
        let place = (change.index, form);
        if let Some(text) = self.kept().get(&place) {
            return Some(text.clone());
        }
        let history = match change.stream {
            StreamId::Call(call) => self.show.histories(&[call]).await.remove(&call),
            StreamId::Incident(_) | StreamId::Duty(_) | StreamId::Unit(_) | StreamId::Site => None,
        };
        let message = self.message(change, form, history.unwrap_or_default())?;
        let text = Utf8Bytes::from(serde_json::to_string(&message).ok()?);
        let mut kept = self.kept();
        if kept.len() >= RENDERED_KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(place, text.clone());
        Some(text)
    }

    fn message(&self, change: &Change, form: Form, history: NumberHistory) -> Option<FeedMessage> {
        let names = self.show.names();
        let (cursor, at) = (Counter(change.index), change.at.into());
        match form {
            Form::Call | Form::SupervisedCall => {
                let supervisors = form == Form::SupervisedCall;
                let call = self.show.with_history(call_of(change)?, history, supervisors);
                Some(FeedMessage::CallUpdated { cursor, at, call })
            }
            Form::Incident => {
                let incident = views::Incident::of(incident_of(change)?, &names);
                Some(FeedMessage::IncidentUpdated { cursor, at, incident })
            }
            Form::Assignment(id) => {
                let record = incident_of(change)?;
                let assignment = AssignmentWithIncident::of(record.assignment(id)?, record, &names);
                let incident = views::Incident::of(record, &names);
                Some(FeedMessage::AssignmentUpdated {
                    cursor,
                    at,
                    incident_id: record.id.0,
                    assignment,
                    incident,
                })
            }
            Form::Escalation => {
                let record = incident_of(change);
                let escalation = views::escalation(change, record)?;
                let about = escalation.assignment_id.map(AssignmentId);
                let about = record.zip(about).and_then(|(record, id)| Some((record.assignment(id)?, record)));
                Some(FeedMessage::EscalationRaised {
                    cursor,
                    at,
                    assignment: about.map(|(a, record)| AssignmentWithIncident::of(a, record, &names)),
                    incident: record.map(|record| views::Incident::of(record, &names)),
                    // One text for everybody: supervisors have their names from `call.updated`.
                    call: call_of(change).map(|call| self.show.with_history(call, history, false)),
                    escalation,
                })
            }
            Form::Cards => {
                // The names of this desk may be a moment behind the change that tells of the new version.
                let version = match &change.event {
                    DeskEvent::Site(SiteEvent::CardSetAdopted { version, .. }) => *version,
                    DeskEvent::Site(_)
                    | DeskEvent::Call(_)
                    | DeskEvent::Incident(_)
                    | DeskEvent::Duty(_)
                    | DeskEvent::Unit(_) => names.cards().version,
                };
                Some(FeedMessage::CardsUpdated { cursor, at, version })
            }
            Form::Rules => {
                // The rules of this desk may be a moment behind the change that tells of the new version.
                let version = match &change.event {
                    DeskEvent::Site(SiteEvent::PolicyAdopted { version, .. }) => *version,
                    DeskEvent::Site(_)
                    | DeskEvent::Call(_)
                    | DeskEvent::Incident(_)
                    | DeskEvent::Duty(_)
                    | DeskEvent::Unit(_) => names.policy().rules.version,
                };
                Some(FeedMessage::PolicyUpdated { cursor, at, version: Counter(version) })
            }
            Form::Reference => Some(FeedMessage::ReferenceUpdated { cursor, at }),
            Form::Roster => Some(FeedMessage::RosterUpdated { cursor, at }),
            Form::Alerts => Some(FeedMessage::AlertsUpdated { cursor, at }),
            Form::Unit => {
                let Some(Record::Unit(unit)) = &change.record else { return None };
                Some(FeedMessage::UnitUpdated { cursor, at, unit: views::Unit::of(unit, &names) })
            }
            Form::Duty => {
                let Some(Record::Duty(duty)) = &change.record else { return None };
                let user = Named::of(duty.user, &names);
                Some(FeedMessage::DutyUpdated { cursor, at, user, duty: Duty::of(Some(duty)) })
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<(u64, Form), Utf8Bytes>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn call_of(change: &Change) -> Option<&Call> {
    match change.record.as_ref()? {
        Record::Call(call) => Some(call),
        Record::Incident(_) | Record::Duty(_) | Record::Unit(_) => None,
    }
}

fn incident_of(change: &Change) -> Option<&Incident> {
    match change.record.as_ref()? {
        Record::Incident(incident) => Some(incident),
        Record::Call(_) | Record::Duty(_) | Record::Unit(_) => None,
    }
}
