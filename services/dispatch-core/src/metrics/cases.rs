//! Which cases an interval has, and from when to when each went.

use super::times::{AssignmentTimes, CallOutcome, CallTimes, IncidentEnd, IncidentTimes};
use crate::category::{Category, Priority};
use crate::ids::{AgencyCode, AgencyId, AreaCode};
use crate::incident::Stamp;
use crate::policy::Interval;
use crate::routing::Role;

/// Who gives up sooner than this has mostly misdialled: nobody is measured by calling them back.
pub(super) const GIVEN_UP_AFTER_US: i64 = 5_000_000;

/// One case of an interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// When it began; none when nobody knows.
    pub from: Option<Stamp>,
    /// When it ended; none when it did not, or nobody knows.
    pub to: Option<Stamp>,
    /// The end is of an earlier stage, because nobody said when this one was.
    pub stood_in: bool,
}

/// What an incident is, as far as its calls are counted by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kind {
    /// Its category.
    pub category: Category,
    /// Its priority.
    pub priority: Priority,
    /// Its area.
    pub area: Option<AreaCode>,
}

/// A call of the sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallCase<'a> {
    /// Itself.
    pub times: &'a CallTimes,
    /// Its incident.
    pub kind: Option<&'a Kind>,
}

/// An incident of the sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct IncidentCase<'a> {
    /// Itself.
    pub times: &'a IncidentTimes,
    /// When its first call arrived; else when the centre heard of it.
    pub t0: Stamp,
    /// When its first call was answered.
    pub t1: Option<Stamp>,
    /// The one agency whose assignments count here.
    pub agency: Option<AgencyId>,
}

/// Calls and incidents that are counted together.
#[derive(Clone, Default, Debug)]
pub(super) struct Sample<'a> {
    /// The calls.
    pub calls: Vec<CallCase<'a>>,
    /// The incidents.
    pub incidents: Vec<IncidentCase<'a>>,
}

/// Of which cases.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Of<'a> {
    /// Only of this priority.
    pub priority: Option<Priority>,
    /// Only for this agency function.
    pub function: Option<&'a AgencyCode>,
}

impl Span {
    const fn new(from: Option<Stamp>, to: Option<Stamp>) -> Self {
        Self { from, to, stood_in: false }
    }
}

impl Sample<'_> {
    /// Every case of an interval, also those without stamps.
    pub fn spans(&self, interval: Interval, of: Of<'_>) -> Vec<Span> {
        match interval {
            Interval::Answer => self.answers(of),
            Interval::CallBack => self.call_backs(of),
            Interval::Locate
            | Interval::Classify
            | Interval::Processing
            | Interval::OnScene
            | Interval::Response
            | Interval::Close => self.incidents(of).filter_map(|one| one.span(interval, of)).collect(),
            Interval::Deliver
            | Interval::Acknowledge
            | Interval::Turnout
            | Interval::Travel
            | Interval::SetUp => {
                let assignments = self.incidents(of).flat_map(|one| one.assignments(of));
                assignments.filter(|one| !one.is_off()).filter_map(|one| step(one, interval)).collect()
            }
        }
    }

    fn calls<'s>(&'s self, of: Of<'s>) -> impl Iterator<Item = &'s CallTimes> {
        let fits = move |call: &&CallCase<'_>| {
            of.priority.is_none_or(|priority| call.kind.is_some_and(|kind| kind.priority == priority))
        };
        self.calls.iter().filter(fits).map(|call| call.times)
    }

    fn incidents<'s>(&'s self, of: Of<'s>) -> impl Iterator<Item = &'s IncidentCase<'s>> {
        let fits = move |one: &&IncidentCase<'_>| {
            one.times.needs_agencies()
                && of.priority.is_none_or(|priority| one.times.priority == priority)
                && (of.function.is_none() || one.assignments(of).next().is_some())
        };
        self.incidents.iter().filter(fits)
    }

    fn answers(&self, of: Of<'_>) -> Vec<Span> {
        let answered = self.calls(of).filter(|call| call.outcome == CallOutcome::Answered);
        answered.map(|call| Span::new(Some(call.arrived), call.answered.map(|(at, _)| at))).collect()
    }

    fn call_backs(&self, of: Of<'_>) -> Vec<Span> {
        let owed = |call: &&CallTimes| is_owed(call) && !call.call_back.is_some_and(|back| back.called_again);
        let tried = |call: &CallTimes| call.call_back.and_then(|back| back.first_tried);
        self.calls(of).filter(owed).map(|call| Span::new(call.ended, tried(call))).collect()
    }
}

/// Whether its caller is to be called back by the objective: given up after a while, and known by a number.
pub(super) fn is_owed(call: &CallTimes) -> bool {
    call.outcome == CallOutcome::Abandoned && call.has_number && waited(call) > GIVEN_UP_AFTER_US
}

/// How long a call that nobody answered waited, in microseconds.
pub(super) fn waited(call: &CallTimes) -> i64 {
    call.ended.map_or(0, |ended| ended.at.as_micros().saturating_sub(call.arrived.at.as_micros()))
}

impl IncidentCase<'_> {
    /// The assignments that count: no mere copies.
    pub fn assignments<'s>(&'s self, of: Of<'s>) -> impl Iterator<Item = &'s AssignmentTimes> {
        let counts = move |one: &&AssignmentTimes| {
            one.role != Role::Notify
                && self.agency.is_none_or(|agency| one.agency == agency)
                && of.function.is_none_or(|function| &one.code == function)
        };
        self.times.assignments.iter().filter(counts)
    }

    fn span(&self, interval: Interval, of: Of<'_>) -> Option<Span> {
        let first = |stamp: fn(&AssignmentTimes) -> Option<Stamp>| {
            self.assignments(of).filter_map(stamp).min_by_key(|stamp| stamp.at)
        };
        let (t0, t1) = (Some(self.t0), self.t1);
        Some(match interval {
            Interval::Locate => Span::new(t1, self.times.located),
            Interval::Classify => Span::new(t1, self.times.classified),
            Interval::Processing => Span::new(t1, first(|one| one.sent)),
            Interval::OnScene => Span::new(t0, first(|one| one.on_scene)),
            Interval::Response => {
                let to = self.assignments(of).filter_map(|one| Some((one.acted()?, one.working.is_none())));
                let to = to.min_by_key(|(stamp, _)| stamp.at);
                Span {
                    from: t0,
                    to: to.map(|(at, _)| at),
                    stood_in: to.is_some_and(|(_, stood_in)| stood_in),
                }
            }
            Interval::Close => {
                let (at, _) = self.times.ended.filter(|(_, end)| *end == IncidentEnd::Closed)?;
                Span::new(t0, Some(at))
            }
            Interval::Answer
            | Interval::Deliver
            | Interval::Acknowledge
            | Interval::Turnout
            | Interval::Travel
            | Interval::SetUp
            | Interval::CallBack => return None,
        })
    }
}

/// A step of an assignment; who did not come as far as its begin is no case of it.
fn step(one: &AssignmentTimes, interval: Interval) -> Option<Span> {
    let begun = |from: Option<Stamp>, to| from.map(|from| Span::new(Some(from), to));
    match interval {
        Interval::Deliver => Some(Span::new(one.sent, one.delivered)),
        Interval::Acknowledge => Some(Span::new(one.sent, one.acknowledged)),
        Interval::Turnout => begun(one.acknowledged, one.en_route),
        Interval::Travel => begun(one.en_route, one.on_scene),
        Interval::SetUp => begun(one.on_scene, one.working),
        Interval::Answer
        | Interval::Locate
        | Interval::Classify
        | Interval::Processing
        | Interval::OnScene
        | Interval::Response
        | Interval::Close
        | Interval::CallBack => None,
    }
}
