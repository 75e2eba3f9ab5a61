//! The supervision log.

use axum::Json;
use axum::extract::State;
use incident_store::Store;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadLog};
use crate::input::Query;
use crate::limits::{LOG_ENTRIES_MAX, PAGE_ITEMS};
use crate::problem::Problem;
use crate::views::{LogLine, LogPage};
use crate::wire::Counter;

/// Which entries.
#[derive(Deserialize, IntoParams)]
pub struct LogQuery {
    /// The index after which to begin; 0 when absent.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// At most so many, 1 to 1000.
    limit: Option<u32>,
}

/// Entries of the supervision log, oldest first, as they are hashed.
#[utoipa::path(get, path = "/api/v1/log", operation_id = "list_log", tag = "Supervision", params(LogQuery),
    responses((status = 200, description = "The entries", body = LogPage)))]
pub async fn handler(
    _may: Authority<CanReadLog>,
    State(store): State<Store>,
    Query(query): Query<LogQuery>,
) -> Result<Json<LogPage>, Problem> {
    let limit = query.limit.unwrap_or(PAGE_ITEMS).clamp(1, LOG_ENTRIES_MAX);
    let entries = store.log_entries(query.after.unwrap_or(0), limit).await?;
    let head = store.head().await?;
    Ok(Json(LogPage { entries: entries.iter().map(LogLine::of).collect(), head: Counter(head.index) }))
}
