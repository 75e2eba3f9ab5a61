//! Response plans: who comes besides those whom the type names, by what holds of the incident and its alarm level.

use serde::{Deserialize, Serialize};

use super::Situation;
use crate::card::Flag;
use crate::category::{Category, TypeCode};
use crate::ids::{AgencyCode, AreaCode};
use crate::policy::Rules;
use crate::unit::UnitKind;

/// A response plan. All conditions must hold; one that lists nothing always does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRule {
    /// Its code.
    pub code: String,
    /// Why it holds, in Indonesian, as the end of a sentence: `ada yang terjebak`.
    pub label_id: String,
    /// The same in English.
    pub label_en: String,
    /// The incident is of one of these types.
    #[serde(default)]
    pub types: Vec<TypeCode>,
    /// It is of one of these categories.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// One of these holds of it.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// It is in one of these areas, or in one within them.
    #[serde(default)]
    pub areas: Vec<AreaCode>,
    /// Whether help has to cross water; either when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_sea: Option<bool>,
    /// From this alarm level on, 1 to 3.
    #[serde(default = "first_level")]
    pub from_level: u8,
    /// Functions that lead besides those of the type.
    #[serde(default)]
    pub lead: Vec<AgencyCode>,
    /// Functions that help besides those of the type.
    #[serde(default)]
    pub support: Vec<AgencyCode>,
    /// Functions that hear of it besides those of the type.
    #[serde(default)]
    pub notify: Vec<AgencyCode>,
    /// How many units of which kind are wanted of whom.
    #[serde(default)]
    pub units: Vec<UnitsWanted>,
    /// Who says so.
    pub source: String,
}

/// How many units of a kind a function should send.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitsWanted {
    /// Of whom.
    pub function: AgencyCode,
    /// Of which kind.
    pub kind: UnitKind,
    /// How many.
    pub count: u8,
}

const fn first_level() -> u8 {
    1
}

impl PlanRule {
    /// Whether it holds.
    pub fn holds(&self, situation: &Situation, rules: &Rules) -> bool {
        let kind = situation.kind.as_ref();
        let area = situation.area.as_ref();
        (self.types.is_empty() || kind.is_some_and(|kind| self.types.contains(kind)))
            && (self.categories.is_empty() || self.categories.contains(&situation.category))
            && (self.flags.is_empty() || self.flags.iter().any(|flag| situation.flags.contains(flag)))
            && (self.areas.is_empty()
                || area.is_some_and(|area| self.areas.iter().any(|within| area.is_within(within))))
            && self.by_sea.is_none_or(|by_sea| by_sea == situation.is_by_sea(rules))
            && situation.level >= self.from_level
    }
}

/// The plans that hold, in the order of the rules.
pub fn matching_plans<'a>(
    rules: &'a Rules,
    situation: &'a Situation,
) -> impl Iterator<Item = &'a PlanRule> + use<'a> {
    rules.plans.iter().filter(|plan| plan.holds(situation, rules))
}
