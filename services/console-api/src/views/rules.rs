//! The rules that can be changed, and changes of them.

use dispatch_core::policy::{self, draft};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::card::{list, object, or_null, simple};
use super::person::Named;
use crate::names::Names;
use crate::problem::{FieldError, policy_mistake};
use crate::wire::{Category, Counter, DraftState, EscalationStep, Flag, Priority, Time, UnitKind};

/// The parts of the rules that can be changed, of one version.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RulesParts {
    /// The version.
    pub version: Counter,
    /// The first day it holds.
    pub effective_from: String,
    /// All of its parts.
    pub parts: RulesChange,
    /// The functions that may be named.
    pub functions: Vec<AgencyFunction>,
}

/// A function that an agency can fill.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyFunction {
    /// Its code.
    pub code: String,
    /// Indonesian label.
    pub label_id: String,
    /// English label.
    pub label_en: String,
}

/// A change of the rules, as the core knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RulesChange(pub policy::RulesChange);

/// A change of the rules on its way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RulesDraft {
    /// Id.
    pub id: Uuid,
    /// Grows with each writing.
    pub revision: u32,
    /// How far it is.
    pub state: DraftState,
    /// The version that it began from.
    pub base: Counter,
    /// The parts that change, as they shall be.
    pub change: RulesChange,
    /// The same parts as they were.
    pub before: RulesChange,
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
    pub version: Option<Counter>,
}

/// Changes of the rules, and rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RulesDraftPage {
    /// The one that was touched last first.
    pub items: Vec<RulesDraft>,
    /// The rules that hold, or those of the version that was asked for.
    pub rules: RulesParts,
    /// Always null: they come as one page.
    pub next: Option<String>,
}

impl RulesParts {
    /// The view of rules.
    pub fn of(rules: &policy::Rules) -> Self {
        let function = |rule: &policy::FunctionRule| AgencyFunction {
            code: rule.code.to_string(),
            label_id: rule.label_id.clone(),
            label_en: rule.label_en.clone(),
        };
        Self {
            version: Counter(rules.version),
            effective_from: rules.effective_from.clone(),
            parts: RulesChange(rules.parts()),
            functions: rules.functions.iter().map(function).collect(),
        }
    }
}

impl RulesDraft {
    /// The view of a draft, with what stands against it under the rules that hold now.
    pub fn of(draft: &draft::RulesDraft, names: &Names) -> Self {
        let holding = &names.policy().rules;
        let progress = &draft.progress;
        let is_open = progress.decided.is_none();
        let mistakes = if is_open { holding.check_change(&draft.change) } else { Vec::new() };
        let decided = progress.decided.as_ref();
        Self {
            id: draft.id.0,
            revision: progress.revision,
            state: progress.state.into(),
            base: Counter(draft.base),
            change: RulesChange(draft.change.clone()),
            before: RulesChange(draft.before.clone()),
            authors: progress.authors.iter().map(|user| Named::of(*user, names)).collect(),
            changed_by: Named::of(progress.changed_by, names),
            changed_at: progress.changed_at.into(),
            outdated: is_open && draft.is_outdated(holding),
            mistakes: mistakes.iter().map(policy_mistake).collect(),
            decided_by: decided.map(|decided| Named::of(decided.by, names)),
            decided_at: decided.map(|decided| decided.at.into()),
            reason: decided.and_then(|decided| decided.reason.as_ref()).map(|text| text.reveal().clone()),
            version: decided.and_then(|decided| decided.version).map(Counter),
        }
    }
}

// The core's own types have no place in the OpenAPI document; what they look like is said here, once.

fn codes() -> RefOr<Schema> {
    list(simple(Type::String))
}

fn rungs() -> RefOr<Schema> {
    list(object(vec![
        ("after", simple(Type::Integer)),
        ("only_if_undelivered", simple(Type::Boolean)),
        ("step", EscalationStep::schema()),
    ]))
}

fn by_priority(of: RefOr<Schema>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(of)).into()
}

fn number_or_null() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(or_null(Type::Integer)).into()
}

fn exception() -> ObjectBuilder {
    let hours = object(vec![("from", simple(Type::String)), ("to", simple(Type::String))]);
    object(vec![
        ("priority", Priority::schema()),
        ("functions", codes()),
        ("because", simple(Type::String)),
        ("ladder", rungs()),
    ])
    .property("hours", hours)
}

fn routing() -> ObjectBuilder {
    object(vec![
        ("code", simple(Type::String)),
        ("priority", Priority::schema()),
        ("lead", codes()),
        ("support", codes()),
        ("notify", codes()),
    ])
}

fn plan() -> ObjectBuilder {
    let units = object(vec![
        ("function", simple(Type::String)),
        ("kind", UnitKind::schema()),
        ("count", simple(Type::Integer)),
    ]);
    object(vec![
        ("code", simple(Type::String)),
        ("label_id", simple(Type::String)),
        ("label_en", simple(Type::String)),
        ("types", codes()),
        ("categories", list(Category::schema())),
        ("flags", list(Flag::schema())),
        ("areas", codes()),
        ("from_level", simple(Type::Integer)),
        ("lead", codes()),
        ("support", codes()),
        ("notify", codes()),
        ("units", list(units)),
        ("source", simple(Type::String)),
    ])
    .property("by_sea", simple(Type::Boolean))
}

impl PartialSchema for RulesChange {
    fn schema() -> RefOr<Schema> {
        let all = |of: RefOr<Schema>| {
            let array = SchemaType::from_iter([Type::Array, Type::Null]);
            let list = ArrayBuilder::new().schema_type(array).items(of).build();
            RefOr::T(Schema::Array(list))
        };
        object(vec![
            ("decree", simple(Type::String)),
            ("owner", simple(Type::String)),
            ("ladders", by_priority(rungs())),
            ("ladder_exceptions", all(exception().into())),
            ("dispatch_within", by_priority(simple(Type::Integer))),
            ("en_route_within", by_priority(number_or_null())),
            ("welfare_check_after", number_or_null()),
            ("close_within", number_or_null()),
            ("call_back_within", number_or_null()),
            ("routing", list(routing())),
            ("plans", list(plan())),
            ("plans_gone", codes()),
            ("fallback", all(simple(Type::String))),
        ])
        .description(Some("A change of the rules: docs/rules.md says what each field does"))
        .into()
    }
}

impl ToSchema for RulesChange {}
