//! Take or leave duty.

use axum::Json;
use axum::extract::State;
use dispatch_core::duty::SetDuty;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanTakeDuty};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::views::{Audio, Duty};
use crate::wire::DutyState;

/// A wish to change one's duty.
#[derive(Deserialize, ToSchema)]
pub struct DutyRequest {
    /// Ready, paused or off.
    state: DutyState,
    /// By what one hears calls; as before when absent.
    audio: Option<Audio>,
}

impl Checked for DutyRequest {
    fn check(&self, faults: &mut Faults) {
        let Some(Audio::Phone { uri }) = &self.audio else { return };
        faults.short("audio.uri", Some(uri));
        if !uri.starts_with("sip:") && !uri.starts_with("sips:") {
            faults.report("audio.uri", "unknown_value", "Harus alamat sip:.", "Must be a sip: address.");
        }
    }
}

/// Say whether one takes calls, and by what one hears them.
#[utoipa::path(post, path = "/api/v1/duty", operation_id = "set_duty", tag = "Duty",
    request_body = DutyRequest, responses((status = 200, description = "The duty", body = Duty)))]
pub async fn handler(
    may: Authority<CanTakeDuty>,
    State(intake): State<Intake>,
    mut written: Written<DutyRequest>,
) -> Result<Json<Duty>, Problem> {
    let audio = written.body.audio.take().map(Into::into);
    let wish = SetDuty { state: written.body.state.0, audio, skills: None };
    let answer = intake.write(&may, &written, vec![DeskCommand::Duty(may.user_id(), wish)]).await?;
    Ok(Json(Duty::of(Some(&answer.duty()?))))
}
