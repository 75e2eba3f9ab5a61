//! What everybody may know: the service standard, the charter, that it costs nothing, where to complain, and how well the
//! centre does (Peraturan Bupati Bangka Selatan 22/2021 Pasal 22(2)), as a page and as open data.
//!
//! The figures are those of the reports, of the last thirty whole days, with small counts left out. Nobody is logged in
//! here: they are counted at most every quarter of an hour, whoever asks how often.

mod html;
mod suppress;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRef;
use dispatch_core::metrics::{By, Key, MetricsReport};
use dispatch_core::policy::Rules;
use dispatch_core::time::{Clock, Seconds, Timestamp, zone};
use incident_store::Store;
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::names::{NameBook, Names};
use crate::paper::CentreName;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::{ReportFigures, ReportFrame, ResponseReport};
use crate::wire::Time;

pub use html::page;
use suppress::{SMALLEST, alone, share, suppressed};

/// Whole days that are told.
const DAYS: u32 = 30;
const DAY_S: u32 = 86_400;
/// How long figures are told before they are counted again.
const HOLDS: Duration = Duration::from_secs(15 * 60);

static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// How the centre does, for everybody.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicPerformance {
    /// `sigap-public-performance`.
    pub format: &'static str,
    /// `1`.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// The government above; may be empty.
    pub government: String,
    /// When it was counted.
    pub generated_at: Time,
    /// From this moment.
    pub from: Time,
    /// Until before this one.
    pub to: Time,
    /// By whose clock the days are: a name of the tz database.
    pub zone: &'static str,
    /// Counts from 1 to below this are left out (null), and as many others as would give them away.
    pub suppressed_below: u64,
    /// Where the figures are defined.
    pub definitions: &'static str,
    /// Calls.
    pub calls: PublicCalls,
    /// Incidents.
    pub incidents: PublicIncidents,
    /// Intervals with what they are measured against.
    pub intervals: Vec<PublicInterval>,
}

/// Calls; null where there were too few to tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicCalls {
    /// All that came.
    pub offered: Option<u64>,
    /// Of them answered, 0 to 1.
    pub answered_share: Option<f64>,
    /// Of the answered, within 15 seconds, 0 to 1.
    pub answered_within_15s_share: Option<f64>,
    /// By what they turned out to be.
    pub outcomes: BTreeMap<String, Option<u64>>,
}

/// Incidents; null where there were too few to tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicIncidents {
    /// All that were opened.
    pub opened: Option<u64>,
    /// By category.
    pub by_category: Vec<PublicCount>,
    /// By kecamatan.
    pub by_area: Vec<PublicCount>,
}

/// A count with a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicCount {
    /// A letter, or a Kemendagri code; `none` for what has none.
    pub code: String,
    /// What to call it.
    pub name: String,
    /// How many; null when too few.
    pub count: Option<u64>,
}

/// An interval; null where there were too few cases to tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicInterval {
    /// What it is called, Indonesian.
    pub name: String,
    /// From which time stamp.
    pub from: &'static str,
    /// To which.
    pub to: &'static str,
    /// Cases.
    pub n: Option<u64>,
    /// Median, in seconds.
    pub p50_s: Option<f64>,
    /// 90th percentile, in seconds.
    pub p90_s: Option<f64>,
    /// What it is measured against.
    pub targets: Vec<PublicTarget>,
}

/// An objective: the service standard.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicTarget {
    /// Only of this priority or function; empty for all.
    pub of: String,
    /// So many per cent within the limit; null when the mean must be.
    pub percent: Option<u8>,
    /// The limit.
    pub within_s: u32,
    /// Who says so.
    pub source: String,
    /// Share within the limit, 0 to 1.
    pub share: Option<f64>,
}

/// Counted last, and when.
type Kept = Arc<Mutex<Option<(Timestamp, Arc<PublicPerformance>)>>>;

/// Keeps the figures for everybody.
#[derive(Clone, Default)]
pub struct PublicFigures(Kept);

/// Counts for everybody.
#[derive(Clone)]
pub struct PublicDoor {
    kept: PublicFigures,
    store: Store,
    names: NameBook,
    clock: Clock,
    centre: CentreName,
}

impl FromRef<ApiState> for PublicDoor {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            kept: FromRef::from_ref(state),
            store: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            centre: FromRef::from_ref(state),
        }
    }
}

impl PublicDoor {
    /// How the centre calls itself.
    pub const fn centre(&self) -> &CentreName {
        &self.centre
    }

    /// The figures, a quarter of an hour old at most; older ones while the store is away.
    ///
    /// # Errors
    /// When the store is away and nothing was counted before.
    pub async fn figures(&self) -> Result<Arc<PublicPerformance>, Problem> {
        let _turn = ONE_AT_A_TIME.acquire().await.map_err(|_closed| Problem::new(Code::Internal))?;
        let now = self.clock.now();
        let known = self.kept.known();
        let holds_ms = i64::try_from(HOLDS.as_millis()).unwrap_or(i64::MAX);
        if let Some((at, figures)) = &known
            && now.millis_since(*at) < holds_ms
        {
            return Ok(figures.clone());
        }
        match (self.count(now).await, known) {
            (Ok(counted), _) => {
                let counted = Arc::new(counted);
                self.kept.keep(now, counted.clone());
                Ok(counted)
            }
            (Err(_away), Some((_, figures))) => Ok(figures),
            (Err(problem), None) => Err(problem),
        }
    }

    async fn count(&self, now: Timestamp) -> Result<PublicPerformance, Problem> {
        let names = self.names.now();
        let here = zone::here();
        let to = Timestamp::midnight_of(&now.date_in(here), here).unwrap_or(now);
        let from = to.before(Seconds(DAYS * DAY_S));
        let counted = self.store.ledger(from, to).await?;
        let rules = names.policy().rules.clone();
        let (ledger, objectives) = (counted.ledger, rules.objectives.clone());
        let made = tokio::task::spawn_blocking(move || {
            (ledger.report(Some(By::Category), here, &objectives), ledger.report(Some(By::Area), here, &[]))
        });
        let (by_category, by_area) = made.await.map_err(|_| Problem::new(Code::Internal))?;
        let frame = crate::reports::frame((from, to), None, counted.log_entries, &rules);
        Ok(self.told(&by_category, &by_area, frame, &names, now))
    }

    fn told(
        &self,
        by_category: &MetricsReport,
        by_area: &MetricsReport,
        frame: ReportFrame,
        names: &Names,
        now: Timestamp,
    ) -> PublicPerformance {
        let (from, to) = (frame.from, frame.to);
        let report = ResponseReport::of(frame, by_category, |_| None);
        PublicPerformance {
            format: "sigap-public-performance",
            version: 1,
            title: "Kinerja layanan darurat 112".to_owned(),
            publisher: self.centre.name.clone(),
            government: self.centre.government.clone(),
            generated_at: now.into(),
            from,
            to,
            zone: zone::here().name(),
            suppressed_below: SMALLEST,
            definitions: "docs/metrics.md",
            calls: calls(&report.total),
            incidents: PublicIncidents {
                opened: alone(report.total.incidents.opened),
                by_category: counts(by_category, &names.policy().rules, names),
                by_area: counts(by_area, &names.policy().rules, names),
            },
            intervals: intervals(&report.total),
        }
    }
}

impl PublicFigures {
    fn known(&self) -> Option<(Timestamp, Arc<PublicPerformance>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, at: Timestamp, figures: Arc<PublicPerformance>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, figures));
    }
}

fn calls(figures: &ReportFigures) -> PublicCalls {
    let calls = &figures.calls;
    let in_time = figures.service_levels.iter().find(|level| level.within_s == 15);
    let (names, counts): (Vec<_>, Vec<_>) =
        calls.dispositions.iter().map(|(name, count)| (name.clone(), *count)).unzip();
    PublicCalls {
        offered: alone(calls.offered),
        answered_share: share(calls.answered, calls.offered),
        answered_within_15s_share: in_time.and_then(|level| share(level.answered_within, level.answered)),
        outcomes: names.into_iter().zip(suppressed(&counts)).collect(),
    }
}

fn counts(report: &MetricsReport, rules: &Rules, names: &Names) -> Vec<PublicCount> {
    let opened: Vec<u64> = report.groups.iter().map(|group| group.figures.incidents.opened).collect();
    let named = |key: &Key| match key {
        Key::Category(category) => {
            let name = rules.category(*category).map(|rule| rule.label_local.clone());
            (category.letter().to_owned(), name.unwrap_or_default())
        }
        Key::Area(area) => (area.0.clone(), names.area(area).unwrap_or(&area.0).to_owned()),
        Key::Agency(_) | Key::Hour(_) | Key::Day(_) | Key::CallTaker(_) | Key::Other => {
            ("none".to_owned(), "tidak diketahui".to_owned())
        }
    };
    let told = report.groups.iter().zip(suppressed(&opened)).map(|(group, count)| {
        let (code, name) = named(&group.key);
        PublicCount { code, name, count }
    });
    // Calls without an incident have a group of their own; it has no incidents to tell of.
    told.filter(|one| one.count != Some(0) || one.code != "none").collect()
}

fn intervals(figures: &ReportFigures) -> Vec<PublicInterval> {
    let interval = |one: &crate::views::IntervalView| {
        let tells = one.n >= SMALLEST;
        let target = |target: &crate::views::TargetView| {
            let of = [target.priority.map(|priority| priority.0.code().to_owned()), target.function.clone()];
            PublicTarget {
                of: of.into_iter().flatten().collect::<Vec<_>>().join(", "),
                percent: target.percent,
                within_s: target.within_s,
                source: target.source.clone(),
                share: share(target.within, target.n),
            }
        };
        PublicInterval {
            name: crate::reports::interval_word(one.interval.0).to_owned(),
            from: one.from,
            to: one.to,
            n: alone(one.n),
            p50_s: one.p50_s.filter(|_| tells),
            p90_s: one.p90_s.filter(|_| tells),
            targets: one.targets.iter().map(target).collect(),
        }
    };
    figures.intervals.iter().map(interval).collect()
}
