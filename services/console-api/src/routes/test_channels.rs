//! Try the channels without a task.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::ids::AgencyCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authority::{Authority, CanTestChannels};
use crate::channels::ChannelDoor;
use crate::input::{Checked, Faults, Written};

/// Which channels to try.
#[derive(Deserialize, ToSchema)]
pub struct ChannelTestRequest {
    /// Of this agency only, by its code; of all when null.
    #[serde(default)]
    agency: Option<String>,
}

impl Checked for ChannelTestRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Whether it began.
#[derive(Serialize, ToSchema)]
pub struct ChannelTestBegun {
    /// False when a test is running: that one goes on.
    begun: bool,
}

/// Send a message marked UJI over every channel that is tested, or over one agency's. The results come in one by one:
/// they are asked for by `GET /channels`.
#[utoipa::path(post, path = "/api/v1/channels/tests", operation_id = "test_channels", tag = "Channels",
    request_body = ChannelTestRequest,
    responses((status = 202, description = "It runs", body = ChannelTestBegun)))]
pub async fn handler(
    may: Authority<CanTestChannels>,
    State(door): State<ChannelDoor>,
    written: Written<ChannelTestRequest>,
) -> (StatusCode, Json<ChannelTestBegun>) {
    let only = written.body.agency.as_deref().map(AgencyCode::new);
    let begun = door.0.test(only, may.user_id());
    (StatusCode::ACCEPTED, Json(ChannelTestBegun { begun }))
}
