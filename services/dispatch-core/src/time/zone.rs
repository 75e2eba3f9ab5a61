//! By which clock the people in the room live. Indonesia has three zones and no summer time.
//!
//! A centre stands in one of them for good, so it is a constant of the process as WIB was: said once at the start, before
//! anything is decided. What is stored is UTC; numbers that hold a year or a day are stored as they were given.

use std::str::FromStr;
use std::sync::OnceLock;

/// A zone of Indonesia.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zone {
    /// Western Indonesia Time, UTC+7.
    Wib,
    /// Central Indonesia Time, UTC+8.
    Wita,
    /// Eastern Indonesia Time, UTC+9.
    Wit,
}

static HERE: OnceLock<Zone> = OnceLock::new();

/// Says where the centre is. The first word holds.
pub fn stand_in(zone: Zone) {
    HERE.get_or_init(|| zone);
}

/// Where the centre is; WIB when nobody said.
pub fn here() -> Zone {
    HERE.get().copied().unwrap_or(Zone::Wib)
}

impl Zone {
    /// Its name in the tz database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wib => "Asia/Jakarta",
            Self::Wita => "Asia/Makassar",
            Self::Wit => "Asia/Jayapura",
        }
    }

    /// What people write behind a time.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// Minutes that it is ahead of UTC.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::Wib => 7 * 60,
            Self::Wita => 8 * 60,
            Self::Wit => 9 * 60,
        }
    }
}

/// A text names no zone of Indonesia.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT)")]
pub struct NoZone;

impl FromStr for Zone {
    type Err = NoZone;

    fn from_str(text: &str) -> Result<Self, NoZone> {
        match text {
            "Asia/Jakarta" | "Asia/Pontianak" => Ok(Self::Wib),
            "Asia/Makassar" => Ok(Self::Wita),
            "Asia/Jayapura" => Ok(Self::Wit),
            _ => Err(NoZone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_zones_are_read_by_their_names() {
        for zone in [Zone::Wib, Zone::Wita, Zone::Wit] {
            assert_eq!(zone.name().parse(), Ok(zone));
        }
        assert_eq!("Asia/Pontianak".parse(), Ok(Zone::Wib));
        for wrong in ["", "WIB", "Asia/Singapore", "+07:00"] {
            assert!(wrong.parse::<Zone>().is_err(), "{wrong}");
        }
    }
}
