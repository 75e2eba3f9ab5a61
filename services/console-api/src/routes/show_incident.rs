//! One incident.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::Incident;
use incident_store::{Store, StoreError};

use crate::authority::{Authority, CanReadIncidents};
use crate::feed::{Viewer, may_be_told};
use crate::input::Id;
use crate::limits::{ABSORBED_SHOWN_MAX, TIMELINE_EVENTS_MAX};
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::{AbsorbedIncident, IncidentDetail, Note, timeline_entry};

/// One incident with its calls, assignments, notes and timeline.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", operation_id = "show_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")),
    responses((status = 200, description = "The incident", body = IncidentDetail)))]
pub async fn handler(
    may: Authority<CanReadIncidents>,
    State(store): State<Store>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
) -> Result<Json<IncidentDetail>, Problem> {
    let incident = may.may_see(store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?)?;
    let calls = store.calls_by_id(&incident.calls).await?;
    let changes = store.timeline(id, TIMELINE_EVENTS_MAX).await?;
    let names = show.names();
    let viewer = Viewer::of(may.user());
    Ok(Json(IncidentDetail {
        incident: show.incident(&incident),
        timeline: changes
            .iter()
            .filter(|change| may_be_told(&change.event, viewer.role))
            .map(|change| timeline_entry(change, &incident, &names))
            .collect(),
        notes: Note::all_of(&incident, &names),
        calls_detail: show.calls(&calls, viewer).await,
        absorbed: absorbed(&store, &incident)
            .await?
            .iter()
            .map(|merged| AbsorbedIncident::of(merged, id, &names))
            .collect(),
    }))
}

/// What was merged into an incident, and what had been merged into that before.
async fn absorbed(store: &Store, incident: &Incident) -> Result<Vec<Incident>, StoreError> {
    let mut ids: Vec<IncidentId> = incident.absorbed.iter().map(|one| one.from).collect();
    let mut found: Vec<Incident> = Vec::new();
    while let Some(id) = ids.get(found.len()).copied().filter(|_| found.len() < ABSORBED_SHOWN_MAX) {
        let Some(merged) = store.incident(id).await? else { break };
        ids.extend(merged.absorbed.iter().map(|one| one.from));
        found.push(merged);
    }
    Ok(found)
}
