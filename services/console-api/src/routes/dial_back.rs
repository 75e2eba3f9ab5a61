//! Call a caller back.

use axum::Json;
use axum::extract::State;
use call_link::order::OrderKey;
use dispatch_core::ids::CallId;
use dispatch_core::private::Private;
use dispatch_core::time::Clock;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::calls::Line;
use crate::feed::Viewer;
use crate::input::{Checked, Faults, Id, Written};
use crate::once::Once;
use crate::phone_book::{PhoneBook, is_callable};
use crate::problem::{Code, Problem};
use crate::views::Call;

/// Whom to call.
#[derive(Deserialize, ToSchema)]
pub struct DialRequest {
    /// Another number than the caller's own, if the site allows it.
    number: Option<String>,
}

impl Checked for DialRequest {
    fn check(&self, faults: &mut Faults) {
        if self.number.as_deref().is_some_and(|number| !is_callable(number)) {
            faults.report("number", "unknown_value", "Bukan nomor telepon.", "Not a telephone number.");
        }
    }
}

impl DialRequest {
    /// What to dial, and whether it is the caller's own number.
    async fn number(
        &self,
        line: &Line,
        book: &PhoneBook,
        call: CallId,
    ) -> Result<(Private<String>, bool), Problem> {
        let own = line.number_of(call).await;
        match &self.number {
            None => own.map(|own| (own, true)),
            Some(wanted) if own.as_ref().is_ok_and(|own| own.reveal() == wanted) => own.map(|own| (own, true)),
            Some(wanted) => {
                own.or_else(|problem| if problem.code() == Code::NoNumber { Ok(Private::default()) } else { Err(problem) })?;
                book.by_target(wanted).map(|allowed| (allowed.target, false))
            }
        }
    }
}

/// A call that goes out.
#[derive(Serialize, ToSchema)]
pub struct CallDialled {
    /// The new call, from the centre to the person.
    call: Call,
}

/// Call the person back who called: their audio must be connected. What came of it is said with `call-back`.
#[utoipa::path(post, path = "/api/v1/calls/{id}/dial", operation_id = "dial_back", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call that is answered")),
    request_body = DialRequest,
    responses((status = 200, description = "They are being rung", body = CallDialled)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(line): State<Line>,
    State(book): State<PhoneBook>,
    State(once): State<Once>,
    State(clock): State<Clock>,
    Id(id): Id<CallId>,
    written: Written<DialRequest>,
) -> Result<Json<Value>, Problem> {
    let (number, is_own) = written.body.number(&line, &book, id).await?;
    if is_own {
        line.require_safe_call_back(id, clock.now()).await?;
    }
    let who = Viewer::of(may.user());
    let key = OrderKey::of(who.user, &written.key);
    let dialled = async move { Ok(CallDialled { call: line.dial(who, number, id, key).await? }) };
    once.answer(&may, &written, dialled).await
}
