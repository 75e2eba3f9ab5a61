//! In which incident a message stands that a gateway reports on, without looking through all of them.
//!
//! A notification's own id begins with the place in the log of what caused it, so its incident is read there. A gateway
//! that gives back only its own name for a message is answered from memory; a desk that was started anew, or did not
//! send it, looks through the open incidents once in a while.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dispatch_core::ids::IncidentId;
use dispatch_core::incident::{ChannelReport, Ending, Incident};
use incident_store::{StoreError, StreamId};
use tokio::time::Instant;

use super::Work;

/// Names of messages that are kept; a gateway reports within minutes, and a storm sends some thousand.
const KEPT_MAX: usize = 8_192;
/// The open incidents are looked through at most this often, whatever comes in.
const SEARCH_EVERY: Duration = Duration::from_secs(10);
/// Open incidents that are looked through; a centre has some hundred on its worst day.
const INCIDENTS_SEARCHED_MAX: u32 = 2_000;
/// Merged into one that was merged …: nobody merges deeper.
const MERGES_MAX: usize = 8;

#[derive(Default)]
pub(super) struct Messages(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_reference: BTreeMap<String, IncidentId>,
    order: VecDeque<String>,
    searched: Option<Instant>,
}

impl Kept {
    fn keep(&mut self, reference: &str, incident: IncidentId) {
        if reference.is_empty() || self.by_reference.insert(reference.to_owned(), incident).is_some() {
            return;
        }
        self.order.push_back(reference.to_owned());
        if self.order.len() > KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_reference.remove(&oldest);
        }
    }
}

impl Messages {
    /// A gateway took a message, and may have named it.
    pub(super) fn note(&self, report: &ChannelReport, incident: IncidentId) {
        self.kept().keep(&report.reference, incident);
    }

    /// The incident of a message, as it stands; where it was merged into another one, that one.
    pub(super) async fn incident(
        &self,
        work: &Work,
        id: &str,
        reference: &str,
    ) -> Result<Option<Incident>, StoreError> {
        let found = match by_id(work, id).await? {
            Some(found) => Some(found),
            None if reference.is_empty() => None,
            None => self.by_reference(work, reference).await?,
        };
        match found {
            Some(id) => going_on(work, id).await,
            None => Ok(None),
        }
    }

    async fn by_reference(&self, work: &Work, reference: &str) -> Result<Option<IncidentId>, StoreError> {
        {
            let mut kept = self.kept();
            let found = kept.by_reference.get(reference).copied();
            if found.is_some() || kept.searched.is_some_and(|last| last.elapsed() < SEARCH_EVERY) {
                return Ok(found);
            }
            kept.searched = Some(Instant::now());
        }
        let open = work.desk.store().open_incidents(INCIDENTS_SEARCHED_MAX).await?;
        let mut kept = self.kept();
        for incident in &open {
            for one in incident.assignments.iter().flat_map(|a| &a.tries) {
                kept.keep(&one.reference, incident.id);
            }
        }
        Ok(kept.by_reference.get(reference).copied())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `LOG INDEX . EFFECT . PLACE`, as [`incident_store::OutboxId`] and the couriers make it.
async fn by_id(work: &Work, id: &str) -> Result<Option<IncidentId>, StoreError> {
    let index = id.split('.').next().and_then(|index| index.parse::<u64>().ok());
    let Some(before) = index.filter(|_| id.split('.').count() == 3).and_then(|index| index.checked_sub(1))
    else {
        return Ok(None);
    };
    let found = work.desk.store().changes_after(before, 1).await?;
    Ok(found.first().filter(|change| Some(change.index) == index).and_then(|change| match change.stream {
        StreamId::Incident(id) => Some(id),
        StreamId::Call(_) | StreamId::Duty(_) | StreamId::Unit(_) | StreamId::Site => None,
    }))
}

/// The incident under which the agencies of this one go on.
async fn going_on(work: &Work, id: IncidentId) -> Result<Option<Incident>, StoreError> {
    let mut incident = work.desk.store().incident(id).await?;
    for _ in 0..MERGES_MAX {
        let Some(Ending::Merged { into, .. }) = incident.as_ref().and_then(|one| one.ending.as_ref()) else {
            break;
        };
        incident = work.desk.store().incident(*into).await?;
    }
    Ok(incident)
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn the_oldest_names_are_forgotten_and_none_is_kept_twice() {
        let messages = Messages::default();
        let incident = IncidentId("01935a00-0000-7abc-8123-456789abcdee".parse().unwrap());
        let report = |n: usize| ChannelReport { reference: format!("m-{n}"), ..ChannelReport::default() };
        messages.note(&ChannelReport::default(), incident);
        for n in 0..=KEPT_MAX {
            messages.note(&report(n), incident);
            messages.note(&report(n), incident);
        }
        let kept = messages.kept();
        assert_eq!((kept.order.len(), kept.by_reference.len()), (KEPT_MAX, KEPT_MAX));
        assert!(!kept.by_reference.contains_key("m-0") && kept.by_reference.contains_key("m-1"));
    }
}
