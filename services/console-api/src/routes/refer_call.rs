//! Hand on what is no emergency.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::call::{CallCommand, DispositionKind};
use dispatch_core::ids::{CallId, ReferralId};
use dispatch_core::private::Private;
use dispatch_core::referral::Referral as ReferralRecord;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanAnswer};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::random;
use crate::views::Referral;

/// What is handed on.
#[derive(Deserialize, ToSchema)]
pub struct ReferralRequest {
    /// Code of the service, as the rules name it.
    to: String,
    /// What it is about, in the words that the service gets.
    about: String,
    /// Whether the caller asked something, and did not complain.
    #[serde(default)]
    information: bool,
}

impl Checked for ReferralRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("about", &self.about);
        faults.note("about", Some(&self.about));
    }
}

/// Hand on what is no emergency to the service that answers it. The call gets its outcome (`complaint`, or `information`),
/// stays on the line, and the answer has the number and the words to be read to the caller.
#[utoipa::path(post, path = "/api/v1/calls/{id}/refer", operation_id = "refer_call", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the call")), request_body = ReferralRequest,
    responses((status = 201, description = "The referral", body = Referral)))]
pub async fn handler(
    may: Authority<CanAnswer>,
    State(intake): State<Intake>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(clock): State<Clock>,
    Id(call): Id<CallId>,
    written: Written<ReferralRequest>,
) -> Result<(StatusCode, Json<Referral>), Problem> {
    let request = &written.body;
    let id = ReferralId(random::named(may.user_id().0, &written.key));
    let about = Private::new(request.about.trim().to_owned());
    let referral = ReferralRecord {
        id,
        number: String::new(),
        call,
        to: request.to.clone(),
        about: about.clone(),
        by: may.user_id(),
        at: clock.now(),
        forwarded: None,
    };
    let kind = if request.information { DispositionKind::Information } else { DispositionKind::Complaint };
    let commands = vec![
        DeskCommand::Call(call, CallCommand::Dispose { kind, note: Some(about), incident: None }),
        DeskCommand::Site(SiteCommand::Refer { referral: Box::new(referral) }),
    ];
    intake.write(&may, &written, commands).await?;
    let kept = store.referral(id).await?.ok_or(Problem::new(Code::NotFound))?;
    let names = names.now();
    Ok((StatusCode::CREATED, Json(Referral::of(&kept, &names.policy().rules, &names))))
}
