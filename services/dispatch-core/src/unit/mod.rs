//! A unit: a vehicle, boat or team of one agency, with its crew.
//!
//! Units are optional. An agency without any works as if there were none: its tasks are acknowledged with the words
//! that it uses for whoever goes.
//!
//! A unit is booked by joining an assignment ([`crate::incident::IncidentCommand::JoinUnit`]); the store books and
//! releases it in the same transaction, whenever the set of assignments that hold it changes ([`holders`]).
//!
//! Invariant: a unit is on at most one open assignment, and its booking names that one.

mod cover;
mod decide;
mod rank;
mod rules;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::area::Point;
use crate::ids::{AgencyId, AreaCode, AssignmentId, IncidentId, UnitId, UserId};
use crate::incident::{AssignmentState, Incident};
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

pub use cover::{Gap, MoveUp, gaps};
pub use decide::{
    CREW_LINK_MAX, UnitCommand, UnitEvent, UnitRefusal, apply, decide, is_called, is_callsign_free,
};
pub use rank::{Access, Basis, Candidate, Need, Passed, PassedOver, Recommendation, Wanted, need, recommend};
pub use rules::{CoverRule, NeedRule, UnitRules};

/// What a unit is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// Fire engine.
    Engine,
    /// Water tanker.
    Tanker,
    /// Rescue vehicle or team.
    Rescue,
    /// Ambulance.
    Ambulance,
    /// Boat.
    Boat,
    /// Patrol: police, municipal police.
    Patrol,
    /// Motorcycle.
    Motorcycle,
    /// Truck or service vehicle: electricity, public works.
    Truck,
    /// A team that comes by any vehicle.
    Team,
}

impl UnitKind {
    /// All of them, as they are shown.
    pub const ALL: [Self; 9] = [
        Self::Engine,
        Self::Tanker,
        Self::Rescue,
        Self::Ambulance,
        Self::Boat,
        Self::Patrol,
        Self::Motorcycle,
        Self::Truck,
        Self::Team,
    ];
}

/// What a unit's crew can do beyond what its kind says. A closed list (docs/units.md): the policy asks for them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skill {
    /// Cutting people out of vehicles and machines.
    Extrication,
    /// Work with ropes: roofs, towers, wells.
    Height,
    /// Rescue on and in the water.
    Water,
    /// Diving.
    Diving,
    /// Gas, fuel, chemicals.
    Hazmat,
    /// Advanced life support.
    AdvancedLifeSupport,
    /// Catching snakes and other animals.
    Animal,
    /// Searching in forest and on land.
    Search,
    /// Armed.
    Armed,
    /// Work on live electric lines.
    Electricity,
}

impl Skill {
    /// All of them, as they are shown.
    pub const ALL: [Self; 10] = [
        Self::Extrication,
        Self::Height,
        Self::Water,
        Self::Diving,
        Self::Hazmat,
        Self::AdvancedLifeSupport,
        Self::Animal,
        Self::Search,
        Self::Armed,
        Self::Electricity,
    ];
}

/// What an agency says of a unit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// What it is called on the radio; one per agency.
    pub callsign: String,
    /// What it is, in words: `Isuzu 4.000 L`.
    pub label: String,
    /// Its kind.
    pub kind: UnitKind,
    /// Whether it gets over water.
    pub by_sea: bool,
    /// What its crew can do.
    pub skills: BTreeSet<Skill>,
    /// Where it stands when nothing happens.
    pub base: Option<Base>,
    /// By which decree or letter, where one was named (Pasal 26(4)d).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<String>,
}

/// Where a unit stands when nothing happens.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Base {
    /// Degrees WGS 84.
    pub point: Point,
    /// The area that the point lies in, if known.
    pub area: Option<AreaCode>,
}

/// One unit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Whose it is, for ever.
    pub agency: AgencyId,
    /// What the agency says of it.
    pub profile: Profile,
    /// People on board.
    pub crew: u8,
    /// Whether it can be sent.
    pub readiness: Readiness,
    /// Since when.
    pub since: Timestamp,
    /// What it is on.
    pub booking: Option<Booking>,
    /// Where it was last.
    pub position: Option<Position>,
    /// Since when this crew is on, and what it did; none when the agency does not say.
    pub shift: Option<Shift>,
    /// The link to the page of its crew, while one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<CrewLink>,
}

/// Whether a unit can be sent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "readiness", rename_all = "snake_case")]
pub enum Readiness {
    /// It can.
    Ready,
    /// It cannot.
    OutOfService {
        /// Why.
        reason: Private<String>,
    },
    /// It is gone for ever: what happened with it stays readable.
    Retired,
}

/// The link that lets whoever holds it report for the crew of one unit. Its secret is not here: only its hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CrewLink {
    /// SHA-256 of the secret, lower-case hex.
    pub secret_sha256: String,
    /// Until when it holds.
    pub until: Timestamp,
}

/// A unit's state, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// It can be sent.
    Ready,
    /// It is on a task.
    Booked,
    /// It cannot be sent.
    OutOfService,
    /// It is gone for ever.
    Retired,
}

/// The assignment that a unit is on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Booking {
    /// The incident.
    pub incident: IncidentId,
    /// Its number.
    pub number: String,
    /// The assignment of the unit's agency.
    pub assignment: AssignmentId,
    /// Since when.
    pub since: Timestamp,
    /// Who booked it; none when the program carried a booking over.
    pub by: Option<UserId>,
}

/// Where a unit was.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Degrees WGS 84; none once it was destroyed, because where a crew is, is personal.
    pub point: Option<Private<Point>>,
    /// Radius of uncertainty in metres.
    pub accuracy_m: Option<f64>,
    /// When it was measured.
    pub fixed_at: Timestamp,
    /// What told it.
    pub source: PositionSource,
}

/// What told a position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// The browser of a telephone.
    Browser,
    /// A tracker or another program, over the API.
    Device,
    /// A person who put it there.
    Person,
}

/// The shift of a crew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shift {
    /// When this crew came on.
    pub since: Timestamp,
    /// Bookings since then.
    pub jobs: u32,
}

/// A unit as an assignment names it: readable without asking anybody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnitTag {
    /// Its id.
    pub id: UnitId,
    /// What it is called.
    pub callsign: String,
}

impl Unit {
    /// Whether it could take a task now, tired or not.
    pub fn is_free(&self) -> bool {
        self.readiness == Readiness::Ready && self.booking.is_none() && self.crew > 0
    }

    /// Whether a link with this secret's hash (SHA-256, lower-case hex) lets in at `now`.
    pub fn lets_in(&self, secret_sha256: &str, now: Timestamp) -> bool {
        self.link.as_ref().is_some_and(|link| link.until > now && link.secret_sha256 == secret_sha256)
    }

    /// Whether it is gone for ever.
    pub fn is_retired(&self) -> bool {
        self.readiness == Readiness::Retired
    }

    /// Its state, in one word.
    pub fn state(&self) -> UnitState {
        match &self.readiness {
            Readiness::Retired => UnitState::Retired,
            Readiness::OutOfService { .. } => UnitState::OutOfService,
            Readiness::Ready if self.booking.is_some() => UnitState::Booked,
            Readiness::Ready => UnitState::Ready,
        }
    }

    /// How long its crew has been on.
    pub fn on_for(&self, now: Timestamp) -> Option<Seconds> {
        let span = now.millis_since(self.shift?.since) / 1000;
        Some(Seconds(u32::try_from(span.max(0)).unwrap_or(u32::MAX)))
    }

    /// The name under which an assignment keeps it.
    pub fn tag(&self) -> UnitTag {
        UnitTag { id: self.id, callsign: self.profile.callsign.clone() }
    }
}

/// Which units an incident holds, each with the assignment that it is on. None once it has ended, been merged, or the
/// assignment is over.
pub fn holders(incident: &Incident) -> BTreeSet<(UnitId, AssignmentId)> {
    if !incident.is_open() {
        return BTreeSet::new();
    }
    let at_work = incident
        .assignments
        .iter()
        .filter(|a| a.progress.is_engaged() && a.progress.state() != AssignmentState::Completed);
    at_work.flat_map(|a| a.units.iter().map(|unit| (unit.id, a.id))).collect()
}
