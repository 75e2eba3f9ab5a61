//! What sounded at a console.

use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::alarm::{AlarmWindow, COUNT_MAX, WINDOW_S};
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanTakeDuty};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::views::SoundCount;
use crate::wire::Time;

/// How often the alarms of one console began to sound in ten minutes.
#[derive(Deserialize, ToSchema)]
pub struct AlarmCount {
    /// When the ten minutes began, a whole multiple of ten minutes.
    from: Time,
    /// How often each pattern began; one that repeats until somebody answers began once.
    begun: Vec<SoundCount>,
    /// For how many seconds the console was muted.
    muted_s: u32,
}

impl Checked for AlarmCount {
    fn check(&self, faults: &mut Faults) {
        if self.from.0.as_micros().rem_euclid(WINDOW_S * 1_000_000) != 0 {
            faults.report(
                "from",
                "unknown_value",
                "Harus awal sepuluh menit.",
                "Must be the beginning of ten minutes.",
            );
        }
        for one in &self.begun {
            faults.range("begun", Some(f64::from(one.count)), 0.0..=f64::from(COUNT_MAX));
        }
        faults.range("muted_s", Some(f64::from(self.muted_s)), 0.0..=600.0);
    }
}

/// Tell what sounded at one's console, once the ten minutes are over. Silent ones are not told.
#[utoipa::path(post, path = "/api/v1/alarms", operation_id = "count_alarms", tag = "Supervision",
    request_body = AlarmCount, responses((status = 204, description = "It is written down")))]
pub async fn handler(
    may: Authority<CanTakeDuty>,
    State(intake): State<Intake>,
    written: Written<AlarmCount>,
) -> Result<StatusCode, Problem> {
    let begun = written.body.begun.iter().map(|one| (one.sound.0, one.count)).collect();
    let window = AlarmWindow { from: written.body.from.0, begun, muted_s: written.body.muted_s };
    let command = SiteCommand::CountAlarms { user: may.user_id(), window };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
