//! What changes seldom: policy, areas, agencies; and what a text suggests.

use std::collections::BTreeMap;

use dispatch_core::policy::{self, AgencyEntry, Rules};
use dispatch_core::{area, classification};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ReferralTarget;
use crate::wire::{AreaLevel, Category, Counter, EscalationStep, Flag, Priority};

/// The policy in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Policy {
    /// Its version.
    pub version: Counter,
    /// The decree that set it.
    pub decree: String,
    /// The first day it holds.
    pub effective_from: String,
    /// The seven categories.
    pub categories: Vec<CategoryLabels>,
    /// Every type with its plan.
    pub types: Vec<TypePlan>,
    /// Who comes besides those whom the type names; a form shows by them whom the server will propose.
    pub plans: Vec<ResponsePlan>,
    /// Codes of areas that are reached over water only.
    pub sea_areas: Vec<String>,
    /// What happens while nobody acknowledges, by priority.
    pub ladders: BTreeMap<String, Vec<Rung>>,
    /// Ladders that hold instead for single agencies or hours; the first that fits.
    pub ladder_exceptions: Vec<LadderException>,
    /// Within how many seconds somebody must be sent, by priority.
    pub dispatch_within_s: BTreeMap<String, u32>,
    /// Within how many seconds an acknowledged agency must leave, by priority.
    pub en_route_within_s: BTreeMap<String, u32>,
    /// Within how many seconds a lost caller must be called back.
    pub call_back_within_s: u32,
    /// Which services take what is no emergency.
    pub referrals: Vec<ReferralTarget>,
}

/// A category with its labels.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CategoryLabels {
    /// The letter.
    pub category: Category,
    /// The words of the local regulation.
    pub label_local: String,
    /// The words of the national regulation.
    pub label_national: String,
    /// English.
    pub label_en: String,
    /// Code of its most general type, which stands in while the type is not known.
    pub general: String,
}

/// A type with its plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TypePlan {
    /// Its code.
    pub code: String,
    /// Its category.
    pub category: Category,
    /// Indonesian label.
    pub label_id: String,
    /// English label.
    pub label_en: String,
    /// Priority unless something raises it.
    pub priority: Priority,
    /// When the priority is higher, in words.
    pub raise_when: Option<String>,
    /// A ring could endanger the caller.
    pub no_call_back: bool,
    /// Happens on the water.
    pub by_sea: bool,
    /// Functions that lead.
    pub lead: Vec<String>,
    /// Functions that help.
    pub support: Vec<String>,
    /// Functions that only hear of it.
    pub notify: Vec<String>,
}

/// Who comes besides those whom a type names, when all conditions hold; one that lists nothing always does.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResponsePlan {
    /// Its code.
    pub code: String,
    /// Why it holds, in Indonesian.
    pub label_id: String,
    /// Why it holds, in English.
    pub label_en: String,
    /// The incident is of one of these types.
    pub types: Vec<String>,
    /// It is of one of these categories.
    pub categories: Vec<Category>,
    /// One of these holds of it.
    pub flags: Vec<Flag>,
    /// It is in one of these areas or within one.
    pub areas: Vec<String>,
    /// Whether help has to cross water; either when null.
    pub by_sea: Option<bool>,
    /// From this alarm level on.
    pub from_level: u8,
    /// Functions that lead.
    pub lead: Vec<String>,
    /// Functions that help.
    pub support: Vec<String>,
    /// Functions that only hear of it.
    pub notify: Vec<String>,
}

/// A ladder that holds instead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LadderException {
    /// For assignments of this priority.
    pub priority: Priority,
    /// Only for these functions; for all when empty.
    pub functions: Vec<String>,
    /// Only for what is sent from this time of the day where the centre is, `HH:MM`; null: at any.
    pub from: Option<String>,
    /// And before this one.
    pub to: Option<String>,
    /// Why, in Indonesian.
    pub because: String,
    /// What holds instead.
    pub rungs: Vec<Rung>,
}

/// One rung of a ladder.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rung {
    /// Seconds after the assignment was sent.
    pub after_s: u32,
    /// Only when no screen has confirmed delivery.
    pub only_if_undelivered: bool,
    /// What happens.
    pub step: EscalationStep,
    /// In Indonesian.
    pub label_id: String,
    /// In English.
    pub label_en: String,
}

impl Policy {
    /// The view of the rules.
    pub fn of(rules: &Rules) -> Self {
        let seconds = |map: &BTreeMap<dispatch_core::category::Priority, dispatch_core::time::Seconds>| {
            map.iter().map(|(priority, seconds)| (priority.to_string(), seconds.0)).collect()
        };
        let category = |rule: &policy::CategoryRule| CategoryLabels {
            category: rule.category.into(),
            label_local: rule.label_local.clone(),
            label_national: rule.label_national.clone(),
            label_en: rule.label_en.clone(),
            general: rule.general.to_string(),
        };
        let ladder = |ladder: &dispatch_core::escalation::Ladder| -> Vec<Rung> {
            ladder.rungs.iter().map(rung).collect()
        };
        let exception = |rule: &dispatch_core::escalation::LadderException| {
            let (from, to) = rule.hours.map(|hours| hours.in_words()).unzip();
            LadderException {
                priority: rule.priority.into(),
                functions: rule.functions.iter().map(ToString::to_string).collect(),
                from,
                to,
                because: rule.because.clone(),
                rungs: ladder(&rule.ladder),
            }
        };
        Self {
            version: Counter(rules.version),
            decree: rules.decree.clone(),
            effective_from: rules.effective_from.clone(),
            categories: rules.categories.iter().map(category).collect(),
            types: rules.types.iter().map(type_plan).collect(),
            plans: rules.plans.iter().map(response_plan).collect(),
            sea_areas: rules.units.sea_areas.iter().map(ToString::to_string).collect(),
            ladders: rules.ladders.iter().map(|(priority, l)| (priority.to_string(), ladder(l))).collect(),
            ladder_exceptions: rules.ladder_exceptions.iter().map(exception).collect(),
            dispatch_within_s: seconds(&rules.dispatch_within),
            en_route_within_s: seconds(&rules.en_route_within),
            referrals: rules.referrals.iter().map(ReferralTarget::of).collect(),
            call_back_within_s: rules.call_back_within.0,
        }
    }
}

fn rung(rung: &dispatch_core::escalation::Rung) -> Rung {
    Rung {
        after_s: rung.after.0,
        only_if_undelivered: rung.only_if_undelivered,
        step: rung.step.into(),
        label_id: rung.step.label_id().to_owned(),
        label_en: rung.step.label_en().to_owned(),
    }
}

fn response_plan(rule: &dispatch_core::routing::PlanRule) -> ResponsePlan {
    let codes = |codes: &[dispatch_core::ids::AgencyCode]| codes.iter().map(ToString::to_string).collect();
    ResponsePlan {
        code: rule.code.clone(),
        label_id: rule.label_id.clone(),
        label_en: rule.label_en.clone(),
        types: rule.types.iter().map(ToString::to_string).collect(),
        categories: rule.categories.iter().copied().map(Into::into).collect(),
        flags: rule.flags.iter().copied().map(Flag).collect(),
        areas: rule.areas.iter().map(ToString::to_string).collect(),
        by_sea: rule.by_sea,
        from_level: rule.from_level,
        lead: codes(&rule.lead),
        support: codes(&rule.support),
        notify: codes(&rule.notify),
    }
}

fn type_plan(rule: &policy::TypeRule) -> TypePlan {
    let codes = |codes: &[dispatch_core::ids::AgencyCode]| codes.iter().map(ToString::to_string).collect();
    TypePlan {
        code: rule.code.to_string(),
        category: rule.category.into(),
        label_id: rule.label_id.clone(),
        label_en: rule.label_en.clone(),
        priority: rule.priority.into(),
        raise_when: rule.raise_when.clone(),
        no_call_back: rule.no_call_back,
        by_sea: rule.by_sea,
        lead: codes(&rule.lead),
        support: codes(&rule.support),
        notify: codes(&rule.notify),
    }
}

/// An administrative area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Area {
    /// Kemendagri code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: AreaLevel,
    /// Degrees north of its centre.
    pub lat: f64,
    /// Degrees east of its centre.
    pub lon: f64,
    /// Belongs to another government.
    pub neighbour: bool,
    /// Its outline, a GeoJSON geometry; null when none is loaded.
    #[schema(value_type = Option<Object>)]
    pub polygon: Option<serde_json::Value>,
}

impl Area {
    /// The view of an area.
    pub fn of(area: &area::Area) -> Self {
        Self {
            code: area.code.to_string(),
            name: area.name.clone(),
            level: area.level.into(),
            lat: area.centre.lat,
            lon: area.centre.lon,
            neighbour: area.neighbour,
            polygon: area.polygon.as_ref().map(area::geojson::geometry),
        }
    }
}

/// An agency.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Agency {
    /// Id.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The functions it fills.
    pub functions: Vec<String>,
    /// An inactive one gets nothing new.
    pub active: bool,
}

impl Agency {
    /// The view of an entry of the directory.
    pub fn of(entry: &AgencyEntry) -> Self {
        Self {
            id: entry.id.0,
            code: entry.code.to_string(),
            name: entry.name.clone(),
            functions: entry.functions.iter().map(ToString::to_string).collect(),
            active: entry.active,
        }
    }
}

/// What a text suggests.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Classification {
    /// Something in it asks for help, or nothing says that it does not.
    pub emergency: bool,
    /// It says too little or contradicts itself; priorities are one level up.
    pub uncertain: bool,
    /// It has to be asked what happened before anything is taken for granted.
    pub ask: bool,
    /// The caller may not be able to speak freely: yes-or-no questions, no call-back. Never a prank.
    pub covert: bool,
    /// Why it may be so, in Indonesian.
    pub covert_because: Vec<String>,
    /// What to ask such a caller; yes or no is enough.
    pub questions: Vec<Question>,
    /// Best first; the second is of another category than the first, unless there is no doubt.
    pub suggestions: Vec<Suggestion>,
    /// The version of lexicon and model that said so.
    pub version: String,
}

/// A question to the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Question {
    /// In Indonesian, to be read out.
    pub label_id: String,
    /// In English.
    pub label_en: String,
}

/// One suggestion.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suggestion {
    /// The category.
    pub category: Category,
    /// The type, if the text says as much.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The priority.
    pub priority: Priority,
    /// How well the text fits, 0 to 1.
    pub score: f32,
    /// Why, in Indonesian.
    pub because: Vec<String>,
    /// What it is called, in Indonesian.
    pub label_id: String,
    /// What it is called, in English.
    pub label_en: String,
}

impl Classification {
    /// The view of a classification, with the labels of these rules.
    pub fn of(found: classification::Classification, rules: &Rules) -> Self {
        let suggestion = |s: classification::Suggestion| {
            let kind = s.kind.as_ref().and_then(|code| rules.kind(code));
            let category = rules.category(s.category);
            let label_id =
                kind.map(|rule| rule.label_id.clone()).or(category.map(|rule| rule.label_local.clone()));
            let label_en =
                kind.map(|rule| rule.label_en.clone()).or(category.map(|rule| rule.label_en.clone()));
            Suggestion {
                category: s.category.into(),
                kind: s.kind.map(|code| code.0),
                priority: s.priority.into(),
                score: s.score,
                because: s.because,
                label_id: label_id.unwrap_or_default(),
                label_en: label_en.unwrap_or_default(),
            }
        };
        let suggestions = found.suggestions.into_iter().map(suggestion).collect();
        let covert = found.covert.is_some();
        let (covert_because, questions) =
            found.covert.map(|sign| (sign.because, sign.questions)).unwrap_or_default();
        let question = |q: classification::Question| Question { label_id: q.label_id, label_en: q.label_en };
        Self {
            emergency: found.emergency,
            uncertain: found.uncertain,
            ask: found.ask,
            covert,
            covert_because,
            questions: questions.into_iter().map(question).collect(),
            suggestions,
            version: found.version,
        }
    }
}
