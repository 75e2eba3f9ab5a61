//! Commands on paper forms.

use dispatch_core::actor::Actor;
use dispatch_core::ids::{FormBatchId, IncidentId, UserId};
use dispatch_core::paper::{FormNumber, FormRefusal, FormStep, PaperForm};
use dispatch_core::private::Private;
use dispatch_core::site::SiteEvent;

use super::book::{Book, SiteWrite};
use crate::error::SiteRefusal;

/// An event, and what is to be written with it.
type Happens = (SiteEvent, SiteWrite);

/// Gives forms out under the next numbers of the year.
pub(super) fn give_out(
    book: &mut Book,
    batch: FormBatchId,
    count: u32,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let forms = PaperForm::give_out(book.site.forms_of_year, count, batch, book.now, person(actor)?)?;
    let (Some(first), Some(last)) = (forms.first(), forms.last()) else {
        return Err(FormRefusal::Count.into());
    };
    let event = SiteEvent::PaperFormsGivenOut { batch, first: first.number, last: last.number };
    book.site.forms_of_year += u64::from(count);
    Ok((event, keep(book, forms)))
}

/// Uses a form for an incident that was opened from it, in the same submission.
pub(super) fn used(
    book: &mut Book,
    form: FormNumber,
    incident: IncidentId,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let by = person(actor)?;
    let number = book.incident(incident).ok_or(FormRefusal::Unknown)?.number.clone();
    let used = known(book, form)?.used(incident, number, by, book.now)?;
    Ok((SiteEvent::PaperFormUsed { form, incident }, keep(book, vec![used])))
}

/// Writes down what became of a form that is not used.
pub(super) fn settle(
    book: &mut Book,
    form: FormNumber,
    step: FormStep,
    reason: Private<String>,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let settled = known(book, form)?.settled(step, reason.clone(), person(actor)?, book.now)?;
    Ok((SiteEvent::PaperFormSettled { form, step, reason }, keep(book, vec![settled])))
}

fn person(actor: Actor) -> Result<UserId, FormRefusal> {
    actor.user().ok_or(FormRefusal::NotAPerson)
}

fn known(book: &Book, form: FormNumber) -> Result<&PaperForm, FormRefusal> {
    book.site.forms.get(&form).ok_or(FormRefusal::Unknown)
}

fn keep(book: &mut Book, forms: Vec<PaperForm>) -> SiteWrite {
    book.site.forms.extend(forms.iter().map(|form| (form.number, form.clone())));
    SiteWrite::Forms { forms }
}
