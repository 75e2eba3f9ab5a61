//! Handing an incident over to the neighbouring centre (RQ-10; PEERS 6): offered, and ours until somebody there accepts.
//!
//! One shape, two roles. Who hands over keeps a [`Transfer`]: silence or a refusal brings it back with an alarm, and no
//! ladder of our own waits for it. Who receives keeps an [`Origin`]: the incident is opened at once, its clocks run, and
//! the first thing done about it is the answer.
//!
//! Invariant: at every moment at least one of the two centres holds the incident as its own. The sender decides: an
//! acceptance counts once the sender has taken it, so a late one is either taken or refused in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assignment::ReportSource;
use super::state::Incident;
use crate::actor::Actor;
use crate::category::Priority;
use crate::ids::{AreaCode, IncidentId, TransferId, UserId};
use crate::limits::{NOTE_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use crate::neighbour::{PacketDetails, cut};
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

/// A neighbouring centre: the code of its kabupaten or kota, and what it is called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Neighbour {
    /// Kemendagri code `PP.KK`.
    pub code: AreaCode,
    /// `112 Bangka Tengah`.
    pub name: String,
}

/// An incident that was offered to a neighbouring centre.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id, the same in both centres.
    pub id: TransferId,
    /// To whom.
    pub to: Neighbour,
    /// When.
    pub at: Timestamp,
    /// Who offered it.
    pub by: UserId,
    /// Until when they must have answered.
    pub due_at: Timestamp,
    /// Whether the incident packet has reached their system.
    pub packet: PacketState,
    /// What became of it.
    pub state: TransferState,
}

/// How far a message to the other centre's system has come.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PacketState {
    /// On its way.
    #[default]
    Pending,
    /// Their system has it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// It never will: by telephone, then.
    Failed {
        /// When.
        at: Timestamp,
        /// Why, in one word or a status code.
        result: String,
    },
}

impl PacketState {
    /// The result of a packet that is not sent any more, because its offer came back before.
    pub const NOT_NEEDED: &str = "taken_back";
}

/// What became of an offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TransferState {
    /// Nobody there has answered.
    Waiting,
    /// It is theirs.
    Accepted {
        /// When.
        at: Timestamp,
        /// Who there accepted.
        name: Private<String>,
        /// Their number of it.
        reference: Option<String>,
        /// How it was heard.
        source: ReportSource,
        /// Who wrote it down.
        by: Actor,
    },
    /// It came back, and is ours.
    Returned {
        /// When.
        at: Timestamp,
        /// Why.
        why: Returned,
    },
}

impl TransferState {
    /// Every [`TransferState::name`].
    pub const NAMES: [&str; 6] = ["waiting", "accepted", "refused", "unanswered", "withdrawn", "reopened"];

    /// In one word. All but the first two mean that it is ours again.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted { .. } => "accepted",
            Self::Returned { why: Returned::Refused { .. }, .. } => "refused",
            Self::Returned { why: Returned::Unanswered, .. } => "unanswered",
            Self::Returned { why: Returned::Withdrawn, .. } => "withdrawn",
            Self::Returned { why: Returned::Reopened { .. }, .. } => "reopened",
        }
    }
}

/// Why an offer came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Returned {
    /// They cannot.
    Refused {
        /// Who there said so.
        name: Private<String>,
        /// Why.
        reason: Private<String>,
        /// How it was heard.
        source: ReportSource,
    },
    /// Nobody answered in time.
    Unanswered,
    /// We took it back.
    Withdrawn,
    /// They had it, and somebody here opened it again.
    Reopened {
        /// Who there had accepted.
        name: Private<String>,
        /// Their number of it.
        reference: Option<String>,
    },
}

/// What the neighbouring centre answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransferAnswer {
    /// It is theirs from now on.
    Accepted {
        /// Who says so.
        name: Private<String>,
        /// Their number of it.
        reference: Option<String>,
    },
    /// They cannot.
    Refused {
        /// Who says so.
        name: Private<String>,
        /// Why.
        reason: Private<String>,
    },
}

impl TransferAnswer {
    /// Cut to our own bounds: what a neighbour's system says is never refused for being long.
    #[must_use]
    pub(super) fn cut(self) -> Self {
        let private = |text: Private<String>, max| Private::new(cut(text.into_inner(), max));
        match self {
            Self::Accepted { name, reference } => Self::Accepted {
                name: private(name, SHORT_TEXT_BYTES_MAX),
                reference: reference.map(|text| cut(text, SHORT_TEXT_BYTES_MAX)),
            },
            Self::Refused { name, reason } => Self::Refused {
                name: private(name, SHORT_TEXT_BYTES_MAX),
                reason: private(reason, NOTE_BYTES_MAX),
            },
        }
    }
}

/// Where an incident came from that a neighbouring centre handed over to us.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// From whom.
    pub from: Neighbour,
    /// The offer, as they name it.
    pub transfer: TransferId,
    /// Their incident.
    pub incident: IncidentId,
    /// Its number there.
    pub reference: String,
    /// Until when they wait for an answer.
    pub answer_by: Timestamp,
    /// What they told besides what an incident has a place for; nothing once that was erased.
    #[serde(default)]
    pub details: Option<Private<PacketDetails>>,
    /// Whether our answer has reached their system.
    #[serde(default)]
    pub told: PacketState,
    /// Our answer.
    pub state: OriginState,
}

/// What we answered to an offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OriginState {
    /// Nothing yet.
    Asked,
    /// It is ours.
    Accepted {
        /// When.
        at: Timestamp,
        /// Who accepted.
        by: UserId,
    },
    /// We cannot.
    Refused {
        /// When.
        at: Timestamp,
        /// Who refused.
        by: UserId,
        /// Why.
        reason: Private<String>,
    },
    /// They took it back before we answered.
    TakenBack {
        /// When.
        at: Timestamp,
    },
}

impl OriginState {
    /// Every [`OriginState::name`].
    pub const NAMES: [&str; 4] = ["asked", "accepted", "refused", "taken_back"];

    /// In one word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::TakenBack { .. } => "taken_back",
        }
    }
}

/// What is asked about a hand-over to or from a neighbouring centre.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransferCommand {
    /// Offer the incident.
    Offer {
        /// To whom.
        to: Neighbour,
    },
    /// The neighbouring centre answered, on its own screen.
    Answered {
        /// Which offer.
        id: TransferId,
        /// Who says that they did.
        from: AreaCode,
        /// What.
        answer: TransferAnswer,
    },
    /// Somebody there told somebody here.
    Heard {
        /// Which offer.
        id: TransferId,
        /// What.
        answer: TransferAnswer,
    },
    /// Take an offer back.
    Withdraw {
        /// Which.
        id: TransferId,
    },
    /// Accept what a neighbouring centre hands over to us.
    Accept,
    /// Send it back.
    Refuse {
        /// Why.
        reason: Private<String>,
    },
    /// The neighbouring centre took its offer back.
    TakenBack {
        /// Who says so.
        from: AreaCode,
        /// Which offer.
        id: TransferId,
    },
    /// It became more urgent there while they wait for our answer.
    Hastened {
        /// Who says so.
        from: AreaCode,
        /// Which offer.
        id: TransferId,
        /// Until when they wait now.
        answer_by: Timestamp,
        /// How urgent it is there, if that could be read.
        priority: Option<Priority>,
    },
    /// A courier tried to tell the other centre's system.
    Told {
        /// About which offer.
        id: TransferId,
        /// How far the message has come.
        packet: PacketState,
    },
}

/// A message to the other centre's system.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferMessage {
    /// The incident packet.
    Offer,
    /// We took the offer back, or waited long enough.
    TakenBack,
    /// Our answer to theirs.
    Answer,
    /// It became more urgent: they have less time.
    Hastened,
}

impl Incident {
    /// The offer that a neighbouring centre has not answered.
    pub fn waiting_transfer(&self) -> Option<&Transfer> {
        self.transfers.iter().find(|transfer| transfer.state == TransferState::Waiting)
    }

    /// The offer with this id.
    pub fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.iter().find(|transfer| transfer.id == id)
    }

    /// The offer that a neighbouring centre took: it is theirs, whoever of ours is still at work there.
    pub fn taken_transfer(&self) -> Option<&Transfer> {
        self.transfers.iter().find(|transfer| matches!(transfer.state, TransferState::Accepted { .. }))
    }

    /// Where it came from, as long as we have not answered.
    pub fn unanswered_origin(&self) -> Option<&Origin> {
        self.origin.as_deref().filter(|origin| origin.state == OriginState::Asked)
    }
}

/// What holds where the rules were adopted before they knew neighbouring centres: what this program brings with it.
pub(crate) fn brought_along() -> BTreeMap<Priority, Seconds> {
    crate::policy::Rules::default_rules().map_or_else(|_| Default::default(), |r| r.neighbour_answer_within)
}

/// The incident after an offer changed.
pub(super) fn offer_changed(incident: &mut Incident, id: TransferId, change: impl FnOnce(&mut Transfer)) {
    if let Some(transfer) = incident.transfers.iter_mut().find(|transfer| transfer.id == id) {
        change(transfer);
    }
}

/// The incident after somebody here opened it again: nobody else has it any more.
pub(super) fn reopened(incident: &mut Incident, at: Timestamp) {
    for transfer in &mut incident.transfers {
        if let TransferState::Accepted { name, reference, .. } = &transfer.state {
            let why = Returned::Reopened { name: name.clone(), reference: reference.clone() };
            transfer.state = TransferState::Returned { at, why };
        }
    }
}

/// The incident after our answer to who handed it over.
pub(super) fn origin_answered(
    incident: &mut Incident,
    state: OriginState,
    dispatch_due_at: Option<Timestamp>,
) {
    if let Some(origin) = &mut incident.origin {
        origin.state = state;
    }
    if dispatch_due_at.is_some() {
        (incident.dispatch_due_at, incident.close_due_at) = (dispatch_due_at, None);
    }
}

/// The incident after it became more urgent at the centre that handed it over.
pub(super) fn origin_hastened(incident: &mut Incident, answer_by: Timestamp, priority: Option<Priority>) {
    if let Some(origin) = &mut incident.origin {
        origin.answer_by = answer_by;
    }
    incident.priority = priority.unwrap_or(incident.priority);
}

/// The incident after a message to the other centre's system came through, or never will.
pub(super) fn told(incident: &mut Incident, id: TransferId, packet: &PacketState) {
    offer_changed(incident, id, |transfer| transfer.packet = packet.clone());
    if let Some(origin) = incident.origin.as_deref_mut().filter(|origin| origin.transfer == id) {
        origin.told = packet.clone();
    }
}
