//! What may happen to an incident.

use serde::{Deserialize, Serialize};

use super::assignment::{Assignment, AssignmentState, Called, Raised, ReportSource};
use super::command::{Edit, Report};
use super::merging::CrewCame;
use super::paper::PaperReport;
use super::transfer::{Origin, PacketState, Returned, Transfer};
use crate::card::{CardAnswer, Flag, Words};
use crate::category::Priority;
use crate::escalation::Step;
use crate::ids::{AssignmentId, CallId, IncidentId, ReportId, TransferId, UnitId, UserId};
use crate::private::Private;
use crate::time::Timestamp;
use crate::unit::UnitTag;

/// Something that happened to an incident, for ever.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IncidentEvent {
    /// It was opened.
    Opened {
        /// What was reported.
        report: Box<Report>,
        /// By whom; nobody here when a neighbouring centre handed it over.
        by: Option<UserId>,
        /// Until when somebody must be sent.
        dispatch_due_at: Timestamp,
    },
    /// It was typed in from a paper form.
    PaperEntered {
        /// What stands on the form.
        paper: Box<PaperReport>,
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
        /// Who; nobody by name when it came over a second channel.
        by: Option<UserId>,
        /// The unit that goes.
        unit: Option<String>,
        /// How it was heard.
        #[serde(default, skip_serializing_if = "ReportSource::is_console")]
        source: ReportSource,
        /// When it was, by a paper form: earlier than the entry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pressed_at: Option<Timestamp>,
    },
    /// The agency cannot.
    Declined {
        /// Which assignment.
        assignment: AssignmentId,
        /// Who said so; nobody by name when it came over a second channel.
        by: Option<UserId>,
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
        /// When the crew pressed the button, by its telephone: earlier than the entry where there was no network. Or when
        /// it was, by a paper form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pressed_at: Option<Timestamp>,
    },
    /// No console of the agency is open: it goes out over the second channel at once.
    ConsoleOff {
        /// Which assignment.
        assignment: AssignmentId,
    },
    /// The last step was a slip of the finger.
    StepTakenBack {
        /// Which assignment.
        assignment: AssignmentId,
        /// What it is again.
        to: AssignmentState,
    },
    /// A registered unit goes.
    UnitJoined {
        /// On which assignment.
        assignment: AssignmentId,
        /// Which.
        unit: UnitTag,
    },
    /// A unit was taken off.
    UnitLeft {
        /// Which assignment.
        assignment: AssignmentId,
        /// Which.
        unit: UnitId,
    },
    /// The alarm level went up.
    AlarmRaised {
        /// From.
        from: u8,
        /// To.
        to: u8,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Private<String>>,
    },
    /// The centre took an assignment back.
    AssignmentCancelled {
        /// Which.
        assignment: AssignmentId,
        /// Why, when a person did it for this one alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Private<String>>,
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
        /// A gateway took it, and what it reports later is not known yet.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        waits: bool,
        /// The notification; empty in logs that are older than it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        notification: String,
        /// How the gateway calls it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reference: String,
        /// Whom it led to: the rung decides for which post, and the time who held it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        called: Option<Called>,
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
    /// A sealed report of all this was given out: personal data left the centre.
    ReportIssued {
        /// Which report.
        report: ReportId,
        /// SHA-256 of the sealed data, in hex: the paper that somebody shows later is this one, or another.
        sha256: String,
        /// For whom and what for.
        purpose: Private<String>,
    },
    /// A crew in the field asked for help, or cannot go on: a note that somebody must hear now.
    HelpAsked {
        /// On which assignment; the actor says which unit.
        assignment: AssignmentId,
        /// What it said.
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
        /// What held of it by the answers to question cards; agencies here have to know it too.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<Flag>,
        /// Its crews whose agency was asked here as well: they join that assignment, and go back with it at a split.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        crews: Vec<CrewCame>,
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
    /// It was offered to a neighbouring centre.
    TransferOffered {
        /// To whom, and until when they must answer.
        transfer: Box<Transfer>,
    },
    /// The neighbouring centre took it: it is theirs.
    TransferAccepted {
        /// Which offer.
        transfer: TransferId,
        /// Who there.
        name: Private<String>,
        /// Their number of it.
        reference: Option<String>,
        /// How it was heard.
        source: ReportSource,
    },
    /// An offer came back: it is ours as before.
    TransferReturned {
        /// Which offer.
        transfer: TransferId,
        /// Why.
        why: Returned,
        /// Until when somebody must be sent, while nobody is on it.
        dispatch_due_at: Option<Timestamp>,
    },
    /// It became more urgent: the neighbouring centre has less time to answer.
    TransferHastened {
        /// Which offer.
        transfer: TransferId,
        /// Until when they must have answered.
        due_at: Timestamp,
    },
    /// A neighbouring centre handed it over to us.
    Received {
        /// From whom, and until when they wait for an answer.
        origin: Box<Origin>,
    },
    /// We answered the neighbouring centre.
    OriginAnswered {
        /// Who.
        by: UserId,
        /// Why not; absent when it is ours from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused_because: Option<Private<String>>,
        /// Until when somebody must be sent, when that time does not run already.
        dispatch_due_at: Option<Timestamp>,
    },
    /// The neighbouring centre took its offer back.
    OriginTakenBack {
        /// Until when it must be closed here.
        close_due_at: Option<Timestamp>,
    },
    /// It became more urgent at the centre that handed it over, which waits for our answer.
    OriginHastened {
        /// Until when it waits now.
        answer_by: Timestamp,
        /// Our priority from now on, when theirs is higher.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<Priority>,
        /// Until when somebody must be sent, while nobody is on it.
        dispatch_due_at: Option<Timestamp>,
    },
    /// A message to the other centre's system came through, or never will.
    NeighbourTold {
        /// About which offer.
        transfer: TransferId,
        /// How far it came.
        packet: PacketState,
    },
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
    /// The neighbouring centre did not accept it.
    NotAccepted {
        /// Which offer.
        transfer: TransferId,
    },
}

impl EscalationCause {
    /// The assignment it is about, if it is about one.
    pub const fn assignment(&self) -> Option<AssignmentId> {
        match self {
            Self::NotAcknowledged { assignment, .. }
            | Self::NotEnRoute { assignment }
            | Self::SilentOnScene { assignment } => Some(*assignment),
            Self::NotDispatched | Self::NotClosed | Self::NotAccepted { .. } => None,
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
            Self::NotAccepted { .. } => "not_accepted",
        }
    }

    /// The rung as a record.
    pub(super) const fn raised(&self, step: Step, due_at: Timestamp, at: Timestamp) -> Option<Raised> {
        match self {
            Self::NotAcknowledged { rung, .. } => Some(Raised { rung: *rung, step, due_at, at }),
            Self::NotEnRoute { .. }
            | Self::SilentOnScene { .. }
            | Self::NotDispatched
            | Self::NotClosed
            | Self::NotAccepted { .. } => None,
        }
    }
}
