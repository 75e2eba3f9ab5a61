//! Units, and what incidents do to them: a unit is booked and released in the transaction in which an incident begins
//! or ends to hold it, so that it is never on two tasks and never kept by one that is over.

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::ids::{AgencyId, UnitId};
use dispatch_core::incident::{Incident, IncidentCommand};
use dispatch_core::limits::{UNITS_MAX, UNITS_PER_AGENCY_MAX};
use dispatch_core::unit::{self, Profile, Unit, UnitCommand, UnitRefusal};

use super::book::Book;
use super::decide::change_incident;
use super::load::{load_streams, put};
use crate::change::{DeskEvent, Record, StreamId};
use crate::engine::Connection;
use crate::error::{StoreError, SubmitError};
use crate::submission::{DeskCommand, Outcome, Submission};

/// Carries out a command on one unit.
pub(super) fn change(
    book: &mut Book,
    id: UnitId,
    command: UnitCommand,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    let before = book.unit(id);
    match &command {
        UnitCommand::Register { agency, profile, .. } => {
            must_be_agency(book, *agency)?;
            must_fit_in(book, id, *agency, profile)?;
        }
        UnitCommand::Change { profile } => {
            let agency = before.as_ref().map(|unit| unit.agency).ok_or(UnitRefusal::Unknown)?;
            must_fit_in(book, id, agency, profile)?;
        }
        UnitCommand::Ready
        | UnitCommand::OutOfService { .. }
        | UnitCommand::Crew { .. }
        | UnitCommand::Position(_)
        | UnitCommand::Retire
        | UnitCommand::Link { .. }
        | UnitCommand::Unlink
        | UnitCommand::Book { .. }
        | UnitCommand::Release { .. } => {}
    }
    let events = unit::decide(before.as_deref(), command, book.now)?;
    let mut state = before.as_deref().cloned();
    for event in &events {
        state = unit::apply(state, id, event, actor, book.now);
    }
    let state = state.ok_or(UnitRefusal::Unknown)?;
    let events = events.into_iter().map(DeskEvent::Unit).collect();
    let record = Record::Unit(Arc::new(state.clone()));
    book.append(StreamId::Unit(id), events, Some(record), actor, key)?;
    Ok(Outcome::Unit(Box::new(state)))
}

/// Books and releases units so that they are where the incident, as it is now, holds them. `wished`: a person asked for
/// a unit, and hears why it cannot go; otherwise it came back with a split or a merge, and one that is on another task
/// meanwhile stays there. Returns whether the incident was changed by that.
pub(super) fn follow(
    book: &mut Book,
    before: Option<&Incident>,
    now: &Incident,
    wished: bool,
    actor: Actor,
    key: &str,
) -> Result<bool, SubmitError> {
    let (was, is) = (before.map(unit::holders).unwrap_or_default(), unit::holders(now));
    for (unit, assignment) in was.difference(&is) {
        change(book, *unit, UnitCommand::Release { assignment: *assignment }, actor, key)?;
    }
    let mut changed = false;
    for (unit, assignment) in is.difference(&was) {
        let Some(agency) = now.assignment(*assignment).map(|a| a.agency) else { continue };
        let (incident, number) = (now.id, now.number.clone());
        let (carried, since) = (!wished, book.booked_since(*unit).filter(|_| !wished));
        let assignment = *assignment;
        let wish = UnitCommand::Book { agency, incident, number, assignment, carried, since };
        match change(book, *unit, wish, actor, key) {
            Ok(_) => {}
            Err(SubmitError::Unit(_)) if !wished => {
                let leave = IncidentCommand::LeaveUnit { assignment, unit: *unit };
                change_incident(book, now.id, leave, actor, key)?;
                changed = true;
            }
            Err(refused) => return Err(refused),
        }
    }
    Ok(changed)
}

/// Reads the units that the incidents of this batch hold or held, and all units when one gets a name.
pub(super) async fn load(
    connection: &mut Connection,
    book: &mut Book,
    batch: &[&Submission],
) -> Result<(), StoreError> {
    let commands = || batch.iter().flat_map(|submission| &submission.commands);
    let names = |command: &DeskCommand| {
        matches!(command, DeskCommand::Unit(_, UnitCommand::Register { .. } | UnitCommand::Change { .. }))
    };
    if commands().any(names) {
        let sql = "SELECT id, version, state FROM unit WHERE is_retired = 0 ORDER BY id LIMIT $1";
        for row in connection.rows(sql, vec![UNITS_MAX.into()]).await? {
            let unit: Unit = row.json(2)?;
            put(book, StreamId::Unit(unit.id), row.count(1)?, Some(Record::Unit(Arc::new(unit))));
        }
    }
    let wished = commands().filter_map(|command| match command {
        DeskCommand::Incident(_, IncidentCommand::JoinUnit { unit, .. }) => Some(unit.id),
        DeskCommand::Call(..)
        | DeskCommand::OpenIncident(..)
        | DeskCommand::ReceiveIncident(..)
        | DeskCommand::Incident(..)
        | DeskCommand::Merge { .. }
        | DeskCommand::Unmerge { .. }
        | DeskCommand::Duty(..)
        | DeskCommand::Unit(..)
        | DeskCommand::Site(_) => None,
    });
    let held = book.streams.values().filter_map(|slot| match slot.now.as_ref()? {
        Record::Incident(incident) => Some(incident),
        Record::Call(_) | Record::Duty(_) | Record::Unit(_) => None,
    });
    let held = held.flat_map(|incident| &incident.assignments).flat_map(|a| &a.units).map(|unit| unit.id);
    let missing: BTreeSet<StreamId> =
        wished.chain(held).map(StreamId::Unit).filter(|stream| !book.streams.contains_key(stream)).collect();
    if missing.is_empty() { Ok(()) } else { load_streams(connection, book, &missing).await }
}

fn must_be_agency(book: &Book, agency: AgencyId) -> Result<(), SubmitError> {
    let known = book.policy.directory.agencies.contains_key(&agency);
    if known { Ok(()) } else { Err(crate::error::SiteRefusal::UnknownAgency.into()) }
}

/// One callsign means one unit of an agency, and no agency has more than any can have. Those that are gone for ever take
/// no place.
fn must_fit_in(book: &Book, id: UnitId, agency: AgencyId, profile: &Profile) -> Result<(), UnitRefusal> {
    let units: Vec<Arc<Unit>> = book
        .streams
        .values()
        .filter_map(|slot| match slot.now.as_ref()? {
            Record::Unit(unit) => Some(Arc::clone(unit)),
            Record::Call(_) | Record::Incident(_) | Record::Duty(_) => None,
        })
        .filter(|unit| unit.agency == agency && !unit.is_retired())
        .collect();
    let others = units.iter().filter(|unit| unit.id != id).count();
    if others >= UNITS_PER_AGENCY_MAX {
        return Err(UnitRefusal::TooMany { max: UNITS_PER_AGENCY_MAX });
    }
    let free = unit::is_callsign_free(id, &profile.callsign, units.iter().map(|unit| &**unit));
    if free { Ok(()) } else { Err(UnitRefusal::CallsignTaken) }
}
