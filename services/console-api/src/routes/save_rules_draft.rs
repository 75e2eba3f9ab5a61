//! Write at a change of the rules.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::RulesDraftId;
use incident_store::SiteCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanEditRules};
use crate::input::{Checked, Faults, Written};
use crate::problem::Problem;
use crate::rules::Rules;
use crate::views::{RulesChange, RulesDraft};

/// What somebody wrote.
#[derive(Deserialize, ToSchema)]
pub struct RulesDraftRequest {
    /// The draft; one that nobody knows begins a new one.
    id: uuid::Uuid,
    /// The revision that the person saw; absent for a new one.
    revision: Option<u32>,
    /// The version of the rules that the person saw when the writing began; the one that holds when absent. What was
    /// written over a newer one is outdated, if that one changed the same parts.
    base: Option<u64>,
    /// The parts that change, as they shall be; what is not in it stays as it is.
    change: RulesChange,
}

impl Checked for RulesDraftRequest {
    fn check(&self, faults: &mut Faults) {
        faults.range("revision", self.revision.map(f64::from), 1.0..=f64::from(u32::MAX));
    }
}

/// Write at a change of the rules: begin one, or go on with one. Mistakes are listed in the answer; only handing in
/// refuses them. Whoever writes at it may not decide on it.
#[utoipa::path(post, path = "/api/v1/policy/drafts", operation_id = "save_rules_draft", tag = "Reference",
    request_body = RulesDraftRequest, responses((status = 200, description = "The draft", body = RulesDraft)))]
pub async fn handler(
    may: Authority<CanEditRules>,
    State(rules): State<Rules>,
    written: Written<RulesDraftRequest>,
) -> Result<Json<RulesDraft>, Problem> {
    let request = &written.body;
    let draft = RulesDraftId(request.id);
    let change = Box::new(request.change.0.clone());
    let began = rules.began(request.base).await?;
    let command = SiteCommand::SaveRulesDraft { draft, revision: request.revision, change, began };
    rules.change(&may, &written, draft, command).await.map(Json)
}
