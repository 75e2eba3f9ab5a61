//! What was handed on to other services.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanReadReferrals};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::{Referral, ReferralPage};

/// What was handed on: what has not reached its service yet first, then the newest.
#[utoipa::path(get, path = "/api/v1/referrals", operation_id = "list_referrals", tag = "Calls",
    responses((status = 200, description = "The referrals", body = ReferralPage)))]
pub async fn handler(
    _may: Authority<CanReadReferrals>,
    State(store): State<Store>,
    State(names): State<NameBook>,
) -> Result<Json<ReferralPage>, Problem> {
    let names = names.now();
    let found = store.referrals().await?;
    let items = found.iter().map(|one| Referral::of(one, &names.policy().rules, &names)).collect();
    Ok(Json(ReferralPage { items }))
}
