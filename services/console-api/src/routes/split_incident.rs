//! Split something out of an incident: another incident that was merged into it, or one of its calls.

use axum::Json;
use axum::extract::State;
use dispatch_core::call::{CallCommand, DispositionKind};
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::incident::{self, IncidentCommand, Report};
use dispatch_core::private::Private;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::{Code, Problem};
use crate::random;
use crate::show::Show;
use crate::views::Incident;

/// What is split out.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SplitRequest {
    /// An incident that was merged into this one: it goes on by itself, with its calls and agencies.
    Incident {
        /// Which.
        incident_id: uuid::Uuid,
    },
    /// A call that tells of something else.
    Call {
        /// Which.
        call_id: uuid::Uuid,
        /// The incident that it tells of; a new one at the same place when absent.
        to: Option<uuid::Uuid>,
        /// What the caller said, for a new incident.
        narrative: Option<String>,
    },
}

impl Checked for SplitRequest {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::Incident { .. } => {}
            Self::Call { narrative, .. } => {
                faults.narrative("narrative", narrative.as_deref().unwrap_or_default());
            }
        }
    }
}

/// Split a merged incident, or one call, out of an incident. Nobody is lost: the call is then on the incident that is
/// answered, and on no other.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/split", operation_id = "split_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident out of which it is split")),
    request_body = SplitRequest,
    responses((status = 200, description = "The incident that was split out, or has the call now", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(store): State<Store>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    State(clock): State<Clock>,
    Id(id): Id<IncidentId>,
    mut written: Written<SplitRequest>,
) -> Result<Json<Incident>, Problem> {
    let from = store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?;
    let commands = match &mut written.body {
        SplitRequest::Incident { incident_id } => {
            vec![DeskCommand::Unmerge { incident: IncidentId(*incident_id), from: id }]
        }
        SplitRequest::Call { call_id, to, narrative } => {
            let call = CallId(*call_id);
            if !from.calls.contains(&call) {
                let (id, en) = ("Panggilan ini tidak ada pada insiden itu.", "The call is not on that incident.");
                return Err(Problem::field("call_id", "unknown", id, en));
            }
            let new = random::incident_id(clock.now());
            split_call(&from, call, to.map(IncidentId).ok_or(new), narrative.take())
        }
    };
    let answer = intake.write(&may, &written, commands).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}

/// To an incident that exists, or (`Err`) to a new one with this id.
fn split_call(
    from: &incident::Incident,
    call: CallId,
    to: Result<IncidentId, IncidentId>,
    narrative: Option<String>,
) -> Vec<DeskCommand> {
    let detach = DeskCommand::Incident(from.id, IncidentCommand::DetachCall { call });
    let dispose = |kind, incident| {
        DeskCommand::Call(call, CallCommand::Dispose { kind, note: None, incident: Some(incident) })
    };
    match to {
        Ok(other) => {
            let attach = DeskCommand::Incident(other, IncidentCommand::AttachCall { call });
            vec![detach, attach, dispose(DispositionKind::Duplicate, other)]
        }
        Err(new) => {
            let report = Report {
                number: String::new(),
                category: from.category,
                kind: from.kind.clone(),
                priority: from.priority,
                narrative: Private::new(narrative.unwrap_or_default()),
                location: from.location.clone(),
                casualties: None,
                reporter: None,
                call: Some(call),
            };
            let open = DeskCommand::OpenIncident(new, Box::new(report));
            vec![detach, open, dispose(DispositionKind::Incident, new)]
        }
    }
}
