//! Say that the agency cannot.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;
use dispatch_core::private::Private;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::assignments::{Agency, Heard};
use crate::authority::{Authority, CanReportFor};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Why not.
#[derive(Deserialize, ToSchema)]
pub struct DeclineRequest {
    /// How it was heard.
    #[serde(flatten)]
    heard: Heard,
    /// Why.
    reason: String,
}

impl Checked for DeclineRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("reason", Some(&self.reason));
        faults.required("reason", &self.reason);
    }
}

/// Say that the agency cannot; the next one of the plan is asked at once.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/decline", operation_id = "decline_assignment", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = DeclineRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanReportFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    mut written: Written<DeclineRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::Decline { reason: Private::new(std::mem::take(&mut written.body.reason)) };
    agency.report(&may, &written, id, change, written.body.heard.source).await.map(Json)
}
