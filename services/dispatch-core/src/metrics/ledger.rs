//! A period of calls and incidents, and its report.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{CallCase, IncidentCase, Kind, Sample};
use super::figures::{Figures, ServiceLevel, service_level};
use super::rhythm::Rhythm;
use super::times::{CallTimes, IncidentTimes};
use crate::category::{Category, Priority};
use crate::ids::{AgencyId, AreaCode, CallId, IncidentId, UserId};
use crate::incident::Stamp;
use crate::policy::Objective;
use crate::routing::Role;
use crate::time::{Seconds, Timestamp, Zone};

/// Characters of the Kemendagri code of a kecamatan.
const KECAMATAN_LEN: usize = 8;

/// What belongs to a period, and what of outside it is needed to tell of it.
#[derive(Clone, Default, Debug)]
pub struct Ledger {
    calls: Vec<CallTimes>,
    incidents: Vec<IncidentTimes>,
    /// T0 and T1 of calls for which incidents were opened.
    answers: BTreeMap<CallId, (Stamp, Option<Stamp>)>,
    /// What the incidents are that calls report.
    kinds: BTreeMap<IncidentId, Kind>,
}

/// By what a report is divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// The seven categories.
    Category,
    /// The agencies that were asked. Calls are not divided by it.
    Agency,
    /// The kecamatan.
    Area,
    /// The hour of the day where the centre is.
    Hour,
    /// The day where the centre is.
    Day,
    /// Who answered, and who opened.
    CallTaker,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Category, Self::Agency, Self::Area, Self::Hour, Self::Day, Self::CallTaker];

    /// Its name in queries and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Agency => "agency",
            Self::Area => "area",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::CallTaker => "call_taker",
        }
    }
}

/// A part of a report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    /// A category.
    Category(Category),
    /// An agency.
    Agency(AgencyId),
    /// An area.
    Area(AreaCode),
    /// An hour, 0 to 23.
    Hour(u16),
    /// A day, `YYYY-MM-DD`.
    Day(String),
    /// A call-taker.
    CallTaker(UserId),
    /// What has none.
    Other,
}

/// The figures of a part.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// Which.
    pub key: Key,
    /// Its figures.
    pub figures: Figures,
}

/// The figures of a period.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricsReport {
    /// All of it.
    pub total: Figures,
    /// Its parts, in order; what has no part last.
    pub groups: Vec<Group>,
    /// When it came.
    pub rhythm: Rhythm,
}

impl Ledger {
    /// Of the calls and incidents of a period. What they name of outside it comes by [`Self::learn_call`] and
    /// [`Self::learn_incident`].
    pub fn new(calls: Vec<CallTimes>, incidents: Vec<IncidentTimes>) -> Self {
        let answer = |call: &CallTimes| (call.id, (call.arrived, call.answered.map(|(at, _)| at)));
        let kind = |one: &IncidentTimes| {
            (one.id, Kind { category: one.category, priority: one.priority, area: one.area.clone() })
        };
        let answers = calls.iter().map(answer).collect();
        let kinds = incidents.iter().map(kind).collect();
        Self { calls, incidents, answers, kinds }
    }

    /// Calls for which incidents of the period were opened, and that are not of the period themselves.
    pub fn calls_wanted(&self) -> Vec<CallId> {
        let firsts = self.incidents.iter().filter_map(|one| one.first_call);
        firsts.filter(|call| !self.answers.contains_key(call)).collect()
    }

    /// Incidents that calls of the period report, and that are not of the period themselves.
    pub fn incidents_wanted(&self) -> Vec<IncidentId> {
        let named = self.calls.iter().filter_map(|call| call.incident);
        named.filter(|incident| !self.kinds.contains_key(incident)).collect()
    }

    /// When a call of outside the period arrived and was answered.
    pub fn learn_call(&mut self, call: CallId, arrived: Timestamp, answered: Option<Timestamp>) {
        self.answers.insert(call, (Stamp::measured(arrived), answered.map(Stamp::measured)));
    }

    /// What an incident of outside the period is.
    pub fn learn_incident(
        &mut self,
        incident: IncidentId,
        category: Category,
        priority: Priority,
        area: Option<AreaCode>,
    ) {
        self.kinds.insert(incident, Kind { category, priority, area });
    }

    /// The figures, whole and divided.
    pub fn report(&self, by: Option<By>, zone: Zone, objectives: &[Objective]) -> MetricsReport {
        let total = Figures::of(&self.sample(), objectives);
        let groups = by.map(|by| self.divided(by, zone)).unwrap_or_default();
        let group =
            |(key, sample): (Key, Sample<'_>)| Group { key, figures: Figures::of(&sample, objectives) };
        MetricsReport { total, groups: groups.into_iter().map(group).collect(), rhythm: self.rhythm(zone) }
    }

    /// How many calls were answered within a limit, as the report counts them.
    pub fn answered_within(&self, limit: Seconds) -> ServiceLevel {
        service_level(&self.sample(), limit.0)
    }

    pub(super) fn calls(&self) -> &[CallTimes] {
        &self.calls
    }

    pub(super) fn incidents(&self) -> &[IncidentTimes] {
        &self.incidents
    }

    fn sample(&self) -> Sample<'_> {
        Sample {
            calls: self.calls.iter().map(|call| self.call(call)).collect(),
            incidents: self.incidents.iter().map(|one| self.incident(one, None)).collect(),
        }
    }

    fn call<'a>(&'a self, times: &'a CallTimes) -> CallCase<'a> {
        CallCase { times, kind: times.incident.and_then(|incident| self.kinds.get(&incident)) }
    }

    fn incident<'a>(&'a self, times: &'a IncidentTimes, agency: Option<AgencyId>) -> IncidentCase<'a> {
        let first = times.first_call.and_then(|call| self.answers.get(&call));
        let t0 = first.map_or(times.received, |(arrived, _)| *arrived);
        IncidentCase { times, t0, t1: first.and_then(|(_, answered)| *answered), agency }
    }

    fn divided(&self, by: By, zone: Zone) -> BTreeMap<Key, Sample<'_>> {
        let mut groups: BTreeMap<Key, Sample<'_>> = BTreeMap::new();
        for call in self.calls.iter().map(|call| self.call(call)) {
            if let Some(key) = key_of_call(&call, by, zone) {
                groups.entry(key).or_default().calls.push(call);
            }
        }
        for one in &self.incidents {
            if by == By::Agency {
                let asked = one.assignments.iter().filter(|asked| asked.role != Role::Notify);
                let agencies: BTreeSet<AgencyId> = asked.map(|asked| asked.agency).collect();
                for agency in agencies {
                    let sample = groups.entry(Key::Agency(agency)).or_default();
                    sample.incidents.push(self.incident(one, Some(agency)));
                }
            } else {
                let key = key_of_incident(one, by, zone);
                groups.entry(key).or_default().incidents.push(self.incident(one, None));
            }
        }
        groups
    }
}

fn key_of_call(call: &CallCase<'_>, by: By, zone: Zone) -> Option<Key> {
    let kind = call.kind;
    Some(match by {
        By::Agency => return None,
        By::Category => kind.map_or(Key::Other, |kind| Key::Category(kind.category)),
        By::Area => kecamatan(kind.and_then(|kind| kind.area.as_ref())),
        By::Hour => hour(call.times.at(), zone),
        By::Day => Key::Day(call.times.at().date_in(zone)),
        By::CallTaker => call.times.answered.map_or(Key::Other, |(_, by)| Key::CallTaker(by)),
    })
}

fn key_of_incident(one: &IncidentTimes, by: By, zone: Zone) -> Key {
    match by {
        By::Agency => Key::Other,
        By::Category => Key::Category(one.category),
        By::Area => kecamatan(one.area.as_ref()),
        By::Hour => hour(one.at(), zone),
        By::Day => Key::Day(one.at().date_in(zone)),
        By::CallTaker => one.opened_by.map_or(Key::Other, Key::CallTaker),
    }
}

fn hour(at: Timestamp, zone: Zone) -> Key {
    Key::Hour(at.minute_of_day_in(zone) / 60)
}

/// What lies wider than a kecamatan has none.
fn kecamatan(area: Option<&AreaCode>) -> Key {
    let code = area.and_then(|area| area.0.get(..KECAMATAN_LEN));
    code.map_or(Key::Other, |code| Key::Area(AreaCode(code.to_owned())))
}
