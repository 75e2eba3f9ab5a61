//! The live figures.

use axum::Json;
use axum::extract::State;
use dispatch_core::disaster::Disaster;
use dispatch_core::time::Clock;
use incident_store::{Desk, Store};

use crate::authority::{Authority, CanReadFigures};
use crate::floor::Floor;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::recordings::Recordings;
use crate::views::{VoiceFigures, Wallboard};

/// The live figures.
#[utoipa::path(get, path = "/api/v1/wallboard", operation_id = "show_wallboard", tag = "Supervision",
    responses((status = 200, description = "The figures", body = Wallboard)))]
pub async fn handler(
    _may: Authority<CanReadFigures>,
    State(store): State<Store>,
    State(desk): State<Desk>,
    State(clock): State<Clock>,
    State(names): State<NameBook>,
    State(floor): State<Floor>,
    State(recordings): State<Recordings>,
) -> Result<Json<Wallboard>, Problem> {
    let now = clock.now();
    let figures = store.wallboard(now).await?;
    let mode = *desk.mode().borrow();
    let voice = VoiceFigures::of(&floor, recordings.space());
    let disaster = store.disaster().await?.filter(Disaster::is_on);
    let disaster_since = disaster.and_then(|one| one.confirmed).map(|confirmed| confirmed.at);
    Ok(Json(Wallboard::of(&figures, voice, (mode, disaster_since), now, &names.now())))
}
