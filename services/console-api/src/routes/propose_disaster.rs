//! Propose the disaster mode.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::disaster::DisasterStep;
use dispatch_core::ids::{DisasterId, IncidentId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alerts::DisasterSwitch;
use crate::authority::{Authority, CanSupervise};
use crate::input::{Checked, Faults, Written};
use crate::problem::Problem;
use crate::random;
use crate::views::Disaster;

/// What happens.
#[derive(Deserialize, ToSchema)]
pub struct DisasterRequest {
    /// What people call it: "Gempa Toboali".
    name: String,
    /// The incident that becomes the master of what is reported.
    incident_id: Option<Uuid>,
    /// By which decree or order, where there is one.
    decree: Option<String>,
}

impl Checked for DisasterRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("name", &self.name);
        faults.short("name", Some(&self.name));
        faults.short("decree", self.decree.as_deref());
    }
}

/// Propose the disaster mode. Nothing changes yet: another person switches it on within ten minutes.
#[utoipa::path(post, path = "/api/v1/disaster", operation_id = "propose_disaster", tag = "Supervision",
    request_body = DisasterRequest, responses((status = 201, description = "The proposal", body = Disaster)))]
pub async fn handler(
    may: Authority<CanSupervise>,
    State(switch): State<DisasterSwitch>,
    written: Written<DisasterRequest>,
) -> Result<(StatusCode, Json<Disaster>), Problem> {
    let id = DisasterId(random::named(may.user_id().0, &written.key));
    let decree = written.body.decree.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let step = DisasterStep::Propose {
        name: written.body.name.trim().to_owned(),
        incident: written.body.incident_id.map(IncidentId),
        decree: decree.map(str::to_owned),
    };
    Ok((StatusCode::CREATED, Json(switch.step(&may, &written, id, step, vec![]).await?)))
}
