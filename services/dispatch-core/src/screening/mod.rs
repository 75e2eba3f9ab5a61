//! How credible a call is: a score from what is known of its number, its trunk and the call itself.
//!
//! Nobody is ever refused for it. The class orders the queue, and every class has its guaranteed share of the
//! answers ([`crate::acd`]); a suspect call may be asked a question. What is held against a call is said with it
//! ([`ScreenReason`]), runs out by itself, and is outweighed by an incident that the number reported before.
//!
//! [`Screener::arrived`] counts a call and gives its [`Signs`]; whoever has the call adds what it shows (silence,
//! the answer to the challenge) and asks [`Signs::screening`] again.

mod book;
mod rule;

use crate::call::fact::{CallerClass, ScreenReason};
use crate::time::Seconds;

pub use book::{PASTS_MAX, Past, Repeats, Screener};
pub use rule::{
    NumberRefusal, NumberRule, NumberRuleKind, RESTRICTED_MAX, TREATED_ALIKE_MAX, check as check_rule,
};

/// For so long a number is treated like any other once a supervisor said so.
pub const LIFTED_FOR: Seconds = Seconds(86_400);
/// From this score on a call is suspect.
const SUSPECT_FROM: i32 = 50;
/// Down to this score and below it is likely.
const LIKELY_FROM: i32 = -20;

/// What is known of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Signs {
    /// The call names a number.
    pub has_number: bool,
    /// How often the number called, this call included.
    pub repeats: Repeats,
    /// Earlier calls of the number that were disposed of as pranks.
    pub pranks: u32,
    /// Earlier calls of the number in which nobody spoke.
    pub ghosts: u32,
    /// Incidents that the number reported.
    pub incidents: u32,
    /// The trunk delivers far more calls than it uses to.
    pub trunk_burst: bool,
    /// An incident is open that many may call about.
    pub incident_nearby: bool,
    /// Nobody spoke although there was time to.
    pub silent: bool,
    /// A supervisor wants its number, or this call, treated like any other.
    pub restriction_lifted: bool,
    /// A supervisor holds against its number what earlier calls did.
    pub restricted: bool,
    /// The answer to the challenge: passed or not; `None` when it was not put.
    pub challenge_passed: Option<bool>,
}

/// What follows from the signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Screening {
    /// In which class the call waits.
    pub class: CallerClass,
    /// Above zero speaks against it, below for it.
    pub score: i32,
    /// What counted, in the order of [`ScreenReason`].
    pub because: Vec<ScreenReason>,
}

impl Signs {
    /// Weighs the signs.
    pub fn screening(&self) -> Screening {
        let weights = [
            // Who hears no answer redials every 15 s: four a minute are nobody's fault.
            (ScreenReason::RepeatMinute, step(self.repeats.minute, &[(5, 20), (8, 60)])),
            // A bot that dials every half minute has 20 after ten minutes, 30 after a quarter of an hour.
            (ScreenReason::RepeatHour, step(self.repeats.hour, &[(20, 30), (30, 60)])),
            (ScreenReason::RepeatDay, step(self.repeats.day, &[(60, 30), (100, 60)])),
            (ScreenReason::EarlierPrank, step(self.pranks, &[(1, 15), (2, 30), (3, 50)])),
            // A telephone in a pocket calls, too.
            (ScreenReason::EarlierGhost, step(self.ghosts, &[(2, 10), (4, 20), (8, 30)])),
            (ScreenReason::EarlierIncident, step(self.incidents, &[(1, -30), (2, -50), (4, -70)])),
            // A telephone without a SIM card may call 112 and has no number: alone it says nothing.
            (ScreenReason::NoNumber, if self.has_number { 0 } else { 20 }),
            (ScreenReason::TrunkBurst, if self.trunk_burst { 25 } else { 0 }),
            (ScreenReason::IncidentNearby, if self.incident_nearby { -40 } else { 0 }),
            (ScreenReason::Silence, if self.silent { 20 } else { 0 }),
            (ScreenReason::ChallengePassed, if self.challenge_passed == Some(true) { -80 } else { 0 }),
            (ScreenReason::ChallengeFailed, if self.challenge_passed == Some(false) { 30 } else { 0 }),
            (ScreenReason::RestrictionLifted, if self.restriction_lifted { -20 } else { 0 }),
            (ScreenReason::Restricted, if self.restricted { 60 } else { 0 }),
        ];
        let score = weights.iter().map(|(_, weight)| weight).sum();
        let because =
            weights.into_iter().filter(|(_, weight)| *weight != 0).map(|(reason, _)| reason).collect();
        let class = match score {
            // Whoever reported something real is heard like anybody, whatever else they did; so is everybody for whom
            // a supervisor says so.
            SUSPECT_FROM.. if self.incidents == 0 && !self.restriction_lifted => CallerClass::Suspect,
            SUSPECT_FROM.. => CallerClass::Unknown,
            ..=LIKELY_FROM => CallerClass::Likely,
            _between => CallerClass::Unknown,
        };
        Screening { class, score, because }
    }
}

/// The weight of the highest step that `count` has reached.
fn step(count: u32, steps: &[(u32, i32)]) -> i32 {
    steps.iter().rev().find(|(from, _)| count >= *from).map_or(0, |(_, weight)| *weight)
}
