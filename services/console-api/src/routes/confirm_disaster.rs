//! Switch the disaster mode on.

use axum::Json;
use axum::extract::State;
use dispatch_core::disaster::DisasterStep;
use dispatch_core::ids::DisasterId;
use dispatch_core::incident::IncidentCommand;
use incident_store::{DeskCommand, Store};

use crate::alerts::DisasterSwitch;
use crate::authority::{Authority, CanConfirmDisaster};
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::{Code, Problem};
use crate::views::Disaster;

/// Switch the disaster mode on, as the second person. Who waits hears the disaster text, short and silent calls are no
/// suspects, and the incident that was named is the master of what is reported.
#[utoipa::path(post, path = "/api/v1/disaster/{id}/confirm", operation_id = "confirm_disaster", tag = "Supervision",
    params(("id" = uuid::Uuid, Path, description = "Id of the proposal")),
    responses((status = 200, description = "It is on", body = Disaster)))]
pub async fn handler(
    may: Authority<CanConfirmDisaster>,
    State(switch): State<DisasterSwitch>,
    State(store): State<Store>,
    Id(id): Id<DisasterId>,
    written: Written<EmptyRequest>,
) -> Result<Json<Disaster>, Problem> {
    let proposed = store.disaster().await?.filter(|one| one.id == id).ok_or(Problem::new(Code::NotFound))?;
    let master = match proposed.incident {
        Some(incident) => store.incident(incident).await?.filter(|one| one.is_open()),
        None => None,
    };
    // One that ended meanwhile must not keep the switch from being thrown.
    let more = master.map(|one| DeskCommand::Incident(one.id, IncidentCommand::DeclareMassEvent));
    let more = more.into_iter().collect();
    Ok(Json(switch.step(&may, &written, id, DisasterStep::Confirm, more).await?))
}
