//! One agency on one incident.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::escalation::Step;
use crate::ids::{AgencyCode, AgencyId, AssignmentId, RosterPersonId, UserId};
use crate::limits::CHANNEL_TRIES_KEPT_MAX;
use crate::private::Private;
use crate::routing::Role;
use crate::time::Timestamp;
use crate::unit::UnitTag;

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
    /// T5 and who; nobody by name when it came over a second channel.
    pub acknowledged: Option<(Timestamp, Option<UserId>)>,
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
    /// Who goes, as an agency without registered units names it.
    pub unit: Option<String>,
    /// The registered units that are on it, or were when it ended; in the order in which they joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitTag>,
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
    /// When the last step after the acknowledgement was taken, and by whom: they may take it back for a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stepped: Option<(Timestamp, Actor)>,
    /// How many steps were taken back: what a screen knows of fewer is older.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_back: u32,
    /// What was sent over other channels than the console, oldest first; the newest [`CHANNEL_TRIES_KEPT_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<ChannelTry>,
}

/// One notification over a channel other than the console, as far as it has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChannelTry {
    /// The notification: the same on every try of it, and what a delivery report names.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// How the gateway calls it, when it gave it a name of its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// How far it is.
    pub state: ChannelState,
    /// When it came so far.
    pub at: Timestamp,
    /// Whom it led to. Tries from before this was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<Called>,
}

/// Whom a channel led to that goes to whoever is on duty: the post is the rung's, the person is whom the roster named then.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Called {
    /// For which rung.
    pub step: Step,
    /// When the address was looked up.
    pub at: Timestamp,
    /// Whose telephone it was: what the roster says later changes nothing. Tries from before this was kept have none,
    /// and a number that stands in the configuration is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<RosterPersonId>,
}

/// How far a notification over a channel has come. Ordered: it never goes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// A gateway took it; whether it reached anybody is not known yet.
    Accepted,
    /// It did not get through.
    Failed,
    /// The agency's side has it.
    Delivered,
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
    /// The telephone that an SMS went to answered it.
    Sms,
    /// The same over WhatsApp.
    Whatsapp,
    /// The person whom the program called pressed a key.
    Voice,
    /// The crew of the unit, on its own page.
    Responder,
    /// It stands on a paper form that was typed in later.
    Paper,
}

impl ReportSource {
    /// Whether it comes from the agency's own screen.
    pub const fn is_console(&self) -> bool {
        matches!(self, Self::Console)
    }

    /// Whether nobody who is logged in stands behind it: the telephone that the task was sent to answered.
    pub const fn is_channel(&self) -> bool {
        match self {
            Self::Sms | Self::Whatsapp | Self::Voice => true,
            Self::Console | Self::Telephone | Self::Radio | Self::Responder | Self::Paper => false,
        }
    }
}

/// A step that somebody wrote down for the crew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Relayed {
    /// The step.
    pub state: AssignmentState,
    /// How it was heard.
    pub source: ReportSource,
    /// Who wrote it down; none when the program or the crew did.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// When the crew pressed the button, by the clock of its telephone; or when it was, by a paper form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressed_at: Option<Timestamp>,
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
        /// Who said so; nobody by name when it came over a second channel.
        by: Option<UserId>,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Assignment {
    /// What it was before the last step after the acknowledgement: steps that were left out have no time.
    pub(super) fn state_before(&self) -> AssignmentState {
        let present = self.progress.state();
        let steps = [
            (AssignmentState::UnderControl, self.under_control_at),
            (AssignmentState::Working, self.working_at),
            (AssignmentState::OnScene, self.on_scene_at),
            (AssignmentState::EnRoute, self.en_route_at),
        ];
        let before = steps.into_iter().find(|(state, at)| *state < present && at.is_some());
        before.map_or(AssignmentState::Acknowledged, |(state, _)| state)
    }

    /// The notification with this id.
    pub fn channel_try(&self, id: &str) -> Option<&ChannelTry> {
        self.tries.iter().find(|one| one.id == id)
    }

    /// Notes how far a notification has come; a later word never takes an earlier proof back.
    pub(super) fn tried(&mut self, new: ChannelTry) {
        match self.tries.iter_mut().find(|one| one.id == new.id) {
            Some(one) if one.state >= new.state => {}
            Some(one) => (one.state, one.at) = (new.state, new.at),
            None => {
                if self.tries.len() == CHANNEL_TRIES_KEPT_MAX {
                    self.tries.remove(0);
                }
                self.tries.push(new);
            }
        }
    }

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
