//! What may be asked of a unit, what follows, and the unit after it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Booking, CrewLink, Position, Profile, Readiness, Shift, Unit};
use crate::actor::Actor;
use crate::area::distance_m;
use crate::ids::{AgencyId, AssignmentId, IncidentId, UnitId, UserId};
use crate::limits::SHORT_TEXT_BYTES_MAX;
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

/// A clock of a telephone may be ahead by so much.
const AHEAD_MAX: Seconds = Seconds(120);
/// A position that was measured longer ago says nothing about where the unit is.
const OLD_AFTER: Seconds = Seconds(3_600);
/// Metres from the base beyond which a position is a mistake: the length of the province and its sea.
const REACH_M: f64 = 500_000.0;
/// Metres of uncertainty above which a position says less than the base.
const ACCURACY_M_MAX: f64 = 20_000.0;
/// A unit that moved less than this is where it was, as long as the last position is not old.
const MOVED_M: f64 = 50.0;
/// How long a unit that stands still says nothing into the log.
const STILL_FOR: Seconds = Seconds(120);
/// A moving unit is written down at most so often.
const MOVING_EVERY: Seconds = Seconds(10);

/// How long a link of a crew holds at most: a long shift, so that what somebody takes home does not open a task.
pub const CREW_LINK_MAX: Seconds = Seconds(24 * 3_600);

/// Something that somebody wants of a unit.
#[derive(Clone, PartialEq, Debug)]
pub enum UnitCommand {
    /// Register it.
    Register {
        /// Whose it is.
        agency: AgencyId,
        /// What it is.
        profile: Box<Profile>,
        /// People on board.
        crew: u8,
    },
    /// Correct what is said of it.
    Change {
        /// What it is.
        profile: Box<Profile>,
    },
    /// It can be sent.
    Ready,
    /// It cannot be sent.
    OutOfService {
        /// Why.
        reason: Private<String>,
    },
    /// Another crew comes on, and its shift begins; nobody is on board with 0.
    Crew {
        /// How many people.
        size: u8,
    },
    /// Where it is.
    Position(Position),
    /// Remove it for ever. Refused while it is on a task.
    Retire,
    /// Give its crew a link to its page; another link ends.
    Link {
        /// SHA-256 of the secret, lower-case hex.
        secret_sha256: String,
        /// For how long, at most [`CREW_LINK_MAX`].
        holds: Seconds,
    },
    /// End the link.
    Unlink,
    /// Put it on an assignment. Given by the store when an incident holds it.
    Book {
        /// Whose assignment it is.
        agency: AgencyId,
        /// The incident.
        incident: IncidentId,
        /// Its number.
        number: String,
        /// The assignment.
        assignment: AssignmentId,
        /// Whether the program carries it over, with a merge, a split or a reopening, and nobody asked for it.
        carried: bool,
        /// Since when it has been on a task, when it goes from one to the other at this very moment: it is on its way,
        /// whatever is said of its crew.
        since: Option<Timestamp>,
    },
    /// Take it off an assignment. Nothing, when it is not on that one. Given by the store when no incident holds it.
    Release {
        /// The assignment.
        assignment: AssignmentId,
    },
}

/// Something that happened to a unit, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UnitEvent {
    /// It was registered.
    Registered {
        /// Whose it is.
        agency: AgencyId,
        /// What it is.
        profile: Box<Profile>,
        /// People on board.
        crew: u8,
    },
    /// What is said of it was corrected.
    Changed {
        /// What it is.
        profile: Box<Profile>,
    },
    /// It can be sent.
    Readied,
    /// It cannot be sent.
    WentOutOfService {
        /// Why.
        reason: Private<String>,
    },
    /// It was removed for ever.
    Retired,
    /// Its crew was given a link to its page.
    Linked {
        /// SHA-256 of the secret, lower-case hex.
        secret_sha256: String,
        /// Until when it holds.
        until: Timestamp,
    },
    /// The link was ended.
    Unlinked,
    /// Another crew came on.
    CrewChanged {
        /// How many people.
        crew: u8,
    },
    /// It was somewhere.
    Located {
        /// Where.
        position: Position,
    },
    /// It was put on an assignment.
    Booked {
        /// The incident.
        incident: IncidentId,
        /// Its number.
        number: String,
        /// The assignment.
        assignment: AssignmentId,
        /// Whether the program carried it over: no other task for its crew.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        carried: bool,
        /// Since when it has been on a task, when it went from one to the other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// It was taken off its assignment, or that one ended.
    Released {
        /// The assignment.
        assignment: AssignmentId,
    },
}

/// Why a command is refused.
#[derive(Clone, PartialEq, Debug, Error)]
pub enum UnitRefusal {
    /// There is no such unit.
    #[error("no such unit")]
    Unknown,
    /// It is there already.
    #[error("the unit exists already")]
    Exists,
    /// Another unit of the agency is called so.
    #[error("the callsign is taken")]
    CallsignTaken,
    /// It is on another assignment.
    #[error("the unit is booked on {}", .booking.number)]
    Booked {
        /// What it is called.
        callsign: String,
        /// Whose it is.
        agency: AgencyId,
        /// On which.
        booking: Box<Booking>,
    },
    /// It cannot be sent.
    #[error("the unit is out of service")]
    OutOfService {
        /// What it is called.
        callsign: String,
    },
    /// Nobody is on board.
    #[error("the unit has no crew")]
    NoCrew {
        /// What it is called.
        callsign: String,
    },
    /// It belongs to another agency than the assignment.
    #[error("the unit belongs to another agency")]
    OtherAgency,
    /// The position was measured too long ago, or in the future.
    #[error("the position was not measured just now")]
    NotNow,
    /// The position is nowhere that the unit can be, or too vague to be of use.
    #[error("the position is out of reach or too vague")]
    OutOfReach,
    /// A text is empty or too long.
    #[error("{field} is empty or too long")]
    Text {
        /// Which.
        field: &'static str,
    },
    /// The agency has as many units as there may be.
    #[error("too many units: at most {max}")]
    TooMany {
        /// The bound.
        max: usize,
    },
}

/// What follows from a command at `now`; nothing when it is so already. `unit` is `None` before it is registered.
pub fn decide(
    unit: Option<&Unit>,
    command: UnitCommand,
    now: Timestamp,
) -> Result<Vec<UnitEvent>, UnitRefusal> {
    let Some(unit) = unit else {
        let UnitCommand::Register { agency, profile, crew } = command else {
            return Err(UnitRefusal::Unknown);
        };
        check_profile(&profile)?;
        return Ok(vec![UnitEvent::Registered { agency, profile, crew }]);
    };
    if unit.is_retired() {
        return Err(UnitRefusal::Unknown);
    }
    match command {
        UnitCommand::Register { .. } => Err(UnitRefusal::Exists),
        UnitCommand::Change { profile } => {
            check_profile(&profile)?;
            Ok(unless(*profile == unit.profile, UnitEvent::Changed { profile }))
        }
        UnitCommand::Ready => Ok(unless(unit.readiness == Readiness::Ready, UnitEvent::Readied)),
        UnitCommand::OutOfService { reason } => {
            must_be_short("reason", reason.reveal())?;
            must_not_be_booked(unit)?;
            let wished = Readiness::OutOfService { reason: reason.clone() };
            Ok(unless(unit.readiness == wished, UnitEvent::WentOutOfService { reason }))
        }
        UnitCommand::Crew { size } => Ok(vec![UnitEvent::CrewChanged { crew: size }]),
        UnitCommand::Position(position) => locate(unit, position, now),
        UnitCommand::Retire => {
            must_not_be_booked(unit)?;
            Ok(vec![UnitEvent::Retired])
        }
        UnitCommand::Link { secret_sha256, holds } => link(secret_sha256, holds, now),
        UnitCommand::Unlink => Ok(unless(unit.link.is_none(), UnitEvent::Unlinked)),
        UnitCommand::Book { agency, incident, number, assignment, carried, since } => {
            if unit.agency != agency {
                return Err(UnitRefusal::OtherAgency);
            }
            if unit.booking.as_ref().is_some_and(|booking| booking.assignment == assignment) {
                return Ok(vec![]);
            }
            must_not_be_booked(unit)?;
            let booked = UnitEvent::Booked { incident, number, assignment, carried, since };
            if since.is_some() {
                return Ok(vec![booked]);
            }
            let callsign = || unit.profile.callsign.clone();
            match &unit.readiness {
                Readiness::OutOfService { .. } | Readiness::Retired => {
                    Err(UnitRefusal::OutOfService { callsign: callsign() })
                }
                Readiness::Ready if unit.crew == 0 => Err(UnitRefusal::NoCrew { callsign: callsign() }),
                Readiness::Ready => Ok(vec![booked]),
            }
        }
        UnitCommand::Release { assignment } => {
            let is_on_it = unit.booking.as_ref().is_some_and(|booking| booking.assignment == assignment);
            Ok(unless(!is_on_it, UnitEvent::Released { assignment }))
        }
    }
}

/// What is no hash is no secret that anybody could show.
fn link(secret_sha256: String, holds: Seconds, now: Timestamp) -> Result<Vec<UnitEvent>, UnitRefusal> {
    let is_hash = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    if secret_sha256.len() != 64 || !secret_sha256.bytes().all(is_hash) {
        return Err(UnitRefusal::Text { field: "secret_sha256" });
    }
    let until = now.after(Seconds(holds.0.min(CREW_LINK_MAX.0)));
    Ok(vec![UnitEvent::Linked { secret_sha256, until }])
}

/// Whether this is what the unit is called, without regard to case and spaces.
pub fn is_called(unit: &Unit, callsign: &str) -> bool {
    fold(&unit.profile.callsign) == fold(callsign)
}

/// Whether no other of these units is called so, without regard to case and spaces.
pub fn is_callsign_free<'a>(id: UnitId, callsign: &str, mut units: impl Iterator<Item = &'a Unit>) -> bool {
    !units.any(|other| other.id != id && !other.is_retired() && is_called(other, callsign))
}

/// A callsign as it is compared.
fn fold(callsign: &str) -> String {
    callsign.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn unless(so_already: bool, event: UnitEvent) -> Vec<UnitEvent> {
    if so_already { vec![] } else { vec![event] }
}

fn check_profile(profile: &Profile) -> Result<(), UnitRefusal> {
    must_be_short("callsign", &profile.callsign)?;
    if profile.label.len() > SHORT_TEXT_BYTES_MAX {
        return Err(UnitRefusal::Text { field: "label" });
    }
    if profile.base.as_ref().is_some_and(|base| !base.point.is_on_earth()) {
        return Err(UnitRefusal::OutOfReach);
    }
    Ok(())
}

fn must_be_short(field: &'static str, text: &str) -> Result<(), UnitRefusal> {
    let fits = !text.trim().is_empty() && text.len() <= SHORT_TEXT_BYTES_MAX;
    if fits { Ok(()) } else { Err(UnitRefusal::Text { field }) }
}

fn must_not_be_booked(unit: &Unit) -> Result<(), UnitRefusal> {
    match &unit.booking {
        None => Ok(()),
        Some(booking) => {
            let callsign = unit.profile.callsign.clone();
            Err(UnitRefusal::Booked { callsign, agency: unit.agency, booking: Box::new(booking.clone()) })
        }
    }
}

/// A position is written down when it says something new: the log is kept for ever, and a unit stands still most of
/// the day.
fn locate(unit: &Unit, position: Position, now: Timestamp) -> Result<Vec<UnitEvent>, UnitRefusal> {
    if position.fixed_at > now.after(AHEAD_MAX) || position.fixed_at.after(OLD_AFTER) < now {
        return Err(UnitRefusal::NotNow);
    }
    let point = *position.point.as_ref().ok_or(UnitRefusal::OutOfReach)?.reveal();
    let far = |base: &super::Base| distance_m(base.point, point) > REACH_M;
    let vague = position.accuracy_m.is_some_and(|accuracy| !(0.0..=ACCURACY_M_MAX).contains(&accuracy));
    if !point.is_on_earth() || vague || unit.profile.base.as_ref().is_some_and(far) {
        return Err(UnitRefusal::OutOfReach);
    }
    let Some(last) = &unit.position else { return Ok(vec![UnitEvent::Located { position }]) };
    let moved = last.point.as_ref().is_none_or(|last| distance_m(*last.reveal(), point) > MOVED_M);
    let quiet = if moved { MOVING_EVERY } else { STILL_FOR };
    // Also one that was overtaken on its way.
    let is_too_early = position.fixed_at < last.fixed_at.after(quiet);
    Ok(unless(is_too_early, UnitEvent::Located { position }))
}

/// The unit after an event that `actor` caused at `at`. `None` before it was registered. Total.
pub fn apply(unit: Option<Unit>, id: UnitId, event: &UnitEvent, actor: Actor, at: Timestamp) -> Option<Unit> {
    let Some(mut unit) = unit else {
        let UnitEvent::Registered { agency, profile, crew } = event else { return None };
        return Some(Unit {
            id,
            agency: *agency,
            profile: (**profile).clone(),
            crew: *crew,
            readiness: Readiness::Ready,
            since: at,
            booking: None,
            position: None,
            shift: None,
            link: None,
        });
    };
    match event {
        UnitEvent::Registered { .. } => {}
        UnitEvent::Changed { profile } => unit.profile = (**profile).clone(),
        UnitEvent::Readied => (unit.readiness, unit.since) = (Readiness::Ready, at),
        UnitEvent::WentOutOfService { reason } => {
            (unit.readiness, unit.since) = (Readiness::OutOfService { reason: reason.clone() }, at);
        }
        UnitEvent::Retired => {
            (unit.readiness, unit.since) = (Readiness::Retired, at);
            (unit.link, unit.position) = (None, None);
        }
        UnitEvent::Linked { secret_sha256, until } => {
            unit.link = Some(CrewLink { secret_sha256: secret_sha256.clone(), until: *until });
        }
        UnitEvent::Unlinked => unit.link = None,
        UnitEvent::CrewChanged { crew } => {
            unit.crew = *crew;
            unit.shift = (*crew > 0).then_some(Shift { since: at, jobs: 0 });
        }
        UnitEvent::Located { position } if position.point.is_some() => unit.position = Some(position.clone()),
        // Destroyed since.
        UnitEvent::Located { .. } => {}
        UnitEvent::Booked { incident, number, assignment, carried, since } => {
            let by: Option<UserId> = actor.user().filter(|_| !carried);
            let (incident, number, assignment) = (*incident, number.clone(), *assignment);
            let since = since.unwrap_or(at);
            unit.booking = Some(Booking { incident, number, assignment, since, by });
            unit.since = since;
            if let Some(shift) = unit.shift.as_mut().filter(|_| !carried) {
                shift.jobs = shift.jobs.saturating_add(1);
            }
        }
        UnitEvent::Released { assignment } => {
            if unit.booking.as_ref().is_some_and(|booking| booking.assignment == *assignment) {
                unit.booking = None;
                unit.since = at;
            }
        }
    }
    Some(unit)
}
