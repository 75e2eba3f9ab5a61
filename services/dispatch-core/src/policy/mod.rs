//! Policy: what the decrees and the site decided, as versioned data.
//!
//! [`Rules`] is what a decree changes: labels, types, routing, ladders, limits in time, objectives.
//! [`Directory`] is which bodies exist here and which functions they fill. Every event names the version of
//! the rules it used, so an old decision is judged by the rules of its day.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::acd::AcdPolicy;
use crate::category::{Category, Priority, TypeCode};
use crate::duplicate::DuplicateRules;
use crate::escalation::{Ladder, LadderException};
use crate::ids::{AgencyCode, AgencyId};
use crate::referral::ReferralTarget;
use crate::routing::PlanRule;
use crate::time::Seconds;
use crate::unit::UnitRules;

mod change;
mod check;
pub mod draft;
mod earlier;
mod plans;
mod times;

pub use change::{RoutingRule, RulesChange};
pub use check::PolicyMistake;
pub use earlier::EarlierClocks;

/// What every decision needs to know besides the state it decides about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// What the decrees set.
    pub rules: Rules,
    /// Which bodies there are.
    pub directory: Directory,
}

/// What the decrees set, one version of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Counts up with every change; every event names it.
    pub version: u64,
    /// The decree that set this version.
    pub decree: String,
    /// Who answers for it. Rules that were adopted before this was asked name nobody.
    #[serde(default)]
    pub owner: String,
    /// The first day it holds, `YYYY-MM-DD`.
    pub effective_from: String,
    /// The agency functions that plans may name.
    pub functions: Vec<FunctionRule>,
    /// The seven categories with their labels.
    pub categories: Vec<CategoryRule>,
    /// Every incident type with its plan.
    pub types: Vec<TypeRule>,
    /// Letter g: what the Pemda declared an emergency besides a to f.
    pub other_emergencies: OtherEmergencies,
    /// What happens while an assignment stays unacknowledged.
    pub ladders: BTreeMap<Priority, Ladder>,
    /// Ladders that hold instead for single agencies or hours; the first that fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder_exceptions: Vec<LadderException>,
    /// An acknowledged agency must be on its way within this time; a priority that is not listed has no limit.
    pub en_route_within: BTreeMap<Priority, Seconds>,
    /// A crew on scene that has said nothing for this long is asked how it is.
    pub welfare_check_after: Seconds,
    /// An incident must be dispatched within this time of being opened.
    pub dispatch_within: BTreeMap<Priority, Seconds>,
    /// An incident must be closed within this time after the last agency finished.
    pub close_within: Seconds,
    /// A lost caller must be called back within this time.
    pub call_back_within: Seconds,
    /// A neighbouring centre must accept what is handed over within this time, else it comes back.
    #[serde(default = "crate::incident::brought_along")]
    pub neighbour_answer_within: BTreeMap<Priority, Seconds>,
    /// Who is asked next when a plan is exhausted, in this order.
    pub fallback: Vec<AgencyCode>,
    /// What the figures are measured against.
    pub objectives: Vec<Objective>,
    /// Metres from which a neighbour's area is named: who is that near may be across.
    #[serde(default = "border_within_m")]
    pub border_within_m: u32,
    /// Whose phone rings, and for how long. Rules that were adopted before there was a queue have none of their own.
    #[serde(default)]
    pub acd: AcdPolicy,
    /// Which services take what is no emergency.
    #[serde(default = "crate::referral::brought_along")]
    pub referrals: Vec<ReferralTarget>,
    /// When two reports are one.
    #[serde(default = "crate::duplicate::brought_along")]
    pub duplicates: DuplicateRules,
    /// Who comes besides those whom the type names. Rules that were adopted before there were plans have none.
    #[serde(default)]
    pub plans: Vec<PlanRule>,
    /// What is asked of units.
    #[serde(default)]
    pub units: UnitRules,
    /// The times that held before, for clocks that began to run by them; the first replaced first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierClocks>,
}

/// What holds where the rules do not say: outlines of villages are good to some hundred metres.
const fn border_within_m() -> u32 {
    500
}

/// A function that an agency can fill, for example fire fighting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FunctionRule {
    /// Its code, as plans name it.
    pub code: AgencyCode,
    /// Indonesian label.
    pub label_id: String,
    /// English label.
    pub label_en: String,
}

/// A category with its labels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CategoryRule {
    /// The letter.
    pub category: Category,
    /// The words of the local regulation.
    pub label_local: String,
    /// The words of the national regulation.
    pub label_national: String,
    /// English.
    pub label_en: String,
    /// Where and why the two differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_note: Option<String>,
    /// The type whose plan holds while nobody has said more than the category.
    pub general: TypeCode,
}

/// An incident type with its plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// Its code.
    pub code: TypeCode,
    /// The category it belongs to.
    pub category: Category,
    /// Indonesian label.
    pub label_id: String,
    /// English label.
    pub label_en: String,
    /// Priority unless something raises it.
    pub priority: Priority,
    /// Happens on the water: boats and sea agencies.
    #[serde(default)]
    pub by_sea: bool,
    /// A ring could endanger the caller: never call back.
    #[serde(default)]
    pub no_call_back: bool,
    /// The functions that lead; the first is the first asked.
    pub lead: Vec<AgencyCode>,
    /// The functions that help.
    #[serde(default)]
    pub support: Vec<AgencyCode>,
    /// The functions that only hear of it.
    #[serde(default)]
    pub notify: Vec<AgencyCode>,
    /// When the priority is higher than the one above, in words for the call-taker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_when: Option<String>,
}

/// The open list of letter g, dated and with its decree (Pasal 24 ayat (2) huruf g: "ditetapkan oleh
/// Pemerintah Daerah").
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OtherEmergencies {
    /// The decree that lists them.
    pub decree: String,
    /// The first day the list holds, `YYYY-MM-DD`.
    pub from: String,
    /// The types on it.
    pub types: Vec<TypeCode>,
}

/// A figure to be reached, with the source that set it. The 112 regulations set none (Permenkominfo 10/2016),
/// so each names where it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The interval that is measured.
    pub interval: Interval,
    /// Only incidents of this priority; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Only this agency function; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<AgencyCode>,
    /// What is compared with the limit.
    pub measure: Measure,
    /// The limit.
    pub within: Seconds,
    /// Who says so.
    pub source: String,
}

/// An interval between two time stamps of a call or an incident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// T0 to T1: the call arrived, a call-taker answered.
    Answer,
    /// T1 to T2: answered, somebody could be sent there.
    Locate,
    /// T1 to T3: answered, category and priority set.
    Classify,
    /// T1 to T4: answered, first agency sent.
    Processing,
    /// T4 to T4d: agency sent, on its terminal.
    Deliver,
    /// T4 to T5: agency sent, agency acknowledged.
    Acknowledge,
    /// T5 to T6: acknowledged, first unit en route.
    Turnout,
    /// T6 to T7: first unit en route, on scene.
    Travel,
    /// T7 to T7a: on scene, at work.
    SetUp,
    /// T0 to T7: the call arrived, the first unit on scene.
    OnScene,
    /// T0 to T7a: the call arrived, the first unit at work, or on scene where nobody said when work began (waktu tanggap,
    /// Permendagri 114/2018).
    Response,
    /// T0 to T10: the call arrived, the incident was closed.
    Close,
    /// A call was lost, its caller was called back.
    CallBack,
}

impl Interval {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 13] = [
        Self::Answer,
        Self::Locate,
        Self::Classify,
        Self::Processing,
        Self::Deliver,
        Self::Acknowledge,
        Self::Turnout,
        Self::Travel,
        Self::SetUp,
        Self::OnScene,
        Self::Response,
        Self::Close,
        Self::CallBack,
    ];

    /// The time stamps that it lies between (T0x: the caller gave up; a call-back ends it).
    pub const fn stamps(self) -> (&'static str, &'static str) {
        match self {
            Self::Answer => ("T0", "T1"),
            Self::Locate => ("T1", "T2"),
            Self::Classify => ("T1", "T3"),
            Self::Processing => ("T1", "T4"),
            Self::Deliver => ("T4", "T4d"),
            Self::Acknowledge => ("T4", "T5"),
            Self::Turnout => ("T5", "T6"),
            Self::Travel => ("T6", "T7"),
            Self::SetUp => ("T7", "T7a"),
            Self::OnScene => ("T0", "T7"),
            Self::Response => ("T0", "T7a"),
            Self::Close => ("T0", "T10"),
            Self::CallBack => ("T0x", "call_back"),
        }
    }
}

/// What is compared with an objective's limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// At least this share of the cases, in percent, lies within the limit.
    PercentWithin(u8),
    /// The mean lies within the limit.
    Mean,
}

/// Why rules could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text is not the JSON of [`Rules`].
    #[error("the rules could not be read")]
    Unreadable(#[source] serde_json::Error),
    /// The text could be read, but the rules contradict themselves or leave something out.
    #[error("the rules have {} mistakes", .0.len())]
    Mistaken(Vec<PolicyMistake>),
}

impl Rules {
    /// The rules that a new installation starts with: the labels of Peraturan Bupati Bangka Selatan 22/2021 and
    /// a proposed routing, to be confirmed by the Pemda.
    pub fn default_rules() -> Result<Self, PolicyError> {
        Self::from_json(include_str!("../../policy/default.json"))
    }

    /// Reads and checks rules.
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        let rules: Self = serde_json::from_str(text).map_err(PolicyError::Unreadable)?;
        let mistakes = rules.check();
        if mistakes.is_empty() { Ok(rules) } else { Err(PolicyError::Mistaken(mistakes)) }
    }

    /// The rule of a category.
    pub fn category(&self, category: Category) -> Option<&CategoryRule> {
        self.categories.iter().find(|rule| rule.category == category)
    }

    /// The rule of a type.
    pub fn kind(&self, code: &TypeCode) -> Option<&TypeRule> {
        self.types.iter().find(|rule| &rule.code == code)
    }

    /// The rule that holds for what is known of an incident: its type's, else its category's most general one.
    pub fn plan(&self, kind: Option<&TypeCode>, category: Category) -> Option<&TypeRule> {
        kind.and_then(|code| self.kind(code))
            .or_else(|| self.category(category).and_then(|rule| self.kind(&rule.general)))
            .or_else(|| self.types.iter().find(|rule| rule.category == category))
    }

    /// The codes that plans may name.
    pub fn function_codes(&self) -> BTreeSet<&AgencyCode> {
        self.functions.iter().map(|function| &function.code).collect()
    }
}

/// The bodies that this site works with.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Directory {
    /// By id.
    pub agencies: BTreeMap<AgencyId, AgencyEntry>,
}

/// One body and the functions it fills.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgencyEntry {
    /// Its id.
    pub id: AgencyId,
    /// Its own short code.
    pub code: AgencyCode,
    /// Its name as people say it.
    pub name: String,
    /// The functions it fills, its own code included: where the fire brigade sits inside Satpol PP, Satpol PP
    /// lists `damkar`.
    pub functions: Vec<AgencyCode>,
    /// An inactive body gets nothing new.
    pub active: bool,
}

impl Directory {
    /// A directory of these bodies.
    pub fn new(entries: impl IntoIterator<Item = AgencyEntry>) -> Self {
        Self { agencies: entries.into_iter().map(|entry| (entry.id, entry)).collect() }
    }

    /// The active body that fills a function: the one that carries its name first, then the first by code.
    pub fn by_function(&self, function: &AgencyCode) -> Option<&AgencyEntry> {
        let active = || self.agencies.values().filter(|entry| entry.active);
        active().filter(|entry| &entry.code == function).min_by_key(|entry| entry.id).or_else(|| {
            active()
                .filter(|entry| entry.functions.contains(function))
                .min_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)))
        })
    }

    /// The body with this code, active or not.
    pub fn by_code(&self, code: &AgencyCode) -> Option<&AgencyEntry> {
        self.agencies.values().find(|entry| &entry.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_are_complete() {
        let rules = Rules::default_rules().unwrap();
        assert_eq!(rules.check(), Vec::new());
        for category in Category::ALL {
            assert!(rules.plan(None, category).is_some_and(|plan| plan.category == category));
        }
    }
}
