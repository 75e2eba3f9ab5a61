//! Question cards: which hold, who works at them, and what an answer means.

use std::sync::Arc;

use axum::extract::FromRef;
use dispatch_core::card::{AnswerCode, AnswerError, CardAnswer, CardCode, CardSet, QuestionCode};
use dispatch_core::ids::CardDraftId;
use dispatch_core::limits::CARD_ANSWERS_PER_REQUEST_MAX;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::Authority;
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::{NameBook, Names};
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::{self, CardDraft};

/// What was answered, under the version that the person had.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AnswersRequest {
    /// The version of the cards.
    set_version: u32,
    /// The answers, in any order.
    answers: Vec<AnswerRequest>,
}

/// One answer.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AnswerRequest {
    /// Which card.
    card: String,
    /// Which question.
    question: String,
    /// Which answer: `skip` passes over, null takes an answer back.
    answer: Option<String>,
}

impl Checked for AnswersRequest {
    fn check(&self, faults: &mut Faults) {
        if self.answers.is_empty() || self.answers.len() > CARD_ANSWERS_PER_REQUEST_MAX {
            let (id, en) = (
                format!("Harus 1 sampai {CARD_ANSWERS_PER_REQUEST_MAX} jawaban."),
                format!("1 to {CARD_ANSWERS_PER_REQUEST_MAX} answers are needed."),
            );
            faults.report("answers", "out_of_range", &id, &en);
        }
    }
}

/// The cards of the site.
#[derive(Clone)]
pub struct Cards {
    store: Store,
    intake: Intake,
    names: NameBook,
}

impl FromRef<ApiState> for Cards {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
        }
    }
}

impl Cards {
    /// The cards of a version: those that hold, or older ones out of the store.
    ///
    /// # Errors
    /// `not_found` for a version that never held.
    pub async fn of_version(&self, version: Option<u32>) -> Result<Arc<CardSet>, Problem> {
        let holding = self.names.now().cards().clone();
        match version {
            Some(asked) if asked != holding.version => {
                self.store.cards_of(asked).await?.map(Arc::new).ok_or(Problem::new(Code::NotFound))
            }
            Some(_) | None => Ok(holding),
        }
    }

    /// The set from which somebody began to write; `None` when nobody said.
    ///
    /// # Errors
    /// A faulty field for a version that never held; when the store does not answer.
    pub async fn began(&self, base: Option<u32>) -> Result<Option<Arc<CardSet>>, Problem> {
        let Some(base) = base else { return Ok(None) };
        match self.of_version(Some(base)).await {
            Err(problem) if problem.code() == Code::NotFound => Err(Problem::field(
                "base",
                "unknown",
                "Versi ini tidak pernah berlaku.",
                "This version never held.",
            )),
            other => other.map(Some),
        }
    }

    /// The answers with all that their cards say about them. `field` is where the request stands.
    ///
    /// # Errors
    /// Faulty fields: no such version, card, question or answer.
    pub async fn answers(&self, request: &AnswersRequest, field: &str) -> Result<Vec<CardAnswer>, Problem> {
        let unknown =
            |field: String| Problem::field(&field, "unknown", "Tidak dikenal.", "There is no such one.");
        let set = match self.of_version(Some(request.set_version)).await {
            Err(problem) if problem.code() == Code::NotFound => {
                return Err(unknown(format!("{field}set_version")));
            }
            other => other?,
        };
        let resolved = |(place, one): (usize, &AnswerRequest)| {
            let (card, question) = (CardCode::new(&one.card), QuestionCode::new(&one.question));
            let answer = one.answer.as_ref().map(AnswerCode::new);
            set.answer(&card, &question, answer.as_ref()).map_err(|error| {
                let part = match error {
                    AnswerError::Card => "card",
                    AnswerError::Question => "question",
                    AnswerError::Answer => "answer",
                };
                unknown(format!("{field}answers[{place}].{part}"))
            })
        };
        request.answers.iter().enumerate().map(resolved).collect()
    }

    /// The drafts, the one that was touched last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn drafts(&self) -> Result<Vec<CardDraft>, Problem> {
        let names = self.names.now();
        Ok(self.store.card_drafts().await?.iter().map(|draft| CardDraft::of(draft, &names)).collect())
    }

    /// Changes a draft and shows it.
    ///
    /// # Errors
    /// What the desk refused; `draft_changed` shows what it is now.
    pub async fn change<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        id: CardDraftId,
        command: SiteCommand,
    ) -> Result<CardDraft, Problem> {
        let result = self.intake.write(may, written, vec![DeskCommand::Site(command)]).await;
        // An approval holds at once on this desk; the others hear of it from the feed.
        self.names.reload_cards().await?;
        let draft = self.store.card_draft(id).await?;
        let names: Names = self.names.now();
        let shown = draft.map(|draft| views::CardDraft::of(&draft, &names));
        match result {
            Ok(_) => shown.ok_or(Problem::new(Code::NotFound)),
            Err(problem) if problem.code() == Code::DraftChanged => Err(match shown {
                Some(current) => problem.now_being(current),
                None => problem,
            }),
            Err(problem) => Err(problem),
        }
    }
}
