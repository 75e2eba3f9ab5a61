//! Rules for single numbers of telephones: what people decided, beside what the number's calls turned out to be.
//!
//! A rule never refuses a call. It has a reason, a name of who decided, and an end.

use serde::{Deserialize, Serialize};

use crate::limits::SHORT_TEXT_BYTES_MAX;
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

/// The longest time for which a number is weighed against its caller: as long as outcomes count.
pub const RESTRICTED_MAX: Seconds = Seconds(90 * 86_400);
/// The longest time for which a number is treated like any other whatever its calls turned out to be.
pub const TREATED_ALIKE_MAX: Seconds = Seconds(366 * 86_400);

/// What a rule says of a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberRuleKind {
    /// Its calls wait in the class of suspects and are asked the question; they are never refused.
    Restricted,
    /// Its calls are treated like any other.
    Lifted,
}

/// A rule for one number, as it holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumberRule {
    /// The number.
    pub number: Private<String>,
    /// What it says.
    pub rule: NumberRuleKind,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: Private<String>,
    /// By which decree or letter, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<String>,
    /// Who decided; nobody when a tool did.
    pub by: Option<crate::ids::UserId>,
    /// When.
    pub at: Timestamp,
}

/// Why a number cannot be ruled like that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NumberRefusal {
    /// Not a number of a telephone.
    #[error("not a number of a telephone: 3 to 15 digits")]
    Number,
    /// Without a reason, or with one that is too long.
    #[error("a reason is needed")]
    Reason,
    /// It ended before it began, or holds for longer than a rule may.
    #[error("the end lies in the past or too far away")]
    Until,
}

/// Whether the rule may begin now. Ending one needs no time.
///
/// # Errors
/// See [`NumberRefusal`].
pub fn check(
    number: &str,
    rule: Option<NumberRuleKind>,
    until: Timestamp,
    reason: &str,
    now: Timestamp,
) -> Result<(), NumberRefusal> {
    // As calls name it: what could not be written as +62… is a number, too (a company's extension, a short number).
    let digits = number.strip_prefix('+').unwrap_or(number);
    if !(3..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberRefusal::Number);
    }
    if reason.trim().is_empty() || reason.len() > SHORT_TEXT_BYTES_MAX {
        return Err(NumberRefusal::Reason);
    }
    let longest = match rule {
        None => return Ok(()),
        Some(NumberRuleKind::Restricted) => RESTRICTED_MAX,
        Some(NumberRuleKind::Lifted) => TREATED_ALIKE_MAX,
    };
    if until <= now || until > now.after(longest) { Err(NumberRefusal::Until) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_a_number_a_reason_and_an_end() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let ask = |number: &str, rule, days: i64, reason: &str| {
            let until = Timestamp::from_micros(now.as_micros() + days * 86_400_000_000);
            check(number, rule, until, reason, now)
        };
        let (restricted, lifted) = (Some(NumberRuleKind::Restricted), Some(NumberRuleKind::Lifted));
        assert_eq!(ask("+628117170001", restricted, 90, "ancaman palsu"), Ok(()));
        assert_eq!(ask("+628117170001", restricted, 91, "ancaman palsu"), Err(NumberRefusal::Until));
        assert_eq!(ask("+628117170001", lifted, 366, "puskesmas"), Ok(()));
        assert_eq!(ask("+628117170001", lifted, 0, "puskesmas"), Err(NumberRefusal::Until));
        assert_eq!(ask("+628117170001", None, 0, "keberatan diterima"), Ok(()));
        assert_eq!(ask("+628117170001", restricted, 1, "  "), Err(NumberRefusal::Reason));
        for wrong in ["+62 811", "anonymous", "+6281171700011111", "1+2345", ""] {
            assert_eq!(ask(wrong, restricted, 1, "x"), Err(NumberRefusal::Number), "{wrong}");
        }
    }
}
