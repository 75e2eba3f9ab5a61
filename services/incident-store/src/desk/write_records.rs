//! Writing the records: the state of each stream, and the columns by which it is found.

use dispatch_core::call::{Call, CallBackState, DispositionKind};
use dispatch_core::duty::{Duty, DutyState};
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::incident::{Assignment, AssignmentState, Incident};
use dispatch_core::metrics::{CallTimes, IncidentTimes};
use dispatch_core::routing::Role;

use super::book::{Book, Slot};
use crate::change::Record;
use crate::engine::{Connection, Value};
use crate::error::StoreError;
use crate::store::{call_phase, folded, number_hash, status_name};

/// Bytes of a narrative that the text search sees.
const SEARCHED_NARRATIVE_BYTES_MAX: usize = 2_048;

const CALL: &str = "INSERT INTO call (id, version, arrived_us, answered_us, answered_by, phase, is_open, is_test, \
    disposition, incident, number_hash, call_back, call_back_overdue, is_out, call_taker, \
    call_back_owner, lifted_us, handled_us, state) VALUES ";
const CALL_TAIL: &str = " ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
    answered_us = excluded.answered_us, answered_by = excluded.answered_by, phase = excluded.phase, \
    is_open = excluded.is_open, disposition = excluded.disposition, incident = excluded.incident, \
    call_back = excluded.call_back, call_back_overdue = excluded.call_back_overdue, \
    call_taker = excluded.call_taker, call_back_owner = excluded.call_back_owner, lifted_us = excluded.lifted_us, \
    handled_us = excluded.handled_us, state = excluded.state";
const INCIDENT: &str = "INSERT INTO incident (id, version, number, opened_us, is_open, status, category, priority, \
    area_code, lat, lon, search, is_handed, state) VALUES ";
const INCIDENT_TAIL: &str = " ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
    is_open = excluded.is_open, status = excluded.status, category = excluded.category, \
    priority = excluded.priority, area_code = excluded.area_code, lat = excluded.lat, lon = excluded.lon, \
    search = excluded.search, is_handed = excluded.is_handed, state = excluded.state";
const ASSIGNMENT: &str =
    "INSERT INTO assignment (id, incident, agency, is_open, is_waiting, priority, sent_us) VALUES ";
const ASSIGNMENT_TAIL: &str = " ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, \
    is_waiting = excluded.is_waiting, priority = excluded.priority";
const INCIDENT_CALL: &str = "INSERT INTO incident_call (incident, call) VALUES ";
const UNIT: &str = "INSERT INTO unit (id, version, agency, is_retired, state) VALUES ";
const UNIT_TAIL: &str = " ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
    is_retired = excluded.is_retired, state = excluded.state";
const DUTY: &str = "INSERT INTO duty (id, version, duty_state, state) VALUES ";
const DUTY_TAIL: &str = " ON CONFLICT (id) DO UPDATE SET version = excluded.version, \
    duty_state = excluded.duty_state, state = excluded.state";

const CALL_TIMES: &str = "INSERT INTO call_times (at_us, id, times) VALUES ";
const INCIDENT_TIMES: &str = "INSERT INTO incident_times (at_us, id, times) VALUES ";
const TIMES_TAIL: &str = " ON CONFLICT (at_us, id) DO UPDATE SET times = excluded.times";

type Rows = Vec<Vec<Value>>;

pub(super) async fn write(
    connection: &mut Connection,
    book: &Book,
    number_key: &[u8; 32],
) -> Result<(), StoreError> {
    let (mut calls, mut incidents, mut duties) = (Rows::new(), Rows::new(), Rows::new());
    let (mut assignments, mut attached, mut units) = (Rows::new(), Rows::new(), Rows::new());
    let (mut call_times, mut incident_times) = (Rows::new(), Rows::new());
    // By version, not by state: an event may leave the state as it is (a confirmed call), and still counts.
    for slot in book.streams.values().filter(|slot| slot.version != slot.version_before) {
        match &slot.now {
            Some(Record::Call(call)) => {
                calls.push(call_row(call, slot.version, number_key)?);
                call_times.extend(call_times_row(call_before(slot), call)?);
            }
            Some(Record::Incident(incident)) => {
                incidents.push(incident_row(incident, slot.version)?);
                let before = incident_before(slot);
                assignments.extend(assignment_rows(before, incident));
                attached.extend(attached_rows(before, incident));
                incident_times.extend(incident_times_row(before, incident)?);
            }
            Some(Record::Duty(duty)) => duties.push(duty_row(duty, slot.version)?),
            Some(Record::Unit(unit)) => {
                let (id, agency) = (Value::of(unit.id), Value::of(unit.agency));
                let is_retired = i64::from(unit.is_retired()).into();
                units.push(vec![id, slot.version.into(), agency, is_retired, json(&**unit)?]);
            }
            None => {}
        }
    }
    connection.insert(CALL, calls, CALL_TAIL).await?;
    connection.insert(INCIDENT, incidents, INCIDENT_TAIL).await?;
    connection.insert(ASSIGNMENT, assignments, ASSIGNMENT_TAIL).await?;
    connection.insert(INCIDENT_CALL, attached, " ON CONFLICT (incident, call) DO NOTHING").await?;
    connection.insert(CALL_TIMES, call_times, TIMES_TAIL).await?;
    connection.insert(INCIDENT_TIMES, incident_times, TIMES_TAIL).await?;
    connection.insert(DUTY, duties, DUTY_TAIL).await?;
    connection.insert(UNIT, units, UNIT_TAIL).await
}

fn call_before(slot: &Slot) -> Option<&Call> {
    match slot.before.as_ref()? {
        Record::Call(call) => Some(call),
        Record::Incident(_) | Record::Duty(_) | Record::Unit(_) => None,
    }
}

fn incident_before(slot: &Slot) -> Option<&Incident> {
    match slot.before.as_ref()? {
        Record::Incident(incident) => Some(incident),
        Record::Call(_) | Record::Duty(_) | Record::Unit(_) => None,
    }
}

fn json(state: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_string(state).map(Value::from).map_err(|_| StoreError::Unreadable { what: "a record" })
}

fn call_row(call: &Call, version: u64, number_key: &[u8; 32]) -> Result<Vec<Value>, StoreError> {
    let call_back = call.call_back.as_ref();
    let call_back_state = call_back.map(|duty| match duty.state {
        CallBackState::Open => "open",
        CallBackState::Done => "done",
    });
    Ok(vec![
        Value::of(call.id),
        version.into(),
        call.arrived_at.into(),
        Value::from(call.answered.map(|answered| answered.at)),
        Value::maybe(call.answered.map(|answered| answered.by)),
        call_phase(call).name().into(),
        call.is_open().into(),
        call.arrival.test.into(),
        Value::maybe(call.disposition.as_ref().map(|disposition| disposition_name(disposition.kind))),
        Value::maybe(call.incident),
        Value::from(number_hash(number_key, &call.arrival)),
        Value::maybe(call_back_state),
        call_back.is_some_and(|duty| duty.overdue && duty.state == CallBackState::Open).into(),
        call.is_outbound().into(),
        Value::maybe(call.call_taker()),
        Value::maybe(call_back.and_then(|duty| duty.owner)),
        Value::from(call.restriction_lifted.map(|lifted| lifted.at)),
        Value::from(call.handled_until()),
        json(call)?,
    ])
}

const fn disposition_name(kind: DispositionKind) -> &'static str {
    match kind {
        DispositionKind::Incident => "incident",
        DispositionKind::Prank => "prank",
        DispositionKind::Ghost => "ghost",
        DispositionKind::Accidental => "accidental",
        DispositionKind::Information => "information",
        DispositionKind::Complaint => "complaint",
        DispositionKind::Abandoned => "abandoned",
        DispositionKind::WrongNumber => "wrong_number",
        DispositionKind::Duplicate => "duplicate",
        DispositionKind::Test => "test",
        DispositionKind::CallBack => "call_back",
        DispositionKind::Diverted => "diverted",
    }
}

fn incident_row(incident: &Incident, version: u64) -> Result<Vec<Value>, StoreError> {
    let point = incident.location.point.as_ref().map(|point| *point.reveal());
    Ok(vec![
        Value::of(incident.id),
        version.into(),
        incident.number.as_str().into(),
        incident.opened_at.into(),
        incident.is_open().into(),
        status_name(incident.status()).into(),
        incident.category.letter().into(),
        incident.priority.code().into(),
        Value::maybe(incident.location.area_code.as_ref()),
        Value::from(point.map(|point| point.lat)),
        Value::from(point.map(|point| point.lon)),
        searched(incident).into(),
        (incident.origin.is_some() || !incident.transfers.is_empty()).into(),
        json(incident)?,
    ])
}

/// The text that a search looks through, folded.
fn searched(incident: &Incident) -> String {
    let narrative = incident.narrative.reveal();
    let end = narrative.floor_char_boundary(SEARCHED_NARRATIVE_BYTES_MAX);
    let place = [&incident.location.landmark, &incident.location.address];
    let place = place.into_iter().flatten().map(|text| text.reveal().as_str());
    let texts: Vec<&str> =
        [incident.number.as_str()].into_iter().chain(place).chain([&narrative[..end]]).collect();
    folded(&texts.join("\n"))
}

/// Only what changed: an incident may have 200 assignments.
fn assignment_rows(before: Option<&Incident>, now: &Incident) -> Rows {
    let changed = |assignment: &&Assignment| {
        let known = before.and_then(|before| before.assignment(assignment.id));
        let row_before = before.zip(known).map(|(incident, assignment)| assignment_row(incident, assignment));
        row_before != Some(assignment_row(now, assignment))
    };
    now.assignments.iter().filter(changed).map(|assignment| assignment_row(now, assignment)).collect()
}

fn assignment_row(incident: &Incident, assignment: &Assignment) -> Vec<Value> {
    let is_open = incident.is_open()
        && assignment.progress.is_engaged()
        && assignment.progress.state() != AssignmentState::Completed;
    let is_waiting =
        is_open && assignment.role != Role::Notify && assignment.progress.awaits_acknowledgement();
    vec![
        Value::of(assignment.id),
        Value::of(incident.id),
        Value::of(assignment.agency),
        is_open.into(),
        is_waiting.into(),
        incident.priority.code().into(),
        assignment.sent_at.into(),
    ]
}

fn attached_rows(before: Option<&Incident>, now: &Incident) -> Rows {
    let row = |incident: IncidentId, call: CallId| vec![Value::of(incident), Value::of(call)];
    let is_new = |call: &&CallId| before.is_none_or(|before| !before.calls.contains(call));
    now.calls.iter().filter(is_new).map(|call| row(now.id, *call)).collect()
}

/// Only when something that figures count is another than before; a test call is in no figure.
fn call_times_row(before: Option<&Call>, now: &Call) -> Result<Option<Vec<Value>>, StoreError> {
    let times = CallTimes::of(now);
    if times == before.and_then(CallTimes::of) {
        return Ok(None);
    }
    times.map(|times| Ok(vec![times.at().into(), Value::of(times.id), json(&times)?])).transpose()
}

fn incident_times_row(before: Option<&Incident>, now: &Incident) -> Result<Option<Vec<Value>>, StoreError> {
    let times = IncidentTimes::of(now);
    if before.is_some_and(|before| IncidentTimes::of(before) == times) {
        return Ok(None);
    }
    Ok(Some(vec![times.at().into(), Value::of(times.id), json(&times)?]))
}

fn duty_row(duty: &Duty, version: u64) -> Result<Vec<Value>, StoreError> {
    let state = match duty.state {
        DutyState::Ready => "ready",
        DutyState::Paused => "paused",
        DutyState::Off => "off",
    };
    Ok(vec![Value::of(duty.user), version.into(), state.into(), json(duty)?])
}
