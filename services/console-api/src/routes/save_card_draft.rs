//! Write at a change of a question card.

use axum::Json;
use axum::extract::State;
use dispatch_core::card::draft::CardChange;
use dispatch_core::ids::CardDraftId;
use incident_store::SiteCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanEditCards};
use crate::cards::Cards;
use crate::input::{Checked, Faults, Written};
use crate::problem::Problem;
use crate::views::{Card, CardDraft, CardInstruction};

/// What somebody wrote.
#[derive(Deserialize, ToSchema)]
pub struct CardDraftRequest {
    /// The draft; one that nobody knows begins a new one.
    id: uuid::Uuid,
    /// The revision that the person saw; absent for a new one.
    revision: Option<u32>,
    /// The version of the cards that the person saw when the writing began; the one that holds when absent. What was
    /// written over a newer one is outdated, if that one changed the same card.
    base: Option<u32>,
    /// The card as it shall be.
    card: Card,
    /// Instructions as they shall be; only those that change, and new ones.
    instructions: Vec<CardInstruction>,
}

impl Checked for CardDraftRequest {
    fn check(&self, faults: &mut Faults) {
        faults.range("revision", self.revision.map(f64::from), 1.0..=f64::from(u32::MAX));
    }
}

/// Write at a change of a question card: begin one, or go on with one. Mistakes are listed in the answer; only handing in
/// refuses them. Whoever writes at it may not decide on it.
#[utoipa::path(post, path = "/api/v1/cards/drafts", operation_id = "save_card_draft", tag = "Reference",
    request_body = CardDraftRequest, responses((status = 200, description = "The draft", body = CardDraft)))]
pub async fn handler(
    may: Authority<CanEditCards>,
    State(cards): State<Cards>,
    written: Written<CardDraftRequest>,
) -> Result<Json<CardDraft>, Problem> {
    let request = &written.body;
    let draft = CardDraftId(request.id);
    let instructions = request.instructions.iter().map(|one| one.0.clone()).collect();
    let change = Box::new(CardChange { card: request.card.0.clone(), instructions });
    let began = cards.began(request.base).await?;
    let command = SiteCommand::SaveCardDraft { draft, revision: request.revision, change, began };
    cards.change(&may, &written, draft, command).await.map(Json)
}
