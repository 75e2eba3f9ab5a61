//! Changes of the rules.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadRulesDrafts};
use crate::input::Query;
use crate::problem::Problem;
use crate::rules::Rules;
use crate::views::RulesDraftPage;

/// Which rules to show beside the changes.
#[derive(Deserialize, IntoParams)]
pub struct RulesQuery {
    /// The version; the one that holds when absent.
    version: Option<u64>,
}

/// Changes of the rules that somebody works at, and those that were decided: who, when, and what came of it; with the
/// parts of the rules that can be changed, as they are or as an earlier version had them.
#[utoipa::path(get, path = "/api/v1/policy/drafts", operation_id = "list_rules_drafts", tag = "Reference",
    params(RulesQuery), responses((status = 200, description = "The drafts and the rules", body = RulesDraftPage)))]
pub async fn handler(
    _may: Authority<CanReadRulesDrafts>,
    State(rules): State<Rules>,
    Query(query): Query<RulesQuery>,
) -> Result<Json<RulesDraftPage>, Problem> {
    rules.page(query.version).await.map(Json)
}
