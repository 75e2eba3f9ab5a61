//! Commands on what is handed on to another service.

use dispatch_core::actor::Actor;
use dispatch_core::ids::ReferralId;
use dispatch_core::private::Private;
use dispatch_core::referral::{Referral, ReferralRefusal};
use dispatch_core::site::SiteEvent;

use super::book::{Book, SiteWrite};
use crate::error::SiteRefusal;

/// An event, and what is to be written with it.
type Happens = (SiteEvent, SiteWrite);

/// Hands something on, under the next number of the day.
pub(super) fn refer(book: &mut Book, mut referral: Referral) -> Result<Happens, SiteRefusal> {
    referral.check(&book.policy.rules.referrals)?;
    if book.site.referrals.contains_key(&referral.id) {
        return Err(ReferralRefusal::Forwarded.into());
    }
    book.site.referrals_of_day += 1;
    referral.number = Referral::number_of(book.now, book.site.referrals_of_day);
    let event = SiteEvent::Referred {
        referral: referral.id,
        number: referral.number.clone(),
        call: referral.call,
        to: referral.to.clone(),
        about: referral.about.clone(),
    };
    Ok((event, keep(book, referral)))
}

/// Notes that a referral reached its service.
pub(super) fn forward(
    book: &mut Book,
    id: ReferralId,
    reference: Private<String>,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let by = actor.user().ok_or(ReferralRefusal::Unknown)?;
    let known = book.site.referrals.get(&id).ok_or(ReferralRefusal::Unknown)?;
    let passed = known.passed_on(by, book.now, reference.clone())?;
    Ok((SiteEvent::ReferralForwarded { referral: id, reference }, keep(book, passed)))
}

fn keep(book: &mut Book, referral: Referral) -> SiteWrite {
    book.site.referrals.insert(referral.id, referral.clone());
    SiteWrite::Referral { referral: Box::new(referral) }
}
