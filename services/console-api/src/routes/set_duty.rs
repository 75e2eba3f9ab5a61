//! Take or leave duty.

use axum::Json;
use axum::extract::State;
use dispatch_core::acd::is_skill;
use dispatch_core::duty::SetDuty;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanTakeDuty};
use crate::duty_seats::SeatsTold;
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::limits::SKILLS_MAX;
use crate::phone_book::is_callable;
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
    /// The languages and category desks that one takes calls for, as codes (`en`, `polisi` …); as before
    /// when absent.
    skills: Option<Vec<String>>,
}

impl Checked for DutyRequest {
    fn check(&self, faults: &mut Faults) {
        let skills = self.skills.as_deref().unwrap_or_default();
        if skills.len() > SKILLS_MAX || !skills.iter().all(|skill| is_skill(skill)) {
            let (id, en) = ("Kode huruf kecil, paling banyak 16.", "Codes of small letters, at most 16.");
            faults.report("skills", "unknown_value", id, en);
        }
        let Some(Audio::Phone { uri }) = &self.audio else { return };
        faults.short("audio.uri", Some(uri));
        if !(uri.starts_with("sip:") || uri.starts_with("sips:")) || !is_callable(uri) {
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
    State(told): State<SeatsTold>,
    mut written: Written<DutyRequest>,
) -> Result<Json<Duty>, Problem> {
    let audio = written.body.audio.take().map(Into::into);
    let skills = written.body.skills.take().map(|skills| skills.into_iter().collect());
    let wish = SetDuty { state: written.body.state.0, audio, skills };
    let answer = intake.write(&may, &written, vec![DeskCommand::Duty(may.user_id(), wish)]).await?;
    told.of(answer.index()).await;
    Ok(Json(Duty::of(Some(&answer.duty()?))))
}
