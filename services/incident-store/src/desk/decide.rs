//! One submission after the other, in the order of arrival, in memory. The rules are `dispatch_core`'s; here
//! they only meet the records.

use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::call::fact::{CallFact, Defect};
use dispatch_core::call::{self, CallCommand, CallRefusal, Surroundings};
use dispatch_core::duty::{self, SetDuty};
use dispatch_core::ids::{CallId, IncidentId, UserId};
use dispatch_core::incident::{self, IncidentCommand, IncidentRefusal, Origin, Report};
use dispatch_core::limits::DEFECTS_PER_CALL_MAX;

use super::book::{Answered, Book, NewEffect};
use super::{call_back_owner, late_offers, merging, redial, site, units};
use crate::change::{DeskEvent, Record, StreamId};
use crate::error::SubmitError;
use crate::submission::{DeskCommand, OutboxId, Outcome, Receipt, Submission};

/// Carries out one submission: all of it or nothing.
pub(super) fn carry_out(book: &mut Book, submission: &Submission) -> Result<Receipt, SubmitError> {
    if let Some(receipt) = repeated(book, submission)? {
        return Ok(receipt);
    }
    let changes_site = |command: &DeskCommand| {
        matches!(command, DeskCommand::Site(_)) || late_offers::spoken_of(command).is_some()
    };
    let with_site = submission.commands.iter().any(changes_site);
    let mark = book.begin(with_site);
    let first_index = book.last_index() + 1;
    let result = outcomes(book, submission).and_then(|outcomes| {
        let receipt = Receipt { first_index, last_index: book.last_index(), repeated: false, outcomes };
        keep(book, submission, &receipt).map(|()| receipt)
    });
    if result.is_err() {
        book.undo(mark);
    }
    result
}

/// The receipt of a submission that was carried out before.
fn repeated(book: &Book, submission: &Submission) -> Result<Option<Receipt>, SubmitError> {
    if let Some(known) = book.known.get(submission.key.as_str()) {
        if known.fingerprint.is_some() && known.fingerprint != submission.fingerprint {
            return Err(SubmitError::KeyReused);
        }
        let kept = known.answer.as_deref().and_then(|answer| serde_json::from_str(answer).ok());
        let outcomes = kept.unwrap_or_else(|| present(book, submission));
        let (first_index, last_index) = (known.first_index, known.last_index);
        return Ok(Some(Receipt { first_index, last_index, repeated: true, outcomes }));
    }
    let taken = submission
        .journal
        .is_some_and(|place| book.journals.get(&place.journal).is_some_and(|next| place.index < *next));
    let last_index = book.last_index();
    Ok(taken.then(|| Receipt {
        first_index: last_index + 1,
        last_index,
        repeated: true,
        outcomes: present(book, submission),
    }))
}

/// The present state of everything that a submission speaks of.
fn present(book: &Book, submission: &Submission) -> Vec<Outcome> {
    let state = |command: &DeskCommand| match command {
        DeskCommand::Call(id, _) => book.call(*id).map(|call| Outcome::Call(Box::new((*call).clone()))),
        DeskCommand::OpenIncident(id, _)
        | DeskCommand::ReceiveIncident(id, ..)
        | DeskCommand::Incident(id, _)
        | DeskCommand::Merge { into: id, .. }
        | DeskCommand::Unmerge { incident: id, .. } => {
            book.incident(*id).map(|incident| Outcome::Incident(Box::new((*incident).clone())))
        }
        DeskCommand::Duty(user, _) => book.duty(*user).map(|duty| Outcome::Duty((*duty).clone())),
        DeskCommand::Unit(id, _) => book.unit(*id).map(|unit| Outcome::Unit(Box::new((*unit).clone()))),
        DeskCommand::Site(_) => Some(Outcome::Site),
    };
    submission.commands.iter().filter_map(state).collect()
}

fn outcomes(book: &mut Book, submission: &Submission) -> Result<Vec<Outcome>, SubmitError> {
    let (actor, key) = (submission.actor, submission.key.as_str());
    let mut outcomes = Vec::with_capacity(submission.commands.len());
    for command in submission.commands.clone() {
        let offer = late_offers::spoken_of(&command);
        outcomes.push(match command {
            DeskCommand::Call(id, command) => change_call(book, id, command, actor, key)?,
            DeskCommand::OpenIncident(id, report) => open_incident(book, id, *report, actor, key)?,
            DeskCommand::ReceiveIncident(id, report, origin) => {
                receive_incident(book, id, *report, origin, actor, key)?
            }
            DeskCommand::Incident(id, command) => match offer.filter(|_| book.incident(id).is_none()) {
                Some(offer) => late_offers::taken_back(book, offer, actor, key)?,
                None => change_incident(book, id, command, actor, key)?,
            },
            DeskCommand::Merge { from, into } => merging::merge(book, from, into, actor, key)?,
            DeskCommand::Unmerge { incident, from } => merging::unmerge(book, incident, from, actor, key)?,
            DeskCommand::Duty(user, wish) => change_duty(book, user, wish, actor, key)?,
            DeskCommand::Unit(id, command) => units::change(book, id, command, actor, key)?,
            DeskCommand::Site(command) => {
                site::change(book, command, actor, key)?;
                Outcome::Site
            }
        });
    }
    Ok(outcomes)
}

fn keep(book: &mut Book, submission: &Submission, receipt: &Receipt) -> Result<(), SubmitError> {
    let answer = submission.keep_answer.then(|| serde_json::to_string(&receipt.outcomes)).transpose();
    let answer = answer.map_err(|_| SubmitError::Unstorable)?;
    if let Some(place) = submission.journal {
        let next = book.journals.entry(place.journal).or_default();
        *next = (*next).max(place.index + 1);
    }
    book.completed.extend(submission.completes.clone());
    // Where nothing happened, nothing can happen twice.
    if receipt.first_index > receipt.last_index && !submission.keep_answer {
        return Ok(());
    }
    let answered = Answered {
        fingerprint: submission.fingerprint,
        first_index: receipt.first_index,
        last_index: receipt.last_index,
        answer,
    };
    let key = submission.key.as_str().to_owned();
    book.known.insert(key.clone(), answered.clone());
    book.receipts.push((key, answered));
    Ok(())
}

fn change_call(
    book: &mut Book,
    id: CallId,
    command: CallCommand,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    if let CallCommand::Dispose { incident: Some(incident), .. } = &command
        && book.incident(*incident).is_none()
    {
        return Err(CallRefusal::IncidentMissing.into());
    }
    let before = book.call(id);
    let owed = before.as_deref().map(|call| redial::owed_to_number_of(book, call)).unwrap_or_default();
    let around =
        Surroundings { owed_to_number: owed.first().copied(), calls_back: call_back_owner::next(book) };
    let events = call::decide(before.as_deref(), readable(command), actor, &book.policy, &around, book.now)?;
    let mut state = before.as_deref().cloned();
    for event in &events {
        state = call::apply(state, id, event);
    }
    let state = state.ok_or(CallRefusal::Unknown)?;
    let events = events.into_iter().map(DeskEvent::Call).collect();
    let record = Record::Call(Arc::new(state.clone()));
    book.append(StreamId::Call(id), events, Some(record), actor, key)?;
    redial::remember(book, &state);
    call_back_owner::count(book, before.as_deref(), &state);
    merging::leave(book, before.as_deref(), &state, actor, key)?;
    if redial::reaches_the_caller(before.as_deref(), &state) {
        for earlier in owed {
            change_call(book, earlier, CallCommand::CallerReached { in_call: id }, Actor::System, key)?;
        }
    }
    Ok(Outcome::Call(Box::new(state)))
}

/// A call is never refused for a location that is no number: the point goes, the defect stays.
fn readable(command: CallCommand) -> CallCommand {
    let CallCommand::Fact { at, fact: CallFact::Arrived(mut arrival) } = command else { return command };
    for fix in &mut arrival.fixes {
        let is_number = fix.point.as_ref().is_none_or(|point| {
            let point = point.reveal();
            point.lat.is_finite() && point.lon.is_finite() && point.radius_m.is_finite()
        });
        if !is_number {
            fix.point = None;
            if arrival.defects.len() < DEFECTS_PER_CALL_MAX {
                arrival.defects.push(Defect::LocationUnreadable);
            }
        }
    }
    CallCommand::Fact { at, fact: CallFact::Arrived(arrival) }
}

fn open_incident(
    book: &mut Book,
    id: IncidentId,
    mut report: Report,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    number(book, &mut report);
    change_incident(book, id, IncidentCommand::Open(Box::new(report)), actor, key)
}

/// The same offer again takes no number.
fn receive_incident(
    book: &mut Book,
    id: IncidentId,
    mut report: Report,
    origin: Box<Origin>,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    if book.incident(id).is_none() {
        if let Some(outcome) = late_offers::turned_away(book, &origin, actor, key)? {
            return Ok(outcome);
        }
        number(book, &mut report);
    }
    change_incident(book, id, IncidentCommand::Receive { report: Box::new(report), origin }, actor, key)
}

fn number(book: &mut Book, report: &mut Report) {
    if report.number.is_empty() {
        book.incidents_of_year += 1;
        report.number = format!("{}-{:06}", book.now.year_here(), book.incidents_of_year);
    }
}

pub(super) fn change_incident(
    book: &mut Book,
    id: IncidentId,
    command: IncidentCommand,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    let before = book.incident(id);
    let wishes_a_unit = matches!(command, IncidentCommand::JoinUnit { .. });
    let decision = incident::decide(before.as_deref(), id, command, actor, &book.policy, book.now)?;
    let mut state = before.as_deref().cloned();
    for event in &decision.events {
        state = incident::apply(state, id, event, actor, book.now);
    }
    let mut state = state.ok_or(IncidentRefusal::Unknown)?;
    let events = decision.events.into_iter().map(DeskEvent::Incident).collect();
    let record = Record::Incident(Arc::new(state.clone()));
    book.append(StreamId::Incident(id), events, Some(record), actor, key)?;
    for effect in decision.effects {
        // Unique for ever: the index belongs to this submission alone.
        let outbox_id = OutboxId(format!("{}.{}", book.last_index(), book.effects.len()));
        book.effects.push(NewEffect { id: outbox_id, incident: id, effect });
    }
    if units::follow(book, before.as_deref(), &state, wishes_a_unit, actor, key)?
        && let Some(now) = book.incident(id)
    {
        state = (*now).clone();
    }
    Ok(Outcome::Incident(Box::new(state)))
}

fn change_duty(
    book: &mut Book,
    user: UserId,
    wish: SetDuty,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    let before = book.duty(user);
    let events = duty::decide(before.as_deref(), wish);
    let mut state = before.as_deref().cloned();
    for event in &events {
        state = Some(duty::apply(user, event, book.now));
    }
    // A first wish always has an event, so there is a state.
    let state = state.ok_or(SubmitError::Unstorable)?;
    let events = events.into_iter().map(DeskEvent::Duty).collect();
    let record = Record::Duty(Arc::new(state.clone()));
    book.append(StreamId::Duty(user), events, Some(record), actor, key)?;
    Ok(Outcome::Duty(state))
}
