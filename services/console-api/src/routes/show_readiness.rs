//! Can it serve?

use axum::Json;
use axum::extract::State;
use incident_store::Desk;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::Site;
use crate::views::SystemMode;

/// Whether it can serve.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// True from the moment the port is open: calls can be answered even while the store is away.
    ready: bool,
    /// `darurat` while the store is away.
    mode: SystemMode,
    /// Whether this is a demo.
    demo: bool,
}

/// Whether it can serve, and whether the store is there.
#[utoipa::path(get, path = "/api/v1/health/ready", operation_id = "show_readiness", tag = "Operation", security(()),
    responses((status = 200, description = "It serves", body = Readiness)))]
pub async fn handler(State(desk): State<Desk>, State(site): State<Site>) -> Json<Readiness> {
    let mode = *desk.mode().borrow();
    Json(Readiness { ready: true, mode: mode.into(), demo: site.demo })
}
