//! Send agencies.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AgencyCode, AgencyId, IncidentId};
use dispatch_core::incident::{Incident, IncidentCommand};
use dispatch_core::policy::AgencyEntry;
use dispatch_core::private::Private;
use dispatch_core::routing::{self, Role, Situation, Target};
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanDispatch};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::limits::AGENCIES_PER_DISPATCH_MAX;
use crate::names::Names;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::{Assignment, Dispatched};

/// Whom to send.
#[derive(Deserialize, ToSchema)]
pub struct DispatchRequest {
    /// Ids or codes; without any the routing decides.
    agencies: Option<Vec<String>>,
    /// A remark for all of them.
    note: Option<String>,
}

impl Checked for DispatchRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("note", self.note.as_deref());
        if self.agencies.as_ref().is_some_and(|agencies| agencies.len() > AGENCIES_PER_DISPATCH_MAX) {
            let (id, en) = ("Paling banyak 40 instansi sekaligus.", "At most 40 agencies at once.");
            faults.report("agencies", "too_long", id, en);
        }
    }
}

/// Send agencies. A declined or called-off agency may be sent again; the others of a list are sent even if some
/// are on it already.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/dispatch", operation_id = "dispatch_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = DispatchRequest,
    responses((status = 200, description = "The incident and its new assignments", body = Dispatched)))]
pub async fn handler(
    may: Authority<CanDispatch>,
    State(store): State<Store>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    mut written: Written<DispatchRequest>,
) -> Result<Json<Dispatched>, Problem> {
    let incident = store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?;
    let names = show.names();
    let targets = targets(written.body.agencies.as_deref(), &incident, &names)?;
    let note = written.body.note.take().map(Private::new);
    let command = IncidentCommand::Dispatch { targets, note };
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    let incident = answer.incident()?;
    let new = newest(&incident).map(|a| Assignment::of(a, &incident, &names)).collect();
    Ok(Json(Dispatched { incident: show.incident(&incident), assignments: new }))
}

/// Those of the last dispatch: all are sent at one moment. Told from the answer alone, so that a repeat of the
/// request tells the same.
fn newest(incident: &Incident) -> impl Iterator<Item = &dispatch_core::incident::Assignment> {
    let last = incident.assignments.last().map(|assignment| assignment.sent_at);
    incident.assignments.iter().filter(move |assignment| Some(assignment.sent_at) == last)
}

fn targets(named: Option<&[String]>, incident: &Incident, names: &Names) -> Result<Vec<Target>, Problem> {
    let policy = names.policy();
    let engaged: Vec<AgencyId> =
        incident.assignments.iter().filter(|a| a.progress.is_engaged()).map(|a| a.agency).collect();
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(routing::propose(policy, &Situation::of(incident), &engaged).targets);
    };
    let planned = routing::propose(policy, &Situation::of(incident), &[]).targets;
    let mut led = incident.engaged().any(|assignment| assignment.role == Role::Lead);
    let mut chosen: Vec<Target> = Vec::new();
    for (place, name) in named.iter().enumerate() {
        let entry = agency(name, names).ok_or_else(|| unknown(&format!("agencies[{place}]")))?;
        if chosen.iter().any(|target| target.agency == entry.id) {
            continue;
        }
        let target = planned.iter().find(|target| target.agency == entry.id).cloned();
        chosen.push(target.unwrap_or_else(|| by_hand(entry)));
        led |= chosen.last().is_some_and(|target| target.role == Role::Lead);
    }
    // Somebody has to lead; the first that was named does when nobody else would.
    if let Some(first) = chosen.first_mut().filter(|_| !led) {
        first.role = Role::Lead;
    }
    Ok(chosen)
}

pub(super) fn agency<'a>(name: &str, names: &'a Names) -> Option<&'a AgencyEntry> {
    let directory = &names.policy().directory;
    let by_id = name.parse::<AgencyId>().ok().and_then(|id| directory.agencies.get(&id));
    let code = AgencyCode::new(name);
    by_id.or_else(|| directory.by_code(&code)).or_else(|| directory.by_function(&code)).filter(|entry| entry.active)
}

pub(super) fn by_hand(entry: &AgencyEntry) -> Target {
    let because = "Dipilih petugas".to_owned();
    Target { agency: entry.id, code: entry.code.clone(), role: Role::Support, because }
}

pub(super) fn unknown(field: &str) -> Problem {
    Problem::field(field, "unknown_value", "Instansi tidak dikenal.", "There is no such agency.")
}
