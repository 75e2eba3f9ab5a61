//! What of an incident decides who is sent.

use crate::card::Flag;
use crate::category::{Category, TypeCode};
use crate::ids::AreaCode;
use crate::incident::Incident;
use crate::policy::Rules;

/// The highest alarm level.
pub const ALARM_LEVEL_MAX: u8 = 3;

/// What of an incident decides who is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Situation {
    /// Its type, if known.
    pub kind: Option<TypeCode>,
    /// Its category.
    pub category: Category,
    /// What holds of it, by the answers to question cards.
    pub flags: Vec<Flag>,
    /// Where it is.
    pub area: Option<AreaCode>,
    /// Its alarm level, from 1 to [`ALARM_LEVEL_MAX`].
    pub level: u8,
}

impl Situation {
    /// What is known of an incident.
    pub fn of(incident: &Incident) -> Self {
        Self {
            kind: incident.kind.clone(),
            category: incident.category,
            flags: incident.flags(),
            area: incident.location.area_code.clone(),
            level: incident.alarm,
        }
    }

    /// Nothing is known but what it is.
    pub fn of_kind(kind: Option<&TypeCode>, category: Category) -> Self {
        Self { kind: kind.cloned(), category, flags: Vec::new(), area: None, level: 1 }
    }

    /// Whether it happens on the water, or is said to be reached over water only.
    pub fn is_on_water(&self, rules: &Rules) -> bool {
        let by_type = self.kind.as_ref().and_then(|kind| rules.kind(kind)).is_some_and(|rule| rule.by_sea);
        by_type || self.flags.contains(&Flag::BySea)
    }

    /// The island that it is on, if the rules name it.
    pub fn island<'a>(&self, rules: &'a Rules) -> Option<&'a AreaCode> {
        let area = self.area.as_ref()?;
        rules.units.sea_areas.iter().find(|island| area.is_within(island))
    }

    /// Whether help has to cross water.
    pub fn is_by_sea(&self, rules: &Rules) -> bool {
        self.is_on_water(rules) || self.island(rules).is_some()
    }
}
