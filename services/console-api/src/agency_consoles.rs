//! Which agencies have a console open here. What is sent to one that has none cannot be on a screen: the desk is told,
//! and it goes out over the second channel without waiting for its time on the ladder.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dispatch_core::actor::Actor;
use dispatch_core::ids::{AgencyId, AssignmentId, IncidentId};
use dispatch_core::incident::{IncidentCommand, IncidentEvent};
use dispatch_core::routing::Role;
use incident_store::{After, Change, Desk, DeskCommand, DeskEvent, StreamId};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;

/// A console that reloads its page, or connects again after this program started, is back within this time.
const RELOAD_TAKES: Duration = Duration::from_secs(5);
/// How often an agency that may come back is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Assignments whose agency may come back; above it the ladder's own time holds.
const WAITING_MAX: usize = 1_024;
/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 512;

/// The open consoles of the agencies. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AgencyConsoles(Arc<Mutex<Consoles>>);

#[derive(Debug)]
struct Consoles {
    open: BTreeMap<AgencyId, u32>,
    /// When the last one of each closed.
    closed_at: BTreeMap<AgencyId, Instant>,
    /// Before this moment nobody can have been here.
    since: Instant,
}

/// One open console of an agency; closed when it is dropped.
#[derive(Debug)]
pub struct OpenAgencyConsole {
    agency: AgencyId,
    consoles: AgencyConsoles,
}

impl AgencyConsoles {
    /// Nobody is here yet.
    pub fn new() -> Self {
        let consoles = Consoles { open: BTreeMap::new(), closed_at: BTreeMap::new(), since: Instant::now() };
        Self(Arc::new(Mutex::new(consoles)))
    }

    /// Somebody of the agency opens a console, or one more.
    pub fn enter(&self, agency: AgencyId) -> OpenAgencyConsole {
        *self.lock().open.entry(agency).or_default() += 1;
        OpenAgencyConsole { agency, consoles: self.clone() }
    }

    /// In how long the agency counts as off; `None` while a console is open.
    fn off_in(&self, agency: AgencyId, now: Instant) -> Option<Duration> {
        let consoles = self.lock();
        if consoles.open.contains_key(&agency) {
            return None;
        }
        let gone_since = consoles.closed_at.get(&agency).copied().unwrap_or(consoles.since);
        Some((gone_since + RELOAD_TAKES).saturating_duration_since(now))
    }

    fn lock(&self) -> MutexGuard<'_, Consoles> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the desk of every assignment that is sent to an agency without a console, until `stop`.
    pub async fn watch(self, desk: Desk, intake: Intake, from: u64, stop: CancellationToken) {
        let feed = desk.feed();
        let (mut seen, mut waiting) = (from, BTreeMap::new());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = feed.changed(seen) => match feed.after(seen, CHANGES_AT_ONCE) {
                    After::Changes(changes) => {
                        seen = changes.last().map_or(seen, |change| change.index);
                        let sent = changes.iter().filter_map(|change| sent(change));
                        waiting.extend(sent.take(WAITING_MAX.saturating_sub(waiting.len())));
                    }
                    // What was passed over climbs its ladder in time.
                    After::TooFarBehind => seen = feed.head(),
                },
                () = sleep(LOOK_EVERY), if !waiting.is_empty() => {}
            }
            self.tell(&intake, &mut waiting).await;
        }
    }

    async fn tell(&self, intake: &Intake, waiting: &mut BTreeMap<AssignmentId, (IncidentId, AgencyId)>) {
        let now = Instant::now();
        let mut off = Vec::new();
        waiting.retain(|id, (incident, agency)| match self.off_in(*agency, now) {
            // Its own screen says whether it is delivered.
            None => false,
            Some(wait) if wait.is_zero() => {
                off.push((*id, *incident));
                false
            }
            Some(_may_come_back) => true,
        });
        for (id, incident) in off {
            let command = DeskCommand::Incident(incident, IncidentCommand::ConsoleOff { id });
            if intake.note(format!("console-off:{id}"), Actor::System, command).await.is_err() {
                tracing::warn!(assignment.id = %id, "An agency without a console is told at the ladder's time");
            }
        }
    }
}

fn sent(change: &Change) -> Option<(AssignmentId, (IncidentId, AgencyId))> {
    let StreamId::Incident(incident) = change.stream else { return None };
    let DeskEvent::Incident(IncidentEvent::Assigned { assignment }) = &change.event else { return None };
    (assignment.role != Role::Notify).then_some((assignment.id, (incident, assignment.agency)))
}

impl Drop for OpenAgencyConsole {
    fn drop(&mut self) {
        let mut consoles = self.consoles.lock();
        let left = consoles.open.get(&self.agency).map_or(0, |open| open - 1);
        if left == 0 {
            consoles.open.remove(&self.agency);
            consoles.closed_at.insert(self.agency, Instant::now());
        } else {
            consoles.open.insert(self.agency, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_is_off_a_while_after_its_last_console_closed_and_never_while_one_is_open() {
        let consoles = AgencyConsoles::new();
        let agency = AgencyId(uuid::Uuid::from_u128(1));
        let later = |seconds| Instant::now() + Duration::from_secs(seconds);
        assert!(consoles.off_in(agency, Instant::now()).unwrap() > Duration::from_secs(1), "just started");
        assert_eq!(consoles.off_in(agency, later(6)), Some(Duration::ZERO));
        let first = consoles.enter(agency);
        let second = consoles.enter(agency);
        drop(first);
        assert_eq!(consoles.off_in(agency, later(60)), None);
        drop(second);
        assert!(consoles.off_in(agency, later(1)).unwrap() > Duration::ZERO, "it may be reloading");
        assert_eq!(consoles.off_in(agency, later(6)), Some(Duration::ZERO));
    }
}
