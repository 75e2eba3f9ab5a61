//! A seeded city: who calls, when, from where, why, and how patient they are.
//!
//! The shares are those that Indonesian centres publish: more than half of all calls break off, a fifth is
//! silence or a prank, and the emergencies are a few in a hundred. The same seed gives the same city.

mod places;
mod statements;

use std::time::Duration;

use serde::Deserialize;

pub use places::Place;
pub use statements::Statement;

use crate::seeded::Seeded;

/// What shares of the calls end how. They are weights: they need not add up to 1.
#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// Breaks off before or just after the answer.
    pub break_off: f64,
    /// Says nothing, or plays a prank, half and half.
    pub silent_or_prank: f64,
    /// Wants something, but it is no emergency.
    pub non_emergency: f64,
    /// Becomes an incident.
    pub incident: f64,
}

impl Default for Mix {
    /// 58 / 20 / 20 / 2 in a hundred (Jakarta 2024, Kota Batu 2024, Purworejo 2022 to 2024).
    fn default() -> Self {
        Self { break_off: 58.0, silent_or_prank: 20.0, non_emergency: 20.0, incident: 2.0 }
    }
}

/// Seconds, from and to.
pub type SecondsRange = (f64, f64);

/// How long people wait, talk and work. Compressed scenarios give smaller ones.
#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Patience {
    /// A caller who breaks off does so this long after dialling.
    pub break_off_after_s: SecondsRange,
    /// Everybody else hangs up by themselves this long after an answer.
    pub stays_s: SecondsRange,
    /// … and gives up when nothing at all answers for this long.
    pub unanswered_s: SecondsRange,
}

impl Default for Patience {
    fn default() -> Self {
        Self { break_off_after_s: (0.5, 12.0), stays_s: (20.0, 120.0), unanswered_s: (60.0, 90.0) }
    }
}

/// Many callers about one event (4.2 calls an incident in the Valencia flood of 2024).
#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storm {
    /// Share of the calls that are about the event, 0 to 1.
    pub share: f64,
    /// When it begins, seconds after the start.
    pub from_s: f64,
}

/// What makes a city.
#[derive(Clone, PartialEq, Debug)]
pub struct CityOptions {
    /// The seed.
    pub seed: u64,
    /// Calls in all.
    pub calls: usize,
    /// Mean arrivals a second.
    pub rate_per_s: f64,
    /// Shares of outcomes.
    pub mix: Mix,
    /// Waiting and talking.
    pub patience: Patience,
    /// One event that most call about.
    pub storm: Option<Storm>,
    /// Share of the calls that bring a location in the INVITE.
    pub located_share: f64,
    /// Numbers start here, so that two cities on one server have no number in common.
    pub first_number: u64,
}

impl CityOptions {
    /// A city with the default shares.
    pub fn new(seed: u64, calls: usize, rate_per_s: f64) -> Self {
        Self {
            seed,
            calls,
            rate_per_s,
            mix: Mix::default(),
            patience: Patience::default(),
            storm: None,
            located_share: 0.3,
            first_number: 0,
        }
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// The caller breaks off.
    BreaksOff,
    /// Nobody speaks.
    Silent,
    /// A prank.
    Prank,
    /// A question or a complaint.
    NonEmergency,
    /// An emergency.
    Incident,
}

/// One call of the city.
#[derive(Clone, PartialEq, Debug)]
pub struct CallPlan {
    /// Position in the city, from 0.
    pub index: usize,
    /// When the caller dials, after the start.
    pub at: Duration,
    /// The caller's number, `+62…`; nobody else in the city has it.
    pub number: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What the caller says.
    pub statement: &'static Statement,
    /// Where it happens.
    pub place: Place,
    /// Whether the INVITE brings the place.
    pub located: bool,
    /// Gives up ringing after this.
    pub unanswered_for: Duration,
    /// Hangs up this long after an answer.
    pub stays: Duration,
}

/// The calls of a city in the order of their arrival (Poisson).
pub fn calls(options: &CityOptions) -> Vec<CallPlan> {
    let mut chance = Seeded::new(options.seed);
    let event = Event {
        statement: statements::draw(Outcome::Incident, &mut chance),
        place: Place::draw(&mut chance),
    };
    let mut at_s = 0.0;
    (0..options.calls)
        .map(|index| {
            at_s += chance.exponential(1.0 / options.rate_per_s);
            one_call(options, &event, index, at_s, &mut chance)
        })
        .collect()
}

/// What a storm is about.
struct Event {
    statement: &'static Statement,
    place: Place,
}

fn one_call(options: &CityOptions, event: &Event, index: usize, at_s: f64, chance: &mut Seeded) -> CallPlan {
    let about_event = options.storm.is_some_and(|storm| at_s >= storm.from_s && chance.chance(storm.share));
    let mut outcome = draw_outcome(options.mix, chance);
    let mut statement = statements::draw(outcome, chance);
    let mut place = Place::draw(chance);
    if about_event {
        // In a storm people still break off, but nobody jokes and everybody talks of the same.
        if outcome != Outcome::BreaksOff {
            outcome = Outcome::Incident;
        }
        statement = event.statement;
        place = event.place.near(chance);
    }
    let patience = options.patience;
    let (unanswered_for, stays) = match outcome {
        Outcome::BreaksOff => {
            let after = draw_seconds(patience.break_off_after_s, chance);
            (after, after / 4)
        }
        Outcome::Silent | Outcome::Prank | Outcome::NonEmergency | Outcome::Incident => {
            (draw_seconds(patience.unanswered_s, chance), draw_seconds(patience.stays_s, chance))
        }
    };
    CallPlan {
        index,
        at: Duration::from_secs_f64(at_s),
        number: number(options.seed, options.first_number + index as u64),
        outcome,
        statement,
        place,
        located: chance.chance(options.located_share),
        unanswered_for,
        stays,
    }
}

fn draw_outcome(mix: Mix, chance: &mut Seeded) -> Outcome {
    let all = mix.break_off + mix.silent_or_prank + mix.non_emergency + mix.incident;
    let mut rest = chance.unit() * all;
    for (share, outcome) in [
        (mix.break_off, Outcome::BreaksOff),
        (mix.silent_or_prank / 2.0, Outcome::Silent),
        (mix.silent_or_prank / 2.0, Outcome::Prank),
        (mix.non_emergency, Outcome::NonEmergency),
    ] {
        if rest < share {
            return outcome;
        }
        rest -= share;
    }
    Outcome::Incident
}

fn draw_seconds((from, to): SecondsRange, chance: &mut Seeded) -> Duration {
    Duration::from_secs_f64(chance.between(from, to.max(from)).max(0.0))
}

/// Numbers that look drawn but never repeat within 10^8 of them: multiplication by a number that shares no
/// factor with 10^8 is a permutation.
fn number(seed: u64, n: u64) -> String {
    const SPACE: u64 = 100_000_000;
    let digits = (n % SPACE * 61_234_567 + seed % SPACE * 7_919) % SPACE;
    format!("+62812{digits:08}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_city() {
        let options = CityOptions::new(112, 2_000, 5.0);
        assert_eq!(calls(&options), calls(&options));
        assert_ne!(calls(&options), calls(&CityOptions { seed: 113, ..options }));
    }

    #[test]
    fn shares_arrivals_and_numbers_are_as_asked() {
        let city = calls(&CityOptions::new(3, 20_000, 10.0));
        let share =
            |wanted: Outcome| city.iter().filter(|call| call.outcome == wanted).count() as f64 / 20_000.0;
        assert!((share(Outcome::BreaksOff) - 0.58).abs() < 0.015);
        assert!((share(Outcome::Silent) - 0.10).abs() < 0.01);
        assert!((share(Outcome::NonEmergency) - 0.20).abs() < 0.01);
        assert!((share(Outcome::Incident) - 0.02).abs() < 0.005);
        let last = city.last().map_or(0.0, |call| call.at.as_secs_f64());
        assert!((last - 2_000.0).abs() < 60.0, "20,000 Poisson arrivals at 10/s took {last} s");
        assert!(city.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let numbers: BTreeSet<&str> = city.iter().map(|call| call.number.as_str()).collect();
        assert_eq!(numbers.len(), city.len());
    }

    #[test]
    fn two_cities_share_no_number_when_told_so() {
        let first = CityOptions::new(9, 500, 5.0);
        let second = CityOptions { first_number: 500, ..first.clone() };
        let numbers: BTreeSet<String> =
            calls(&first).into_iter().chain(calls(&second)).map(|call| call.number).collect();
        assert_eq!(numbers.len(), 1_000);
    }

    #[test]
    fn a_storm_is_about_one_event() {
        let storm = Some(Storm { share: 0.8, from_s: 10.0 });
        let city = calls(&CityOptions { storm, ..CityOptions::new(4, 5_000, 10.0) });
        let late: Vec<&CallPlan> = city.iter().filter(|call| call.at.as_secs_f64() > 10.0).collect();
        let mut by_statement = std::collections::BTreeMap::new();
        for call in &late {
            *by_statement.entry(call.statement.words).or_insert(0_usize) += 1;
        }
        let most = by_statement.values().max().copied().unwrap_or_default();
        assert!(most as f64 / late.len() as f64 > 0.75, "{most} of {}", late.len());
    }
}
