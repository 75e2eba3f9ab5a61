//! Hand a change of a question card in, or decide on it.

use axum::Json;
use axum::extract::State;
use dispatch_core::draft::DraftStep;
use dispatch_core::ids::CardDraftId;
use dispatch_core::private::Private;
use incident_store::SiteCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanDecideOnCards};
use crate::cards::Cards;
use crate::input::{Checked, Faults, Id, Written};
use crate::problem::Problem;
use crate::views::CardDraft;

/// What to do with it.
#[derive(Deserialize, ToSchema)]
pub struct CardStepRequest {
    /// The step.
    step: Step,
    /// The revision that the person read.
    revision: u32,
    /// Why it is rejected, or why somebody gives up what they did not write.
    reason: Option<String>,
}

/// A step of a draft.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CardStep)]
enum Step {
    /// Hand it in.
    Submit,
    /// Let it hold from now on; not by who wrote at it.
    Approve,
    /// Let it not hold, with a reason; not by who wrote at it.
    Reject,
    /// Give it up; with a reason by who did not write at it.
    Withdraw,
}

impl CardStepRequest {
    /// The revision that the person read.
    pub(super) const fn revision(&self) -> u32 {
        self.revision
    }

    /// The step as the core knows it.
    pub(super) fn step(&self) -> DraftStep {
        match self.step {
            Step::Submit => DraftStep::Submit,
            Step::Approve => DraftStep::Approve,
            Step::Reject => {
                DraftStep::Reject { reason: Private::new(self.reason.clone().unwrap_or_default()) }
            }
            Step::Withdraw => DraftStep::Withdraw { reason: self.reason.clone().map(Private::new) },
        }
    }
}

impl Checked for CardStepRequest {
    fn check(&self, faults: &mut Faults) {
        faults.note("reason", self.reason.as_deref());
    }
}

/// Hand a change of a question card in, approve it, reject it with a reason, or give it up. Who wrote at it may neither
/// approve nor reject it. What is approved holds from now on.
#[utoipa::path(post, path = "/api/v1/cards/drafts/{id}/step", operation_id = "step_card_draft", tag = "Reference",
    params(("id" = uuid::Uuid, Path, description = "Id of the draft")), request_body = CardStepRequest,
    responses((status = 200, description = "The draft", body = CardDraft)))]
pub async fn handler(
    may: Authority<CanDecideOnCards>,
    State(cards): State<Cards>,
    Id(draft): Id<CardDraftId>,
    written: Written<CardStepRequest>,
) -> Result<Json<CardDraft>, Problem> {
    let (revision, step) = (written.body.revision(), written.body.step());
    let command = SiteCommand::StepCardDraft { draft, revision, step };
    cards.change(&may, &written, draft, command).await.map(Json)
}
