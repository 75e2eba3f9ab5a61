//! Live figures.

use std::collections::BTreeMap;

use dispatch_core::category::Priority;
use dispatch_core::time::Timestamp;
use incident_store::{Mode, WallboardFigures};
use serde::Serialize;
use utoipa::ToSchema;

use crate::names::Names;
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
    /// Calls of today (WIB) that were answered within 15 seconds.
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
    /// Open assignments by agency.
    pub open_by_agency: Vec<AgencyLoad>,
    /// Whether the store works.
    pub mode: SystemMode,
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

impl Wallboard {
    /// The view of the figures as counted at `now`.
    #[allow(clippy::cast_precision_loss)] // fewer than 2^53 calls a day
    pub fn of(figures: &WallboardFigures, mode: Mode, now: Timestamp, names: &Names) -> Self {
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
            open_by_agency: figures.open_by_agency.iter().map(|load| agency_load(load, names)).collect(),
            mode: mode.into(),
        }
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
