//! The page for everybody.

use axum::extract::State;
use axum::response::Html;

use crate::problem::Problem;
use crate::public_page::{PublicDoor, page};

/// The service standard, the charter, that it costs nothing, where to complain, and how well the centre does
/// (Peraturan Bupati Bangka Selatan 22/2021 Pasal 22(2)), at `/publik`.
pub async fn handler(State(door): State<PublicDoor>) -> Result<Html<String>, Problem> {
    let figures = door.figures().await?;
    Ok(Html(page(&figures, door.centre())))
}
