//! What may be asked of an incident, and what may happen to it.

use serde::{Deserialize, Deserializer, Serialize};

use super::assignment::{Assignment, AssignmentState, Raised, ReportSource};
use super::state::{Incident, Location, Reporter};
use crate::card::{CardAnswer, Words};
use crate::category::{Category, Priority, TypeCode};
use crate::escalation::Step;
use crate::ids::{AssignmentId, CallId, IncidentId, UserId};
use crate::private::Private;
use crate::routing::Target;
use crate::time::Timestamp;

/// What a call-taker reports when an incident is opened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The number, allotted by the store under its head lock.
    pub number: String,
    /// One of the seven categories.
    pub category: Category,
    /// The type, if known.
    pub kind: Option<TypeCode>,
    /// How urgent.
    pub priority: Priority,
    /// What the caller said.
    pub narrative: Private<String>,
    /// Where.
    pub location: Location,
    /// How many are hurt.
    pub casualties: Option<u32>,
    /// Who reports.
    pub reporter: Option<Reporter>,
    /// The call, if it came by one.
    pub call: Option<CallId>,
}

/// A correction: only what is present changes.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Edit {
    /// A new category.
    pub category: Option<Category>,
    /// A new type; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub kind: Option<Option<TypeCode>>,
    /// A new priority.
    pub priority: Option<Priority>,
    /// A new narrative.
    pub narrative: Option<Private<String>>,
    /// A new location.
    pub location: Option<Location>,
    /// A new count of casualties.
    pub casualties: Option<u32>,
    /// A new reporter.
    pub reporter: Option<Reporter>,
}

/// Tells a type that was taken away (`null`) from one that stays (absent): a replay must not mix them up.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<TypeCode>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A step that an agency reports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// The agency's program has it on a screen (T4d).
    Delivered,
    /// A person opened it.
    Seen,
    /// A person took it (T5).
    Acknowledge {
        /// The unit that goes, if known.
        unit: Option<String>,
    },
    /// The agency cannot.
    Decline {
        /// Why; must not be empty.
        reason: Private<String>,
    },
    /// T6.
    EnRoute,
    /// T7.
    OnScene,
    /// T7a.
    Working,
    /// T8.
    UnderControl,
    /// T9.
    Complete {
        /// What was done.
        note: Option<Private<String>>,
    },
}

/// Something that somebody wants of an incident.
#[derive(Clone, PartialEq, Debug)]
pub enum IncidentCommand {
    /// Open it.
    Open(Box<Report>),
    /// Correct it, as seen at a version.
    Edit {
        /// The version that the person saw.
        version: u32,
        /// What changes.
        edit: Box<Edit>,
    },
    /// Send agencies.
    Dispatch {
        /// Who, in which role; chosen by a person or by [`crate::routing::propose`].
        targets: Vec<Target>,
        /// A remark for all of them.
        note: Option<Private<String>>,
    },
    /// An agency reports a step.
    Assignment {
        /// Which assignment.
        id: AssignmentId,
        /// What.
        change: Change,
        /// How the centre or the agency's person knows.
        source: ReportSource,
    },
    /// No console of the agency is open, so nobody can have it on a screen.
    ConsoleOff {
        /// Which assignment.
        id: AssignmentId,
    },
    /// Write something down.
    AddNote {
        /// What.
        text: Private<String>,
    },
    /// Write down what was answered to a question card, or take an answer back.
    AnswerCard {
        /// The answers, as they were given.
        answers: Vec<CardAnswer>,
    },
    /// Attach a call that reports the same thing.
    AttachCall {
        /// The call.
        call: CallId,
    },
    /// Close it.
    Close {
        /// Why, when agencies have not finished.
        reason: Option<Private<String>>,
        /// Whether the person may close over unfinished agencies.
        may_override: bool,
    },
    /// Open it again.
    Reopen {
        /// Why.
        reason: Private<String>,
    },
    /// It was no incident.
    Cancel {
        /// Why.
        reason: Private<String>,
    },
    /// It is the same as another one, which takes over its calls and agencies.
    MergeInto {
        /// The one that goes on.
        into: IncidentId,
        /// Its number.
        number: String,
    },
    /// Take over the calls and agencies of a merged one.
    Absorb {
        /// The merged one as it was before.
        from: Box<Incident>,
    },
    /// Give an incident that was merged into this one its calls and agencies back.
    Release {
        /// The merged one.
        incident: IncidentId,
        /// Its number.
        number: String,
    },
    /// It is one of its own after all, and goes on.
    Unmerge {
        /// The one that it was merged into, as it was before it gave anything back.
        from: Box<Incident>,
    },
    /// A call tells of something else.
    DetachCall {
        /// The call.
        call: CallId,
    },
    /// Very many call about it: it is the master incident of a mass event.
    DeclareMassEvent,
    /// It is a master incident no more.
    EndMassEvent,
    /// A courier tried another channel than the console.
    ChannelTried {
        /// For which assignment.
        id: AssignmentId,
        /// Which channel, and what came of it.
        report: ChannelReport,
    },
    /// A deadline is due.
    DeadlineReached,
}

/// What came of a notification over a channel other than the console.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChannelReport {
    /// The channel: `webhook` …, or `none` when the agency has no second channel.
    pub channel: String,
    /// Whether the agency's side confirmed that it has it.
    pub delivered: bool,
    /// The result in one word or status code, for the log.
    pub result: String,
}

/// Something that happened to an incident, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IncidentEvent {
    /// It was opened.
    Opened {
        /// What was reported.
        report: Box<Report>,
        /// By whom.
        by: UserId,
        /// Until when somebody must be sent.
        dispatch_due_at: Timestamp,
    },
    /// It was corrected.
    Edited {
        /// What changed.
        edit: Box<Edit>,
    },
    /// An agency was asked.
    Assigned {
        /// The new assignment.
        assignment: Box<Assignment>,
    },
    /// T4d.
    Delivered {
        /// Which assignment.
        assignment: AssignmentId,
    },
    /// A person opened it.
    Seen {
        /// Which assignment.
        assignment: AssignmentId,
    },
    /// T5.
    Acknowledged {
        /// Which assignment.
        assignment: AssignmentId,
        /// Who.
        by: UserId,
        /// The unit that goes.
        unit: Option<String>,
        /// How it was heard.
        #[serde(default, skip_serializing_if = "ReportSource::is_console")]
        source: ReportSource,
    },
    /// The agency cannot.
    Declined {
        /// Which assignment.
        assignment: AssignmentId,
        /// Who said so.
        by: UserId,
        /// Why.
        reason: Private<String>,
        /// How it was heard.
        #[serde(default, skip_serializing_if = "ReportSource::is_console")]
        source: ReportSource,
    },
    /// T6, T7, T7a, T8 or T9, by the state reached.
    Progressed {
        /// Which assignment.
        assignment: AssignmentId,
        /// The state reached: en route to completed.
        to: AssignmentState,
        /// What was done, when completed.
        note: Option<Private<String>>,
        /// Until when the centre must close, when this was the last agency.
        close_due_at: Option<Timestamp>,
        /// How it was heard.
        #[serde(default, skip_serializing_if = "ReportSource::is_console")]
        source: ReportSource,
    },
    /// No console of the agency is open: it goes out over the second channel at once.
    ConsoleOff {
        /// Which assignment.
        assignment: AssignmentId,
    },
    /// The centre took an assignment back.
    AssignmentCancelled {
        /// Which.
        assignment: AssignmentId,
    },
    /// Silence went on too long; a rung of a ladder was climbed.
    Escalated {
        /// What was silent.
        cause: EscalationCause,
        /// Who is told now.
        step: Step,
        /// When it was due.
        due_at: Timestamp,
    },
    /// A channel other than the console was tried.
    ChannelTried {
        /// For which assignment.
        assignment: AssignmentId,
        /// The channel.
        channel: String,
        /// Whether the agency's side confirmed.
        delivered: bool,
        /// The result in one word or status code.
        result: String,
    },
    /// Nobody else is left in the plan: the supervisor must find somebody.
    PlanExhausted {
        /// The assignment that was declined or not answered.
        assignment: AssignmentId,
    },
    /// Somebody wrote something down.
    Noted {
        /// What.
        text: Private<String>,
    },
    /// A question of a card was answered, or an answer taken back.
    CardAnswered {
        /// Question and answer.
        answer: Box<CardAnswer>,
    },
    /// An answer made it more urgent.
    PriorityRaised {
        /// From.
        from: Priority,
        /// To.
        to: Priority,
        /// What was asked.
        asked: Words,
        /// What was answered.
        answered: Words,
        /// Until when somebody must be sent, while nobody is on it.
        dispatch_due_at: Option<Timestamp>,
    },
    /// A call was attached.
    CallAttached {
        /// Which.
        call: CallId,
    },
    /// A call was taken off: it tells of something else.
    CallDetached {
        /// Which.
        call: CallId,
    },
    /// The calls of a merged incident were taken over.
    Absorbed {
        /// The merged one.
        from: IncidentId,
        /// Its number; empty in logs that are older than it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        number: String,
        /// Its calls.
        calls: Vec<CallId>,
    },
    /// An agency of a merged incident is asked here from now on, as far as it was.
    TakenOver {
        /// The assignment on this incident.
        assignment: Box<Assignment>,
        /// The assignment that it was on the merged one.
        was: AssignmentId,
        /// The merged one.
        from: IncidentId,
    },
    /// A merged incident got its calls and agencies back.
    Released {
        /// Which.
        incident: IncidentId,
        /// Its number.
        number: String,
        /// Its calls.
        calls: Vec<CallId>,
        /// Until when somebody must be sent here, when nobody is left.
        dispatch_due_at: Option<Timestamp>,
        /// Until when it must be closed, when everybody who is left has finished.
        close_due_at: Option<Timestamp>,
    },
    /// It became the master incident of a mass event.
    MassEventDeclared,
    /// It is a master incident no more.
    MassEventEnded,
    /// T10.
    Closed {
        /// Why, when agencies had not finished.
        reason: Option<Private<String>>,
    },
    /// It goes on.
    Reopened {
        /// Why.
        reason: Private<String>,
        /// Until when somebody must look after it.
        dispatch_due_at: Timestamp,
    },
    /// It was none.
    Cancelled {
        /// Why.
        reason: Private<String>,
    },
    /// It is part of another one.
    Merged {
        /// The one that goes on.
        into: IncidentId,
        /// Its number; empty in logs that are older than it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        number: String,
    },
    /// It is one of its own again.
    Unmerged {
        /// The one that it was merged into.
        from: IncidentId,
        /// Its number.
        number: String,
        /// Its calls.
        calls: Vec<CallId>,
        /// Its agencies that went on with the other one, as far as they have come there.
        assignments: Vec<Assignment>,
        /// Until when somebody must be sent, when nobody is on it.
        dispatch_due_at: Option<Timestamp>,
        /// Until when it must be closed, when everybody has finished.
        close_due_at: Option<Timestamp>,
    },
}

/// What was silent too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum EscalationCause {
    /// The agency did not acknowledge.
    NotAcknowledged {
        /// Which assignment.
        assignment: AssignmentId,
        /// Place in the ladder, from 0.
        rung: u32,
    },
    /// It acknowledged, but nobody left.
    NotEnRoute {
        /// Which assignment.
        assignment: AssignmentId,
    },
    /// Nothing was heard from the scene: welfare check.
    SilentOnScene {
        /// Which assignment.
        assignment: AssignmentId,
    },
    /// Nobody was sent.
    NotDispatched,
    /// Everybody reported done, but nobody closed it.
    NotClosed,
}

impl EscalationCause {
    /// The assignment it is about, if it is about one.
    pub const fn assignment(&self) -> Option<AssignmentId> {
        match self {
            Self::NotAcknowledged { assignment, .. }
            | Self::NotEnRoute { assignment }
            | Self::SilentOnScene { assignment } => Some(*assignment),
            Self::NotDispatched | Self::NotClosed => None,
        }
    }

    /// The cause's name, as its serialised form has it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotAcknowledged { .. } => "not_acknowledged",
            Self::NotEnRoute { .. } => "not_en_route",
            Self::SilentOnScene { .. } => "silent_on_scene",
            Self::NotDispatched => "not_dispatched",
            Self::NotClosed => "not_closed",
        }
    }

    /// The rung as a record.
    pub(super) const fn raised(&self, step: Step, due_at: Timestamp, at: Timestamp) -> Option<Raised> {
        match self {
            Self::NotAcknowledged { rung, .. } => Some(Raised { rung: *rung, step, due_at, at }),
            Self::NotEnRoute { .. } | Self::SilentOnScene { .. } | Self::NotDispatched | Self::NotClosed => {
                None
            }
        }
    }
}
