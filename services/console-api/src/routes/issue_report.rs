//! Give out a sealed report.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use dispatch_core::ids::IncidentId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanIssueReports};
use crate::evidence::Issuer;
use crate::files::{JWS, PDF, accepts, download};
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::{Code, Problem};

/// For whom a report is.
#[derive(Deserialize, ToSchema)]
pub struct IssueReportRequest {
    /// For whom and what for: it stands in the report, in the log and on the timeline.
    purpose: String,
}

impl Checked for IssueReportRequest {
    fn check(&self, faults: &mut Faults) {
        faults.short("purpose", Some(&self.purpose));
        faults.required("purpose", &self.purpose);
    }
}

/// Give out a sealed report of an incident: everything that is known of it, its timeline out of the supervision log
/// with proofs, signed. As PDF with the data in it, or, with `Accept: application/jose+json`, the data alone (JWS).
/// Each report that is given out is an entry of the log.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/reports", operation_id = "issue_report", tag = "Supervision",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = IssueReportRequest,
    responses((status = 201, description = "The report (docs/report-format.md)", content(
        (Vec<u8> = "application/pdf"), (String = "application/jose+json")))))]
pub async fn handler(
    may: Authority<CanIssueReports>,
    State(issuer): State<Issuer>,
    Id(id): Id<IncidentId>,
    headers: HeaderMap,
    mut written: Written<IssueReportRequest>,
) -> Result<Response, Problem> {
    let purpose = std::mem::take(&mut written.body.purpose).trim().to_owned();
    let issued = issuer.issue(&may, id, purpose).await?;
    let name = issued.file_name();
    if accepts(&headers, JWS) {
        let bytes = issued.json().as_bytes().to_vec();
        return Ok(download(StatusCode::CREATED, JWS, &format!("{name}.jws.json"), bytes));
    }
    // Some hundred lines are set and signed: not where others wait for the same thread.
    let printed = tokio::task::spawn_blocking(move || issued.pdf()).await;
    let bytes = printed.map_err(|_| Problem::new(Code::Internal))??;
    Ok(download(StatusCode::CREATED, PDF, &format!("{name}.pdf"), bytes))
}
