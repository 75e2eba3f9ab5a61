//! Hand-overs to and from neighbouring centres.

use dispatch_core::incident::{self, IncidentEvent, OriginState, PacketState, Returned, TransferState};
use dispatch_core::private::Private;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::person::Named;
use crate::names::Names;
use crate::wire::Time;

/// An offer of an incident to a neighbouring centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Transfer {
    /// Id.
    pub id: Uuid,
    /// Code of the centre's kabupaten or kota.
    pub to_code: String,
    /// The centre's name.
    pub to_name: String,
    /// When it was offered.
    pub at: Time,
    /// By whom.
    pub by: Named,
    /// Until when they must answer.
    pub due_at: Time,
    /// Whether the incident packet has reached their system: `pending`, `delivered`, `failed`.
    pub packet: &'static str,
    /// Why it has not, in one word or a status code; `no system` where they have only the telephone.
    pub packet_result: Option<String>,
    /// `waiting`, `accepted`, `refused`, `unanswered`, `withdrawn`, `reopened` (they had it, and it was opened again here).
    /// All but the first two mean: it is ours again.
    pub state: &'static str,
    /// When that was.
    pub answered_at: Option<Time>,
    /// Who there answered.
    pub answered_name: Option<String>,
    /// Whether they only told us, and somebody here wrote it down.
    pub told_by_telephone: bool,
    /// Their number of the incident.
    pub reference: Option<String>,
    /// Why they refused.
    pub reason: Option<String>,
}

/// The neighbouring centre that handed an incident over to us.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Origin {
    /// Code of its kabupaten or kota.
    pub from_code: String,
    /// Its name.
    pub from_name: String,
    /// Its number of the incident.
    pub reference: String,
    /// Until when it waits for our answer.
    pub answer_by: Time,
    /// `asked`, `accepted`, `refused`, `taken_back`.
    pub state: &'static str,
    /// When that was.
    pub answered_at: Option<Time>,
    /// Who of us answered.
    pub answered_by: Option<Named>,
    /// Why we refused.
    pub reason: Option<String>,
    /// Whether our answer has reached its system: `pending`, `delivered`, `failed`.
    pub told: &'static str,
    /// Why it has not; `409`: they no longer wait for it.
    pub told_result: Option<String>,
    /// What was asked and answered there.
    pub answers: Vec<OriginAnswer>,
    /// Whom they had sent already.
    pub agencies: Vec<OriginAgency>,
}

/// A question that was asked at the other centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OriginAnswer {
    /// The question.
    pub asked: String,
    /// The answer.
    pub answer: String,
}

/// An agency of the other centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OriginAgency {
    /// Its name.
    pub name: String,
    /// How far it was: `sent`, `acknowledged`, `en_route` …
    pub state: String,
}

impl Transfer {
    /// The view of a record.
    pub fn of(t: &incident::Transfer, names: &Names) -> Self {
        let (packet, packet_result) = came_through(&t.packet);
        let text = |text: &Private<String>| Some(text.reveal().clone()).filter(|text| !text.is_empty());
        let mut view = Self {
            id: t.id.0,
            to_code: t.to.code.to_string(),
            to_name: t.to.name.clone(),
            at: t.at.into(),
            by: Named::of(t.by, names),
            due_at: t.due_at.into(),
            packet,
            packet_result,
            state: t.state.name(),
            answered_at: None,
            answered_name: None,
            told_by_telephone: false,
            reference: None,
            reason: None,
        };
        match &t.state {
            TransferState::Waiting => {}
            TransferState::Accepted { at, name, reference, source, .. } => {
                view.answered_at = Some((*at).into());
                (view.answered_name, view.reference) = (text(name), reference.clone());
                view.told_by_telephone = !source.is_console();
            }
            TransferState::Returned { at, why } => {
                view.answered_at = Some((*at).into());
                match why {
                    Returned::Refused { name, reason, source } => {
                        (view.answered_name, view.reason) = (text(name), text(reason));
                        view.told_by_telephone = !source.is_console();
                    }
                    Returned::Reopened { name, reference } => {
                        (view.answered_name, view.reference) = (text(name), reference.clone());
                    }
                    Returned::Unanswered | Returned::Withdrawn => {}
                }
            }
        }
        view
    }
}

impl Origin {
    /// The view of a record.
    pub fn of(o: &incident::Origin, names: &Names) -> Self {
        let (told, told_result) = came_through(&o.told);
        let (at, by, reason) = match &o.state {
            OriginState::Asked => (None, None, None),
            OriginState::Accepted { at, by } => (Some(*at), Some(*by), None),
            OriginState::Refused { at, by, reason } => (Some(*at), Some(*by), Some(reason)),
            OriginState::TakenBack { at } => (Some(*at), None, None),
        };
        let details = o.details.as_ref().map(Private::reveal);
        Self {
            from_code: o.from.code.to_string(),
            from_name: o.from.name.clone(),
            reference: o.reference.clone(),
            answer_by: o.answer_by.into(),
            state: o.state.name(),
            answered_at: at.map(Time),
            answered_by: by.map(|by| Named::of(by, names)),
            reason: reason.map(|reason| reason.reveal().clone()),
            told,
            told_result,
            answers: details
                .iter()
                .flat_map(|told| &told.answers)
                .map(|one| OriginAnswer { asked: one.asked.clone(), answer: one.answer.clone() })
                .collect(),
            agencies: details
                .iter()
                .flat_map(|told| &told.agencies)
                .map(|one| OriginAgency { name: one.name.clone(), state: one.state.clone() })
                .collect(),
        }
    }
}

fn came_through(packet: &PacketState) -> (&'static str, Option<String>) {
    match packet {
        PacketState::Pending => ("pending", None),
        PacketState::Delivered { .. } => ("delivered", None),
        PacketState::Failed { result, .. } => ("failed", Some(result.clone())),
    }
}

/// What the timeline says of an offer that changed; `id` is the offer.
pub(super) fn offer_words(
    kind: &'static str,
    id: dispatch_core::ids::TransferId,
    incident: &incident::Incident,
    words: (&str, &str),
) -> (&'static str, String, String) {
    let to = incident.transfer(id).map_or("", |transfer| transfer.to.name.as_str());
    (kind, format!("{to} {}", words.0), format!("{to} {}", words.1))
}

/// What the timeline says of an offer that came back.
pub(super) const fn returned_words(why: &Returned) -> (&'static str, &'static str) {
    match why {
        Returned::Refused { .. } => {
            ("menolak serah terima: insiden kembali ke kita", "refused it: the incident is ours again")
        }
        Returned::Unanswered => (
            "tidak menjawab serah terima dalam batas waktu: insiden kembali ke kita",
            "did not answer in time: the incident is ours again",
        ),
        Returned::Withdrawn => ("tidak jadi diserahi: ditarik kembali", "is no longer asked: taken back"),
        Returned::Reopened { .. } => {
            ("tidak lagi memegang: dibuka kembali", "has it no more: it was reopened")
        }
    }
}

/// What the timeline says of a message to the other centre's system.
pub(super) fn told_words(packet: &PacketState) -> (&'static str, &'static str) {
    match packet {
        PacketState::Pending => ("akan diberi tahu", "will be told"),
        PacketState::Delivered { .. } => {
            ("sudah menerima pesan di sistemnya", "has the message in its system")
        }
        PacketState::Failed { result, .. } if result == PacketState::NOT_NEEDED => {
            ("tidak jadi dikirimi paket: sudah ditarik kembali", "is not sent the packet: it was taken back")
        }
        PacketState::Failed { .. } => {
            ("tidak menerima pesan di sistemnya: telepon", "did not get the message in its system: telephone")
        }
    }
}

/// What the timeline says of a message to the centre that handed an incident over.
pub(super) fn told_origin(
    kind: &'static str,
    incident: &incident::Incident,
    words: (&str, &str),
) -> (&'static str, String, String) {
    let from = incident.origin.as_deref().map_or("", |origin| origin.from.name.as_str());
    (kind, format!("{from} {}", words.0), format!("{from} {}", words.1))
}

/// What the timeline says of an event about where an incident came from.
pub(super) fn origin_words(
    event: &IncidentEvent,
    kind: &'static str,
    incident: &incident::Incident,
    words: (&str, &str),
) -> (&'static str, String, String) {
    let known = incident.origin.as_deref();
    let from = if let IncidentEvent::Received { origin } = event { Some(&**origin) } else { known };
    let (name, number) = from.map_or(("", ""), |o| (o.from.name.as_str(), o.reference.as_str()));
    (kind, format!("{} {name} ({number})", words.0), format!("{} {name} ({number})", words.1))
}
