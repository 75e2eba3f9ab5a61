//! What may be asked of an incident.

use serde::{Deserialize, Deserializer, Serialize};

use super::assignment::{Called, ReportSource};
use super::paper::PaperReport;
use super::state::{Incident, Location, Reporter};
use super::transfer::{Origin, TransferCommand};
use crate::card::CardAnswer;
use crate::category::{Category, Priority, TypeCode};
use crate::ids::{AssignmentId, CallId, IncidentId, ReportId, UnitId};
use crate::private::Private;
use crate::routing::Target;
use crate::time::Timestamp;
use crate::unit::UnitTag;

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
    /// The last step was a slip of the finger.
    TakeBack,
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
    /// The crew of a unit reports a step of the task that it is on.
    CrewReport {
        /// Which assignment.
        id: AssignmentId,
        /// What.
        change: Change,
        /// When the button was pressed, by the clock of the telephone.
        pressed_at: Option<Timestamp>,
    },
    /// The crew of a unit asks for help on the task that it is on: whoever sent it hears that at once.
    CrewHelp {
        /// Which assignment.
        id: AssignmentId,
        /// What it needs.
        text: Private<String>,
        /// The alarm level that it asks for as well, never lower than it is.
        raise_to: Option<u8>,
    },
    /// The crew of a unit cannot do the task that it is on. When nobody else of its agency goes, the agency declines.
    CrewUnable {
        /// Which assignment.
        id: AssignmentId,
        /// Why.
        reason: Private<String>,
    },
    /// Take a task from one agency and give it to another one, in the same role.
    Reassign {
        /// Which assignment.
        id: AssignmentId,
        /// To whom.
        to: Target,
        /// Why.
        reason: Private<String>,
    },
    /// No console of the agency is open, so nobody can have it on a screen.
    ConsoleOff {
        /// Which assignment.
        id: AssignmentId,
    },
    /// A registered unit goes on an assignment that was acknowledged.
    JoinUnit {
        /// Which assignment.
        assignment: AssignmentId,
        /// Which unit.
        unit: UnitTag,
    },
    /// A unit is taken off an assignment that goes on.
    LeaveUnit {
        /// Which assignment.
        assignment: AssignmentId,
        /// Which unit.
        unit: UnitId,
    },
    /// More is needed than is there: the alarm level goes up, never down.
    RaiseAlarm {
        /// To which level, 2 to [`crate::routing::ALARM_LEVEL_MAX`].
        to: u8,
        /// Why.
        reason: Option<Private<String>>,
    },
    /// Write something down.
    AddNote {
        /// What.
        text: Private<String>,
    },
    /// Write down that a sealed report was given out.
    IssueReport {
        /// Which report.
        report: ReportId,
        /// SHA-256 of the sealed data, in hex.
        sha256: String,
        /// For whom and what for.
        purpose: Private<String>,
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
    /// Take in what a neighbouring centre hands over.
    Receive {
        /// What it reports.
        report: Box<Report>,
        /// Where it comes from.
        origin: Box<Origin>,
    },
    /// Hand it over to a neighbouring centre, or answer one.
    Transfer(TransferCommand),
    /// What stands on a paper form, once the incident is open: who was told by telephone, and what came of it.
    EnterPaper(Box<PaperReport>),
    /// A deadline is due.
    DeadlineReached,
}

/// What came of a notification over a channel other than the console.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChannelReport {
    /// The channel: `webhook` …, or `none` when the agency has no second channel.
    pub channel: String,
    /// Whether the agency's side confirmed that it has it.
    pub delivered: bool,
    /// A gateway took it, and what it reports later is not known yet.
    pub waits: bool,
    /// The result in one word or status code, for the log.
    pub result: String,
    /// The notification, the same on every try of it; empty for none.
    pub notification: String,
    /// How the gateway calls it; empty when it has no name of its own for it.
    pub reference: String,
    /// Whom it led to; none in a report of a gateway, which is about what was sent before.
    pub called: Option<Called>,
}
