//! Raise the alarm level.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use dispatch_core::routing::ALARM_LEVEL_MAX;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanDispatch};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// To which level.
#[derive(Deserialize, ToSchema)]
pub struct AlarmRequest {
    /// 2 or 3. A level that is reached already changes nothing.
    #[schema(minimum = 2, maximum = 3)]
    level: u8,
    /// Why.
    reason: Option<String>,
}

impl Checked for AlarmRequest {
    fn check(&self, faults: &mut Faults) {
        faults.range("level", Some(f64::from(self.level)), 2.0..=f64::from(ALARM_LEVEL_MAX));
        faults.note("reason", self.reason.as_deref());
    }
}

/// Raise the alarm level. Nobody is sent by that: the incident then proposes the agencies that the plans of the level
/// add.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/alarm", operation_id = "raise_alarm", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = AlarmRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanDispatch>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    mut written: Written<AlarmRequest>,
) -> Result<Json<Incident>, Problem> {
    let reason = written.body.reason.take().filter(|reason| !reason.trim().is_empty()).map(Private::new);
    let command = IncidentCommand::RaiseAlarm { to: written.body.level, reason };
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
