//! End the disaster mode.

use axum::Json;
use axum::extract::State;
use dispatch_core::disaster::DisasterStep;
use dispatch_core::ids::DisasterId;
use dispatch_core::private::Private;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::alerts::DisasterSwitch;
use crate::authority::{Authority, CanSupervise};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Disaster;

/// Why it ends.
#[derive(Deserialize, ToSchema)]
pub struct DisasterEndRequest {
    /// Why.
    reason: String,
}

impl Checked for DisasterEndRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("reason", &self.reason);
        faults.note("reason", Some(&self.reason));
    }
}

/// End the disaster mode, or take the proposal back. The master incident stays one until it is closed.
#[utoipa::path(post, path = "/api/v1/disaster/{id}/end", operation_id = "end_disaster", tag = "Supervision",
    params(("id" = uuid::Uuid, Path, description = "Id of the disaster mode")), request_body = DisasterEndRequest,
    responses((status = 200, description = "It is over", body = Disaster)))]
pub async fn handler(
    may: Authority<CanSupervise>,
    State(switch): State<DisasterSwitch>,
    Id(id): Id<DisasterId>,
    written: Written<DisasterEndRequest>,
) -> Result<Json<Disaster>, Problem> {
    let step = DisasterStep::End { reason: Private::new(written.body.reason.trim().to_owned()) };
    Ok(Json(switch.step(&may, &written, id, step, vec![]).await?))
}
