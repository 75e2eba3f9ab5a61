//! Rules for single numbers of telephones.

use dispatch_core::actor::Actor;
use dispatch_core::private::Private;
use dispatch_core::screening::{NumberRule, NumberRuleKind, RESTRICTED_MAX, check_rule};
use dispatch_core::site::SiteEvent;
use dispatch_core::time::Timestamp;

use super::book::{Book, SiteWrite};
use super::site::check_decree;
use crate::engine::Connection;
use crate::error::{SiteRefusal, StoreError};
use crate::store::hash_of_number;

/// Weighs a number differently until then, or ends the rule that holds.
pub(super) fn rule(
    book: &Book,
    (number, rule, until): (Private<String>, Option<NumberRuleKind>, Timestamp),
    reason: Private<String>,
    decree: Option<String>,
    actor: Actor,
) -> Result<(SiteEvent, SiteWrite), SiteRefusal> {
    check_decree(decree.as_deref())?;
    check_rule(number.reveal(), rule, until, reason.reveal(), book.now)?;
    let write = SiteWrite::NumberRule {
        number: number.clone(),
        rule: rule.map(|rule| {
            Box::new(NumberRule {
                number: number.clone(),
                rule,
                until,
                reason: reason.clone(),
                decree: decree.clone(),
                by: actor.user(),
                at: book.now,
            })
        }),
    };
    Ok((SiteEvent::NumberRuled { number, rule, until, reason, decree }, write))
}

pub(super) async fn write(
    connection: &mut Connection,
    book: &Book,
    number: &Private<String>,
    rule: Option<&NumberRule>,
) -> Result<(), StoreError> {
    let hash = hash_of_number(&book.number_key, number.reveal());
    match rule {
        None => connection.run("DELETE FROM number_rule WHERE number_hash = $1", vec![hash.into()]).await?,
        Some(rule) => {
            let text = serde_json::to_string(rule).map_err(|_| StoreError::Unreadable { what: "a rule" })?;
            let sql = "INSERT INTO number_rule (number_hash, until_us, rule) VALUES ($1, $2, $3) \
                       ON CONFLICT (number_hash) DO UPDATE SET until_us = excluded.until_us, rule = excluded.rule";
            connection.run(sql, vec![hash.into(), rule.until.into(), text.into()]).await?
        }
    };
    // What ran out long ago is in the log.
    let long_ago = Timestamp::from_micros(book.now.as_micros() - i64::from(RESTRICTED_MAX.0) * 1_000_000);
    connection.run("DELETE FROM number_rule WHERE until_us < $1", vec![long_ago.into()]).await.map(drop)
}
