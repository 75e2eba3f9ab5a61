//! What a text suggests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dispatch_core::classification::Classifier;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::input::{Asked, Checked, Faults};
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::Classification;

/// What the caller says.
#[derive(Deserialize, ToSchema)]
pub struct ClassifyRequest {
    /// The text.
    text: String,
}

impl Checked for ClassifyRequest {
    fn check(&self, faults: &mut Faults) {
        faults.narrative("text", &self.text);
    }
}

/// What a text suggests: category, type and priority, best first, with the reasons. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/classify", operation_id = "classify_text", tag = "Incidents",
    request_body = ClassifyRequest, responses((status = 200, description = "The suggestions", body = Classification)))]
pub async fn handler(
    _may: Authority<CanReport>,
    State(classifier): State<Arc<Classifier>>,
    State(names): State<NameBook>,
    Asked(request): Asked<ClassifyRequest>,
) -> Result<Json<Classification>, Problem> {
    let names = names.now();
    let rules = &names.policy().rules;
    Ok(Json(Classification::of(classifier.classify(&request.text, rules), rules)))
}
