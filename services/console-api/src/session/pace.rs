//! How much the crew of one unit may say: whoever has a link may be anybody, and each report is written into the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dispatch_core::ids::UnitId;
use dispatch_core::time::{Seconds, Timestamp};

use crate::limits::{CREW_REPORTS_PER_MINUTE_MAX, CREWS_COUNTED_MAX};
use crate::problem::{Code, Problem};

/// How long a count holds.
const MINUTE: Seconds = Seconds(60);

/// Reports of crews in their present minute, in bounded memory. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    counted: Arc<Mutex<BTreeMap<UnitId, (Timestamp, u32)>>>,
}

impl Pace {
    /// Counts one report.
    ///
    /// # Errors
    /// `too_many_reports`, with the time after which another one is taken.
    pub fn take(&self, unit: UnitId, now: Timestamp) -> Result<(), Problem> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= CREWS_COUNTED_MAX {
            counted.retain(|_, (since, _)| now < since.after(MINUTE));
        }
        let (since, count) = counted.entry(unit).or_insert((now, 0));
        if now >= since.after(MINUTE) {
            (*since, *count) = (now, 0);
        }
        if *count >= CREW_REPORTS_PER_MINUTE_MAX {
            let left = since.after(MINUTE).millis_since(now).max(0).unsigned_abs().div_ceil(1_000);
            return Err(Problem::new(Code::TooManyReports).retry_after(left));
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_unit_has_its_own_count_and_a_minute_later_a_new_one() {
        let pace = Pace::default();
        let (one, other) = (UnitId(Uuid::from_u128(1)), UnitId(Uuid::from_u128(2)));
        let start = Timestamp::from_micros(1_000_000);
        (0..CREW_REPORTS_PER_MINUTE_MAX).for_each(|_| pace.take(one, start).unwrap());
        let refused = pace.take(one, start.after(Seconds(59))).unwrap_err();
        assert_eq!(refused.code(), Code::TooManyReports);
        pace.take(other, start).unwrap();
        pace.take(one, start.after(Seconds(60))).unwrap();
    }
}
