//! People.

use axum::Json;
use axum::extract::State;
use incident_store::Store;

use crate::authority::{Authority, CanAdminister};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::User;

/// Everybody who has an account.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "list_users", tag = "Administration",
    responses((status = 200, description = "The accounts", body = Vec<User>)))]
pub async fn handler(
    _may: Authority<CanAdminister>,
    State(store): State<Store>,
    State(names): State<NameBook>,
) -> Result<Json<Vec<User>>, Problem> {
    let names = names.now();
    Ok(Json(store.users().await?.iter().map(|user| User::of(user, &names)).collect()))
}
