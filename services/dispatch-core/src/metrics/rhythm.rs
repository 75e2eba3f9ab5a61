//! When calls come: by the hours of the week, and day by day.

use std::collections::BTreeMap;

use super::ledger::Ledger;
use crate::time::{Timestamp, Zone};

/// Hours of a day, days of a week.
const HOURS: usize = 24;
const DAYS: usize = 7;

/// When calls and incidents came.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Rhythm {
    /// Calls by day of the week (Monday first) and hour.
    pub week: [[u64; HOURS]; DAYS],
    /// The days on which something came, in order.
    pub days: Vec<DayCount>,
}

/// A day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayCount {
    /// Which, `YYYY-MM-DD`.
    pub day: String,
    /// Calls that came.
    pub calls: u64,
    /// Incidents that were opened.
    pub incidents: u64,
}

impl Ledger {
    /// When calls and incidents came, by the clocks of a zone.
    pub fn rhythm(&self, zone: Zone) -> Rhythm {
        let mut week = [[0; HOURS]; DAYS];
        // By the number of the day: a text for each call of a year would be a text too many.
        let mut days: BTreeMap<i64, (Timestamp, u64, u64)> = BTreeMap::new();
        for call in self.calls() {
            let at = call.at();
            let day = days.entry(at.day_in(zone)).or_insert((at, 0, 0));
            day.1 += 1;
            let hour = usize::from(at.minute_of_day_in(zone) / 60);
            if let Some(count) = week.get_mut(weekday(at.day_in(zone))).and_then(|day| day.get_mut(hour)) {
                *count += 1;
            }
        }
        for incident in self.incidents() {
            days.entry(incident.at().day_in(zone)).or_insert((incident.at(), 0, 0)).2 += 1;
        }
        let counted = |(at, calls, incidents): (Timestamp, u64, u64)| DayCount {
            day: at.date_in(zone),
            calls,
            incidents,
        };
        Rhythm { week, days: days.into_values().map(counted).collect() }
    }
}

/// The place in the week, Monday first: the first day of the epoch was a Thursday.
const fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_place_in_the_week() {
        let day = |text: &str| weekday(Timestamp::midnight_of(text, Zone::Wib).unwrap().day_in(Zone::Wib));
        assert_eq!(day("2026-11-23"), 0);
        assert_eq!(day("2026-11-29"), 6);
        assert_eq!(day("1969-12-29"), 0);
    }
}
