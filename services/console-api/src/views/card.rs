//! Question cards, changes of them, and what was answered.

use dispatch_core::card::{self, draft};
use dispatch_core::incident;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::person::Named;
use crate::names::Names;
use crate::problem::{FieldError, card_mistake};
use crate::wire::{DraftState, Flag, Priority, Time};

/// The question cards of one version.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardSet {
    /// Grows by one with each approved change.
    pub version: u32,
    /// The decree that set it.
    pub decree: String,
    /// The first day it holds.
    pub effective_from: String,
    /// What callers can be told to do.
    pub instructions: Vec<CardInstruction>,
    /// One for each kind of question.
    pub cards: Vec<Card>,
}

/// One card, as the core knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Card(pub card::Card);

/// What a caller is told to do, as the core knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CardInstruction(pub card::Instruction);

/// What was answered to a question of a card.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GivenAnswer {
    /// Which card.
    pub card: String,
    /// Of which version.
    pub set_version: u32,
    /// Which question.
    pub question: String,
    /// What was asked, in Indonesian.
    pub asked_id: String,
    /// In English.
    pub asked_en: String,
    /// Which answer; `skip` when the question was passed over.
    pub answer: String,
    /// What it says, in Indonesian.
    pub answer_id: String,
    /// In English.
    pub answer_en: String,
    /// The priority that it asks for, at least.
    pub priority: Option<Priority>,
    /// What holds because of it.
    pub flags: Vec<Flag>,
    /// When it was written down.
    pub at: Time,
    /// By whom; null when the system did.
    pub by: Option<Named>,
}

/// A change of a question card.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardDraft {
    /// Id.
    pub id: Uuid,
    /// Grows with each writing.
    pub revision: u32,
    /// How far it is.
    pub state: DraftState,
    /// The version that it began from.
    pub base: u32,
    /// The card as it shall be.
    pub card: Card,
    /// The instructions that change with it, as they shall be.
    pub instructions: Vec<CardInstruction>,
    /// The card as it was, if there was one.
    pub before: Option<Card>,
    /// The instructions as they were.
    pub instructions_before: Vec<CardInstruction>,
    /// Everybody who wrote at it: none of them may decide on it.
    pub authors: Vec<Named>,
    /// Who wrote last.
    pub changed_by: Named,
    /// When.
    pub changed_at: Time,
    /// What it replaces has changed since: it can no longer be approved.
    pub outdated: bool,
    /// What has to be corrected before it can be handed in.
    pub mistakes: Vec<FieldError>,
    /// Who decided; null while nobody has.
    pub decided_by: Option<Named>,
    /// When.
    pub decided_at: Option<Time>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// The version that it became.
    pub version: Option<u32>,
}

/// Changes of question cards.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardDraftPage {
    /// The one that was touched last first.
    pub items: Vec<CardDraft>,
    /// Always null: they come as one page.
    pub next: Option<String>,
}

impl CardSet {
    /// The view of a set.
    pub fn of(set: &card::CardSet) -> Self {
        Self {
            version: set.version,
            decree: set.decree.clone(),
            effective_from: set.effective_from.clone(),
            instructions: set.instructions.iter().cloned().map(CardInstruction).collect(),
            cards: set.cards.iter().cloned().map(Card).collect(),
        }
    }
}

impl GivenAnswer {
    /// The answers that stand on an incident.
    pub fn all_of(i: &incident::Incident, names: &Names) -> Vec<Self> {
        let view = |given: &incident::GivenAnswer| {
            let answer = &given.answer;
            let chosen = answer.answer.clone()?;
            Some(Self {
                card: answer.card.0.clone(),
                set_version: answer.set_version,
                question: answer.question.0.clone(),
                asked_id: answer.asked.id.clone(),
                asked_en: answer.asked.en.clone(),
                answer: chosen.code.0,
                answer_id: chosen.label.id,
                answer_en: chosen.label.en,
                priority: chosen.priority.map(Priority),
                flags: chosen.flags.into_iter().map(Flag).collect(),
                at: given.at.into(),
                by: given.by.user().map(|user| Named::of(user, names)),
            })
        };
        i.answers.iter().filter_map(view).collect()
    }
}

impl CardDraft {
    /// The view of a draft, with what stands against it under the cards and rules that hold now.
    pub fn of(draft: &draft::CardDraft, names: &Names) -> Self {
        let is_open = draft.progress.decided.is_none();
        let mistakes = names.cards().check_change(&draft.change, &names.policy().rules);
        let decided = draft.progress.decided.as_ref();
        let instructions =
            |of: &[card::Instruction]| of.iter().cloned().map(CardInstruction).collect::<Vec<_>>();
        Self {
            id: draft.id.0,
            revision: draft.progress.revision,
            state: draft.progress.state.into(),
            base: draft.base,
            card: Card(draft.change.card.clone()),
            instructions: instructions(&draft.change.instructions),
            before: draft.before.clone().map(Card),
            instructions_before: instructions(&draft.instructions_before),
            authors: draft.progress.authors.iter().map(|user| Named::of(*user, names)).collect(),
            changed_by: Named::of(draft.progress.changed_by, names),
            changed_at: draft.progress.changed_at.into(),
            outdated: is_open && draft.is_outdated(names.cards()),
            mistakes: mistakes.iter().filter(|_| is_open).map(card_mistake).collect(),
            decided_by: decided.map(|decided| Named::of(decided.by, names)),
            decided_at: decided.map(|decided| decided.at.into()),
            reason: decided.and_then(|decided| decided.reason.as_ref()).map(|text| text.reveal().clone()),
            version: decided
                .and_then(|decided| decided.version)
                .and_then(|version| u32::try_from(version).ok()),
        }
    }
}

// The core's own types have no place in the OpenAPI document; what they look like is said here, once.

pub(super) fn object(fields: Vec<(&str, RefOr<Schema>)>) -> ObjectBuilder {
    let whole = ObjectBuilder::new().schema_type(Type::Object);
    fields.into_iter().fold(whole, |object, (name, of)| object.property(name, of).required(name))
}

pub(super) fn list(of: impl Into<RefOr<Schema>>) -> RefOr<Schema> {
    RefOr::T(Schema::Array(ArrayBuilder::new().items(of.into()).build()))
}

pub(super) fn simple(of: Type) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(of).into()
}

pub(super) fn or_null(of: Type) -> SchemaType {
    SchemaType::from_iter([of, Type::Null])
}

fn words() -> ObjectBuilder {
    object(vec![("id", simple(Type::String)), ("en", simple(Type::String))])
}

pub(super) fn text_or_null() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(or_null(Type::String)).into()
}

fn answer_schema() -> ObjectBuilder {
    object(vec![
        ("code", simple(Type::String)),
        ("key", simple(Type::String)),
        ("label", words().into()),
        ("priority", text_or_null()),
        ("lower", text_or_null()),
        ("flags", list(Flag::schema())),
        ("instructions", list(simple(Type::String))),
        ("type", text_or_null()),
        ("next", text_or_null()),
    ])
}

impl PartialSchema for Card {
    fn schema() -> RefOr<Schema> {
        let question = object(vec![
            ("code", simple(Type::String)),
            ("text", words().into()),
            ("say", words().schema_type(or_null(Type::Object)).into()),
            ("answers", list(answer_schema())),
        ]);
        object(vec![
            ("code", simple(Type::String)),
            ("since", simple(Type::Integer)),
            ("title", words().into()),
            ("types", list(simple(Type::String))),
            ("owner", simple(Type::String)),
            ("decree", simple(Type::String)),
            ("within_s", simple(Type::Integer)),
            ("first", list(simple(Type::String))),
            ("questions", list(question)),
        ])
        .description(Some("A question card: docs/cards.md says what each field does"))
        .into()
    }
}

impl ToSchema for Card {}

impl PartialSchema for CardInstruction {
    fn schema() -> RefOr<Schema> {
        let rhythm = object(vec![
            ("per_minute", simple(Type::Integer)),
            ("beats", simple(Type::Integer)),
            ("breaths", simple(Type::Integer)),
        ]);
        let mark = object(vec![("every_s", simple(Type::Integer)), ("text", words().into())]);
        object(vec![
            ("code", simple(Type::String)),
            ("title", words().into()),
            ("owner", simple(Type::String)),
            ("steps", list(words())),
            ("rhythm", rhythm.schema_type(or_null(Type::Object)).into()),
            ("marks", list(mark)),
        ])
        .description(Some("What a caller is told to do: docs/cards.md says what each field does"))
        .into()
    }
}

impl ToSchema for CardInstruction {}
