//! The figures of a period.

use std::collections::BTreeMap;

use dispatch_core::metrics::{
    CallOutcome, DayCount, Figures, Group, IntervalFigures, Key, MetricsReport, ObjectiveFigures,
    ServiceLevel,
};
use dispatch_core::policy::Measure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{Counter, MetricInterval, Priority, Time};

/// Which period was counted, and by what.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportFrame {
    /// From this moment.
    pub from: Time,
    /// Until before this moment.
    pub to: Time,
    /// By what it is divided; null when it is not.
    pub by: Option<&'static str>,
    /// By whose clock hours and days are: a name of the tz database.
    pub zone: &'static str,
    /// The last entry of the supervision log that is counted: the figures can be computed again from an export.
    pub log_entries: Counter,
    /// The version of the rules whose objectives are measured.
    pub policy_version: Counter,
    /// Their decree.
    pub decree: String,
}

/// The figures of a period, whole and divided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResponseReport {
    /// Which period.
    #[serde(flatten)]
    pub frame: ReportFrame,
    /// All of it.
    pub total: ReportFigures,
    /// Its parts.
    pub groups: Vec<ReportGroup>,
    /// When calls and incidents came.
    pub rhythm: ReportRhythm,
}

/// When calls and incidents came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportRhythm {
    /// Seven days, Monday first, of twenty-four hours each: calls that came.
    pub week: Vec<Vec<u64>>,
    /// The days on which something came.
    pub days: Vec<ReportDay>,
}

/// A day of a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportDay {
    /// Which, `YYYY-MM-DD`.
    pub day: String,
    /// Calls that came.
    pub calls: u64,
    /// Incidents that were opened.
    pub incidents: u64,
}

/// A part of a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportGroup {
    /// Which: a letter, an id, a Kemendagri code, an hour `00` to `23`, a day; `none` for what has none.
    pub key: String,
    /// What to call it; null when it has no other name.
    pub label: Option<String>,
    /// Its figures.
    #[serde(flatten)]
    pub figures: ReportFigures,
}

/// Everything that is counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportFigures {
    /// The calls, without tests and those that the centre made.
    pub calls: CallCounts,
    /// Answered in time, by each limit.
    pub service_levels: Vec<ServiceLevelView>,
    /// Callers with a number who gave up after more than five seconds.
    pub call_backs: CallBackCounts,
    /// The incidents.
    pub incidents: IncidentCounts,
    /// The agencies that were asked, without mere copies.
    pub assignments: AssignmentCounts,
    /// Every interval.
    pub intervals: Vec<IntervalView>,
}

/// Calls, counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallCounts {
    /// All that came.
    pub offered: u64,
    /// Answered by a call-taker.
    pub answered: u64,
    /// Given up before anybody answered.
    pub abandoned: u64,
    /// Taken by somebody outside, because nobody was free.
    pub diverted: u64,
    /// Not answered for a reason on the centre's side.
    pub unreached: u64,
    /// Waiting now.
    pub waiting: u64,
    /// Given up, by how long the caller had waited.
    pub abandoned_after: AbandonedAfter,
    /// By what they turned out to be.
    pub dispositions: BTreeMap<String, u64>,
}

/// Calls that were given up, in bands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AbandonedAfter {
    /// Sooner than 5 s.
    pub under_5s: u64,
    /// 5 s and more, sooner than 10 s.
    pub from_5s: u64,
    /// 10 s and more, sooner than 30 s.
    pub from_10s: u64,
    /// 30 s and more.
    pub from_30s: u64,
}

/// Answered within a limit, by two ways of counting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServiceLevelView {
    /// The limit.
    pub within_s: u32,
    /// Calls answered within it.
    pub answered_within: u64,
    /// Of those that were answered (NENA): 0 to 1; null without calls.
    pub of_answered: Option<f64>,
    /// How many were answered.
    pub answered: u64,
    /// Of those that were offered and not given up within the limit: 0 to 1; null without calls.
    pub of_offered: Option<f64>,
    /// How many those are.
    pub offered: u64,
}

/// Duties to call back, counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallBackCounts {
    /// All.
    pub owed: u64,
    /// Reached.
    pub reached: u64,
    /// They reached us first.
    pub called_again: u64,
    /// Tried in vain, or found not needed.
    pub given_up: u64,
    /// Still owed.
    pub open: u64,
}

/// Incidents, counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentCounts {
    /// All that were opened.
    pub opened: u64,
    /// Of them cancelled.
    pub cancelled: u64,
    /// Of them merged into others.
    pub merged: u64,
    /// Of them no emergency (P0).
    pub no_emergency: u64,
    /// What is left, by priority: to these agencies had to be sent.
    pub by_priority: BTreeMap<String, u64>,
    /// Of those, with an agency sent.
    pub dispatched: u64,
    /// With an acknowledgement.
    pub acknowledged: u64,
    /// With somebody on scene.
    pub on_scene: u64,
    /// Closed.
    pub closed: u64,
}

/// Assignments, counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignmentCounts {
    /// All.
    pub sent: u64,
    /// Acknowledged.
    pub acknowledged: u64,
    /// Declined.
    pub declined: u64,
    /// Taken back.
    pub cancelled: u64,
    /// For which silence climbed the ladder.
    pub escalated: u64,
}

/// An interval: how long, and how sure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntervalView {
    /// Which.
    pub interval: MetricInterval,
    /// From which time stamp.
    pub from: &'static str,
    /// To which.
    pub to: &'static str,
    /// Cases that it is due for.
    pub of: u64,
    /// Cases with both stamps, in order.
    pub n: u64,
    /// Their share, 0 to 1; null without cases. What is missing is not made up.
    pub coverage: Option<f64>,
    /// Mean, in seconds.
    pub mean_s: Option<f64>,
    /// Median by nearest rank, in seconds.
    pub p50_s: Option<f64>,
    /// 90th percentile by nearest rank, in seconds.
    pub p90_s: Option<f64>,
    /// 95th percentile by nearest rank, in seconds.
    pub p95_s: Option<f64>,
    /// The longest, in seconds.
    pub max_s: Option<f64>,
    /// Of the n, those with a stamp that a person wrote down later.
    pub manual: u64,
    /// Of the n, those whose end is an earlier stage's, because nobody said when this one was.
    pub stood_in: u64,
    /// Cases that end before they begin: left out.
    pub out_of_order: u64,
    /// What it is measured against.
    pub targets: Vec<TargetView>,
}

/// An objective and how far it was reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TargetView {
    /// Only incidents of this priority; null for all.
    pub priority: Option<Priority>,
    /// Only this agency function; null for all.
    pub function: Option<String>,
    /// So many per cent must lie within the limit; null when it is the mean that must.
    pub percent: Option<u8>,
    /// The limit.
    pub within_s: u32,
    /// Who says so.
    pub source: String,
    /// Cases.
    pub n: u64,
    /// Of them within the limit.
    pub within: u64,
    /// Their share, 0 to 1; null without cases.
    pub share: Option<f64>,
    /// Their mean, in seconds.
    pub mean_s: Option<f64>,
    /// Whether it was reached; null without cases.
    pub met: Option<bool>,
}

impl ResponseReport {
    /// The view of a report; `label` says what to call a part.
    pub fn of(frame: ReportFrame, report: &MetricsReport, label: impl Fn(&Key) -> Option<String>) -> Self {
        let group = |group: &Group| ReportGroup {
            key: key_text(&group.key),
            label: label(&group.key),
            figures: ReportFigures::of(&group.figures),
        };
        Self {
            frame,
            total: ReportFigures::of(&report.total),
            groups: report.groups.iter().map(group).collect(),
            rhythm: ReportRhythm {
                week: report.rhythm.week.iter().map(|day| day.to_vec()).collect(),
                days: report.rhythm.days.iter().map(report_day).collect(),
            },
        }
    }
}

fn report_day(day: &DayCount) -> ReportDay {
    ReportDay { day: day.day.clone(), calls: day.calls, incidents: day.incidents }
}

fn key_text(key: &Key) -> String {
    match key {
        Key::Category(category) => category.letter().to_owned(),
        Key::Agency(agency) => agency.to_string(),
        Key::Area(area) => area.0.clone(),
        Key::Hour(hour) => format!("{hour:02}"),
        Key::Day(day) => day.clone(),
        Key::CallTaker(user) => user.to_string(),
        Key::Other => "none".to_owned(),
    }
}

impl ReportFigures {
    fn of(figures: &Figures) -> Self {
        let outcome = |outcome| figures.calls.outcomes.get(&outcome).copied().unwrap_or(0);
        let [under_5s, from_5s, from_10s, from_30s] = figures.calls.abandoned;
        let (backs, incidents, assignments) = (figures.call_backs, &figures.incidents, figures.assignments);
        Self {
            calls: CallCounts {
                offered: figures.calls.offered,
                answered: outcome(CallOutcome::Answered),
                abandoned: outcome(CallOutcome::Abandoned),
                diverted: outcome(CallOutcome::Diverted),
                unreached: outcome(CallOutcome::Unreached),
                waiting: outcome(CallOutcome::Waiting),
                abandoned_after: AbandonedAfter { under_5s, from_5s, from_10s, from_30s },
                dispositions: figures
                    .calls
                    .dispositions
                    .iter()
                    .filter_map(|(kind, n)| Some((name(kind)?, *n)))
                    .collect(),
            },
            service_levels: figures.service_levels.iter().map(service_level).collect(),
            call_backs: CallBackCounts {
                owed: backs.owed,
                reached: backs.reached,
                called_again: backs.called_again,
                given_up: backs.given_up,
                open: backs.open,
            },
            incidents: IncidentCounts {
                opened: incidents.opened,
                cancelled: incidents.cancelled,
                merged: incidents.merged,
                no_emergency: incidents.no_emergency,
                by_priority: incidents.by_priority.iter().map(|(p, n)| (p.code().to_owned(), *n)).collect(),
                dispatched: incidents.dispatched,
                acknowledged: incidents.acknowledged,
                on_scene: incidents.on_scene,
                closed: incidents.closed,
            },
            assignments: AssignmentCounts {
                sent: assignments.sent,
                acknowledged: assignments.acknowledged,
                declined: assignments.declined,
                cancelled: assignments.cancelled,
                escalated: assignments.escalated,
            },
            intervals: figures.intervals.iter().map(|one| interval(one, &figures.objectives)).collect(),
        }
    }
}

fn name(code: &impl Serialize) -> Option<String> {
    serde_json::to_value(code).ok()?.as_str().map(str::to_owned)
}

fn service_level(level: &ServiceLevel) -> ServiceLevelView {
    ServiceLevelView {
        within_s: level.within_s,
        answered_within: level.answered_within,
        of_answered: share(level.answered_within, level.answered),
        answered: level.answered,
        of_offered: share(level.answered_within, level.offered),
        offered: level.offered,
    }
}

fn interval(figures: &IntervalFigures, objectives: &[ObjectiveFigures]) -> IntervalView {
    let (from, to) = figures.interval.stamps();
    let values = &figures.values;
    let measured = objectives.iter().filter(|one| one.objective.interval == figures.interval);
    IntervalView {
        interval: figures.interval.into(),
        from,
        to,
        of: figures.of,
        n: values.n(),
        coverage: share(values.n(), figures.of),
        mean_s: values.mean().map(seconds),
        p50_s: values.percentile(50).map(seconds),
        p90_s: values.percentile(90).map(seconds),
        p95_s: values.percentile(95).map(seconds),
        max_s: values.max().map(seconds),
        manual: figures.manual,
        stood_in: figures.stood_in,
        out_of_order: figures.out_of_order,
        targets: measured.map(target).collect(),
    }
}

fn target(figures: &ObjectiveFigures) -> TargetView {
    let objective = &figures.objective;
    TargetView {
        priority: objective.priority.map(Priority),
        function: objective.function.as_ref().map(|function| function.0.clone()),
        percent: match objective.measure {
            Measure::PercentWithin(percent) => Some(percent),
            Measure::Mean => None,
        },
        within_s: objective.within.0,
        source: objective.source.clone(),
        n: figures.n,
        within: figures.within,
        share: share(figures.within, figures.n),
        mean_s: figures.mean.map(seconds),
        met: figures.met,
    }
}

#[allow(clippy::cast_precision_loss)] // counts and microseconds of a year stay below 2^53
fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

#[allow(clippy::cast_precision_loss)] // see above
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
