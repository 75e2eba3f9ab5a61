//! Hand a change of the rules in, or decide on it.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::RulesDraftId;
use incident_store::SiteCommand;

use super::step_card_draft::CardStepRequest;
use crate::authority::{Authority, CanDecideOnRules};
use crate::input::{Id, Written};
use crate::problem::Problem;
use crate::rules::Rules;
use crate::views::RulesDraft;

/// Hand a change of the rules in, approve it, reject it with a reason, or give it up. Who wrote at it may neither approve
/// nor reject it. What is approved holds for every decision from now on; a clock that runs keeps its time.
#[utoipa::path(post, path = "/api/v1/policy/drafts/{id}/step", operation_id = "step_rules_draft", tag = "Reference",
    params(("id" = uuid::Uuid, Path, description = "Id of the draft")), request_body = CardStepRequest,
    responses((status = 200, description = "The draft", body = RulesDraft)))]
pub async fn handler(
    may: Authority<CanDecideOnRules>,
    State(rules): State<Rules>,
    Id(draft): Id<RulesDraftId>,
    written: Written<CardStepRequest>,
) -> Result<Json<RulesDraft>, Problem> {
    let (revision, step) = (written.body.revision(), written.body.step());
    let command = SiteCommand::StepRulesDraft { draft, revision, step };
    rules.change(&may, &written, draft, command).await.map(Json)
}
