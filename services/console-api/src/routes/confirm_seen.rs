//! A person opened it.

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
pub struct SeenRequest {}

impl Checked for SeenRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// A person of the agency opened the assignment. Looking is not acknowledging.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/seen", operation_id = "confirm_seen", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = SeenRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<SeenRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::Seen;
    agency.report(&may, &written, id, change, None).await.map(Json)
}
