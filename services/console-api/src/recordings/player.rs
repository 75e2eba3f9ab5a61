//! From a request to the bytes of a recording.

use axum::extract::FromRef;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use dispatch_core::call::fact::RecordingSummary;
use dispatch_core::call::{Call, CallCommand};
use dispatch_core::ids::CallId;
use dispatch_core::site::UserRole;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, Store};
use tokio::time::timeout;

use super::Recordings;
use crate::authority::{Authority, CanHearRecordings};
use crate::files::{Part, asked, insert_text};
use crate::intake::Intake;
use crate::limits::READ_WAIT;
use crate::problem::{Code, Problem};
use crate::random;
use crate::state::ApiState;

/// Plays recordings to those who may hear them.
#[derive(Clone)]
pub struct Player {
    store: Store,
    intake: Intake,
    clock: Clock,
    recordings: Recordings,
}

impl FromRef<ApiState> for Player {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            recordings: FromRef::from_ref(state),
        }
    }
}

impl Player {
    /// The part of a call's recording that the headers ask for; the whole when they ask for none.
    ///
    /// # Errors
    /// `not_found`, `forbidden` for a call-taker who did not have the call, `no_recording`, `recording_missing`,
    /// `store_away` when the playback cannot be written down.
    pub async fn play(
        &self,
        may: &Authority<CanHearRecordings>,
        id: CallId,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let asked_store = timeout(READ_WAIT, self.store.call(id)).await;
        let found = asked_store.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))??;
        let call = found.ok_or(Problem::new(Code::NotFound))?;
        require_own(may, &call)?;
        let summary = call.recording.as_ref().ok_or(Problem::new(Code::NoRecording))?;
        let opened = self.recordings.open(summary).await?;
        let tag = tag_of(summary);
        let part = asked(headers, opened.bytes(), &tag);
        // What is not there cannot be heard.
        if part != Part::Outside {
            self.write_down(may, id).await?;
        }
        let answered = opened.answer(part, &tag, "audio/wav").await;
        let mut response = answered.map_err(|_| Problem::new(Code::RecordingMissing))?;
        let named = format!("inline; filename=\"{id}.wav\"");
        insert_text(response.headers_mut(), header::CONTENT_DISPOSITION, &named);
        Ok(response)
    }

    /// Who heard which recording is evidence: without the leaf nothing is heard.
    async fn write_down(&self, may: &Authority<CanHearRecordings>, call: CallId) -> Result<(), Problem> {
        let (user, now) = (may.user_id(), self.clock.now());
        if !self.recordings.is_new(user, call, now) {
            return Ok(());
        }
        let key = format!("playback:{user}:{}", hex::encode(random::bytes::<16>()));
        let command = DeskCommand::Call(call, CallCommand::PlayRecording);
        self.intake.note(key, may.actor(), command).await?;
        self.recordings.is_written(user, call, now);
        Ok(())
    }
}

/// A call-taker hears the calls that they had themselves.
fn require_own(may: &Authority<CanHearRecordings>, call: &Call) -> Result<(), Problem> {
    let (user, role) = (may.user_id(), may.user().role);
    let had_it = [call.answered, call.taken_over].into_iter().flatten().any(|answered| answered.by == user);
    if role != UserRole::CallTaker || had_it {
        return Ok(());
    }
    Err(Problem::new(Code::Forbidden).because(
        "Petugas hanya dapat mendengar rekaman panggilan yang dijawabnya sendiri. Minta pengawas bila perlu.",
        "A call-taker hears the recordings of their own calls only. Ask a supervisor if it is needed.",
    ))
}

/// The hash names the bytes, whatever the file is called.
fn tag_of(summary: &RecordingSummary) -> String {
    format!("\"{}\"", summary.sha256)
}
