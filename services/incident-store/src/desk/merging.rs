//! Two incidents that become one, one that becomes two, and calls that change from one to another: always both
//! sides in one transaction, so that no caller is ever on none, or on two.

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::call::{Call, CallCommand};
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::incident::{self, Ending, Incident, IncidentCommand, IncidentRefusal};

use super::book::Book;
use super::decide::change_incident;
use super::load::load_streams;
use crate::change::StreamId;
use crate::engine::Connection;
use crate::error::{StoreError, SubmitError};
use crate::submission::{DeskCommand, Outcome, Submission};

/// Merges that are followed from one incident to the next: nobody merges a merged one, so a longer chain is made of
/// as many acts of people.
const CHAIN_MAX: usize = 32;

pub(super) fn merge(
    book: &mut Book,
    from: IncidentId,
    into: IncidentId,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    let steps = incident::merge(&*known(book, from)?, &*known(book, into)?);
    carry_out(book, steps, actor, key)
}

pub(super) fn unmerge(
    book: &mut Book,
    id: IncidentId,
    from: IncidentId,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    let steps = incident::unmerge(&*known(book, id)?, &*known(book, from)?);
    carry_out(book, steps, actor, key)
}

/// A call whose outcome names another incident than before, or none, leaves the one that it was on.
pub(super) fn leave(
    book: &mut Book,
    before: Option<&Call>,
    now: &Call,
    actor: Actor,
    key: &str,
) -> Result<(), SubmitError> {
    let Some(left) = before.and_then(|before| before.incident).filter(|left| now.incident != Some(*left))
    else {
        return Ok(());
    };
    let Some(holder) = chain(book, left).last().copied() else { return Ok(()) };
    let is_there = book.incident(holder).is_some_and(|incident| incident.calls.contains(&now.id));
    if is_there && now.incident != Some(holder) {
        change_incident(book, holder, IncidentCommand::DetachCall { call: now.id }, actor, key)?;
    }
    Ok(())
}

/// Reads the incidents that calls of this batch may leave, and what those were merged into. None, when no call's
/// outcome is changed.
pub(super) async fn load_left(
    connection: &mut Connection,
    book: &mut Book,
    batch: &[&Submission],
) -> Result<(), StoreError> {
    let left = |id: &CallId| book.call(*id).and_then(|call| call.incident);
    let starts: BTreeSet<IncidentId> =
        batch.iter().flat_map(|one| &one.commands).filter_map(disposed).filter_map(|id| left(&id)).collect();
    let mut missing: BTreeSet<StreamId> =
        starts.iter().filter(|id| book.incident(**id).is_none()).map(|id| StreamId::Incident(*id)).collect();
    for _ in 0..CHAIN_MAX {
        if !missing.is_empty() {
            load_streams(connection, book, &missing).await?;
        }
        let ends = starts.iter().filter_map(|start| chain(book, *start).last().copied());
        let next = ends.filter_map(|end| merged_into(&*book.incident(end)?));
        missing = next.filter(|id| book.incident(*id).is_none()).map(StreamId::Incident).collect();
        if missing.is_empty() {
            break;
        }
    }
    Ok(())
}

fn disposed(command: &DeskCommand) -> Option<CallId> {
    match command {
        DeskCommand::Call(id, CallCommand::Dispose { .. } | CallCommand::Withdraw) => Some(*id),
        DeskCommand::Call(..)
        | DeskCommand::OpenIncident(..)
        | DeskCommand::ReceiveIncident(..)
        | DeskCommand::Incident(..)
        | DeskCommand::Merge { .. }
        | DeskCommand::Unmerge { .. }
        | DeskCommand::Duty(..)
        | DeskCommand::Unit(..)
        | DeskCommand::Site(_) => None,
    }
}

/// The incident and those that it was merged into, as far as the book knows them; the last one has the calls.
fn chain(book: &Book, from: IncidentId) -> Vec<IncidentId> {
    let mut found = vec![from];
    let mut next = book.incident(from).and_then(|incident| merged_into(&incident));
    while let Some(into) = next.filter(|into| book.incident(*into).is_some() && found.len() <= CHAIN_MAX) {
        found.push(into);
        next = book.incident(into).and_then(|incident| merged_into(&incident));
    }
    found
}

fn merged_into(incident: &Incident) -> Option<IncidentId> {
    match &incident.ending {
        Some(Ending::Merged { into, .. }) => Some(*into),
        Some(Ending::Closed { .. } | Ending::Cancelled { .. }) | None => None,
    }
}

fn known(book: &Book, id: IncidentId) -> Result<Arc<Incident>, SubmitError> {
    book.incident(id).ok_or_else(|| IncidentRefusal::Unknown.into())
}

fn carry_out(
    book: &mut Book,
    steps: [(IncidentId, IncidentCommand); 2],
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    let [(first, of_first), (second, of_second)] = steps;
    change_incident(book, first, of_first, actor, key)?;
    change_incident(book, second, of_second, actor, key)
}
