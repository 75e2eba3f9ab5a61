//! Units, which of them is recommended, and what is left uncovered.

use dispatch_core::ids::{AgencyCode, AgencyId, AssignmentId};
use dispatch_core::incident;
use dispatch_core::policy::Policy;
use dispatch_core::time::Timestamp;
use dispatch_core::unit::{self, Passed, Readiness};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment::AgencyName;
use super::person::Named;
use crate::names::Names;
use crate::wire::{DistanceBasis, PositionSource, Time, UnitKind, UnitSkill, UnitState};

/// One unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Unit {
    /// Id.
    pub id: Uuid,
    /// Whose it is.
    pub agency: AgencyName,
    /// What it is called on the radio.
    pub callsign: String,
    /// What it is, in words.
    pub label: String,
    /// Its kind.
    pub kind: UnitKind,
    /// Whether it gets over water.
    pub by_sea: bool,
    /// What its crew can do.
    pub skills: Vec<UnitSkill>,
    /// People on board.
    pub crew: u8,
    /// Where it stands when nothing happens.
    pub base: Option<UnitBase>,
    /// By which decree or letter it is registered, where one was named.
    pub decree: Option<String>,
    /// Its state.
    pub state: UnitState,
    /// Why it is out of service.
    pub reason: Option<String>,
    /// Since when the state holds.
    pub since: Time,
    /// The task that it is on.
    pub booking: Option<UnitBooking>,
    /// Where it was last.
    pub position: Option<UnitPosition>,
    /// When its crew came on; null when the agency does not say.
    pub shift_since: Option<Time>,
    /// Tasks since then.
    pub jobs: u32,
    /// Until when the link to the page of its crew holds; null without one.
    pub link_until: Option<Time>,
}

/// Where a unit stands when nothing happens.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitBase {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Kemendagri code of its area.
    pub area_code: Option<String>,
    /// Its name.
    pub area_name: Option<String>,
}

/// The task that a unit is on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitBooking {
    /// The incident.
    pub incident_id: Uuid,
    /// Its number.
    pub number: String,
    /// The assignment.
    pub assignment_id: Uuid,
    /// Since when.
    pub since: Time,
    /// Who booked it; null when the program carried a booking over.
    pub by: Option<Named>,
}

/// Where a unit was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitPosition {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Radius of uncertainty in metres.
    pub accuracy_m: Option<f64>,
    /// When it was measured.
    pub at: Time,
    /// What told it.
    pub source: PositionSource,
}

/// All units that one may see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitList {
    /// The units, by agency and callsign.
    pub items: Vec<Unit>,
    /// What is left uncovered; empty for an agency.
    pub gaps: Vec<Gap>,
    /// Seconds after which a position says nothing more, by the policy.
    pub fresh_within_s: u32,
}

/// An area without a unit within reach.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Gap {
    /// Kemendagri code.
    pub area_code: String,
    /// Its name.
    pub area_name: String,
    /// What is missing, in Indonesian.
    pub label_id: String,
    /// What is missing, in English.
    pub label_en: String,
    /// Within so many metres in a straight line.
    pub within_m: u32,
    /// Whether it is so also when every unit stands ready at its base.
    pub usual: bool,
    /// A unit that could come nearer without leaving a gap behind.
    pub move_up: Option<MoveUp>,
}

/// A unit that could stand elsewhere for a while.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MoveUp {
    /// Id.
    pub unit_id: Uuid,
    /// What it is called.
    pub callsign: String,
    /// Whose it is.
    pub agency: AgencyName,
    /// Metres in a straight line to the middle of the area.
    pub distance_m: u32,
}

/// Which units an incident should get.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitAdvice {
    /// The incident.
    pub incident_id: Uuid,
    /// One for each agency that has units and is asked or should be.
    pub agencies: Vec<AgencyUnits>,
}

/// The units of one agency for one incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyUnits {
    /// The agency.
    pub agency: AgencyName,
    /// Its assignment, when it is asked.
    pub assignment_id: Option<Uuid>,
    /// What the response plan wants of it.
    pub wanted: Vec<WantedUnits>,
    /// Units that can be sent, the nearest first.
    pub ranked: Vec<RankedUnit>,
    /// Units that cannot, each with one reason.
    pub passed_over: Vec<PassedUnit>,
}

/// How many units of a kind a response plan wants.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WantedUnits {
    /// The kind.
    pub kind: UnitKind,
    /// How many.
    pub count: u8,
    /// How many of them are on it.
    pub have: u8,
}

/// A unit that can be sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RankedUnit {
    /// Id.
    pub unit_id: Uuid,
    /// What it is called.
    pub callsign: String,
    /// Its kind.
    pub kind: UnitKind,
    /// People on board.
    pub crew: u8,
    /// Metres in a straight line; null when somebody's place is not known.
    pub distance_m: Option<u32>,
    /// Where that is measured from.
    pub basis: DistanceBasis,
}

/// A unit that cannot be sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PassedUnit {
    /// Id.
    pub unit_id: Uuid,
    /// What it is called.
    pub callsign: String,
    /// Its kind.
    pub kind: UnitKind,
    /// Why: `here_already`, `booked`, `out_of_service`, `wrong_kind`, `water_only`, `land_only`, `skills`, `crew`,
    /// `tired` or `jobs`.
    pub reason: String,
    /// With `booked`: the number of the incident; with `out_of_service`: why.
    pub detail: Option<String>,
    /// With `skills`: what is missing.
    pub missing: Vec<UnitSkill>,
    /// With `crew`: people on board; with `tired`: hours; with `jobs`: tasks.
    pub has: Option<u32>,
    /// With `crew`: how many there should be.
    pub needs: Option<u32>,
}

/// An agency by id, as far as its name is known.
fn agency_name(id: AgencyId, names: &Names) -> AgencyName {
    let entry = names.agency(id);
    AgencyName {
        id: id.0,
        code: entry.map_or_else(String::new, |entry| entry.code.0.clone()),
        name: entry.map_or_else(|| id.to_string(), |entry| entry.name.clone()),
    }
}

impl Unit {
    /// The view of a record.
    pub fn of(u: &unit::Unit, names: &Names) -> Self {
        let base = u.profile.base.as_ref().map(|base| UnitBase {
            lat: base.point.lat,
            lon: base.point.lon,
            area_code: base.area.as_ref().map(ToString::to_string),
            area_name: base.area.as_ref().and_then(|code| names.area(code)).map(str::to_owned),
        });
        let booking = u.booking.as_ref().map(|booking| UnitBooking {
            incident_id: booking.incident.0,
            number: booking.number.clone(),
            assignment_id: booking.assignment.0,
            since: booking.since.into(),
            by: booking.by.map(|by| Named::of(by, names)),
        });
        let position = u.position.as_ref().and_then(|position| {
            let point = position.point.as_ref()?.reveal();
            Some(UnitPosition {
                lat: point.lat,
                lon: point.lon,
                accuracy_m: position.accuracy_m,
                at: position.fixed_at.into(),
                source: position.source.into(),
            })
        });
        Self {
            id: u.id.0,
            agency: agency_name(u.agency, names),
            callsign: u.profile.callsign.clone(),
            label: u.profile.label.clone(),
            kind: u.profile.kind.into(),
            by_sea: u.profile.by_sea,
            skills: u.profile.skills.iter().copied().map(UnitSkill).collect(),
            crew: u.crew,
            base,
            decree: u.profile.decree.clone(),
            state: u.state().into(),
            reason: why_out(u),
            since: u.since.into(),
            booking,
            position,
            shift_since: u.shift.map(|shift| shift.since.into()),
            jobs: u.shift.map_or(0, |shift| shift.jobs),
            link_until: u.link.as_ref().map(|link| link.until.into()),
        }
    }
}

fn why_out(unit: &unit::Unit) -> Option<String> {
    match &unit.readiness {
        Readiness::Ready | Readiness::Retired => None,
        Readiness::OutOfService { reason } => Some(reason.reveal().clone()),
    }
}

impl UnitList {
    /// These units; `with_gaps` for who looks after the whole kabupaten.
    pub fn of(units: &[unit::Unit], with_gaps: bool, names: &Names, now: Timestamp) -> Self {
        let rules = &names.policy().rules.units;
        let gaps = match with_gaps {
            true => unit::gaps(names.areas().iter(), units, rules, now),
            false => Vec::new(),
        };
        let mut items: Vec<Unit> = units.iter().map(|unit| Unit::of(unit, names)).collect();
        items.sort_by(|a, b| (&a.agency.code, &a.callsign).cmp(&(&b.agency.code, &b.callsign)));
        Self {
            items,
            gaps: gaps.iter().filter_map(|gap| Gap::of(gap, units, names)).collect(),
            fresh_within_s: rules.fresh_within.0,
        }
    }
}

impl Gap {
    fn of(gap: &unit::Gap, units: &[unit::Unit], names: &Names) -> Option<Self> {
        let rule = names.policy().rules.units.cover.get(gap.rule)?;
        let move_up = gap.move_up.as_ref().and_then(|moving| {
            let unit = units.iter().find(|unit| unit.id == moving.unit)?;
            Some(MoveUp {
                unit_id: unit.id.0,
                callsign: unit.profile.callsign.clone(),
                agency: agency_name(unit.agency, names),
                distance_m: moving.distance_m,
            })
        });
        Some(Self {
            area_code: gap.area.to_string(),
            area_name: names.area(&gap.area).unwrap_or(&gap.area.0).to_owned(),
            label_id: rule.label_id.clone(),
            label_en: rule.label_en.clone(),
            within_m: rule.within_m,
            usual: gap.is_usual,
            move_up,
        })
    }
}

impl AgencyUnits {
    /// What is recommended of these units, all of one agency that is asked (`assignment`) or should be; `code` is its own.
    pub fn of(
        i: &incident::Incident,
        (agency, code, assignment): (AgencyId, &AgencyCode, Option<AssignmentId>),
        units: &[unit::Unit],
        names: &Names,
        now: Timestamp,
    ) -> Self {
        let policy: &Policy = names.policy();
        let need = unit::need(policy, i, (agency, code), place_of(i, names));
        let found = unit::recommend(&need, units.iter(), &policy.rules.units, now);
        let of = |id| units.iter().find(|unit| unit.id == id);
        let here = |kind| {
            let there = |unit: &&unit::Unit| {
                unit.profile.kind == kind && unit.booking.as_ref().is_some_and(|b| b.incident == i.id)
            };
            u8::try_from(units.iter().filter(there).count()).unwrap_or(u8::MAX)
        };
        let wanted = |wanted: &unit::Wanted| WantedUnits {
            kind: wanted.kind.into(),
            count: wanted.count,
            have: here(wanted.kind),
        };
        let ranked = |one: &unit::Candidate| {
            let unit = of(one.unit)?;
            Some(RankedUnit {
                unit_id: unit.id.0,
                callsign: unit.profile.callsign.clone(),
                kind: unit.profile.kind.into(),
                crew: unit.crew,
                distance_m: one.distance_m,
                basis: one.basis.into(),
            })
        };
        Self {
            agency: agency_name(agency, names),
            assignment_id: assignment.map(|id| id.0),
            wanted: need.wanted.iter().map(wanted).collect(),
            ranked: found.ranked.iter().filter_map(ranked).collect(),
            passed_over: found
                .passed_over
                .iter()
                .filter_map(|passed| Some(PassedUnit::of(of(passed.unit)?, &passed.because)))
                .collect(),
        }
    }
}

/// The point of an incident, else the middle of its area.
fn place_of(i: &incident::Incident, names: &Names) -> Option<dispatch_core::area::Point> {
    let point = i.location.point.as_ref().map(|point| *point.reveal());
    let point = point.map(|point| dispatch_core::area::Point { lat: point.lat, lon: point.lon });
    let area = || Some(names.areas().get(i.location.area_code.as_ref()?)?.centre);
    point.or_else(area)
}

impl PassedUnit {
    fn of(unit: &unit::Unit, because: &Passed) -> Self {
        let mut view = Self {
            unit_id: unit.id.0,
            callsign: unit.profile.callsign.clone(),
            kind: unit.profile.kind.into(),
            reason: String::new(),
            detail: None,
            missing: Vec::new(),
            has: None,
            needs: None,
        };
        let reason = match because {
            Passed::HereAlready => "here_already",
            Passed::Booked { number } => {
                view.detail = Some(number.clone());
                "booked"
            }
            Passed::OutOfService => {
                view.detail = why_out(unit);
                "out_of_service"
            }
            Passed::WrongKind => "wrong_kind",
            Passed::WaterOnly => "water_only",
            Passed::LandOnly => "land_only",
            Passed::Skills { missing } => {
                view.missing = missing.iter().copied().map(UnitSkill).collect();
                "skills"
            }
            Passed::Crew { has, needs } => {
                (view.has, view.needs) = (Some((*has).into()), Some((*needs).into()));
                "crew"
            }
            Passed::Tired { hours } => {
                view.has = Some(*hours);
                "tired"
            }
            Passed::Jobs { jobs } => {
                view.has = Some(*jobs);
                "jobs"
            }
        };
        view.reason = reason.to_owned();
        view
    }
}
