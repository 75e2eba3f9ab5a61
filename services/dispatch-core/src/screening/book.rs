//! What is remembered of numbers and trunks: bounded; what is counted here is forgotten after a day, what the desk
//! has on record is told by it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Signs;
use crate::time::Timestamp;

/// Numbers that are remembered; above it the one that has been quiet for the longest time is forgotten. The
/// largest attack that was studied used 6,000 telephones.
const NUMBERS_MAX: usize = 16_384;
/// Numbers of which the desk's record is known: as many as it tells at most.
pub const PASTS_MAX: usize = 10_000;
/// Trunks that are counted. A centre has two or three.
const TRUNKS_MAX: usize = 64;
/// Calls of one number whose moment is remembered; more in a minute count as this many.
const MOMENTS_MAX: usize = 16;
const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
/// The hour is counted in slots of five minutes, the day in slots of an hour.
const HOUR_SLOT_US: i64 = 5 * MINUTE_US;
const HOUR_SLOTS: usize = 12;
const DAY_SLOT_US: i64 = 60 * MINUTE_US;
const DAY_SLOTS: usize = 24;
/// A trunk is watched in windows of ten seconds.
const WINDOW_US: i64 = 10 * SECOND_US;
/// So many calls in a window are a burst if they are also so many times the usual number.
const BURST_CALLS_MIN: u32 = 20;
const BURST_TIMES: f64 = 8.0;
/// How fast the usual number of calls follows: over an hour.
const USUAL_WEIGHT: f64 = 1.0 / 360.0;

/// How often a number called, this call included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Repeats {
    /// Within the last minute; counted up to 16.
    pub minute: u32,
    /// Within the last hour, to five minutes.
    pub hour: u32,
    /// Within the last day, to an hour.
    pub day: u32,
}

/// What earlier calls of a number turned out to be, as the desk has it on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Past {
    /// Calls that were disposed of as pranks.
    pub pranks: u32,
    /// Calls in which nobody spoke.
    pub ghosts: u32,
    /// Different incidents that they reported.
    pub incidents: u32,
    /// Until when a supervisor wants the number treated like any other.
    pub lifted_until: Option<Timestamp>,
    /// Until when a supervisor wants it weighed against the caller.
    pub restricted_until: Option<Timestamp>,
}

/// Counts calls by number and by trunk, and remembers what they turned out to be.
#[derive(Clone, Debug, Default)]
pub struct Screener {
    numbers: BTreeMap<u64, NumberLog>,
    /// The numbers by their last call, to forget the quietest first.
    by_last: BTreeSet<(Timestamp, u64)>,
    pasts: BTreeMap<u64, (u64, Past)>,
    /// The numbers with a past by when it was told, to forget what was told first.
    by_telling: BTreeMap<u64, u64>,
    tellings: u64,
    trunks: BTreeMap<String, TrunkLog>,
}

#[derive(Clone, Debug)]
struct NumberLog {
    last: Timestamp,
    moments: VecDeque<Timestamp>,
    hour: Slots<HOUR_SLOTS>,
    day: Slots<DAY_SLOTS>,
}

/// Counts in slots of time, of which the oldest is dropped as time goes on.
#[derive(Clone, Debug)]
struct Slots<const N: usize> {
    counts: [u16; N],
    newest: i64,
}

#[derive(Clone, Copy, Debug)]
struct TrunkLog {
    window: i64,
    calls: u32,
    /// Calls in the window before.
    before: u32,
    /// Calls in a window, as a rule.
    usual: f64,
}

impl Screener {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a call that arrives and says what is known of it. `number` is a keyed hash: no number is kept.
    pub fn arrived(&mut self, number: Option<u64>, trunk: &str, now: Timestamp) -> Signs {
        let trunk_burst = self.count_on_trunk(trunk, now);
        let Some(number) = number else { return Signs { trunk_burst, ..Signs::default() } };
        let past = self.pasts.get(&number).map(|(_, past)| *past).unwrap_or_default();
        let log = self.log_of(number, now);
        log.moments.push_back(now);
        if log.moments.len() > MOMENTS_MAX {
            log.moments.pop_front();
        }
        let minute_ago = now.as_micros() - MINUTE_US;
        log.moments.retain(|moment| moment.as_micros() > minute_ago);
        let repeats = Repeats {
            minute: u32::try_from(log.moments.len()).unwrap_or(u32::MAX),
            hour: log.hour.add(now.as_micros().div_euclid(HOUR_SLOT_US)),
            day: log.day.add(now.as_micros().div_euclid(DAY_SLOT_US)),
        };
        Signs {
            has_number: true,
            repeats,
            pranks: past.pranks,
            ghosts: past.ghosts,
            incidents: past.incidents,
            restriction_lifted: past.lifted_until.is_some_and(|until| now < until),
            restricted: past.restricted_until.is_some_and(|until| now < until),
            trunk_burst,
            ..Signs::default()
        }
    }

    /// What is on record of a number from now on. Of 10,000 numbers at most; those told first are forgotten first.
    pub fn knows(&mut self, number: u64, past: Past) {
        if let Some((telling, _)) = self.pasts.remove(&number) {
            self.by_telling.remove(&telling);
        }
        if past == Past::default() {
            return;
        }
        self.tellings += 1;
        self.pasts.insert(number, (self.tellings, past));
        self.by_telling.insert(self.tellings, number);
        if self.pasts.len() > PASTS_MAX
            && let Some((_, first)) = self.by_telling.pop_first()
        {
            self.pasts.remove(&first);
        }
    }

    /// A supervisor wants a number treated like any other, until then.
    pub fn lifted(&mut self, number: u64, until: Timestamp) {
        let known = self.pasts.get(&number).map(|(_, past)| *past).unwrap_or_default();
        self.knows(number, Past { lifted_until: Some(until), ..known });
    }

    /// Everything that is on record is about to be told again.
    pub fn forget_pasts(&mut self) {
        self.pasts.clear();
        self.by_telling.clear();
    }

    /// Of how many numbers a past is known.
    pub fn pasts(&self) -> usize {
        self.pasts.len()
    }

    /// How many numbers are remembered.
    pub fn numbers(&self) -> usize {
        self.numbers.len()
    }

    fn log_of(&mut self, number: u64, now: Timestamp) -> &mut NumberLog {
        let day_ago = Timestamp::from_micros(now.as_micros() - DAY_SLOT_US * DAY_SLOTS as i64);
        while let Some((last, quiet)) = self.by_last.first().copied() {
            let is_full = self.numbers.len() >= NUMBERS_MAX && !self.numbers.contains_key(&number);
            if last >= day_ago && !is_full {
                break;
            }
            self.by_last.pop_first();
            self.numbers.remove(&quiet);
        }
        let log = self.numbers.entry(number).or_insert_with(|| NumberLog::new(now));
        self.by_last.remove(&(log.last, number));
        log.last = log.last.max(now);
        self.by_last.insert((log.last, number));
        log
    }

    /// Counts a call of a trunk. Whether the trunk delivers far more than it uses to.
    fn count_on_trunk(&mut self, trunk: &str, now: Timestamp) -> bool {
        if self.trunks.len() >= TRUNKS_MAX && !self.trunks.contains_key(trunk) {
            return false;
        }
        let window = now.as_micros().div_euclid(WINDOW_US);
        let log = self.trunks.entry(trunk.to_owned()).or_insert(TrunkLog {
            window,
            calls: 0,
            before: 0,
            usual: 0.0,
        });
        log.turn_to(window);
        log.calls = log.calls.saturating_add(1);
        // A window that has just begun goes by the one before.
        let calls = log.calls.max(log.before);
        calls >= BURST_CALLS_MIN && f64::from(calls) >= BURST_TIMES * log.usual
    }
}

impl NumberLog {
    fn new(now: Timestamp) -> Self {
        Self {
            last: now,
            moments: VecDeque::new(),
            hour: Slots { counts: [0; HOUR_SLOTS], newest: 0 },
            day: Slots { counts: [0; DAY_SLOTS], newest: 0 },
        }
    }
}

impl<const N: usize> Slots<N> {
    /// Counts one in `slot` and says how many there are in all slots. A clock that went back counts as now.
    fn add(&mut self, slot: i64) -> u32 {
        let passed = usize::try_from(slot.saturating_sub(self.newest)).unwrap_or(0);
        if passed > 0 {
            self.newest = slot;
            self.counts.rotate_right(passed.min(N) % N);
            self.counts[..passed.min(N)].fill(0);
        }
        self.counts[0] = self.counts[0].saturating_add(1);
        self.counts.iter().map(|count| u32::from(*count)).sum()
    }
}

impl TrunkLog {
    /// Closes the window that is over. Windows without a call pull the usual number down.
    fn turn_to(&mut self, window: i64) {
        let passed = window.saturating_sub(self.window);
        if passed <= 0 {
            return;
        }
        self.usual += (f64::from(self.calls) - self.usual) * USUAL_WEIGHT;
        let empty = i32::try_from(passed - 1).unwrap_or(i32::MAX);
        self.usual *= (1.0 - USUAL_WEIGHT).powi(empty);
        let before = if passed == 1 { self.calls } else { 0 };
        (self.window, self.calls, self.before) = (window, 0, before);
    }
}
