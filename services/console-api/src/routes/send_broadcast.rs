//! Say something to agencies.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::ids::{AgencyId, BroadcastId};
use dispatch_core::private::Private;
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::alerts::Broadcasts;
use crate::authority::{Authority, CanSupervise};
use crate::input::{Checked, Faults, Written};
use crate::problem::Problem;
use crate::random;
use crate::views::Broadcast;

/// What is said, and to whom.
#[derive(Deserialize, ToSchema)]
pub struct BroadcastRequest {
    /// What is said.
    text: String,
    /// Whether it sounds at the consoles.
    #[serde(default)]
    urgent: bool,
    /// To whom; to every agency when empty.
    #[serde(default)]
    agencies: Vec<Uuid>,
}

impl Checked for BroadcastRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("text", &self.text);
        faults.note("text", Some(&self.text));
    }
}

/// Say something to agencies: it stays on their screens until a person there says that it was read.
#[utoipa::path(post, path = "/api/v1/broadcasts", operation_id = "send_broadcast", tag = "Supervision",
    request_body = BroadcastRequest, responses((status = 201, description = "What was said", body = Broadcast)))]
pub async fn handler(
    may: Authority<CanSupervise>,
    State(broadcasts): State<Broadcasts>,
    written: Written<BroadcastRequest>,
) -> Result<(StatusCode, Json<Broadcast>), Problem> {
    let broadcast = BroadcastId(random::named(may.user_id().0, &written.key));
    let command = SiteCommand::Broadcast {
        broadcast,
        text: Private::new(written.body.text.trim().to_owned()),
        urgent: written.body.urgent,
        agencies: written.body.agencies.iter().copied().map(AgencyId).collect(),
    };
    let sent = broadcasts.write(&may, &written, broadcast, DeskCommand::Site(command)).await?;
    Ok((StatusCode::CREATED, Json(sent)))
}
