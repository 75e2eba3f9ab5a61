//! What the site's rules say about second reports.

use serde::{Deserialize, Serialize};

use crate::category::{Category, TypeCode};
use crate::time::Seconds;

/// The rules of second reports, part of the site's policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuplicateRules {
    /// How long an ended incident is still proposed.
    pub window: Seconds,
    /// Metres beyond both uncertainties at which two places are no longer one.
    pub reach_m: f64,
    /// The lowest score that is shown.
    pub shown_from: f64,
    /// When many calls are one event.
    pub mass_event: MassEventRules,
    /// Types that are reports of one thing: fire and gas, fire and a collapsed house.
    pub related: Vec<Vec<TypeCode>>,
    /// What callers say who ask whether it is known, in lower case.
    pub said_known: Vec<String>,
}

/// When many calls are one event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MassEventRules {
    /// So many calls about one open incident: a family and its neighbours are three or four.
    pub calls: usize,
    /// How long after the last of its calls.
    pub within: Seconds,
    /// Metres around a master incident within which new calls are taken for the same.
    pub reach_m: f64,
}

/// How two kinds of things lie to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kinship {
    Same,
    Related,
    SameCategory,
    /// One of them is not known.
    Open,
    Unrelated,
}

impl DuplicateRules {
    /// Whether a text asks if the thing is known.
    pub fn says_known(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.said_known.iter().any(|said| text.contains(said.as_str()))
    }

    pub(super) fn kinship(
        &self,
        one: (Option<Category>, Option<&TypeCode>),
        other: (Category, Option<&TypeCode>),
    ) -> Kinship {
        match (one, other) {
            ((None, None), _) => Kinship::Open,
            ((_, Some(one)), (_, Some(other))) if one == other => Kinship::Same,
            ((_, Some(one)), (_, Some(other))) if self.are_related(one, other) => Kinship::Related,
            ((Some(one), _), (other, _)) if one == other => Kinship::SameCategory,
            ((None, Some(_)), (_, None)) => Kinship::Open,
            ((_, _), (_, _)) => Kinship::Unrelated,
        }
    }

    fn are_related(&self, one: &TypeCode, other: &TypeCode) -> bool {
        self.related.iter().any(|group| group.contains(one) && group.contains(other))
    }
}

/// What holds where the rules were adopted before they said anything about it: what this program brings with it.
pub(crate) fn brought_along() -> DuplicateRules {
    let bare = DuplicateRules {
        window: Seconds(3_600),
        reach_m: 500.0,
        shown_from: 0.25,
        mass_event: MassEventRules { calls: 5, within: Seconds(3_600), reach_m: 2_000.0 },
        related: Vec::new(),
        said_known: Vec::new(),
    };
    crate::policy::Rules::default_rules().map_or(bare, |rules| rules.duplicates)
}
