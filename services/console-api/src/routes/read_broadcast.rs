//! Say that a word of the centre was read.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::BroadcastId;
use incident_store::{DeskCommand, SiteCommand};

use crate::alerts::Broadcasts;
use crate::authority::{Authority, CanActFor};
use crate::input::{EmptyRequest, Id, Written};
use crate::problem::{Code, Problem};
use crate::views::Broadcast;

/// Say that a word of the centre was read, for one's agency. The first one of an agency counts.
#[utoipa::path(post, path = "/api/v1/broadcasts/{id}/read", operation_id = "read_broadcast", tag = "Supervision",
    params(("id" = uuid::Uuid, Path, description = "Id of what was said")),
    responses((status = 200, description = "What was said", body = Broadcast)))]
pub async fn handler(
    may: Authority<CanActFor>,
    State(broadcasts): State<Broadcasts>,
    Id(broadcast): Id<BroadcastId>,
    written: Written<EmptyRequest>,
) -> Result<Json<Broadcast>, Problem> {
    let agency = may.agency().ok_or(Problem::new(Code::Forbidden))?;
    let command = DeskCommand::Site(SiteCommand::ReadBroadcast { broadcast, agency });
    Ok(Json(broadcasts.write(&may, &written, broadcast, command).await?))
}
