//! A time of the week as the clocks in the room show it, as people write it: `senin 10:00`.

use std::str::FromStr;

use dispatch_core::time::{Timestamp, Zone};

const DAYS: [&str; 7] = ["minggu", "senin", "selasa", "rabu", "kamis", "jumat", "sabtu"];
const MINUTE_MICROS: i64 = 60_000_000;
const WEEK_MINUTES: i64 = 7 * 24 * 60;
/// 1970-01-01 was a Thursday, four days after a Sunday.
const EPOCH_MINUTES: i64 = 4 * 24 * 60;

/// Minutes since Sunday, 00:00.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeeklyTime(i64);

/// A text is no time of the week.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("\"{0}\" is no day and time, as in senin 10:00")]
pub struct NotATime(String);

impl FromStr for WeeklyTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let parse = || {
            let (day, time) = text.trim().split_once(' ')?;
            let day = DAYS.iter().position(|name| name.eq_ignore_ascii_case(day))?;
            let (hour, minute) = time.trim().split_once(':')?;
            let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
            let right = hour < 24 && minute < 60;
            right.then(|| i64::try_from(day).unwrap_or(0) * 1_440 + i64::from(hour) * 60 + i64::from(minute))
        };
        parse().map(Self).ok_or_else(|| NotATime(text.to_owned()))
    }
}

impl WeeklyTime {
    /// The last time that it was in a zone, at or before `now`.
    pub const fn last_before(self, now: Timestamp, zone: Zone) -> Timestamp {
        let minutes = now.as_micros().div_euclid(MINUTE_MICROS) + zone.minutes() + EPOCH_MINUTES;
        let since = (minutes - self.0).rem_euclid(WEEK_MINUTES);
        let minute = now.as_micros().div_euclid(MINUTE_MICROS) - since;
        Timestamp::from_micros(minute * MINUTE_MICROS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_monday_at_ten_is_found_in_wib() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let monday: WeeklyTime = "Senin 10:00".parse().unwrap();
        // 2026-11-23 is a Monday; 10.00 WIB is 3.00 UTC.
        for now in ["2026-11-23T03:00:00Z", "2026-11-23T03:00:59Z", "2026-11-29T20:00:00Z"] {
            assert_eq!(monday.last_before(at(now), Zone::Wib), at("2026-11-23T03:00:00Z"), "{now}");
        }
        assert_eq!(monday.last_before(at("2026-11-23T02:59:59Z"), Zone::Wib), at("2026-11-16T03:00:00Z"));
        let sunday: WeeklyTime = "minggu 00:30".parse().unwrap();
        assert_eq!(sunday.last_before(at("2026-11-22T10:00:00Z"), Zone::Wib), at("2026-11-21T17:30:00Z"));
        assert_eq!(monday.last_before(at("2026-11-23T02:59:59Z"), Zone::Wita), at("2026-11-23T02:00:00Z"));
        assert_eq!(monday.last_before(at("2026-11-23T00:59:59Z"), Zone::Wit), at("2026-11-16T01:00:00Z"));
        for wrong in ["", "senin", "monday 10:00", "senin 24:00", "senin 10", "senin 10:60"] {
            assert!(wrong.parse::<WeeklyTime>().is_err(), "{wrong}");
        }
    }
}
