//! The sound test at the start of a shift.

use axum::extract::State;
use axum::http::StatusCode;
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanTakeDuty};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::problem::Problem;

/// What the person said to the sounds.
#[derive(Deserialize, ToSchema)]
pub struct SoundTest {
    /// Whether they were heard.
    heard: bool,
}

impl Checked for SoundTest {
    fn check(&self, _faults: &mut Faults) {}
}

/// Say whether the alarms were heard at the start of the shift; the log keeps it.
#[utoipa::path(post, path = "/api/v1/alarms/sound-test", operation_id = "note_sound_test", tag = "Duty",
    request_body = SoundTest, responses((status = 204, description = "It is written down")))]
pub async fn handler(
    may: Authority<CanTakeDuty>,
    State(intake): State<Intake>,
    written: Written<SoundTest>,
) -> Result<StatusCode, Problem> {
    let command = SiteCommand::NoteSoundTest { heard: written.body.heard };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
