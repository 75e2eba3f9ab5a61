//! Which units an incident should get.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AgencyCode, AgencyId, AssignmentId, IncidentId};
use dispatch_core::incident::{AssignmentState, Incident};
use dispatch_core::routing::{self, Role, Situation};
use dispatch_core::time::Clock;
use dispatch_core::unit::Unit;
use incident_store::Store;

use crate::authority::{Authority, CanReadIncidents};
use crate::input::Id;
use crate::names::Names;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::{AgencyUnits, UnitAdvice, asked_already};

/// The units of each agency that is on the incident or should be, the nearest fit one first, and why each of the others
/// is passed over. Distances are straight lines. Agencies without units are not in it; an agency sees its own only.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/units", operation_id = "advise_units", tag = "Units",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")),
    responses((status = 200, description = "The recommendation", body = UnitAdvice)))]
pub async fn handler(
    may: Authority<CanReadIncidents>,
    State(store): State<Store>,
    State(show): State<Show>,
    State(clock): State<Clock>,
    Id(id): Id<IncidentId>,
) -> Result<Json<UnitAdvice>, Problem> {
    let incident = may.may_see(store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?)?;
    let units = store.units(may.agency()).await?;
    let (names, now) = (show.names(), clock.now());
    let of = |(agency, code, assignment): (AgencyId, AgencyCode, Option<AssignmentId>)| {
        let own: Vec<Unit> = units.iter().filter(|unit| unit.agency == agency).cloned().collect();
        let about = (agency, &code, assignment);
        (!own.is_empty()).then(|| AgencyUnits::of(&incident, about, &own, &names, now))
    };
    let mut agencies = asked(&incident);
    if may.agency().is_none() && incident.is_open() {
        agencies.extend(proposed(&incident, &names));
    }
    Ok(Json(UnitAdvice { incident_id: incident.id.0, agencies: agencies.into_iter().filter_map(of).collect() }))
}

fn asked(incident: &Incident) -> Vec<(AgencyId, AgencyCode, Option<AssignmentId>)> {
    let at_work = incident
        .engaged()
        .filter(|a| incident.is_open() && a.progress.state() != AssignmentState::Completed);
    at_work.map(|a| (a.agency, a.code.clone(), Some(a.id))).collect()
}

fn proposed(incident: &Incident, names: &Names) -> Vec<(AgencyId, AgencyCode, Option<AssignmentId>)> {
    let already = asked_already(incident);
    let proposal = routing::propose(names.policy(), &Situation::of(incident), &already);
    let sent = proposal.targets.into_iter().filter(|target| target.role != Role::Notify);
    sent.map(|target| (target.agency, target.code, None)).collect()
}
