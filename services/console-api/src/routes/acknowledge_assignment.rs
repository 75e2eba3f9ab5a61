//! Take a task.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::Change;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::assignments::{Agency, Heard};
use crate::authority::{Authority, CanReportFor};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::Assignment;

/// Who goes.
#[derive(Deserialize, ToSchema)]
pub struct AcknowledgeRequest {
    /// How it was heard.
    #[serde(flatten)]
    heard: Heard,
    /// The unit that goes.
    unit: Option<String>,
    /// The same under its older name.
    unit_id: Option<String>,
}

impl Checked for AcknowledgeRequest {
    fn check(&self, faults: &mut Faults) {
        faults.short("unit", self.unit.as_deref());
        faults.short("unit_id", self.unit_id.as_deref());
    }
}

/// Take a task for one's agency. Of two at once one wins; the other gets 409 with the winner.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/acknowledge", operation_id = "acknowledge_assignment", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = AcknowledgeRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanReportFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    mut written: Written<AcknowledgeRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::Acknowledge { unit: written.body.unit.take().or(written.body.unit_id.take()) };
    agency.report(&may, &written, id, change, written.body.heard.source).await.map(Json)
}
