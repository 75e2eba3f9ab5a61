//! What was escalated lately.

use axum::Json;
use axum::extract::State;
use incident_store::Store;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadEscalations};
use crate::input::{Query, page_items};
use crate::problem::Problem;
use crate::views::{Escalation, escalation};

/// How many.
#[derive(Deserialize, IntoParams)]
pub struct EscalationQuery {
    /// At most so many, 1 to 500.
    limit: Option<u32>,
}

/// What was escalated, newest first.
#[utoipa::path(get, path = "/api/v1/escalations", operation_id = "list_escalations", tag = "Supervision",
    params(EscalationQuery), responses((status = 200, description = "The escalations", body = Vec<Escalation>)))]
pub async fn handler(
    _may: Authority<CanReadEscalations>,
    State(store): State<Store>,
    Query(query): Query<EscalationQuery>,
) -> Result<Json<Vec<Escalation>>, Problem> {
    let changes = store.escalations(page_items(query.limit)).await?;
    let record = |change: &incident_store::Change| match &change.record {
        Some(incident_store::Record::Incident(incident)) => Some(incident.clone()),
        Some(
            incident_store::Record::Call(_) | incident_store::Record::Duty(_) | incident_store::Record::Unit(_),
        )
        | None => None,
    };
    Ok(Json(changes.iter().filter_map(|change| escalation(change, record(change).as_deref())).collect()))
}
