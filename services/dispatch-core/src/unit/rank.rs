//! Which unit is nearest and fit, and why each of the others is passed over. Pure and deterministic: the same units in
//! any order give the same answer.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Readiness, Skill, Unit, UnitKind, UnitRules};
use crate::area::{Point, distance_m};
use crate::ids::{AgencyCode, AgencyId, AreaCode, IncidentId, UnitId};
use crate::incident::Incident;
use crate::policy::Policy;
use crate::routing::{Situation, functions_of, matching_plans};
use crate::time::Timestamp;

/// How a place is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Access {
    /// By road: what only swims cannot come.
    Land,
    /// Over water only.
    Water,
    /// On an island: over water, or from a base on it.
    Island(AreaCode),
}

/// What an incident needs of one agency's unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Need {
    /// The incident: a unit that is on it already is not recommended for it again.
    pub incident: IncidentId,
    /// Where it is, as far as is known.
    pub at: Option<Point>,
    /// How it is reached.
    pub access: Access,
    /// Whether a boat helps also where a road leads: a flood, somebody in a flooded pit.
    pub boats_too: bool,
    /// One of these kinds; any when empty.
    pub kinds: BTreeSet<UnitKind>,
    /// All of these skills.
    pub skills: BTreeSet<Skill>,
    /// At least so many people.
    pub crew: u8,
    /// How many of which kind the response plan wants of this agency.
    pub wanted: Vec<Wanted>,
}

/// How many units of a kind a response plan wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Wanted {
    /// The kind.
    pub kind: UnitKind,
    /// How many.
    pub count: u8,
}

/// Where a distance is measured from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// From where the unit is.
    Live,
    /// From its base: its position is old or unknown.
    Base,
    /// From an old position: it has no base.
    Old,
    /// Nobody knows where it is, or where the incident is.
    Unknown,
}

/// A unit that can be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Which.
    pub unit: UnitId,
    /// Metres in a straight line.
    pub distance_m: Option<u32>,
    /// Where that is measured from.
    pub basis: Basis,
}

/// A unit that cannot, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassedOver {
    /// Which.
    pub unit: UnitId,
    /// Why: the first reason that holds.
    pub because: Passed,
}

/// Why a unit is passed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Passed {
    /// It is on this incident already.
    HereAlready,
    /// It is on another one.
    Booked {
        /// Its number.
        number: String,
    },
    /// It cannot be sent.
    OutOfService,
    /// It is of another kind than what is needed.
    WrongKind,
    /// It swims, and the place is on land.
    WaterOnly,
    /// It drives, and the place is reached over water only.
    LandOnly,
    /// Its crew cannot do what is needed.
    Skills {
        /// What is missing.
        missing: Vec<Skill>,
    },
    /// Too few people are on board.
    Crew {
        /// How many there are.
        has: u8,
        /// How many there should be.
        needs: u8,
    },
    /// Its crew has been on for too long.
    Tired {
        /// For how many hours.
        hours: u32,
    },
    /// Its crew has had too many tasks.
    Jobs {
        /// How many.
        jobs: u32,
    },
}

/// The units of one agency for one incident.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recommendation {
    /// Those that can be sent, the nearest first.
    pub ranked: Vec<Candidate>,
    /// Those that cannot, by id.
    pub passed_over: Vec<PassedOver>,
}

/// What an incident needs of a unit of this agency, for the functions that it fills there; for the function of its own
/// code, when the plan names none of its functions. `at` is the incident's point, or what stands for it.
pub fn need(
    policy: &Policy,
    incident: &Incident,
    (agency, code): (AgencyId, &AgencyCode),
    at: Option<Point>,
) -> Need {
    let rules = &policy.rules.units;
    let situation = Situation::of(incident);
    let mut functions = functions_of(policy, &situation, agency);
    if functions.is_empty() {
        functions.insert(code.clone());
    }
    let holds = |listed: bool, found: bool| !listed || found;
    let mut need = Need {
        incident: incident.id,
        at,
        access: access(policy, &situation),
        boats_too: false,
        kinds: BTreeSet::new(),
        skills: BTreeSet::new(),
        crew: 1,
        wanted: Vec::new(),
    };
    for rule in &rules.needs {
        let kind = situation.kind.as_ref();
        let fits =
            holds(!rule.functions.is_empty(), rule.functions.iter().any(|one| functions.contains(one)))
                && holds(!rule.types.is_empty(), kind.is_some_and(|kind| rule.types.contains(kind)))
                && holds(!rule.categories.is_empty(), rule.categories.contains(&situation.category))
                && holds(
                    !rule.flags.is_empty(),
                    rule.flags.iter().any(|flag| situation.flags.contains(flag)),
                );
        if fits {
            need.boats_too |= !rule.types.is_empty() && rule.kinds.contains(&UnitKind::Boat);
            need.kinds.extend(&rule.kinds);
            need.skills.extend(&rule.skills);
            need.crew = need.crew.max(rule.crew);
        }
    }
    let plans = matching_plans(&policy.rules, &situation);
    let units = plans.flat_map(|plan| &plan.units).filter(|units| functions.contains(&units.function));
    for units in units {
        match need.wanted.iter_mut().find(|wanted| wanted.kind == units.kind) {
            Some(wanted) => wanted.count = wanted.count.max(units.count),
            None => need.wanted.push(Wanted { kind: units.kind, count: units.count }),
        }
    }
    need
}

fn access(policy: &Policy, situation: &Situation) -> Access {
    if let Some(island) = situation.island(&policy.rules) {
        return Access::Island(island.clone());
    }
    if situation.is_by_sea(&policy.rules) { Access::Water } else { Access::Land }
}

/// The units that can be sent, the nearest first, and why each of the others cannot.
pub fn recommend<'a>(
    need: &Need,
    units: impl Iterator<Item = &'a Unit>,
    rules: &UnitRules,
    now: Timestamp,
) -> Recommendation {
    let mut ranked = Vec::new();
    let mut passed_over = Vec::new();
    for unit in units {
        match reason_against(need, unit, rules, now) {
            Some(because) => passed_over.push(PassedOver { unit: unit.id, because }),
            None => {
                let (from, basis) = whereabouts(unit, rules, now);
                let distance_m = from.zip(need.at).map(|(from, to)| metres(from, to));
                let basis = if distance_m.is_some() { basis } else { Basis::Unknown };
                ranked.push(Candidate { unit: unit.id, distance_m, basis });
            }
        }
    }
    ranked.sort_by_key(|candidate| (candidate.distance_m.unwrap_or(u32::MAX), candidate.unit));
    passed_over.sort_by_key(|passed| passed.unit);
    Recommendation { ranked, passed_over }
}

fn reason_against(need: &Need, unit: &Unit, rules: &UnitRules, now: Timestamp) -> Option<Passed> {
    let profile = &unit.profile;
    if let Some(booking) = &unit.booking {
        let here = booking.incident == need.incident;
        return Some(if here {
            Passed::HereAlready
        } else {
            Passed::Booked { number: booking.number.clone() }
        });
    }
    if unit.readiness != Readiness::Ready {
        return Some(Passed::OutOfService);
    }
    if !need.kinds.is_empty() && !need.kinds.contains(&profile.kind) {
        return Some(Passed::WrongKind);
    }
    let gets_there = match &need.access {
        Access::Land => profile.kind != UnitKind::Boat || need.boats_too,
        Access::Water => profile.by_sea,
        Access::Island(island) => profile.by_sea || is_based_on(unit, island),
    };
    if !gets_there {
        return Some(if need.access == Access::Land { Passed::WaterOnly } else { Passed::LandOnly });
    }
    let missing: Vec<Skill> = need.skills.difference(&profile.skills).copied().collect();
    if !missing.is_empty() {
        return Some(Passed::Skills { missing });
    }
    if unit.crew < need.crew {
        return Some(Passed::Crew { has: unit.crew, needs: need.crew });
    }
    tired(unit, rules, now)
}

/// Whether the crew has been on for too long, or has had too many tasks.
pub(super) fn tired(unit: &Unit, rules: &UnitRules, now: Timestamp) -> Option<Passed> {
    if let Some(span) = unit.on_for(now).filter(|span| *span > rules.rest_after) {
        return Some(Passed::Tired { hours: span.0 / 3600 });
    }
    let jobs = unit.shift.map_or(0, |shift| shift.jobs);
    (jobs >= rules.jobs_max).then_some(Passed::Jobs { jobs })
}

pub(super) fn is_based_on(unit: &Unit, island: &AreaCode) -> bool {
    let area = unit.profile.base.as_ref().and_then(|base| base.area.as_ref());
    area.is_some_and(|area| area.is_within(island))
}

/// Where a unit is taken to be.
pub(super) fn whereabouts(unit: &Unit, rules: &UnitRules, now: Timestamp) -> (Option<Point>, Basis) {
    let base = unit.profile.base.as_ref().map(|base| base.point);
    let last = unit.position.as_ref().and_then(|last| Some((*last.point.as_ref()?.reveal(), last.fixed_at)));
    match (last, base) {
        (Some((point, at)), _) if at.after(rules.fresh_within) >= now => (Some(point), Basis::Live),
        (_, Some(base)) => (Some(base), Basis::Base),
        (Some((point, _)), None) => (Some(point), Basis::Old),
        (None, None) => (None, Basis::Unknown),
    }
}

/// Whole metres; nothing on the earth is farther than 20,100 km.
pub(super) fn metres(from: Point, to: Point) -> u32 {
    distance_m(from, to).round() as u32
}
