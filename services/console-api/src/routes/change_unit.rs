//! Say something about a unit.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AssignmentId, UnitId};
use dispatch_core::incident::{Assignment, IncidentCommand};
use dispatch_core::unit::{Booking, Unit as Record, UnitCommand};
use incident_store::{DeskCommand, Store};

use crate::authority::{Authority, CanManageUnits};
use crate::input::{Id, Written};
use crate::intake::Intake;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::units::UnitRequest;
use crate::views::Unit;

/// Say that a unit is ready or out of service, that another crew is on, where it is, or what it is; put it on a task of
/// its agency that was acknowledged, or take it off; give its crew a link to its page, or end that; remove it for ever. A unit that is on another task answers 409 with its number.
#[utoipa::path(post, path = "/api/v1/units/{id}", operation_id = "change_unit", tag = "Units",
    params(("id" = uuid::Uuid, Path, description = "Id of the unit")), request_body = UnitRequest,
    responses((status = 200, description = "The unit", body = Unit)))]
pub async fn handler(
    may: Authority<CanManageUnits>,
    State(store): State<Store>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<UnitId>,
    written: Written<UnitRequest>,
) -> Result<Json<Unit>, Problem> {
    let unit = store.unit(id).await?.filter(|unit| may.agency().is_none_or(|own| own == unit.agency));
    let unit = unit.ok_or(Problem::new(Code::NotFound))?;
    let names = show.names();
    let answer = match written.body.on_unit(&names) {
        Some(command @ UnitCommand::Position(_)) => {
            // Every few seconds, of every unit: an answer is not kept for each.
            let key = format!("user:{}:{}", may.user_id(), written.key);
            intake.note(key, may.actor(), DeskCommand::Unit(id, command)).await?
        }
        Some(command) => intake.write(&may, &written, vec![DeskCommand::Unit(id, command)]).await?,
        None => {
            if let Some(command) = on_incident(&written.body, &unit, &store).await? {
                intake.write(&may, &written, vec![command]).await?;
            }
            let now = store.unit(id).await?.ok_or(Problem::new(Code::NotFound))?;
            return Ok(Json(Unit::of(&now, &names)));
        }
    };
    Ok(Json(Unit::of(&answer.unit()?, &names)))
}

/// The command on the incident that a unit joins or leaves; none for one that is on none.
async fn on_incident(
    wish: &UnitRequest,
    unit: &Record,
    store: &Store,
) -> Result<Option<DeskCommand>, Problem> {
    let UnitRequest::Join { assignment_id } = wish else {
        let leave = |booking: &Booking| {
            let leave = IncidentCommand::LeaveUnit { assignment: booking.assignment, unit: unit.id };
            DeskCommand::Incident(booking.incident, leave)
        };
        return Ok(unit.booking.as_ref().map(leave));
    };
    let assignment = AssignmentId(*assignment_id);
    let incident = store.incident_of_assignment(assignment).await?;
    let is_own = |a: &Assignment| a.agency == unit.agency;
    let incident = incident.filter(|incident| incident.assignment(assignment).is_some_and(is_own));
    let (id, en) = ("Tugas tidak dikenal.", "There is no such task.");
    let incident = incident.ok_or_else(|| Problem::field("assignment_id", "unknown", id, en))?;
    let join = IncidentCommand::JoinUnit { assignment, unit: unit.tag() };
    Ok(Some(DeskCommand::Incident(incident.id, join)))
}
