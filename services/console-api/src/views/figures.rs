//! Live figures.

use std::collections::BTreeMap;

use call_link::order::{TrunkNow, TrunkTestNow};
use dispatch_core::category::Priority;
use dispatch_core::erlang::call_takers_needed;
use dispatch_core::time::Timestamp;
use incident_store::{Mode, WallboardFigures};
use serde::Serialize;
use utoipa::ToSchema;

use crate::floor::Floor;
use crate::names::Names;
use crate::recordings::RecordingSpace;
use crate::wire::Time;

/// Whether the store takes what is handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SystemMode {
    /// It does.
    Normal,
    /// It does not: calls go on, forms are kept as drafts.
    Darurat,
}

impl From<Mode> for SystemMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Normal => Self::Normal,
            Mode::Darurat { .. } => Self::Darurat,
        }
    }
}

/// The live figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Wallboard {
    /// When they were counted.
    pub at: Time,
    /// Callers who wait for a person.
    pub calls_waiting: u64,
    /// How long the first of them has waited, in seconds.
    pub longest_waiting_s: Option<u64>,
    /// Calls of today (where the centre is) that were answered within 15 seconds.
    pub answered_within_15s: AnsweredInTime,
    /// Callers to be called back.
    pub call_backs_open: u64,
    /// Of them late.
    pub call_backs_overdue: u64,
    /// Open incidents.
    pub incidents_open: u64,
    /// By status.
    pub incidents_by_status: BTreeMap<String, u64>,
    /// Assignments that nobody has acknowledged.
    pub unacknowledged: Unacknowledged,
    /// How old the oldest of them is, in seconds.
    pub oldest_unacknowledged_s: Option<u64>,
    /// Call-takers.
    pub call_takers: CallTakers,
    /// How many call-takers are needed.
    pub staffing: Staffing,
    /// Open assignments by agency.
    pub open_by_agency: Vec<AgencyLoad>,
    /// The telephone part.
    pub voice: VoiceFigures,
    /// Whether the store works.
    pub mode: SystemMode,
    /// Since when the disaster mode is on; null when it is not. What it is about stands on the consoles of people.
    pub disaster_since: Option<Time>,
}

/// The live figures of the telephone part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VoiceFigures {
    /// People whose audio in the browser works.
    pub seats_connected: u64,
    /// People who are ready and have no console open: calls pass them by.
    pub seats_away: u64,
    /// Callers who hear music.
    pub calls_held: u64,
    /// Live calls of which at least a part is not recorded.
    pub without_recording: u64,
    /// How long the last in the queue may have to wait, in seconds; null while nobody waits or nothing can be said.
    pub wait_estimate_s: Option<u32>,
    /// Whether there is too little room for recordings.
    pub recordings_low: bool,
    /// MiB that are free for recordings; null when nobody can say.
    pub recordings_free_mib: Option<u64>,
    /// The trunks, as far as anything is known of them.
    pub trunks: Vec<TrunkFigures>,
}

/// A share with the number that it is a share of.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AnsweredInTime {
    /// 0 to 1; null when there was none.
    pub share: Option<f64>,
    /// Of how many.
    pub n: u64,
}

/// Assignments that nobody has acknowledged, by priority.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Unacknowledged {
    /// Merah.
    pub p1: u64,
    /// Kuning.
    pub p2: u64,
    /// Hijau.
    pub p3: u64,
    /// Putih.
    pub p0: u64,
}

/// How many call-takers there are.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CallTakers {
    /// Ready to take a call, or talking.
    pub ready: u64,
    /// On shift, taking none.
    pub paused: u64,
    /// Not on shift.
    pub off: u64,
    /// Talking to a caller.
    pub talking: u64,
}

/// How many call-takers are needed so that nine calls of ten are answered within 15 seconds (Erlang C).
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Staffing {
    /// Call-takers who are needed; null when more would be than any centre has.
    pub needed: Option<u32>,
    /// Call-takers who are ready or talk.
    pub present: u64,
    /// Calls of the last hour.
    pub calls_per_hour: u64,
    /// How long a call takes on average, its recording included, in seconds.
    pub handling_s: u32,
    /// From how many calls of the last four hours that is known; below 20 it is assumed.
    pub handled: u64,
}

/// An agency's open assignments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgencyLoad {
    /// Its name.
    pub agency: String,
    /// Its code.
    pub code: String,
    /// Open.
    pub open: u64,
    /// Of them not acknowledged.
    pub unacknowledged: u64,
}

/// A trunk, as the telephone part sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrunkFigures {
    /// Its name.
    pub name: String,
    /// Whether its other end answers; null while nobody has asked it.
    pub up: Option<bool>,
    /// The last test call; null when there was none.
    pub last_test: Option<TrunkTest>,
}

/// A test call over a trunk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrunkTest {
    /// When it ended.
    pub at: Time,
    /// Whether every step of it went as it should, audio included.
    pub passed: bool,
}

impl TrunkFigures {
    fn of(trunk: &TrunkNow) -> Self {
        let last_test = trunk.last_test.as_ref().map(TrunkTest::of);
        Self { name: trunk.name.clone(), up: trunk.up, last_test }
    }
}

impl TrunkTest {
    /// The test call.
    pub fn of(test: &TrunkTestNow) -> Self {
        Self { at: test.at.into(), passed: test.passed }
    }
}

impl VoiceFigures {
    /// The figures as of now.
    pub fn of(floor: &Floor, space: RecordingSpace) -> Self {
        let (now, counts) = (floor.now(), floor.counts());
        Self {
            seats_connected: now.seats.len() as u64,
            seats_away: now.away.len() as u64,
            calls_held: counts.held,
            without_recording: counts.without_recording,
            wait_estimate_s: now.longest_estimate_s(),
            recordings_low: space.low,
            recordings_free_mib: space.free_bytes.map(|bytes| bytes / (1024 * 1024)),
            trunks: now.trunks.iter().map(TrunkFigures::of).collect(),
        }
    }
}

impl Wallboard {
    /// The view of the figures as counted at `now`.
    #[allow(clippy::cast_precision_loss)] // fewer than 2^53 calls a day
    pub fn of(
        figures: &WallboardFigures,
        voice: VoiceFigures,
        (mode, disaster_since): (Mode, Option<Timestamp>),
        now: Timestamp,
        names: &Names,
    ) -> Self {
        let seconds = |since: Timestamp| u64::try_from(now.millis_since(since) / 1000).unwrap_or(0);
        let n = figures.answered_today;
        let share = (n > 0).then(|| figures.answered_within_15s as f64 / n as f64);
        let waiting = |priority| figures.unacknowledged.get(&priority).copied().unwrap_or(0);
        let status = |status| serde_json::to_value(status).ok()?.as_str().map(str::to_owned);
        let by_status = figures.incidents_by_status.iter();
        let taker = figures.call_takers;
        Self {
            at: now.into(),
            calls_waiting: figures.calls_waiting,
            longest_waiting_s: figures.waiting_since.map(seconds),
            answered_within_15s: AnsweredInTime { share, n },
            call_backs_open: figures.call_backs_open,
            call_backs_overdue: figures.call_backs_overdue,
            incidents_open: figures.incidents_by_status.values().sum(),
            incidents_by_status: by_status.filter_map(|(s, n)| Some((status(*s)?, *n))).collect(),
            unacknowledged: Unacknowledged {
                p1: waiting(Priority::P1),
                p2: waiting(Priority::P2),
                p3: waiting(Priority::P3),
                p0: waiting(Priority::P0),
            },
            oldest_unacknowledged_s: figures.unacknowledged_since.map(seconds),
            call_takers: CallTakers {
                ready: taker.ready,
                paused: taker.paused,
                off: taker.off,
                talking: taker.talking,
            },
            staffing: staffing(figures),
            open_by_agency: figures.open_by_agency.iter().map(|load| agency_load(load, names)).collect(),
            voice,
            mode: mode.into(),
            disaster_since: disaster_since.map(Time),
        }
    }
}

/// Below this many calls their mean says nothing.
const HANDLED_MIN: u64 = 20;
/// What a call is taken to need while nothing is known, in seconds: talking and writing it down.
const HANDLING_ASSUMED_S: u32 = 180;
/// NENA-STA-020.1-2020: 90 % within 15 seconds.
const ANSWERED_SHARE: f64 = 0.9;
const ANSWERED_WITHIN_S: f64 = 15.0;

#[allow(clippy::cast_precision_loss)] // fewer than 2^53 calls an hour
fn staffing(figures: &WallboardFigures) -> Staffing {
    let handled = figures.handled_lately;
    let mean = figures.handled_lately_us.checked_div(handled.saturating_mul(1_000_000)).unwrap_or(0);
    let known = u32::try_from(mean).ok().filter(|_| handled >= HANDLED_MIN);
    let handling_s = known.unwrap_or(HANDLING_ASSUMED_S);
    let calls_per_s = figures.arrived_lately as f64 / 3_600.0;
    let needed = call_takers_needed(calls_per_s, f64::from(handling_s), ANSWERED_WITHIN_S, ANSWERED_SHARE);
    Staffing {
        needed,
        present: figures.call_takers.ready.max(figures.call_takers.talking),
        calls_per_hour: figures.arrived_lately,
        handling_s,
        handled,
    }
}

fn agency_load(load: &incident_store::AgencyFigures, names: &Names) -> AgencyLoad {
    AgencyLoad {
        agency: names.agency(load.agency).map_or_else(|| load.code.0.clone(), |entry| entry.name.clone()),
        code: load.code.0.clone(),
        open: load.open,
        unacknowledged: load.unacknowledged,
    }
}
