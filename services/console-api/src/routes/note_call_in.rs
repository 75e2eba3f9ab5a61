//! What somebody said who was called in.

use axum::Json;
use axum::extract::State;
use dispatch_core::disaster::DisasterStep;
use dispatch_core::ids::{DisasterId, RosterPersonId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alerts::DisasterSwitch;
use crate::authority::{Authority, CanSupervise};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Disaster;
use crate::wire::CallInAnswer;

/// Whom, and what they said.
#[derive(Deserialize, ToSchema)]
pub struct CallInRequest {
    /// Id in the roster.
    person_id: Uuid,
    /// What they said.
    answer: CallInAnswer,
}

impl Checked for CallInRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Write down what somebody of the roster said who was called in for the disaster. A later answer replaces an earlier one.
#[utoipa::path(post, path = "/api/v1/disaster/{id}/call-in", operation_id = "note_call_in", tag = "Supervision",
    params(("id" = uuid::Uuid, Path, description = "Id of the disaster mode")), request_body = CallInRequest,
    responses((status = 200, description = "The disaster mode", body = Disaster)))]
pub async fn handler(
    may: Authority<CanSupervise>,
    State(switch): State<DisasterSwitch>,
    Id(id): Id<DisasterId>,
    written: Written<CallInRequest>,
) -> Result<Json<Disaster>, Problem> {
    let (person, answer) = (RosterPersonId(written.body.person_id), written.body.answer.0);
    let step = DisasterStep::CallIn { person, answer };
    Ok(Json(switch.step(&may, &written, id, step, vec![]).await?))
}
