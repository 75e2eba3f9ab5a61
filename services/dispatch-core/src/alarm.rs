//! What sounds at the consoles, counted against the budget of EEMUA publication 191 (third edition, 2013): a person
//! who hears more than that hears nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::time::Timestamp;

/// The length of a window, in seconds: EEMUA 191 counts in ten minutes.
pub const WINDOW_S: i64 = 600;
/// Alarms in ten minutes that a person can live with all day.
pub const STEADY_MAX: u32 = 1;
/// Alarms in ten minutes that a person can still answer after an upset; more are a flood, and are grouped.
pub const UPSET_MAX: u32 = 10;
/// Alarms that one console can report of one window; what sounds repeats every five seconds at the most often.
pub const COUNT_MAX: u32 = 1_000;

/// A pattern that a console plays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmSound {
    /// A call rings. It is the work itself and no alarm.
    Ring,
    /// An incident of priority P1 waits for a person.
    P1,
    /// Of priority P2.
    P2,
    /// Of priority P3: one soft pulse.
    P3,
    /// Many wait, and sound as one.
    Flood,
    /// Something escalated, or a crew asked for help.
    Escalation,
    /// The line to the server is cut.
    Cut,
}

impl AlarmSound {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ring, Self::P1, Self::P2, Self::P3, Self::Flood, Self::Escalation, Self::Cut];
}

/// How often each pattern began to sound at one console in one window. A pattern that repeats until somebody answers
/// began once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlarmWindow {
    /// When the window began: a whole multiple of [`WINDOW_S`].
    pub from: Timestamp,
    /// How often each began.
    pub begun: BTreeMap<AlarmSound, u32>,
    /// For how many seconds of it the console was muted.
    pub muted_s: u32,
}

impl AlarmWindow {
    /// Whether it can be one: aligned, counted, and no longer muted than it is long.
    pub fn is_sound(&self) -> bool {
        self.from.as_micros().rem_euclid(WINDOW_S * 1_000_000) == 0
            && i64::from(self.muted_s) <= WINDOW_S
            && self.begun.values().all(|count| *count <= COUNT_MAX)
    }

    /// How many alarms began; ringing calls are none.
    pub fn alarms(&self) -> u32 {
        self.begun.iter().filter(|(sound, _)| **sound != AlarmSound::Ring).map(|(_, count)| count).sum()
    }
}

/// What one person heard in some time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlarmLoad {
    /// Who.
    pub user: UserId,
    /// How many windows had an alarm or a mute. Silent ones are not reported.
    pub windows: u32,
    /// Alarms in all.
    pub alarms: u32,
    /// Alarms in the worst window.
    pub peak: u32,
    /// Windows above what a person can live with all day ([`STEADY_MAX`]).
    pub above_steady: u32,
    /// Windows above what a person can answer ([`UPSET_MAX`]).
    pub floods: u32,
    /// Seconds in which the console was muted.
    pub muted_s: u32,
    /// Alarms by pattern.
    pub by_sound: BTreeMap<AlarmSound, u32>,
}

/// Adds the windows up, one load a person, the loudest first. What several pages of one person report of one window
/// reached the same ears.
pub fn loads<'a>(windows: impl IntoIterator<Item = (UserId, &'a AlarmWindow)>) -> Vec<AlarmLoad> {
    let mut heard: BTreeMap<(UserId, Timestamp), AlarmWindow> = BTreeMap::new();
    for (user, window) in windows {
        let quiet = || AlarmWindow { from: window.from, begun: BTreeMap::new(), muted_s: 0 };
        let all = heard.entry((user, window.from)).or_insert_with(quiet);
        all.muted_s = all.muted_s.max(window.muted_s);
        for (sound, count) in &window.begun {
            let sum = all.begun.entry(*sound).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
    let mut of: BTreeMap<UserId, AlarmLoad> = BTreeMap::new();
    for ((user, _), window) in heard {
        let alarms = window.alarms();
        let load = of.entry(user).or_insert_with(|| AlarmLoad {
            user,
            windows: 0,
            alarms: 0,
            peak: 0,
            above_steady: 0,
            floods: 0,
            muted_s: 0,
            by_sound: BTreeMap::new(),
        });
        load.windows += 1;
        load.alarms = load.alarms.saturating_add(alarms);
        load.peak = load.peak.max(alarms);
        load.above_steady += u32::from(alarms > STEADY_MAX);
        load.floods += u32::from(alarms > UPSET_MAX);
        load.muted_s = load.muted_s.saturating_add(window.muted_s);
        for (sound, count) in window.begun.iter().filter(|(sound, _)| **sound != AlarmSound::Ring) {
            let sum = load.by_sound.entry(*sound).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
    let mut loads: Vec<_> = of.into_values().collect();
    loads.sort_by_key(|load| std::cmp::Reverse((load.alarms, load.peak)));
    loads
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn window(tens: i64, begun: &[(AlarmSound, u32)]) -> AlarmWindow {
        let from = Timestamp::from_micros(tens * WINDOW_S * 1_000_000);
        AlarmWindow { from, begun: begun.iter().copied().collect(), muted_s: 60 }
    }

    #[test]
    fn a_ringing_call_is_no_alarm_and_the_worst_window_is_told() {
        let (one, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let windows = [
            (one, window(1, &[(AlarmSound::Ring, 40), (AlarmSound::P1, 1)])),
            (one, window(2, &[(AlarmSound::P2, 9), (AlarmSound::Cut, 2)])),
            (other, window(1, &[(AlarmSound::Ring, 90)])),
            // A second page of the same person.
            (one, window(2, &[(AlarmSound::P2, 1)])),
        ];
        let loads = loads(windows.iter().map(|(user, window)| (*user, window)));
        assert_eq!((loads[0].user, loads[0].alarms, loads[0].peak), (one, 13, 12));
        assert_eq!((loads[0].above_steady, loads[0].floods, loads[0].muted_s), (1, 1, 120));
        assert_eq!(loads[0].by_sound[&AlarmSound::P2], 10);
        assert!(!loads[0].by_sound.contains_key(&AlarmSound::Ring));
        assert_eq!((loads[1].user, loads[1].alarms, loads[1].windows), (other, 0, 1));
    }

    #[test]
    fn a_window_that_cannot_be_is_refused() {
        assert!(window(3, &[(AlarmSound::P1, COUNT_MAX)]).is_sound());
        assert!(!window(3, &[(AlarmSound::P1, COUNT_MAX + 1)]).is_sound());
        let shifted = AlarmWindow { from: Timestamp::from_micros(1), ..window(0, &[]) };
        assert!(!shifted.is_sound());
        assert!(!AlarmWindow { muted_s: 601, ..window(0, &[]) }.is_sound());
    }
}
