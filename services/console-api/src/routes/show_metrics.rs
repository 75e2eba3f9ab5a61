//! Figures for Prometheus.

use axum::extract::State;
use axum::http::{HeaderName, header};
use dispatch_core::time::Clock;
use incident_store::{Desk, Store};
use tokio::time::timeout;

use crate::limits::FACT_WAIT;
use crate::metrics::Metrics;
use crate::state::MoreMetrics;

/// Figures for Prometheus (text format 0.0.4): counts and times, no personal data.
#[utoipa::path(get, path = "/api/v1/metrics", operation_id = "show_metrics", tag = "Operation", security(()),
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain")))]
pub async fn handler(
    State(metrics): State<Metrics>,
    State(more): State<MoreMetrics>,
    State(desk): State<Desk>,
    State(store): State<Store>,
    State(clock): State<Clock>,
) -> ([(HeaderName, &'static str); 1], String) {
    let now = clock.now();
    let figures = timeout(FACT_WAIT, store.wallboard(now)).await.ok().and_then(Result::ok);
    let hand_overs = timeout(FACT_WAIT, store.hand_overs(now)).await.ok().and_then(Result::ok);
    let mode = *desk.mode().borrow();
    let text = metrics.text(mode, desk.feed().head(), figures.as_ref(), hand_overs.as_ref());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text + &more.text())
}
