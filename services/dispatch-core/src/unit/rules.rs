//! What the policy says about units: data, with the body that said so.

use serde::{Deserialize, Serialize};

use super::{Skill, UnitKind};
use crate::card::Flag;
use crate::category::{Category, TypeCode};
use crate::ids::{AgencyCode, AreaCode};
use crate::time::Seconds;

/// The rules about units. Those of a site that has none are the default: nothing is asked of anybody.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRules {
    /// A position that is older does not say where a unit is; its base does.
    pub fresh_within: Seconds,
    /// A crew that has been on for longer is tired.
    pub rest_after: Seconds,
    /// A crew that has had so many tasks since it came on is tired.
    pub jobs_max: u32,
    /// Who says so.
    pub source: String,
    /// Areas that are reached over water only, by code; those within them count too.
    #[serde(default)]
    pub sea_areas: Vec<AreaCode>,
    /// What a unit must be and be able to do; all rules that fit an incident hold together.
    #[serde(default)]
    pub needs: Vec<NeedRule>,
    /// What every kecamatan should have within reach.
    #[serde(default)]
    pub cover: Vec<CoverRule>,
}

impl Default for UnitRules {
    fn default() -> Self {
        Self {
            fresh_within: Seconds::minutes(10),
            rest_after: Seconds::minutes(24 * 60),
            jobs_max: 100,
            source: "bawaan program".to_owned(),
            sea_areas: Vec::new(),
            needs: Vec::new(),
            cover: Vec::new(),
        }
    }
}

/// What is asked of a unit when all of the conditions hold; a condition that lists nothing always does.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeedRule {
    /// The agency is asked for one of these functions.
    #[serde(default)]
    pub functions: Vec<AgencyCode>,
    /// The incident is of one of these types.
    #[serde(default)]
    pub types: Vec<TypeCode>,
    /// It is of one of these categories.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// One of these holds of it.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// The unit is of one of these kinds.
    #[serde(default)]
    pub kinds: Vec<UnitKind>,
    /// Its crew can do all of this.
    #[serde(default)]
    pub skills: Vec<Skill>,
    /// At least so many people are on board.
    #[serde(default)]
    pub crew: u8,
}

/// What every kecamatan should have within reach.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverRule {
    /// Indonesian label.
    pub label_id: String,
    /// English label.
    pub label_en: String,
    /// A unit of one of these kinds.
    pub kinds: Vec<UnitKind>,
    /// Within so many metres of the middle of the area, in a straight line.
    pub within_m: u32,
    /// Who says so.
    pub source: String,
}
