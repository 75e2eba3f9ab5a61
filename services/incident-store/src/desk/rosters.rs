//! Commands on duty rosters and on shifts that change hands.

use dispatch_core::actor::Actor;
use dispatch_core::ids::{AgencyId, ShiftHandoverId};
use dispatch_core::private::Private;
use dispatch_core::roster::handover::{HandoverRefusal, ShiftHandover};
use dispatch_core::roster::{By, Reach, RosterCommand, RosterRefusal};
use dispatch_core::site::SiteEvent;

use super::book::{Book, SiteWrite};
use crate::error::SiteRefusal;

/// An event, and what is to be written with it.
type Happens = (SiteEvent, SiteWrite);

/// Changes a roster; nothing when it is so already.
pub(super) fn change(
    book: &mut Book,
    reach: Reach,
    command: RosterCommand,
    actor: Actor,
) -> Result<Option<(SiteEvent, Vec<SiteWrite>)>, SiteRefusal> {
    let user = actor.user().ok_or(RosterRefusal::NotYours)?;
    if let RosterCommand::SetPerson(person) = &command
        && person.agency.is_some_and(|agency| !book.policy.directory.agencies.contains_key(&agency))
    {
        return Err(SiteRefusal::UnknownAgency);
    }
    let roster = &mut book.site.roster;
    let Some(event) = roster.decide(command, By { user, reach, at: book.now })? else { return Ok(None) };
    roster.apply(&event);
    Ok(Some((SiteEvent::RosterChanged(event.clone()), vec![SiteWrite::Roster { event }])))
}

/// Keeps what somebody who leaves says is open.
pub(super) fn hand_over(book: &mut Book, handover: ShiftHandover) -> Result<Happens, SiteRefusal> {
    handover.check()?;
    if book.site.handovers.contains_key(&handover.id) {
        return Err(HandoverRefusal::TakenAlready.into());
    }
    let event = SiteEvent::ShiftHandedOver {
        handover: handover.id,
        office: handover.office,
        incidents: handover.incidents.iter().map(|incident| incident.id).collect(),
        call_backs: handover.call_backs.clone(),
        note: handover.note.clone(),
    };
    Ok((event, keep(book, handover)))
}

/// Notes who took a shift over.
pub(super) fn take_over(
    book: &mut Book,
    id: ShiftHandoverId,
    office: Option<AgencyId>,
    note: Private<String>,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let by = actor.user().ok_or(HandoverRefusal::Unknown)?;
    let known = book.site.handovers.get(&id).ok_or(HandoverRefusal::Unknown)?;
    let taken = known.taken_over(by, office, note.clone(), book.now)?;
    Ok((SiteEvent::ShiftTakenOver { handover: id, note }, keep(book, taken)))
}

fn keep(book: &mut Book, handover: ShiftHandover) -> SiteWrite {
    book.site.handovers.insert(handover.id, handover.clone());
    SiteWrite::ShiftHandover { handover: Box::new(handover) }
}
