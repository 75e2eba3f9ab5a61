//! Whom the centre may call.

use axum::Json;
use axum::extract::State;

use crate::authority::{Authority, CanAnswer};
use crate::phone_book::PhoneBook;
use crate::views::PhoneBook as PhoneBookView;

/// Whom one may ask into a call, or give it to.
#[utoipa::path(get, path = "/api/v1/contacts", operation_id = "list_contacts", tag = "Reference",
    responses((status = 200, description = "The phone book of the site", body = PhoneBookView)))]
pub async fn handler(_may: Authority<CanAnswer>, State(book): State<PhoneBook>) -> Json<PhoneBookView> {
    Json(PhoneBookView::of(&book))
}
