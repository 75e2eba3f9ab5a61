//! How likely a call tells of an incident: figures, each with its reason.

use super::index::Entry;
use super::rules::Kinship;
use super::{Because, Candidate, DuplicateRules, Place, Sighting};
use crate::area::distance_m;
use crate::ids::AreaCode;
use crate::time::{Seconds, Timestamp};

/// What the place can give at most.
const PLACE: f64 = 0.65;
/// The same number: a person calls again, sooner or later, about what they reported.
const NUMBER: f64 = 0.6;
/// The same number from a scene that is somewhere else.
const NUMBER_ELSEWHERE: f64 = 0.3;
/// Each of these adds to a place that fits.
const KIND_SAME: f64 = 0.3;
const KIND_RELATED: f64 = 0.22;
const CATEGORY_SAME: f64 = 0.12;
const MANY_CALLS: f64 = 0.15;
const SAID_KNOWN: f64 = 0.1;
/// What is left of a place when the thing is another one: a heart attack beside the fire is no fire.
const KIND_UNRELATED: f64 = 0.25;
/// What is left when the incident has ended.
const ENDED: f64 = 0.7;
/// What age can take away, at the end of the window.
const AGE: f64 = 0.6;
/// Near a master incident a call is taken for the same until it says something else.
const MASTER: f64 = 0.9;
/// A landmark that is named alike in another area.
const LANDMARK_ELSEWHERE: f64 = 0.3;
/// Metres at which a scene is surely another one.
const ELSEWHERE_M: f64 = 5_000.0;

/// How a place fits another one.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Fit {
    near: f64,
    landmark: f64,
    area: f64,
    distance_m: Option<f64>,
    /// Metres between the two circles of uncertainty.
    gap_m: Option<f64>,
}

/// The candidate that an incident is for a sighting, if it is likely enough to be shown.
pub(super) fn weigh(
    sighting: &Sighting,
    entry: &Entry,
    rules: &DuplicateRules,
    now: Timestamp,
) -> Option<Candidate> {
    if entry.is_over(rules, now) {
        return None;
    }
    let fit = fit(sighting.place(), &entry.place, rules);
    let incident = &*entry.incident;
    let kinship = rules
        .kinship((sighting.category, sighting.kind.as_ref()), (incident.category, incident.kind.as_ref()));
    let mut reasons: Vec<(f64, Because)> = Vec::new();
    let place = place_score(fit, &mut reasons);
    let mut score = if place > 0.0 { with_kind(place, kinship, &mut reasons) } else { 0.0 };
    if place > 0.0 && kinship != Kinship::Unrelated {
        score += around(sighting, entry, rules, now, &mut reasons);
    }
    if sighting.number.as_ref().is_some_and(|number| entry.numbers.contains(number.reveal())) {
        let elsewhere = !sighting.scene.is_unknown() && fit.gap_m.is_some_and(|gap| gap > ELSEWHERE_M);
        score += if elsewhere { NUMBER_ELSEWHERE } else { NUMBER };
        reasons.push((NUMBER, Because::SameNumber));
    }
    score *= freshness(entry, rules, now);
    let of_master = entry.is_master() && kinship != Kinship::Unrelated && reaches(fit, rules);
    if of_master {
        score = score.max(MASTER);
        reasons.push((MASTER, Because::MassEvent));
    }
    if score < rules.shown_from {
        return None;
    }
    if entry.ended_at.is_some() {
        reasons.push((0.0, Because::EndedLately));
    }
    reasons.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(a.cmp(b)));
    let because = reasons.into_iter().map(|(_, because)| because).collect();
    Some(Candidate { incident: incident.id, score: score.min(1.0), because, distance_m: fit.distance_m })
}

/// The best of what is known of the two places, and a little for each further agreement.
fn place_score(fit: Fit, reasons: &mut Vec<(f64, Because)>) -> f64 {
    const AGREES_TOO: f64 = 0.1;
    let parts =
        [(fit.near, Because::Near), (fit.landmark, Because::SameLandmark), (fit.area, Because::SameArea)];
    let found = parts.into_iter().filter(|(strength, _)| *strength > 0.0);
    let (mut best, mut agreeing) = (0.0_f64, 0.0);
    for (strength, because) in found {
        // Near says the area already.
        if because == Because::SameArea && fit.near > 0.0 {
            continue;
        }
        best = best.max(strength);
        agreeing += AGREES_TOO;
        reasons.push((PLACE * strength, because));
    }
    if best > 0.0 { PLACE * (best + agreeing - AGREES_TOO).min(1.0) } else { 0.0 }
}

fn with_kind(place: f64, kinship: Kinship, reasons: &mut Vec<(f64, Because)>) -> f64 {
    match kinship {
        Kinship::Same => {
            reasons.push((KIND_SAME, Because::SameKind));
            place + KIND_SAME
        }
        Kinship::Related => {
            reasons.push((KIND_RELATED, Because::RelatedKind));
            place + KIND_RELATED
        }
        Kinship::SameCategory => place + CATEGORY_SAME,
        Kinship::Open => place,
        Kinship::Unrelated => place * KIND_UNRELATED,
    }
}

/// What others say of it.
fn around(
    sighting: &Sighting,
    entry: &Entry,
    rules: &DuplicateRules,
    now: Timestamp,
    reasons: &mut Vec<(f64, Because)>,
) -> f64 {
    let mut more = 0.0;
    if entry.is_crowded(rules, now) {
        reasons.push((MANY_CALLS, Because::ManyCalls));
        more += MANY_CALLS;
    }
    if sighting.says_known {
        reasons.push((SAID_KNOWN, Because::SaidKnown));
        more += SAID_KNOWN;
    }
    more
}

/// 1 for what was heard of just now, less with time; an ended one counts less from the start.
fn freshness(entry: &Entry, rules: &DuplicateRules, now: Timestamp) -> f64 {
    let since = entry.ended_at.unwrap_or(entry.heard_at);
    let age = share(now.millis_since(since), rules.window);
    let state = if entry.ended_at.is_some() { ENDED } else { 1.0 };
    state * (1.0 - AGE * age)
}

/// What part of a span has gone by, 0 to 1.
fn share(millis: i64, span: Seconds) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a window are far below 2^52")]
    let millis = millis.max(0) as f64;
    (millis / (f64::from(span.0.max(1)) * 1_000.0)).min(1.0)
}

fn fit(one: &Place, other: &Place, rules: &DuplicateRules) -> Fit {
    let mut fit = Fit::default();
    if let (Some((a, a_radius)), Some((b, b_radius))) = (one.spot, other.spot) {
        let (apart, slack) = (distance_m(a, b), a_radius + b_radius);
        let gap = (apart - slack).max(0.0);
        (fit.distance_m, fit.gap_m) = (Some(apart), Some(gap));
        let close = (1.0 - gap / rules.reach_m).max(0.0);
        // A cell of some kilometres holds many things; that one of them lies in it says little.
        let sure = 2.0 * rules.reach_m / (2.0 * rules.reach_m + slack);
        fit.near = close * sure;
    }
    let known_apart = fit.gap_m.is_some_and(|gap| gap > rules.reach_m);
    fit.area = match (&one.area, &other.area) {
        (Some(one), Some(other)) if !known_apart => area_fit(one, other),
        (Some(_) | None, Some(_) | None) => 0.0,
    };
    fit.landmark = landmark_fit(one, other);
    let elsewhere = known_apart || (one.area.is_some() && other.area.is_some() && fit.area == 0.0);
    if elsewhere {
        fit.landmark *= LANDMARK_ELSEWHERE;
    }
    fit
}

/// The same desa says more than the same kecamatan.
fn area_fit(one: &AreaCode, other: &AreaCode) -> f64 {
    const DESA: f64 = 0.5;
    const WITHIN: f64 = 0.3;
    let holds = |outer: &AreaCode, inner: &AreaCode| {
        inner.0.strip_prefix(outer.0.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    if one == other {
        let is_desa = crate::area::Level::of_code(one) == Some(crate::area::Level::Desa);
        return if is_desa { DESA } else { WITHIN };
    }
    let is_whole = |code: &AreaCode| crate::area::Level::of_code(code) == Some(crate::area::Level::Kabupaten);
    if is_whole(one) || is_whole(other) {
        0.0
    } else if holds(one, other) || holds(other, one) {
        WITHIN
    } else {
        0.0
    }
}

/// How many of the telling words agree, of those of the shorter text. One word alone says little: there is a market
/// in every desa.
fn landmark_fit(one: &Place, other: &Place) -> f64 {
    const ONE_WORD: f64 = 0.45;
    const ALL_WORDS: f64 = 0.9;
    const PART_MIN: f64 = 0.5;
    let shared = one.words.intersection(&other.words).count();
    let shorter = one.words.len().min(other.words.len());
    if shared == 0 {
        return 0.0;
    }
    #[allow(clippy::cast_precision_loss, reason = "words of two landmarks")]
    let part = shared as f64 / shorter as f64;
    if part < PART_MIN {
        return 0.0;
    }
    if shared == 1 { ONE_WORD * part } else { ALL_WORDS * part }
}

/// Whether a place lies where a master incident's calls come from.
fn reaches(fit: Fit, rules: &DuplicateRules) -> bool {
    fit.gap_m.map_or(fit.area > 0.0 || fit.landmark > 0.0, |gap| gap <= rules.mass_event.reach_m)
}
