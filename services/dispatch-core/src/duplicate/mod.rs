//! Whether a call tells of something that is known already.
//!
//! A [`Sighting`] is what a call says so far: where a telephone rings, or what a call-taker has typed. The [`Index`]
//! keeps the incidents that are open, and those that ended a moment ago, and answers with [`Candidate`]s, best first,
//! each with its reasons. It proposes and never decides: a person attaches a call, by one key.
//!
//! The work for one answer is bounded ([`LOOKED_AT_MAX`]) and knows nothing of history: an incident that ended
//! longer ago than the rules' window is not in the index at all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::area::Point;
use crate::category::{Category, TypeCode};
use crate::ids::{AreaCode, IncidentId};
use crate::incident::Location;
use crate::private::Private;

mod crowd;
mod index;
mod rules;
mod weigh;

pub use crowd::MassEvent;
pub use index::{Found, Index, LOOKED_AT_MAX};
pub(crate) use rules::brought_along;
pub use rules::{DuplicateRules, MassEventRules};

/// Candidates in one answer: what one sees without scrolling.
pub const CANDIDATES_MAX: usize = 5;

/// A place as far as it is known: each part may be missing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Place {
    /// Where, with metres of uncertainty.
    pub spot: Option<(Point, f64)>,
    /// The most specific area.
    pub area: Option<AreaCode>,
    /// The words of landmark and address that say something, folded.
    pub words: BTreeSet<String>,
}

/// What a call says so far.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sighting {
    /// Where the telephone is.
    pub caller: Place,
    /// Where it happens, once somebody typed something of it. It then counts alone: who calls for somebody else
    /// stands elsewhere.
    pub scene: Place,
    /// The number that calls, as [`comparable_number`] gives it.
    pub number: Option<Private<String>>,
    /// What kind of thing it is.
    pub category: Option<Category>,
    /// Its type.
    pub kind: Option<TypeCode>,
    /// The caller asks whether it is known ("sudah ada yang lapor belum?").
    pub says_known: bool,
}

/// Why an incident may be what a call tells of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The same number reported it.
    SameNumber,
    /// It is the master of a mass event here.
    MassEvent,
    /// It is near.
    Near,
    /// Landmark or address are named alike.
    SameLandmark,
    /// It is in the same area, and nobody knows more.
    SameArea,
    /// It is of the same type.
    SameKind,
    /// It is of a type that goes with this one, as gas goes with fire.
    RelatedKind,
    /// Several people have called about it lately.
    ManyCalls,
    /// The caller asks whether it is known.
    SaidKnown,
    /// It ended a moment ago.
    EndedLately,
}

/// An incident that a call may tell of.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// Which.
    pub incident: IncidentId,
    /// How likely, 0 to 1; only to be compared.
    pub score: f64,
    /// Why, the strongest first.
    pub because: Vec<Because>,
    /// Metres between the two places, where both are points.
    pub distance_m: Option<f64>,
}

impl Because {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SameNumber,
        Self::MassEvent,
        Self::Near,
        Self::SameLandmark,
        Self::SameArea,
        Self::SameKind,
        Self::RelatedKind,
        Self::ManyCalls,
        Self::SaidKnown,
        Self::EndedLately,
    ];
}

impl Sighting {
    /// The place that counts: the scene, once anything of it is known.
    pub fn place(&self) -> &Place {
        if self.scene.is_unknown() { &self.caller } else { &self.scene }
    }
}

impl Place {
    /// A place from its parts; the words of the texts that say something are kept.
    pub fn new<'t>(
        spot: Option<(Point, f64)>,
        area: Option<AreaCode>,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let spot = spot.filter(|(point, radius_m)| point.is_on_earth() && radius_m.is_finite());
        Self { spot, area, words: texts.into_iter().flat_map(crate::place::telling_words).collect() }
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        self.spot.is_none() && self.area.is_none() && self.words.is_empty()
    }

    fn of(location: &Location) -> Self {
        let spot = location.point.as_ref().map(|point| {
            let point = Point { lat: point.reveal().lat, lon: point.reveal().lon };
            (point, location.accuracy_m.unwrap_or(0.0).max(0.0))
        });
        let texts = [&location.landmark, &location.address].into_iter().flatten();
        Self::new(spot, location.area_code.clone(), texts.map(|text| text.reveal().as_str()))
    }
}

/// A number as it is compared: its digits, with the country's code in place of the leading 0. `None` when they are too
/// few to tell anybody from anybody.
pub fn comparable_number(number: &str) -> Option<String> {
    /// The shortest numbers of persons have some eight digits.
    const DIGITS_MIN: usize = 8;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix('0') {
        Some(rest) if !digits.starts_with("00") => format!("62{rest}"),
        Some(_) | None => digits,
    };
    (digits.len() >= DIGITS_MIN).then_some(digits)
}
