//! Replaying events without a store: an exported log says by itself what calls and incidents were.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch_core::metrics::{CallTimes, IncidentTimes, Ledger};
use dispatch_core::time::Timestamp;
use dispatch_core::{call, duty, incident, unit};

use crate::change::{Change, DeskEvent, Record, StreamId};
use crate::error::StoreError;
use crate::store::change_of;

/// The calls and incidents of a log, as far as it was read. What is personal is not there: it is in no leaf.
#[derive(Default, Debug)]
pub struct Replay {
    records: BTreeMap<StreamId, Record>,
    entries: u64,
}

impl Replay {
    /// Takes the next entry: the bytes of its leaf.
    pub fn take(&mut self, leaf: &[u8]) -> Result<(), StoreError> {
        let change = change_of(leaf, &BTreeMap::new())?;
        self.entries = change.index;
        let before = self.records.remove(&change.stream);
        if let Some(after) = apply(before, &change) {
            self.records.insert(change.stream, after);
        }
        Ok(())
    }

    /// The last entry that was taken.
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// What belongs to a period, with what it names of outside it: the same as [`crate::Store::ledger`] gives.
    pub fn ledger(&self, from: Timestamp, to: Timestamp) -> Ledger {
        let within = |at: Timestamp| from <= at && at < to;
        let (mut calls, mut incidents) = (Vec::new(), Vec::new());
        for record in self.records.values() {
            match record {
                Record::Call(call) => calls.extend(CallTimes::of(call).filter(|times| within(times.at()))),
                Record::Incident(incident) => {
                    incidents.extend(Some(IncidentTimes::of(incident)).filter(|times| within(times.at())));
                }
                Record::Duty(_) | Record::Unit(_) => {}
            }
        }
        let mut ledger = Ledger::new(calls, incidents);
        for id in ledger.calls_wanted() {
            if let Some(Record::Call(call)) = self.records.get(&StreamId::Call(id)) {
                ledger.learn_call(id, call.arrived_at, call.answered.map(|answered| answered.at));
            }
        }
        for id in ledger.incidents_wanted() {
            if let Some(Record::Incident(one)) = self.records.get(&StreamId::Incident(id)) {
                ledger.learn_incident(id, one.category, one.priority, one.location.area_code.clone());
            }
        }
        ledger
    }
}

/// The record after a change.
pub(crate) fn apply(record: Option<Record>, change: &Change) -> Option<Record> {
    match (&change.event, change.stream) {
        (DeskEvent::Call(event), StreamId::Call(id)) => {
            let before = match record {
                Some(Record::Call(call)) => Some(Arc::unwrap_or_clone(call)),
                Some(Record::Incident(_) | Record::Duty(_) | Record::Unit(_)) | None => None,
            };
            call::apply(before, id, event).map(|call| Record::Call(Arc::new(call)))
        }
        (DeskEvent::Incident(event), StreamId::Incident(id)) => {
            let before = match record {
                Some(Record::Incident(incident)) => Some(Arc::unwrap_or_clone(incident)),
                Some(Record::Call(_) | Record::Duty(_) | Record::Unit(_)) | None => None,
            };
            let after = incident::apply(before, id, event, change.actor, change.at);
            after.map(|incident| Record::Incident(Arc::new(incident)))
        }
        (DeskEvent::Duty(event), StreamId::Duty(user)) => {
            Some(Record::Duty(Arc::new(duty::apply(user, event, change.at))))
        }
        (DeskEvent::Unit(event), StreamId::Unit(id)) => {
            let before = match record {
                Some(Record::Unit(unit)) => Some(Arc::unwrap_or_clone(unit)),
                Some(Record::Call(_) | Record::Incident(_) | Record::Duty(_)) | None => None,
            };
            let after = unit::apply(before, id, event, change.actor, change.at);
            after.map(|unit| Record::Unit(Arc::new(unit)))
        }
        (
            DeskEvent::Call(_)
            | DeskEvent::Incident(_)
            | DeskEvent::Duty(_)
            | DeskEvent::Unit(_)
            | DeskEvent::Site(_),
            _,
        ) => record,
    }
}
