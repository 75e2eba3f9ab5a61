//! Menuju lokasi.

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
pub struct EnRouteRequest {}

impl Checked for EnRouteRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Menuju lokasi: the unit is on its way.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/en-route", operation_id = "report_en_route", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = EnRouteRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    written: Written<EnRouteRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::EnRoute;
    agency.report(&may, &written, id, change).await.map(Json)
}
