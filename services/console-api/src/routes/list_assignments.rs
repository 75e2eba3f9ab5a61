//! An agency's assignments.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AgencyCode, AgencyId};
use dispatch_core::incident::{Assignment, AssignmentState};
use incident_store::Store;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadIncidents};
use crate::input::{Query, page_items};
use crate::names::Names;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::{AssignmentPage, AssignmentWithIncident};

/// Which assignments.
#[derive(Deserialize, IntoParams)]
pub struct AssignmentQuery {
    /// Only those that are not finished; true when absent.
    open: Option<bool>,
    /// Of which agency, id or code; a dispatcher's own when absent. The centre must name one.
    agency: Option<String>,
    /// From at most so many incidents, 1 to 500.
    limit: Option<u32>,
}

/// The assignments of an agency with their incidents, newest incident first.
#[utoipa::path(get, path = "/api/v1/assignments", operation_id = "list_assignments", tag = "Assignments",
    params(AssignmentQuery), responses((status = 200, description = "The assignments", body = AssignmentPage)))]
pub async fn handler(
    may: Authority<CanReadIncidents>,
    State(store): State<Store>,
    State(show): State<Show>,
    Query(query): Query<AssignmentQuery>,
) -> Result<Json<AssignmentPage>, Problem> {
    let names = show.names();
    let agency = chosen(may.agency(), query.agency.as_deref(), &names)?;
    let open = query.open.unwrap_or(true);
    let incidents = store.assignments_of(agency, open, page_items(query.limit)).await?;
    let wanted = |a: &&Assignment| a.agency == agency && (!open || is_open(a));
    let of = |incident| {
        let incident: &dispatch_core::incident::Incident = incident;
        let own = incident.assignments.iter().filter(wanted);
        own.map(|a| AssignmentWithIncident::of(a, incident, &names)).collect::<Vec<_>>()
    };
    Ok(Json(AssignmentPage { items: incidents.iter().flat_map(of).collect(), next: None }))
}

fn is_open(assignment: &Assignment) -> bool {
    assignment.progress.is_engaged() && assignment.progress.state() != AssignmentState::Completed
}

fn chosen(own: Option<AgencyId>, asked: Option<&str>, names: &Names) -> Result<AgencyId, Problem> {
    let by_code = |text: &str| names.policy().directory.by_code(&AgencyCode::new(text)).map(|entry| entry.id);
    let named = asked.map(|text| text.parse().ok().or_else(|| by_code(text)).ok_or(Problem::new(Code::NotFound)));
    match (own, named.transpose()?) {
        (Some(own), Some(asked)) if own != asked => Err(Problem::new(Code::NotFound)),
        (Some(own), _) => Ok(own),
        (None, Some(asked)) => Ok(asked),
        (None, None) => Err(Problem::new(Code::InvalidQuery)
            .because("Sebutkan instansi: ?agency=kode.", "Name the agency: ?agency=code.")),
    }
}
