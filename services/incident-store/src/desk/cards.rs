//! Commands on question cards: writing, handing in, and letting hold what another person approved.

use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::card::CardSet;
use dispatch_core::card::draft::{Around, CardChange, CardDraft};
use dispatch_core::draft::{DraftRefusal, DraftStep};
use dispatch_core::ids::CardDraftId;
use dispatch_core::site::SiteEvent;

use super::book::{Book, SiteWrite};
use super::rules::sha256;
use crate::error::SiteRefusal;

/// An event, and what else is to be written with it.
type Happens = (SiteEvent, Vec<SiteWrite>);

/// Keeps what somebody wrote: a new draft, or the one of this id as it was at `revision`. With the change comes the set
/// that they saw when they began.
pub(super) fn save(
    book: &mut Book,
    id: CardDraftId,
    revision: Option<u32>,
    (change, began): (CardChange, Option<&CardSet>),
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let draft = {
        let around = Around { began, ..around(book, actor)? };
        match (book.site.drafts.get(&id), revision) {
            (Some(known), Some(revision)) => known.written(revision, change, &around)?,
            (Some(known), None) => {
                return Err(DraftRefusal::Changed { current: known.progress.revision }.into());
            }
            (None, None) => CardDraft::begin(id, change, &around),
            (None, Some(_)) => return Err(DraftRefusal::Unknown.into()),
        }
    };
    let event = SiteEvent::CardDraftSaved {
        draft: id,
        revision: draft.progress.revision,
        base: draft.base,
        card: draft.change.card.code.clone(),
        sha256: sha256(&draft.change)?,
    };
    Ok((event, vec![keep(book, draft)]))
}

/// Carries out a step of a draft.
pub(super) fn step(
    book: &mut Book,
    id: CardDraftId,
    revision: u32,
    step: DraftStep,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let reason = match &step {
        DraftStep::Reject { reason } => Some(reason.clone()),
        DraftStep::Withdraw { reason } => reason.clone(),
        DraftStep::Submit | DraftStep::Approve => None,
    };
    let (draft, adopted) = {
        let around = around(book, actor)?;
        let known = book.site.drafts.get(&id).ok_or(DraftRefusal::Unknown)?;
        known.stepped(step, revision, &around)?
    };
    let to = draft.progress.state;
    let kept = keep(book, draft);
    let Some(set) = adopted else {
        return Ok((SiteEvent::CardDraftMoved { draft: id, revision, to, reason }, vec![kept]));
    };
    let event = SiteEvent::CardSetAdopted {
        draft: id,
        revision,
        version: set.version,
        decree: set.decree.clone(),
        sha256: sha256(&set)?,
    };
    let set = Arc::new(set);
    book.site.cards = Some(Arc::clone(&set));
    Ok((event, vec![kept, SiteWrite::Cards { set }]))
}

fn around(book: &Book, actor: Actor) -> Result<Around<'_>, SiteRefusal> {
    let by = actor.user().ok_or(DraftRefusal::NotAPerson)?;
    // Loaded with every batch that speaks of a draft.
    let holding = book.site.cards.as_deref().ok_or(DraftRefusal::Unknown)?;
    Ok(Around { by, at: book.now, holding, rules: &book.policy.rules, began: None })
}

fn keep(book: &mut Book, draft: CardDraft) -> SiteWrite {
    book.site.drafts.insert(draft.id, draft.clone());
    SiteWrite::CardDraft { draft: Box::new(draft) }
}
