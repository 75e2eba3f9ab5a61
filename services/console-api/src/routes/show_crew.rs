//! The page of a crew.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};

use crate::crew::CrewDesk;
use crate::problem::Problem;
use crate::session::Crew;
use crate::views::CrewPage;

/// The task of the unit whose link is shown, as `Authorization: Bearer UNIT.SECRET` or as the cookie that the first answer
/// sets. A session is no such link. With `X-Unit: UNIT` the link of another unit is none either: a browser keeps one cookie,
/// and a page of the other unit may be open beside it.
#[utoipa::path(get, path = "/api/v1/crew", operation_id = "show_crew", tag = "Units",
    responses((status = 200, description = "The task", body = CrewPage)))]
pub async fn handler(crew: Crew, State(desk): State<CrewDesk>) -> Result<(HeaderMap, Json<CrewPage>), Problem> {
    let cookie = crew.cookie(desk.now()).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((cookie.into_iter().collect(), Json(desk.page(&crew).await?)))
}
