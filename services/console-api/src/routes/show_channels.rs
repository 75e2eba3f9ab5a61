//! The second channels of agencies.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanSupervise};
use crate::channels::ChannelDoor;
use crate::limits::CHANNEL_TESTS_LISTED_MAX;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::Channels;

/// Every agency's channels besides its console, their state, and the tests of late.
#[utoipa::path(get, path = "/api/v1/channels", operation_id = "show_channels", tag = "Channels",
    responses((status = 200, description = "The channels", body = Channels)))]
pub async fn handler(
    _may: Authority<CanSupervise>,
    State(store): State<Store>,
    State(door): State<ChannelDoor>,
    State(names): State<NameBook>,
) -> Result<Json<Channels>, Problem> {
    let tests = store.channel_tests(CHANNEL_TESTS_LISTED_MAX).await?;
    Ok(Json(Channels::of(&door.0.lines(), &tests, &names.now())))
}
