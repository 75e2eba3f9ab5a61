//! Mass events: one thing that very many people call about. There is one way to know them, and this is it.

use super::DuplicateRules;
use super::index::{Entry, Index};
use crate::ids::IncidentId;
use crate::time::Timestamp;

/// One thing that many call about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MassEvent {
    /// The incident.
    pub incident: IncidentId,
    /// Whether a supervisor made it the master incident; if not, it is only proposed.
    pub declared: bool,
    /// Calls so far.
    pub calls: usize,
    /// When the last of them came.
    pub last_call_at: Timestamp,
}

impl Entry {
    /// Whether a supervisor made it a master incident, and it goes on.
    pub(super) fn is_master(&self) -> bool {
        self.ended_at.is_none() && self.incident.master.is_some()
    }

    /// Whether so many called about it lately that it is more than a family and its neighbours.
    pub(super) fn is_crowded(&self, rules: &DuplicateRules, now: Timestamp) -> bool {
        let rules = &rules.mass_event;
        self.ended_at.is_none()
            && self.incident.calls.len() >= rules.calls
            && now < self.heard_at.after(rules.within)
    }

    fn mass_event(&self, rules: &DuplicateRules, now: Timestamp) -> Option<MassEvent> {
        let declared = self.is_master();
        (declared || self.is_crowded(rules, now)).then(|| MassEvent {
            incident: self.incident.id,
            declared,
            calls: self.incident.calls.len(),
            last_call_at: self.heard_at,
        })
    }
}

impl Index {
    /// The open incidents that are mass events, declared or to be proposed; the oldest first.
    pub fn mass_events(&self, rules: &DuplicateRules, now: Timestamp) -> impl Iterator<Item = MassEvent> {
        self.entries().filter_map(move |entry| entry.mass_event(rules, now))
    }

    /// Whether there is any.
    pub fn has_mass_event(&self, rules: &DuplicateRules, now: Timestamp) -> bool {
        self.mass_events(rules, now).next().is_some()
    }
}
