//! The terminal has it.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::assignments::Agency;
use crate::authority::{Authority, CanActFor};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Nothing to say.
#[derive(Deserialize, ToSchema)]
pub struct DeliveredRequest {}

impl Checked for DeliveredRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// The agency's program has the assignment on a screen (T4d).
#[utoipa::path(post, path = "/api/v1/assignments/{id}/delivered", operation_id = "confirm_delivered", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = DeliveredRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<DeliveredRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::Delivered;
    agency.report(&may, &written, id, change, None).await.map(Json)
}
