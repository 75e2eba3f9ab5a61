//! What a request gets that cannot be carried out: `application/problem+json` (RFC 9457) with a stable code,
//! an Indonesian title, a detail that says what is kept and what to do, and the faulty fields.
//!
//! Every code stands in one table ([`codes`]); `docs/api-errors.md` is compared with it by a test.

mod alerts;
pub mod codes;
mod mistakes;
mod paper;
mod refusals;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use codes::Code;
pub use mistakes::{card_mistake, policy_mistake};

use crate::wire::Time;

/// Why a request was not carried out.
///
/// Boxed, because every handler returns one and hardly any does.
#[derive(Clone, Debug)]
pub struct Problem(Box<Known>);

/// What is known of a problem.
#[derive(Clone, Debug)]
struct Known {
    code: Code,
    detail: Option<(String, String)>,
    errors: Vec<FieldError>,
    winner: Option<Winner>,
    current: Option<serde_json::Value>,
    retry_after_seconds: Option<u64>,
}

/// One field that cannot be accepted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is: `location.lat`.
    pub field: String,
    /// What kind of fault: one of those listed in `docs/api-errors.md`.
    pub code: &'static str,
    /// What is wrong, in Indonesian.
    pub message: String,
    /// What is wrong, in English.
    pub message_en: String,
}

/// Who was faster.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Winner {
    /// The person.
    pub id: uuid::Uuid,
    /// Their name.
    pub name: String,
    /// When, if known.
    pub at: Option<Time>,
}

/// The body of every answer that is not a success (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`; `code` says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    code: &'static str,
    /// Indonesian title.
    title: &'static str,
    /// What is kept and what to do, in Indonesian.
    detail: String,
    /// English title.
    title_en: &'static str,
    /// What is kept and what to do, in English.
    detail_en: String,
    /// The faulty fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Who was faster.
    #[serde(skip_serializing_if = "Option::is_none")]
    winner: Option<Winner>,
    /// The present state of what was to be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<serde_json::Value>,
}

impl Problem {
    /// The problem with this code and its standard words.
    pub fn new(code: Code) -> Self {
        let (errors, retry_after_seconds) = (Vec::new(), None);
        Self(Box::new(Known { code, detail: None, errors, winner: None, current: None, retry_after_seconds }))
    }

    /// Faulty fields.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(Code::InvalidFields);
        problem.0.errors = errors;
        problem
    }

    /// One faulty field.
    pub fn field(field: &str, code: &'static str, message: &str, message_en: &str) -> Self {
        let (message, message_en) = (message.to_owned(), message_en.to_owned());
        Self::fields(vec![FieldError { field: field.to_owned(), code, message, message_en }])
    }

    /// With words that know more than the standard ones: Indonesian, English.
    pub fn because(mut self, id: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.detail = Some((id.into(), en.into()));
        self
    }

    /// Who was faster.
    pub fn won_by(mut self, winner: Winner) -> Self {
        self.0.winner = Some(winner);
        self
    }

    /// What it is now.
    pub fn now_being(mut self, current: impl Serialize) -> Self {
        self.0.current = serde_json::to_value(current).ok();
        self
    }

    /// After how many seconds another try makes sense.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The body, as sent.
    pub fn body(self) -> ProblemBody {
        let known = *self.0;
        let entry = known.code.entry();
        let standard = || (entry.detail.to_owned(), entry.detail_en.to_owned());
        let (detail, detail_en) = known.detail.unwrap_or_else(standard);
        ProblemBody {
            kind: "about:blank",
            status: entry.status,
            code: entry.code,
            title: entry.title,
            detail,
            title_en: entry.title_en,
            detail_en,
            errors: known.errors,
            winner: known.winner,
            current: known.current,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.0.retry_after_seconds;
        let body = self.body();
        let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
