//! Units that tests speak of.

use std::collections::BTreeSet;

use dispatch_core::area::Point;
use dispatch_core::ids::{AgencyId, AreaCode, AssignmentId, IncidentId, UnitId, UserId};
use dispatch_core::time::{Seconds, Timestamp};
use dispatch_core::unit::{Base, Booking, Profile, Readiness, Skill, Unit, UnitKind};
use uuid::Uuid;

pub const TOBOALI: Point = Point { lat: -2.996, lon: 106.454 };

pub fn start() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

pub fn later(seconds: u32) -> Timestamp {
    start().after(Seconds(seconds))
}

pub fn id(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(0xF000 + number))
}

pub fn agency(number: u128) -> AgencyId {
    AgencyId(Uuid::from_u128(0xA000 + number))
}

pub fn person() -> UserId {
    UserId(Uuid::from_u128(0x1001))
}

pub fn profile(callsign: &str, kind: UnitKind, at: Point, area: &str) -> Profile {
    Profile {
        callsign: callsign.to_owned(),
        label: String::new(),
        kind,
        by_sea: kind == UnitKind::Boat,
        skills: BTreeSet::new(),
        base: Some(Base { point: at, area: Some(AreaCode(area.to_owned())) }),
        decree: None,
    }
}

/// An engine with four people that stands ready so many metres north of Toboali.
pub fn engine(number: u128, north_m: f64) -> Unit {
    let at = Point { lat: TOBOALI.lat + north_m / 111_195.0, ..TOBOALI };
    Unit {
        id: id(number),
        agency: agency(1),
        profile: profile(&format!("Damkar {number}"), UnitKind::Engine, at, "19.03.01"),
        crew: 4,
        readiness: Readiness::Ready,
        since: start(),
        booking: None,
        position: None,
        shift: None,
        link: None,
    }
}

pub fn booked(mut unit: Unit, incident: u128) -> Unit {
    unit.booking = Some(Booking {
        incident: IncidentId(Uuid::from_u128(incident)),
        number: format!("2026-{incident:06}"),
        assignment: AssignmentId(Uuid::from_u128(incident + 1)),
        since: start(),
        by: Some(person()),
    });
    unit
}

pub fn with_skills(mut unit: Unit, skills: &[Skill]) -> Unit {
    unit.profile.skills = skills.iter().copied().collect();
    unit
}
