//! Selesai.

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

/// What was done.
#[derive(Deserialize, ToSchema)]
pub struct CompleteRequest {
    /// How it was heard.
    #[serde(flatten)]
    heard: Heard,
    /// What was done.
    note: Option<String>,
}

impl Checked for CompleteRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("note", self.note.as_deref());
    }
}

/// Selesai: the agency has done its part.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/complete", operation_id = "complete_assignment", tag = "Assignments",
    params(("id" = uuid::Uuid, Path, description = "Id of the assignment")), request_body = CompleteRequest,
    responses((status = 200, description = "The assignment", body = Assignment)))]
pub async fn handler(
    may: Authority<CanReportFor>,
    State(agency): State<Agency>,
    Id(id): Id<AssignmentId>,
    mut written: Written<CompleteRequest>,
) -> Result<Json<Assignment>, Problem> {
    let change = Change::Complete { note: written.body.note.take().map(Private::new) };
    agency.report(&may, &written, id, change, written.body.heard.source).await.map(Json)
}
