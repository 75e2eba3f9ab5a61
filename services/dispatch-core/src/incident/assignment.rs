//! One agency on one incident.

use serde::{Deserialize, Serialize};

use crate::escalation::Step;
use crate::ids::{AgencyCode, AgencyId, AssignmentId, UserId};
use crate::private::Private;
use crate::routing::Role;
use crate::time::Timestamp;

/// One agency on one incident, from sent to completed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// The agency.
    pub agency: AgencyId,
    /// The function for which it was asked.
    pub code: AgencyCode,
    /// Lead, support or a copy.
    pub role: Role,
    /// Why it was asked.
    pub because: Because,
    /// T4: when it was sent.
    pub sent_at: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// T4d: when the agency's terminal had it.
    pub delivered_at: Option<Timestamp>,
    /// When a person opened it. Looking is not acknowledging.
    pub seen_at: Option<Timestamp>,
    /// T5 and who.
    pub acknowledged: Option<(Timestamp, UserId)>,
    /// T6.
    pub en_route_at: Option<Timestamp>,
    /// T7.
    pub on_scene_at: Option<Timestamp>,
    /// T7a.
    pub working_at: Option<Timestamp>,
    /// T8.
    pub under_control_at: Option<Timestamp>,
    /// T9.
    pub completed_at: Option<Timestamp>,
    /// The unit that goes, as the agency names it.
    pub unit: Option<String>,
    /// A remark that went with the dispatch.
    pub note: Option<Private<String>>,
    /// Which rungs of the ladder were climbed because nobody acknowledged.
    pub raised: Vec<Raised>,
    /// Whether the alarm for "acknowledged, but nobody left" was given.
    pub turnout_raised: bool,
    /// When the last welfare check was asked for.
    pub welfare_asked_at: Option<Timestamp>,
    /// When no console of the agency was open to receive it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console_off_at: Option<Timestamp>,
    /// Which steps did not come from the agency's own screen, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relayed: Vec<Relayed>,
}

/// Where a report of an agency comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSource {
    /// A person of the agency, on a screen.
    #[default]
    Console,
    /// Somebody said it on the telephone, and somebody else wrote it down.
    Telephone,
    /// The same over the radio.
    Radio,
}

impl ReportSource {
    /// Whether it comes from the agency's own screen.
    pub const fn is_console(&self) -> bool {
        matches!(self, Self::Console)
    }
}

/// A step that somebody wrote down for the crew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Relayed {
    /// The step.
    pub state: AssignmentState,
    /// How it was heard.
    pub source: ReportSource,
    /// Who wrote it down; none when the program did.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// Why an agency was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A person sent it.
    Dispatch,
    /// Another agency declined.
    Declined,
    /// Another agency did not answer.
    Escalated,
}

/// A rung of the ladder that was climbed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Raised {
    /// Its place in the ladder, from 0.
    pub rung: u32,
    /// What it asked for.
    pub step: Step,
    /// When it was due.
    pub due_at: Timestamp,
    /// When it was raised.
    pub at: Timestamp,
}

/// How far an assignment is, with what each state knows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Progress {
    /// On its way to the agency's terminal.
    Sent,
    /// The terminal has it; no person has said so yet.
    Delivered,
    /// A person took it.
    Acknowledged,
    /// Menuju lokasi.
    EnRoute,
    /// Di lokasi.
    OnScene,
    /// Dalam penanganan.
    Working,
    /// Terkendali.
    UnderControl,
    /// Selesai.
    Completed,
    /// The agency cannot.
    Declined {
        /// When.
        at: Timestamp,
        /// Who said so.
        by: UserId,
        /// Why.
        reason: Private<String>,
    },
    /// The centre took it back.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

/// The bare state of an assignment, ordered by progress.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentState {
    /// See [`Progress::Sent`].
    Sent,
    /// See [`Progress::Delivered`].
    Delivered,
    /// See [`Progress::Acknowledged`].
    Acknowledged,
    /// See [`Progress::EnRoute`].
    EnRoute,
    /// See [`Progress::OnScene`].
    OnScene,
    /// See [`Progress::Working`].
    Working,
    /// See [`Progress::UnderControl`].
    UnderControl,
    /// See [`Progress::Completed`].
    Completed,
    /// See [`Progress::Declined`].
    Declined,
    /// See [`Progress::Cancelled`].
    Cancelled,
}

impl Progress {
    /// The bare state.
    pub const fn state(&self) -> AssignmentState {
        match self {
            Self::Sent => AssignmentState::Sent,
            Self::Delivered => AssignmentState::Delivered,
            Self::Acknowledged => AssignmentState::Acknowledged,
            Self::EnRoute => AssignmentState::EnRoute,
            Self::OnScene => AssignmentState::OnScene,
            Self::Working => AssignmentState::Working,
            Self::UnderControl => AssignmentState::UnderControl,
            Self::Completed => AssignmentState::Completed,
            Self::Declined { .. } => AssignmentState::Declined,
            Self::Cancelled { .. } => AssignmentState::Cancelled,
        }
    }

    /// Whether the agency still counts as asked: neither declined nor cancelled.
    pub const fn is_engaged(&self) -> bool {
        !matches!(self, Self::Declined { .. } | Self::Cancelled { .. })
    }

    /// Whether a person of the agency still has to say that they have it.
    pub const fn awaits_acknowledgement(&self) -> bool {
        matches!(self, Self::Sent | Self::Delivered)
    }
}

impl AssignmentState {
    /// The state's name as the API and the refusals show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::EnRoute => "en_route",
            Self::OnScene => "on_scene",
            Self::Working => "working",
            Self::UnderControl => "under_control",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Assignment {
    /// When its state last changed: what the welfare check counts from.
    pub fn last_progress_at(&self) -> Timestamp {
        [
            self.acknowledged.map(|(at, _)| at),
            self.en_route_at,
            self.on_scene_at,
            self.working_at,
            self.under_control_at,
            self.completed_at,
        ]
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(self.sent_at)
    }
}
