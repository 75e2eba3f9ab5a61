//! Commands on the rules: writing at a change, handing it in, and letting hold what another person approved.

use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::draft::{DraftRefusal, DraftStep};
use dispatch_core::ids::RulesDraftId;
use dispatch_core::policy::draft::{Around, RulesDraft};
use dispatch_core::policy::{Policy, Rules, RulesChange};
use dispatch_core::site::SiteEvent;
use serde::Serialize;
use supervision_log::Hash;

use super::book::{Book, SiteWrite};
use crate::error::SiteRefusal;

/// An event, and what else is to be written with it.
type Happens = (SiteEvent, Vec<SiteWrite>);

/// Keeps what somebody wrote: a new draft, or the one of this id as it was at `revision`. With the change come the rules
/// that they saw when they began.
pub(super) fn save(
    book: &mut Book,
    id: RulesDraftId,
    revision: Option<u32>,
    (change, began): (RulesChange, Option<&Rules>),
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let draft = {
        let around = Around { began, ..around(book, actor)? };
        match (book.site.rules_drafts.get(&id), revision) {
            (Some(known), Some(revision)) => known.written(revision, change, &around)?,
            (Some(known), None) => {
                return Err(DraftRefusal::Changed { current: known.progress.revision }.into());
            }
            (None, None) => RulesDraft::begin(id, change, &around),
            (None, Some(_)) => return Err(DraftRefusal::Unknown.into()),
        }
    };
    let (revision, base) = (draft.progress.revision, draft.base);
    let event = SiteEvent::RulesDraftSaved { draft: id, revision, base, sha256: sha256(&draft.change)? };
    Ok((event, vec![keep(book, draft)]))
}

/// Carries out a step of a draft. What is approved is what the next decision goes by, of this batch too.
pub(super) fn step(
    book: &mut Book,
    id: RulesDraftId,
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
        let known = book.site.rules_drafts.get(&id).ok_or(DraftRefusal::Unknown)?;
        known.stepped(step, revision, &around)?
    };
    let to = draft.progress.state;
    let kept = keep(book, draft);
    let Some(rules) = adopted else {
        return Ok((SiteEvent::RulesDraftMoved { draft: id, revision, to, reason }, vec![kept]));
    };
    let event = SiteEvent::PolicyAdopted {
        draft: id,
        revision,
        version: rules.version,
        decree: rules.decree.clone(),
        sha256: sha256(&rules)?,
    };
    book.policy = Arc::new(Policy { rules: rules.clone(), directory: book.policy.directory.clone() });
    book.directory_changed = true;
    Ok((event, vec![kept, SiteWrite::Rules { rules: Box::new(rules) }]))
}

fn around(book: &Book, actor: Actor) -> Result<Around<'_>, SiteRefusal> {
    let by = actor.user().ok_or(DraftRefusal::NotAPerson)?;
    Ok(Around { by, at: book.now, holding: &book.policy.rules, began: None })
}

fn keep(book: &mut Book, draft: RulesDraft) -> SiteWrite {
    book.site.rules_drafts.insert(draft.id, draft.clone());
    SiteWrite::RulesDraft { draft: Box::new(draft) }
}

/// Of the canonical form: object members in the order of the struct, maps sorted.
pub(super) fn sha256(value: &impl Serialize) -> Result<String, SiteRefusal> {
    let text = serde_json::to_vec(value).map_err(|_| SiteRefusal::Text { field: "draft" })?;
    Ok(Hash::of(&text).to_string())
}
