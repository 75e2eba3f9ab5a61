//! The figures of a sample.

use std::collections::BTreeMap;

use super::cases::{Of, Sample, Span, is_owed, waited};
use super::distribution::Distribution;
use super::times::{CallOutcome, CallTimes, IncidentEnd};
use crate::call::DispositionKind;
use crate::category::Priority;
use crate::incident::AssignmentState;
use crate::policy::{Interval, Measure, Objective};

/// Up to which waiting time, in microseconds, a call that was given up belongs to each band; the last has no end.
const BANDS_US: [i64; 3] = [5_000_000, 10_000_000, 30_000_000];
/// Service levels that are always told, in seconds, besides those of the objectives.
const LEVELS_S: [u32; 3] = [10, 15, 20];

/// Everything that is told of a sample.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// The calls.
    pub calls: CallFigures,
    /// Answered in time, by each limit.
    pub service_levels: Vec<ServiceLevel>,
    /// Callers who had to be called back.
    pub call_backs: CallBackFigures,
    /// The incidents.
    pub incidents: IncidentFigures,
    /// The agencies that were asked.
    pub assignments: AssignmentFigures,
    /// Every interval.
    pub intervals: Vec<IntervalFigures>,
    /// Every objective.
    pub objectives: Vec<ObjectiveFigures>,
}

/// Calls, counted. Without test calls and those of the centre.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallFigures {
    /// All that came.
    pub offered: u64,
    /// By what became of them on the line.
    pub outcomes: BTreeMap<CallOutcome, u64>,
    /// Given up within 5 s, 10 s, 30 s, and later.
    pub abandoned: [u64; 4],
    /// By what they turned out to be.
    pub dispositions: BTreeMap<DispositionKind, u64>,
}

/// Answered within a limit, by the two ways of counting, each by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ServiceLevel {
    /// The limit, in seconds.
    pub within_s: u32,
    /// Calls answered within it.
    pub answered_within: u64,
    /// Of so many that were answered (as NENA counts).
    pub answered: u64,
    /// Of so many that were offered and not given up within it.
    pub offered: u64,
}

/// What came of duties to call back those who gave up after more than five seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallBackFigures {
    /// How many with a number.
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

/// Incidents, counted: the funnel from report to closure.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IncidentFigures {
    /// All that were opened.
    pub opened: u64,
    /// Of them cancelled.
    pub cancelled: u64,
    /// Of them merged into others.
    pub merged: u64,
    /// Of them no emergency.
    pub no_emergency: u64,
    /// What is left, by priority: to these agencies had to be sent.
    pub by_priority: BTreeMap<Priority, u64>,
    /// Of those, with an agency sent.
    pub dispatched: u64,
    /// With an acknowledgement.
    pub acknowledged: u64,
    /// With somebody on scene.
    pub on_scene: u64,
    /// Closed.
    pub closed: u64,
}

/// Assignments of incidents that needed agencies, counted, without mere copies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AssignmentFigures {
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

/// An interval over the cases of a sample.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IntervalFigures {
    /// Which.
    pub interval: Interval,
    /// Cases that it is due for.
    pub of: u64,
    /// Cases with both stamps, in order: the others are missing and not made up.
    pub values: Distribution,
    /// Of the cases with both stamps, those with one that a person wrote down later.
    pub manual: u64,
    /// Of them, those whose end is an earlier stage's.
    pub stood_in: u64,
    /// Cases that end before they begin: left out.
    pub out_of_order: u64,
}

/// An objective and how far it was reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectiveFigures {
    /// It.
    pub objective: Objective,
    /// The cases with both stamps.
    pub n: u64,
    /// Of them within the limit.
    pub within: u64,
    /// Their mean, in microseconds.
    pub mean: Option<i64>,
    /// Whether it was reached; none without cases.
    pub met: Option<bool>,
}

impl Figures {
    pub(super) fn of(sample: &Sample<'_>, objectives: &[Objective]) -> Self {
        let interval =
            |interval: &Interval| IntervalFigures::of(*interval, &sample.spans(*interval, Of::default()));
        Self {
            calls: calls(sample),
            service_levels: service_levels(sample, objectives),
            call_backs: call_backs(sample),
            incidents: incidents(sample),
            assignments: assignments(sample),
            intervals: Interval::ALL.iter().map(interval).collect(),
            objectives: objectives.iter().map(|objective| ObjectiveFigures::of(sample, objective)).collect(),
        }
    }
}

fn calls(sample: &Sample<'_>) -> CallFigures {
    let mut figures = CallFigures { offered: sample.calls.len() as u64, ..CallFigures::default() };
    for call in sample.calls.iter().map(|call| call.times) {
        *figures.outcomes.entry(call.outcome).or_default() += 1;
        if let Some(disposition) = call.disposition {
            *figures.dispositions.entry(disposition).or_default() += 1;
        }
        if call.outcome == CallOutcome::Abandoned {
            let band = BANDS_US.iter().take_while(|limit| waited(call) >= **limit).count();
            figures.abandoned[band] += 1;
        }
    }
    figures
}

fn service_levels(sample: &Sample<'_>, objectives: &[Objective]) -> Vec<ServiceLevel> {
    let answer = objectives.iter().filter(|objective| objective.interval == Interval::Answer);
    let mut limits: Vec<u32> =
        LEVELS_S.into_iter().chain(answer.map(|objective| objective.within.0)).collect();
    limits.sort_unstable();
    limits.dedup();
    limits.into_iter().map(|within_s| service_level(sample, within_s)).collect()
}

/// Calls answered within a limit.
pub(super) fn service_level(sample: &Sample<'_>, within_s: u32) -> ServiceLevel {
    let limit = i64::from(within_s) * 1_000_000;
    let waited_for_answer = |call: &CallTimes| {
        call.answered.map(|(at, _)| at.at.as_micros().saturating_sub(call.arrived.at.as_micros()))
    };
    let (mut answered_within, mut answered, mut given_up_within) = (0, 0, 0);
    for call in sample.calls.iter().map(|call| call.times) {
        if let Some(waited) = waited_for_answer(call) {
            answered += 1;
            answered_within += u64::from(waited <= limit);
        } else if call.outcome == CallOutcome::Abandoned {
            given_up_within += u64::from(waited(call) <= limit);
        }
    }
    let offered = (sample.calls.len() as u64).saturating_sub(given_up_within);
    ServiceLevel { within_s, answered_within, answered, offered }
}

fn call_backs(sample: &Sample<'_>) -> CallBackFigures {
    let mut figures = CallBackFigures::default();
    for call in sample.calls.iter().map(|call| call.times).filter(|call| is_owed(call)) {
        figures.owed += 1;
        match call.call_back {
            Some(back) if back.reached => figures.reached += 1,
            Some(back) if back.called_again => figures.called_again += 1,
            Some(back) if back.open => figures.open += 1,
            // Another lost call of the same number bears the duty, or it was ended in vain.
            Some(_) | None => figures.given_up += 1,
        }
    }
    figures
}

fn incidents(sample: &Sample<'_>) -> IncidentFigures {
    let mut figures = IncidentFigures { opened: sample.incidents.len() as u64, ..IncidentFigures::default() };
    for one in &sample.incidents {
        match one.times.end() {
            Some(IncidentEnd::Cancelled) => figures.cancelled += 1,
            Some(IncidentEnd::Merged) => figures.merged += 1,
            Some(IncidentEnd::Closed) | None if one.times.priority == Priority::P0 => {
                figures.no_emergency += 1
            }
            Some(IncidentEnd::Closed) | None => {}
        }
        if !one.times.needs_agencies() {
            continue;
        }
        *figures.by_priority.entry(one.times.priority).or_default() += 1;
        let any =
            |has: fn(&super::AssignmentTimes) -> bool| u64::from(one.assignments(Of::default()).any(has));
        figures.dispatched += any(|one| one.sent.is_some());
        figures.acknowledged += any(|one| one.acknowledged.is_some());
        figures.on_scene += any(|one| one.on_scene.is_some());
        figures.closed += u64::from(one.times.end() == Some(IncidentEnd::Closed));
    }
    figures
}

fn assignments(sample: &Sample<'_>) -> AssignmentFigures {
    let mut figures = AssignmentFigures::default();
    let needed = sample.incidents.iter().filter(|one| one.times.needs_agencies());
    for one in needed.flat_map(|one| one.assignments(Of::default())) {
        figures.sent += 1;
        figures.acknowledged += u64::from(one.acknowledged.is_some());
        figures.declined += u64::from(one.state == AssignmentState::Declined);
        figures.cancelled += u64::from(one.state == AssignmentState::Cancelled);
        figures.escalated += u64::from(one.raised > 0);
    }
    figures
}

impl IntervalFigures {
    fn of(interval: Interval, spans: &[Span]) -> Self {
        let (mut values, mut manual, mut stood_in, mut out_of_order) = (Vec::new(), 0, 0, 0);
        for span in spans {
            let Some((from, to)) = span.from.zip(span.to) else { continue };
            let length = to.at.as_micros().saturating_sub(from.at.as_micros());
            if length < 0 {
                out_of_order += 1;
                continue;
            }
            values.push(length);
            manual += u64::from(from.is_manual() || to.is_manual());
            stood_in += u64::from(span.stood_in);
        }
        let of = spans.len() as u64;
        Self { interval, of, values: Distribution::of(values), manual, stood_in, out_of_order }
    }
}

impl ObjectiveFigures {
    fn of(sample: &Sample<'_>, objective: &Objective) -> Self {
        let of = Of { priority: objective.priority, function: objective.function.as_ref() };
        let figures = IntervalFigures::of(objective.interval, &sample.spans(objective.interval, of));
        let limit = i64::from(objective.within.0) * 1_000_000;
        let (n, within, mean) = (figures.values.n(), figures.values.within(limit), figures.values.mean());
        let met = match objective.measure {
            Measure::PercentWithin(percent) => (n > 0).then(|| within * 100 >= u64::from(percent) * n),
            Measure::Mean => mean.map(|mean| mean <= limit),
        };
        Self { objective: objective.clone(), n, within, mean, met }
    }
}
