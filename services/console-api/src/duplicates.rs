//! What a call may be a second report of: the index of `dispatch_core::duplicate`, kept true by the feed, and told to the
//! consoles for every call that waits.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use axum::extract::ws::Utf8Bytes;
use dispatch_core::area;
use dispatch_core::call::Call;
use dispatch_core::duplicate::{Index, Place, Sighting, comparable_number};
use dispatch_core::ids::CallId;
use dispatch_core::incident::Incident;
use dispatch_core::private::Private;
use dispatch_core::time::{Clock, Timestamp};
use incident_store::{After, Desk, IncidentFilter, Record, SnapshotScope, StatusFilter, Store, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::feed::FeedMessage;
use crate::limits::{
    CALLERS_READ_MAX, ENDED_OPENED_WITHIN, ENDED_READ_MAX, RESEMBLANCE_AGES, RESEMBLANCE_EVERY,
    SNAPSHOT_ITEMS_MAX,
};
use crate::names::{NameBook, Names};
use crate::views::{PossibleDuplicate, Resemblance, Suspected};

/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 512;
/// Calls that are read at once for their numbers.
const READ_AT_ONCE: usize = 256;
/// After the waiting calls were compared, it rests so many times as long as that took.
const COMPARING_RESTS: u32 = 9;
/// A bare point, whose radius nobody gave, is that of a cell.
const BARE_POINT_M: f64 = 1_000.0;
/// A position that is less sure than this says nothing of the area.
const SURE_OF_AREA_M: f64 = 2_000.0;

/// What is known that a call may tell of. Cheap to clone.
#[derive(Clone)]
pub struct DuplicateBook {
    known: Arc<RwLock<Known>>,
    told: watch::Receiver<Told>,
}

#[derive(Default)]
struct Known {
    index: Index,
    /// What each waiting call says by itself.
    waiting: BTreeMap<CallId, Sighting>,
}

/// The latest message to the consoles.
#[derive(Clone)]
pub struct Told {
    /// What it says, without the time.
    said: String,
    /// Its text; empty before there was anything to say.
    pub text: Utf8Bytes,
}

/// The task's means.
pub struct Watching {
    desk: Desk,
    store: Store,
    names: NameBook,
    clock: Clock,
    book: DuplicateBook,
    tell: watch::Sender<Told>,
}

impl Told {
    /// As long as there is nothing to say, nothing is said.
    fn nothing() -> Self {
        Self { said: "[[],[]]".to_owned(), text: Utf8Bytes::default() }
    }
}

impl DuplicateBook {
    /// An empty book, and what keeps it true.
    pub fn new(desk: Desk, store: Store, names: NameBook, clock: Clock) -> (Self, Watching) {
        let (tell, told) = watch::channel(Told::nothing());
        let book = Self { known: Arc::default(), told };
        (book.clone(), Watching { desk, store, names, clock, book, tell })
    }

    /// What a sighting may be, best first.
    pub fn candidates(&self, sighting: &Sighting, names: &Names, now: Timestamp) -> Vec<PossibleDuplicate> {
        self.read().candidates(sighting, names, now)
    }

    /// Whether very many call about one thing.
    pub fn has_mass_event(&self, names: &Names, now: Timestamp) -> bool {
        self.read().index.has_mass_event(&names.policy().rules.duplicates, now)
    }

    /// What the consoles are told.
    pub fn told(&self) -> watch::Receiver<Told> {
        self.told.clone()
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn candidates(&self, sighting: &Sighting, names: &Names, now: Timestamp) -> Vec<PossibleDuplicate> {
        let found = self.index.candidates(sighting, &names.policy().rules.duplicates, now);
        let view = |one| Some(PossibleDuplicate::of(one, self.index.incident(one.incident)?, names));
        found.candidates.iter().filter_map(view).collect()
    }

    fn note(&mut self, record: &Record, names: &Names, now: Timestamp) {
        match record {
            Record::Incident(incident) => {
                self.index.note_incident(incident, &names.policy().rules.duplicates, now);
            }
            Record::Call(call) => {
                self.index.note_call(call);
                if call.is_waiting() && call.arrival.direction.is_in() && !call.arrival.test {
                    self.waiting.entry(call.id).or_insert_with(|| ringing(call, names));
                } else {
                    self.waiting.remove(&call.id);
                }
            }
            Record::Duty(_) | Record::Unit(_) => {}
        }
    }

    fn resemblances(&self, names: &Names, now: Timestamp) -> Vec<Resemblance> {
        let of = |(call, sighting): (&CallId, &Sighting)| {
            let items = self.candidates(sighting, names, now);
            (!items.is_empty()).then_some(Resemblance { call_id: call.0, items })
        };
        self.waiting.iter().filter_map(of).collect()
    }

    fn mass_events(&self, names: &Names, now: Timestamp) -> Vec<Suspected> {
        self.index.mass_events(&names.policy().rules.duplicates, now).map(Suspected::from).collect()
    }
}

impl Watching {
    /// Runs until `stop`; `from` is the log's head from before anything was read.
    pub async fn run(self, from: u64, stop: CancellationToken) {
        let feed = self.desk.feed();
        let (mut seen, mut stale) = (from, true);
        let (mut changed, mut compared_at) = (true, self.clock.now());
        let mut rested_at = Instant::now();
        let mut again = tokio::time::interval(RESEMBLANCE_EVERY);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = feed.changed(seen), if !stale => {
                    changed = true;
                    match feed.after(seen, CHANGES_AT_ONCE) {
                        After::Changes(changes) => {
                            seen = changes.last().map_or(seen, |change| change.index);
                            let (names, now) = (self.names.now(), self.clock.now());
                            let mut known = self.book.write();
                            for record in changes.iter().filter_map(|change| change.record.as_ref()) {
                                known.note(record, &names, now);
                            }
                        }
                        After::TooFarBehind => {
                            seen = feed.head();
                            stale = true;
                        }
                    }
                }
                _ = again.tick() => {
                    if stale {
                        stale = self.reload().await.is_err();
                    }
                    let now = self.clock.now();
                    let rested = Instant::now() >= rested_at;
                    if rested && (changed || now >= compared_at.after(RESEMBLANCE_AGES)) {
                        (changed, compared_at) = (false, now);
                        let begun = Instant::now();
                        self.tell(now);
                        // In a flood the hints come less often; they never take more than a tenth of a core.
                        rested_at = Instant::now() + begun.elapsed() * COMPARING_RESTS;
                    }
                }
            }
        }
    }

    /// Reads what is open and what ended lately: never history.
    async fn reload(&self) -> Result<(), StoreError> {
        let (names, now) = (self.names.now(), self.clock.now());
        let scope = SnapshotScope { calls: true, duties: false, agency: None, limit: SNAPSHOT_ITEMS_MAX };
        let open = self.store.snapshot(&scope).await?;
        let opened_from = now.as_micros() - i64::from(ENDED_OPENED_WITHIN.0) * 1_000_000;
        let ended = IncidentFilter {
            status: Some(StatusFilter::Ended),
            from: Some(Timestamp::from_micros(opened_from)),
            limit: ENDED_READ_MAX,
            ..IncidentFilter::default()
        };
        let ended = self.store.incidents(&ended).await?.items.into_iter().map(Arc::new);
        let incidents: Vec<Arc<Incident>> = open.incidents.into_iter().chain(ended).collect();
        let newest =
            |incident: &Arc<Incident>| incident.calls.iter().rev().take(CALLERS_READ_MAX).copied().collect();
        let callers: Vec<CallId> = incidents.iter().flat_map(|one| -> Vec<CallId> { newest(one) }).collect();
        let mut calls = Vec::new();
        for page in callers.chunks(READ_AT_ONCE) {
            calls.extend(self.store.calls_by_id(page).await?.into_iter().map(Arc::new));
        }
        let mut known = Known::default();
        for incident in incidents {
            known.note(&Record::Incident(incident), &names, now);
        }
        for call in calls.into_iter().chain(open.calls) {
            known.note(&Record::Call(call), &names, now);
        }
        tracing::debug!(
            incidents = known.index.len(),
            waiting = known.waiting.len(),
            "Second reports are looked for"
        );
        *self.book.write() = known;
        Ok(())
    }

    fn tell(&self, now: Timestamp) {
        let names = self.names.now();
        let (calls, mass_events) = {
            let known = self.book.read();
            (known.resemblances(&names, now), known.mass_events(&names, now))
        };
        let Ok(said) = serde_json::to_string(&(&calls, &mass_events)) else { return };
        let message = FeedMessage::DuplicatesUpdated { at: now.into(), calls, mass_events };
        let text = serde_json::to_string(&message).map(Utf8Bytes::from);
        self.tell.send_if_modified(|told| {
            let differs = told.said != said;
            if let Ok(text) = text
                && differs
            {
                *told = Told { said, text };
            }
            differs
        });
    }
}

/// What a call says before anybody has answered it.
fn ringing(call: &Call, names: &Names) -> Sighting {
    let number = call.arrival.caller.as_ref().and_then(|caller| comparable_number(caller.number.reveal()));
    Sighting { caller: caller_place(call, names), number: number.map(Private::new), ..Sighting::default() }
}

/// Where a call comes from: its surest position.
pub fn caller_place(call: &Call, names: &Names) -> Place {
    let spot = |fix: &dispatch_core::call::fact::Fix| {
        let point = *fix.point.as_ref()?.reveal();
        let radius_m = if point.radius_m > 0.0 { point.radius_m } else { BARE_POINT_M };
        Some((area::Point { lat: point.lat, lon: point.lon }, radius_m))
    };
    let spots = call.arrival.fixes.iter().filter_map(spot);
    let surest = spots.min_by(|(_, one), (_, other)| one.total_cmp(other));
    let area = surest.filter(|(_, radius_m)| *radius_m <= SURE_OF_AREA_M);
    let area = area.and_then(|(point, _)| names.areas().locate(point.lat, point.lon).area);
    let civic =
        call.arrival.fixes.iter().filter_map(|fix| fix.civic.as_ref()).map(|text| text.reveal().as_str());
    Place::new(surest, area, civic)
}
