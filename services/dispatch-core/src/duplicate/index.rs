//! The incidents that a call may tell of, found by place, area, words and number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::weigh::weigh;
use super::{CANDIDATES_MAX, Candidate, DuplicateRules, Place, Sighting, comparable_number};
use crate::area::Point;
use crate::call::Call;
use crate::ids::{AreaCode, CallId, IncidentId};
use crate::incident::{Ending, Incident};
use crate::time::Timestamp;

/// Incidents that are weighed for one answer, at most: the newest of each way of finding them.
pub const LOOKED_AT_MAX: usize = 512;
/// Of them by one way.
const BY_ONE_WAY_MAX: usize = 128;
/// Side of a cell of the grid in degrees, some 2.2 km.
const CELL_DEGREES: f64 = 0.02;
/// Rings of cells that are looked at around a point: some 13 km. A fix that is less sure finds by its area.
const RINGS_MAX: i32 = 6;
/// Metres of one degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.0;

type Cell = (i32, i32);

/// One incident, with what it is found by.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) incident: Arc<Incident>,
    pub(super) place: Place,
    /// Of whoever called about it.
    pub(super) numbers: BTreeSet<String>,
    /// When it was opened, or last called about.
    pub(super) heard_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

/// Who called, and when.
#[derive(Clone, Debug)]
struct Caller {
    number: Option<String>,
    arrived_at: Timestamp,
}

/// What was found, best first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// At most [`CANDIDATES_MAX`].
    pub candidates: Vec<Candidate>,
    /// Incidents that were weighed: the work, whatever the machine.
    pub looked_at: usize,
}

/// The incidents that are open, and those that ended within the rules' window.
#[derive(Clone, Debug, Default)]
pub struct Index {
    entries: BTreeMap<IncidentId, Entry>,
    callers: BTreeMap<CallId, Caller>,
    holders: BTreeMap<CallId, IncidentId>,
    by_cell: BTreeMap<Cell, BTreeSet<IncidentId>>,
    by_area: BTreeMap<AreaCode, BTreeSet<IncidentId>>,
    by_word: BTreeMap<String, BTreeSet<IncidentId>>,
    by_number: BTreeMap<String, BTreeSet<IncidentId>>,
    masters: BTreeSet<IncidentId>,
    endings: BTreeSet<(Timestamp, IncidentId)>,
}

impl Entry {
    /// Whether it ended too long ago to be proposed.
    pub(super) fn is_over(&self, rules: &DuplicateRules, now: Timestamp) -> bool {
        self.ended_at.is_some_and(|at| now >= at.after(rules.window))
    }
}

impl Index {
    /// Takes over an incident as it is now, and forgets those that ended too long ago.
    pub fn note_incident(&mut self, incident: &Arc<Incident>, rules: &DuplicateRules, now: Timestamp) {
        let id = incident.id;
        if self.entries.get(&id).is_some_and(|kept| kept.incident.version > incident.version) {
            return;
        }
        self.forget(id);
        self.forget_old(rules, now);
        // Its calls are another one's now; that one is proposed.
        if matches!(incident.ending, Some(Ending::Merged { .. })) {
            return;
        }
        // What comes from a paper form was hours ago, also if it was typed in this minute.
        let ended_at = incident.ended().map(|ended| ended.at);
        if ended_at.is_some_and(|at| now >= at.after(rules.window)) {
            return;
        }
        for call in &incident.calls {
            self.holders.insert(*call, id);
        }
        let place = Place::of(&incident.location);
        let (numbers, heard_at) = (BTreeSet::new(), incident.received().at);
        self.entries.insert(id, Entry { incident: Arc::clone(incident), place, numbers, heard_at, ended_at });
        self.enter(id);
        self.hear(id);
    }

    /// Takes over who called, and when, of a call that is on an incident.
    pub fn note_call(&mut self, call: &Call) {
        let number =
            call.arrival.caller.as_ref().and_then(|caller| comparable_number(caller.number.reveal()));
        let Some(holder) = self.holders.get(&call.id).copied() else { return };
        self.callers.insert(call.id, Caller { number, arrived_at: call.arrived_at });
        self.hear(holder);
    }

    /// The incidents that a call with this sighting may tell of. The same for any order in which they became known.
    pub fn candidates(&self, sighting: &Sighting, rules: &DuplicateRules, now: Timestamp) -> Found {
        let ids = self.worth_weighing(sighting, rules);
        let weighed = ids.iter().filter_map(|id| weigh(sighting, self.entries.get(id)?, rules, now));
        let mut candidates: Vec<Candidate> = weighed.collect();
        let is_master = |one: &Candidate| one.because.contains(&super::Because::MassEvent);
        candidates.sort_by(|one, other| {
            let first = is_master(other).cmp(&is_master(one)).then(other.score.total_cmp(&one.score));
            // Ids are in the order of opening: of two alike the newer one.
            first.then(other.incident.cmp(&one.incident))
        });
        candidates.truncate(CANDIDATES_MAX);
        Found { candidates, looked_at: ids.len() }
    }

    /// The incident itself, while it is kept.
    pub fn incident(&self, id: IncidentId) -> Option<&Arc<Incident>> {
        self.entries.get(&id).map(|entry| &entry.incident)
    }

    /// How many incidents are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// By every way, the newest first of each; no way can crowd out another one.
    fn worth_weighing(&self, sighting: &Sighting, rules: &DuplicateRules) -> BTreeSet<IncidentId> {
        let place = sighting.place();
        let mut found: BTreeSet<IncidentId> =
            self.masters.iter().rev().take(BY_ONE_WAY_MAX).copied().collect();
        if let Some(number) = &sighting.number {
            found.extend(newest(self.by_number.get(number.reveal()), BY_ONE_WAY_MAX));
        }
        if let Some((point, radius_m)) = place.spot {
            found.extend(self.around(point, radius_m + rules.reach_m));
        }
        if let Some(area) = &place.area {
            found.extend(self.in_area(area));
        }
        let each = BY_ONE_WAY_MAX / place.words.len().max(1);
        for word in &place.words {
            found.extend(newest(self.by_word.get(word), each.max(1)));
        }
        while found.len() > LOOKED_AT_MAX {
            found.pop_first();
        }
        found
    }

    /// The nearest cells first, ring by ring, until they are enough.
    fn around(&self, point: Point, metres: f64) -> Vec<IncidentId> {
        let (row, column) = cell(point);
        let reach = (metres / (CELL_DEGREES * METRES_PER_DEGREE)).ceil().clamp(1.0, f64::from(RINGS_MAX));
        #[allow(clippy::cast_possible_truncation, reason = "1 to RINGS_MAX")]
        let rings = reach as i32;
        let mut found = Vec::new();
        for ring in 0..=rings {
            let room = BY_ONE_WAY_MAX.saturating_sub(found.len());
            let mut of_ring: Vec<IncidentId> = Vec::new();
            for (north, east) in cells_of(ring) {
                of_ring.extend(newest(self.by_cell.get(&(row + north, column + east)), room));
            }
            of_ring.sort_unstable_by(|one, other| other.cmp(one));
            found.extend(of_ring.into_iter().take(room));
        }
        found
    }

    /// In the very area, in those that it belongs to, and in those that belong to it.
    fn in_area(&self, area: &AreaCode) -> Vec<IncidentId> {
        let mut found: Vec<IncidentId> = newest(self.by_area.get(area), BY_ONE_WAY_MAX).collect();
        let mut outer = area.0.as_str();
        while let Some((rest, _)) = outer.rsplit_once('.') {
            outer = rest;
            found.extend(newest(self.by_area.get(&AreaCode(outer.to_owned())), BY_ONE_WAY_MAX));
        }
        let (from, to) = (AreaCode(format!("{}.", area.0)), AreaCode(format!("{}/", area.0)));
        let mut within: Vec<IncidentId> = Vec::new();
        // A kecamatan has some twenty desa.
        for (_, ids) in self.by_area.range(from..to).take(BY_ONE_WAY_MAX) {
            within.extend(newest(Some(ids), BY_ONE_WAY_MAX / 8));
        }
        within.sort_unstable_by(|one, other| other.cmp(one));
        found.extend(within.into_iter().take(BY_ONE_WAY_MAX));
        found
    }

    fn enter(&mut self, id: IncidentId) {
        let Some(entry) = self.entries.get(&id) else { return };
        if let Some((point, _)) = entry.place.spot {
            self.by_cell.entry(cell(point)).or_default().insert(id);
        }
        if let Some(area) = &entry.place.area {
            self.by_area.entry(area.clone()).or_default().insert(id);
        }
        for word in &entry.place.words {
            self.by_word.entry(word.clone()).or_default().insert(id);
        }
        if entry.is_master() {
            self.masters.insert(id);
        }
        if let Some(at) = entry.ended_at {
            self.endings.insert((at, id));
        }
    }

    /// Reads anew who called about it.
    fn hear(&mut self, id: IncidentId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let callers: Vec<&Caller> =
            entry.incident.calls.iter().filter_map(|call| self.callers.get(call)).collect();
        let reporter = entry.incident.reporter.as_ref().and_then(|reporter| reporter.number.as_ref());
        let reporter = reporter.and_then(|number| comparable_number(number.reveal()));
        entry.heard_at =
            callers.iter().map(|caller| caller.arrived_at).fold(entry.incident.received().at, Timestamp::max);
        entry.numbers = callers.iter().filter_map(|caller| caller.number.clone()).chain(reporter).collect();
        for number in &entry.numbers {
            self.by_number.entry(number.clone()).or_default().insert(id);
        }
    }

    fn forget(&mut self, id: IncidentId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        if let Some((point, _)) = entry.place.spot {
            take_out(&mut self.by_cell, &cell(point), id);
        }
        if let Some(area) = &entry.place.area {
            take_out(&mut self.by_area, area, id);
        }
        for word in &entry.place.words {
            take_out(&mut self.by_word, word, id);
        }
        for number in &entry.numbers {
            take_out(&mut self.by_number, number, id);
        }
        self.masters.remove(&id);
        if let Some(at) = entry.ended_at {
            self.endings.remove(&(at, id));
        }
        for call in &entry.incident.calls {
            if self.holders.get(call) == Some(&id) {
                self.holders.remove(call);
            }
        }
    }

    fn forget_old(&mut self, rules: &DuplicateRules, now: Timestamp) {
        while let Some((_, id)) =
            self.endings.first().copied().filter(|(at, _)| now >= at.after(rules.window))
        {
            let calls = self.entries.get(&id).map(|entry| entry.incident.calls.clone()).unwrap_or_default();
            self.forget(id);
            for call in calls.iter().filter(|call| !self.holders.contains_key(call)) {
                self.callers.remove(call);
            }
        }
    }
}

fn cell(point: Point) -> Cell {
    #[allow(clippy::cast_possible_truncation, reason = "degrees of the earth over 0.02 are some thousands")]
    let number = |degrees: f64| (degrees / CELL_DEGREES).floor() as i32;
    (number(point.lat), number(point.lon))
}

/// The cells of a ring around the middle one.
fn cells_of(ring: i32) -> impl Iterator<Item = Cell> {
    let side = move || -ring..=ring;
    side()
        .flat_map(move |north| side().map(move |east| (north, east)))
        .filter(move |(north, east)| north.abs().max(east.abs()) == ring)
}

fn newest(ids: Option<&BTreeSet<IncidentId>>, limit: usize) -> impl Iterator<Item = IncidentId> {
    ids.into_iter().flat_map(move |ids| ids.iter().rev().take(limit).copied())
}

fn take_out<K: Ord>(map: &mut BTreeMap<K, BTreeSet<IncidentId>>, key: &K, id: IncidentId) {
    if let Some(ids) = map.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            map.remove(key);
        }
    }
}
