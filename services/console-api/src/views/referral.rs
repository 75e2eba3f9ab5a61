//! What was handed on to other services.

use dispatch_core::policy::Rules;
use dispatch_core::referral::{Referral as ReferralRecord, ReferralTarget as TargetRule};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::names::Names;
use crate::wire::Time;

/// A service that takes what is no emergency.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReferralTarget {
    /// Its code.
    pub code: String,
    /// In Indonesian.
    pub label_id: String,
    /// In English.
    pub label_en: String,
    /// Its own number.
    pub phone: Option<String>,
}

impl ReferralTarget {
    /// The view of a rule.
    pub fn of(rule: &TargetRule) -> Self {
        Self {
            code: rule.code.clone(),
            label_id: rule.label_id.clone(),
            label_en: rule.label_en.clone(),
            phone: rule.phone.clone(),
        }
    }
}

/// Something that was handed on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Referral {
    /// Id.
    pub id: Uuid,
    /// The number that is read to the caller.
    pub number: String,
    /// The call it comes from.
    pub call_id: Uuid,
    /// The service.
    pub to: ReferralTarget,
    /// What is read to the caller, in Indonesian.
    pub say_id: String,
    /// In English.
    pub say_en: String,
    /// What it is about.
    pub about: String,
    /// Who took it down.
    pub by: Named,
    /// When.
    pub at: Time,
    /// Who passed it on.
    pub forwarded_by: Option<Named>,
    /// When.
    pub forwarded_at: Option<Time>,
    /// Under which number the service keeps it.
    pub reference: Option<String>,
}

/// Referrals.
#[derive(Serialize, ToSchema)]
pub struct ReferralPage {
    /// Those that have not reached their service first, then the newest.
    pub items: Vec<Referral>,
}

impl Referral {
    /// The view of a record. A service that the rules name no more is shown by its code.
    pub fn of(referral: &ReferralRecord, rules: &Rules, names: &Names) -> Self {
        let rule = rules.referrals.iter().find(|rule| rule.code == referral.to);
        let say = |text: Option<&String>| {
            text.map_or_else(|| referral.number.clone(), |text| text.replace("{number}", &referral.number))
        };
        let gone = || ReferralTarget {
            code: referral.to.clone(),
            label_id: referral.to.clone(),
            label_en: referral.to.clone(),
            phone: None,
        };
        let forwarded = referral.forwarded.as_ref();
        Self {
            id: referral.id.0,
            number: referral.number.clone(),
            call_id: referral.call.0,
            to: rule.map_or_else(gone, ReferralTarget::of),
            say_id: say(rule.map(|rule| &rule.say_id)),
            say_en: say(rule.map(|rule| &rule.say_en)),
            about: referral.about.reveal().clone(),
            by: Named::of(referral.by, names),
            at: referral.at.into(),
            forwarded_by: forwarded.map(|one| Named::of(one.by, names)),
            forwarded_at: forwarded.map(|one| one.at.into()),
            reference: forwarded.map(|one| one.reference.reveal().clone()),
        }
    }
}
