//! Handing on what is no emergency (rujukan): complaints and questions go to the service that answers them, under a number
//! that is read to the caller (Permenkominfo 10/2016; SP4N-LAPOR!, PLN 123, 110, 119).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{CallId, ReferralId, UserId};
use crate::limits::{NOTE_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use crate::private::Private;
use crate::time::Timestamp;

/// A service that takes what is no emergency. Data of the policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferralTarget {
    /// Its code.
    pub code: String,
    /// Indonesian name.
    pub label_id: String,
    /// English name.
    pub label_en: String,
    /// Its own number, which the caller may also dial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What is read to the caller, in Indonesian; `{number}` is the number of the referral.
    pub say_id: String,
    /// The same in English.
    pub say_en: String,
}

/// Something that was handed on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// The number that was read to the caller: `R-YYMMDD-NNN`, counted within the day (where the centre is).
    pub number: String,
    /// The call it comes from.
    pub call: CallId,
    /// Code of the service.
    pub to: String,
    /// What it is about.
    pub about: Private<String>,
    /// Who took it down.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// How it reached the service; none as long as it has not.
    pub forwarded: Option<Forwarded>,
}

/// It reached the service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Forwarded {
    /// Who passed it on.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Under which number the service keeps it.
    pub reference: Private<String>,
}

/// Why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum ReferralRefusal {
    /// There is no such referral.
    #[error("there is no such referral")]
    Unknown,
    /// The policy names no such service.
    #[error("there is no such service")]
    UnknownTarget,
    /// A text is empty or too long.
    #[error("{0} is empty or too long")]
    Text(&'static str),
    /// It was passed on already.
    #[error("it was passed on already")]
    Forwarded,
}

impl Referral {
    /// The number of the `ordinal`-th referral of a day.
    pub fn number_of(at: Timestamp, ordinal: u64) -> String {
        // Of `YYYY-MM-DD`, without the century and the dashes.
        let day: String = at.date_here().chars().skip(2).filter(char::is_ascii_digit).collect();
        format!("R-{day}-{ordinal:03}")
    }

    /// Whether it may stand as it is.
    ///
    /// # Errors
    /// An unknown service, no word of what it is about.
    pub fn check(&self, targets: &[ReferralTarget]) -> Result<(), ReferralRefusal> {
        if !targets.iter().any(|target| target.code == self.to) {
            return Err(ReferralRefusal::UnknownTarget);
        }
        let about = self.about.reveal();
        let fits = !about.trim().is_empty() && about.len() <= NOTE_BYTES_MAX;
        if fits { Ok(()) } else { Err(ReferralRefusal::Text("about")) }
    }

    /// The referral after somebody passed it on.
    ///
    /// # Errors
    /// When it was already, or the service's number is missing.
    pub fn passed_on(
        &self,
        by: UserId,
        at: Timestamp,
        reference: Private<String>,
    ) -> Result<Self, ReferralRefusal> {
        if self.forwarded.is_some() {
            return Err(ReferralRefusal::Forwarded);
        }
        let text = reference.reveal();
        if text.trim().is_empty() || text.len() > SHORT_TEXT_BYTES_MAX {
            return Err(ReferralRefusal::Text("reference"));
        }
        Ok(Self { forwarded: Some(Forwarded { by, at, reference }), ..self.clone() })
    }
}

/// What holds where the rules were adopted before they named any service: what this program brings with it.
pub(crate) fn brought_along() -> Vec<ReferralTarget> {
    crate::policy::Rules::default_rules().map_or(Vec::new(), |rules| rules.referrals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Rules;

    #[test]
    fn a_referral_names_a_service_says_what_it_is_about_and_is_passed_on_once() {
        let targets = Rules::default_rules().unwrap().referrals;
        assert!(targets.iter().all(|t| t.say_id.contains("{number}") && t.say_en.contains("{number}")));
        let at: Timestamp = "2026-11-22T18:00:00Z".parse().unwrap();
        let referral = Referral {
            id: ReferralId(uuid::Uuid::nil()),
            number: Referral::number_of(at, 7),
            call: CallId(uuid::Uuid::nil()),
            to: "sp4n".into(),
            about: Private::new("Lampu jalan mati".into()),
            by: UserId(uuid::Uuid::nil()),
            at,
            forwarded: None,
        };
        assert_eq!(referral.number, "R-261123-007", "the day is WIB's");
        assert_eq!(referral.check(&targets), Ok(()));
        let with = |to: &str, about: &str| Referral {
            to: to.into(),
            about: Private::new(about.into()),
            ..referral.clone()
        };
        assert_eq!(with("hantu", "x").check(&targets), Err(ReferralRefusal::UnknownTarget));
        assert_eq!(with("sp4n", "  ").check(&targets), Err(ReferralRefusal::Text("about")));
        let reference = || Private::new("12345".to_owned());
        let passed = referral.passed_on(referral.by, at, reference()).unwrap();
        assert_eq!(passed.passed_on(referral.by, at, reference()), Err(ReferralRefusal::Forwarded));
        let empty = referral.passed_on(referral.by, at, Private::default());
        assert_eq!(empty, Err(ReferralRefusal::Text("reference")));
    }
}
