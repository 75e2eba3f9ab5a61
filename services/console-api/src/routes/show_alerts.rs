//! What everybody has to know of.

use axum::Json;
use axum::extract::State;
use dispatch_core::time::{Clock, Seconds};
use incident_store::Store;

use crate::authority::{Authority, CanBeHere};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::{Alerts, Broadcast, Disaster};

/// How long a word stands on the screens.
const BROADCASTS_SHOWN_FOR: Seconds = Seconds(24 * 3_600);

/// The disaster mode, and words from the centre: an agency gets those that went to it.
#[utoipa::path(get, path = "/api/v1/alerts", operation_id = "show_alerts", tag = "Supervision",
    responses((status = 200, description = "What everybody has to know of", body = Alerts)))]
pub async fn handler(
    may: Authority<CanBeHere>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(clock): State<Clock>,
) -> Result<Json<Alerts>, Problem> {
    let (now, names, agency) = (clock.now(), names.now(), may.agency());
    let disaster = store.disaster().await?;
    let disaster = disaster.map(|one| Disaster::of(&one, now, agency.is_none(), &names));
    let sent = store.broadcasts(now.before(BROADCASTS_SHOWN_FOR)).await?;
    let concerns = sent.iter().filter(|one| agency.is_none_or(|own| one.agencies.contains(&own)));
    let broadcasts = concerns.map(|one| Broadcast::of(one, agency, &names)).collect();
    Ok(Json(Alerts { disaster, broadcasts }))
}
