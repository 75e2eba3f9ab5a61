//! Points in time and spans, as data. Nobody here asks what time it is.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use zone::Zone;

pub mod zone;

/// A point in time: microseconds since 1970-01-01 UTC. Stored as a number, shown as RFC 3339 with six
/// digits and `Z` (CONTRACT: times RFC 3339 in UTC with microseconds).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The point `span` later; stays at the end of time instead of wrapping.
    pub const fn after(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0 as i64 * 1_000_000))
    }

    /// The moment this long before.
    pub const fn before(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(span.0 as i64 * 1_000_000))
    }

    /// Whole milliseconds from `earlier` to `self`; negative when `self` is before it.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1000
    }

    /// Minutes after midnight where the centre is.
    pub fn minute_of_day_here(self) -> u16 {
        self.minute_of_day_in(zone::here())
    }

    /// The calendar year where the centre is.
    pub fn year_here(self) -> i16 {
        self.year_in(zone::here())
    }

    /// The calendar day where the centre is, `YYYY-MM-DD`.
    pub fn date_here(self) -> String {
        self.date_in(zone::here())
    }

    /// Minutes after midnight in a zone.
    pub const fn minute_of_day_in(self, zone: Zone) -> u16 {
        const DAY: i64 = 24 * 60;
        let minutes = self.0.div_euclid(60_000_000).saturating_add(zone.minutes());
        // Below 1440 whatever the time is.
        minutes.rem_euclid(DAY) as u16
    }

    /// The number of the calendar day in a zone; the day of the epoch is 0.
    pub const fn day_in(self, zone: Zone) -> i64 {
        self.shifted(zone).div_euclid(86_400_000_000)
    }

    /// The calendar year in a zone.
    pub fn year_in(self, zone: Zone) -> i16 {
        jiff::Timestamp::from_microsecond(self.shifted(zone))
            .map(|t| jiff::tz::Offset::UTC.to_datetime(t).year())
            .unwrap_or(1970)
    }

    /// The calendar day in a zone, `YYYY-MM-DD`.
    pub fn date_in(self, zone: Zone) -> String {
        jiff::Timestamp::from_microsecond(self.shifted(zone))
            .map(|t| jiff::tz::Offset::UTC.to_datetime(t).date().to_string())
            .unwrap_or_else(|_| "1970-01-01".to_owned())
    }

    /// When a day `YYYY-MM-DD` begins in a zone; none when the text is no day.
    pub fn midnight_of(day: &str, zone: Zone) -> Option<Self> {
        // Other spellings of a day are read by the library, too.
        let date = day.parse::<jiff::civil::Date>().ok().filter(|_| day.len() == "YYYY-MM-DD".len())?;
        let utc = jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(Self(utc.as_microsecond().saturating_sub(zone.minutes() * 60 * 1_000_000)))
    }

    const fn shifted(self, zone: Zone) -> i64 {
        self.0.saturating_add(zone.minutes() * 60 * 1_000_000)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t:.6}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_microsecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A span in whole seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

impl Seconds {
    /// `n` minutes.
    pub const fn minutes(n: u32) -> Self {
        Self(n.saturating_mul(60))
    }
}

/// Whom to ask for the time. The binary hands one in at start; a test hands in one that it moves by hand.
///
/// This crate defines the type and never calls it: a decision gets its time as an argument.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `source`.
    pub fn new(source: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// What it says now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_six_digits_and_reads_them_back() {
        let t = Timestamp::from_micros(1_795_315_199_000_001);
        let text = t.to_string();
        assert!(text.ends_with(".000001Z"), "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), t);
        assert_eq!(Timestamp::from_micros(0).to_string(), "1970-01-01T00:00:00.000000Z");
    }

    #[test]
    fn the_year_turns_at_midnight_in_wib() {
        let before: Timestamp = "2026-12-31T16:59:59.999999Z".parse().unwrap();
        let after: Timestamp = "2026-12-31T17:00:00Z".parse().unwrap();
        assert_eq!((before.year_here(), after.year_here()), (2026, 2027), "WIB when nothing was said");
        assert_eq!((before.date_here(), after.date_here()), ("2026-12-31".into(), "2027-01-01".into()));
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_zone() {
        let begins = |day, zone| Timestamp::midnight_of(day, zone).map(|at| at.to_string());
        assert_eq!(begins("2026-11-22", Zone::Wib).as_deref(), Some("2026-11-21T17:00:00.000000Z"));
        assert_eq!(begins("2026-11-22", Zone::Wit).as_deref(), Some("2026-11-21T15:00:00.000000Z"));
        for text in ["2026-02-30", "20261122", "2026-11-22T00:00", "kemarin", ""] {
            assert_eq!(begins(text, Zone::Wib), None, "{text}");
        }
    }

    #[test]
    fn the_day_turns_an_hour_earlier_in_wita_and_two_in_wit() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (zone, midnight) in [
            (Zone::Wib, "2026-12-31T17:00:00Z"),
            (Zone::Wita, "2026-12-31T16:00:00Z"),
            (Zone::Wit, "2026-12-31T15:00:00Z"),
        ] {
            let (after, before) = (at(midnight), at(midnight).before(Seconds(1)));
            assert_eq!((before.year_in(zone), after.year_in(zone)), (2026, 2027), "{zone:?}");
            assert_eq!(
                (before.date_in(zone), after.date_in(zone)),
                ("2026-12-31".into(), "2027-01-01".into())
            );
            assert_eq!((before.minute_of_day_in(zone), after.minute_of_day_in(zone)), (1_439, 0));
        }
    }
}
