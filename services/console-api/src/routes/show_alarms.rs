//! What people heard.

use axum::Json;
use axum::extract::State;
use dispatch_core::alarm;
use dispatch_core::time::{Clock, Seconds};
use incident_store::Store;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanSupervise};
use crate::input::{Faults, Query};
use crate::limits::{ALARM_HOURS, ALARM_HOURS_MAX, ALARM_WINDOWS_MAX};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::AlarmReport;

/// Of what time.
#[derive(Clone, Deserialize, IntoParams)]
pub struct AlarmQuery {
    /// Of the last so many hours, 1 to 168; 12 when absent.
    hours: Option<u32>,
}

/// How many alarms each person heard, against the budget of EEMUA 191, the loudest console first.
#[utoipa::path(get, path = "/api/v1/alarms", operation_id = "show_alarms", tag = "Supervision", params(AlarmQuery),
    responses((status = 200, description = "The load of alarms", body = AlarmReport)))]
pub async fn handler(
    _may: Authority<CanSupervise>,
    State(store): State<Store>,
    State(clock): State<Clock>,
    State(names): State<NameBook>,
    Query(query): Query<AlarmQuery>,
) -> Result<Json<AlarmReport>, Problem> {
    let hours = query.hours.unwrap_or(ALARM_HOURS);
    let mut faults = Faults::default();
    faults.range("hours", Some(f64::from(hours)), 1.0..=f64::from(ALARM_HOURS_MAX));
    faults.into_result()?;
    let now = clock.now();
    let windows = store.alarm_windows(now.before(Seconds(hours * 3_600)), ALARM_WINDOWS_MAX).await?;
    let loads = alarm::loads(windows.iter().map(|(user, window)| (*user, window)));
    Ok(Json(AlarmReport::of(hours, now, loads, &names.now())))
}
