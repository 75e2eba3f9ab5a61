//! Say that a referral reached its service.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::ReferralId;
use dispatch_core::private::Private;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanForwardReferrals};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::views::Referral;

/// That it arrived.
#[derive(Deserialize, ToSchema)]
pub struct ForwardedRequest {
    /// Under which number the service keeps it.
    reference: String,
}

impl Checked for ForwardedRequest {
    fn check(&self, faults: &mut Faults) {
        faults.required("reference", &self.reference);
        faults.short("reference", Some(&self.reference));
    }
}

/// Say that a referral reached its service, and under which number it is kept there. Once.
#[utoipa::path(post, path = "/api/v1/referrals/{id}/forwarded", operation_id = "forward_referral", tag = "Calls",
    params(("id" = uuid::Uuid, Path, description = "Id of the referral")), request_body = ForwardedRequest,
    responses((status = 200, description = "The referral", body = Referral)))]
pub async fn handler(
    may: Authority<CanForwardReferrals>,
    State(intake): State<Intake>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    Id(referral): Id<ReferralId>,
    written: Written<ForwardedRequest>,
) -> Result<Json<Referral>, Problem> {
    let reference = Private::new(written.body.reference.trim().to_owned());
    let command = SiteCommand::ForwardReferral { referral, reference };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    let kept = store.referral(referral).await?.ok_or(Problem::new(Code::NotFound))?;
    let names = names.now();
    Ok(Json(Referral::of(&kept, &names.policy().rules, &names)))
}
