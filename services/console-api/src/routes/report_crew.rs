//! A crew reports.

use axum::Json;
use axum::extract::State;

use crate::crew::{CrewDesk, CrewSaysRequest};
use crate::input::Written;
use crate::problem::Problem;
use crate::session::Crew;
use crate::views::CrewPage;

/// Say something for the crew of the unit whose link is shown: the next step, that it cannot, that it needs help, where it
/// is. Answers with what the crew sees then.
#[utoipa::path(post, path = "/api/v1/crew", operation_id = "report_crew", tag = "Units",
    request_body = CrewSaysRequest, responses((status = 200, description = "The task", body = CrewPage)))]
pub async fn handler(
    crew: Crew,
    State(desk): State<CrewDesk>,
    written: Written<CrewSaysRequest>,
) -> Result<Json<CrewPage>, Problem> {
    desk.report(&crew, &written).await?;
    desk.page(&crew).await.map(Json)
}
