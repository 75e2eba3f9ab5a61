//! Weigh a number differently for a time.

use axum::Json;
use axum::extract::State;
use dispatch_core::call::number;
use dispatch_core::private::Private;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, NumberRecord as Record, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_user::named;
use crate::authority::{Authority, CanRuleNumbers};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::screening::outcomes_count_from;
use crate::views::NumberRecord;
use crate::wire::{NumberRule, Time};

/// What shall hold for a number.
#[derive(Deserialize, ToSchema)]
pub struct NumberRuleRequest {
    /// The number, as people write it.
    number: String,
    /// `restricted`: its calls wait among the suspects, for 90 days at most. `lifted`: they are treated like any other, for a year at most.
    /// Null ends the rule that holds.
    rule: Option<NumberRule>,
    /// Until when; needed with a rule.
    until: Option<Time>,
    /// Why. An objection of the number's owner is answered here, too.
    reason: String,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for NumberRuleRequest {
    fn check(&self, faults: &mut Faults) {
        faults.short("number", Some(&self.number));
        faults.required("number", &self.number);
        faults.short("reason", Some(&self.reason));
        faults.required("reason", &self.reason);
        faults.short("decree", self.decree.as_deref());
        if self.rule.is_some() && self.until.is_none() {
            faults.report("until", "missing", "Harus ada.", "Must be present.");
        }
    }
}

/// Weigh a number differently for a time, or end the rule that holds for it. The log tells who did, why, and by which decree. It refuses
/// no call: a number that is held waits in the class of suspects, which has its share of the answers, and is asked the question.
#[utoipa::path(post, path = "/api/v1/numbers/rules", operation_id = "rule_number", tag = "Supervision",
    request_body = NumberRuleRequest,
    responses((status = 200, description = "What is on record of the number now", body = NumberRecord)))]
pub async fn handler(
    may: Authority<CanRuleNumbers>,
    State(intake): State<Intake>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(clock): State<Clock>,
    written: Written<NumberRuleRequest>,
) -> Result<Json<NumberRecord>, Problem> {
    let asked = &written.body;
    let number = Private::new(number::normalised(asked.number.trim()));
    let now = clock.now();
    let command = SiteCommand::RuleNumber {
        number: number.clone(),
        rule: asked.rule.map(|rule| rule.0),
        until: asked.until.map_or(now, |until| until.0),
        reason: Private::new(asked.reason.trim().to_owned()),
        decree: named(asked.decree.as_deref()),
    };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    let past = store.number_past(&number, outcomes_count_from(now)).await?;
    let record = Record { past, last_at: None, last_call: None, newest_outcome_at: None };
    Ok(Json(NumberRecord::of(&record, now, &names.now())))
}
