//! Messages to the systems of neighbouring centres, and who proves to be one.

use agency_channels::{Outcome, Seal};
use console_api::channels::{NeighbourLetter, ReportRefused};
use dispatch_core::ids::TransferId;
use dispatch_core::incident::{
    Incident, IncidentCommand, Neighbour, OriginState, PacketState, Transfer, TransferCommand,
    TransferMessage, TransferState,
};
use dispatch_core::neighbour::{IncidentPacket, NeighbourMessage};
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::OutboxItem;
use tracing::{info, warn};

use super::carry::{again, area_of, submit};
use super::{Shared, Work};
use crate::config::NeighbourCentre;

/// A try that failed is tried again after 1, 2, 4 … seconds, at most this: somebody waits at both ends.
const PAUSE_MAX_S: u32 = 15;
/// What is no offer is tried for this long; by then people have talked.
const GIVE_UP_AFTER: Seconds = Seconds(3_600);
/// That an offer was taken back waits this long at most for the try that may still bring the offer.
const OFFER_SETTLES_WITHIN: Seconds = Seconds(60);
/// How this way is called among the channels' figures.
const CHANNEL: &str = "neighbour";

/// Whose letter it is.
pub(super) fn proven(shared: &Shared, letter: NeighbourLetter<'_>) -> Result<Neighbour, ReportRefused> {
    let centre = shared.neighbours.iter().find(|centre| centre.who.code.0 == letter.from);
    let centre = centre.ok_or(ReportRefused::Unproven)?;
    let door = centre.system.as_ref().ok_or(ReportRefused::Unproven)?;
    let work = shared.work().ok_or(ReportRefused::NotNow)?;
    let seal = Seal { id: letter.id, stamp: letter.stamp, signature: letter.signature };
    door.check(seal, letter.body, work.clock.now()).map_err(|_| ReportRefused::Unproven)?;
    Ok(centre.who.clone())
}

/// Carries one message as far as it goes now; then it is done, or due again later.
pub(super) async fn carry(
    shared: &Shared,
    work: &Work,
    item: &OutboxItem,
    transfer: TransferId,
    message: TransferMessage,
) {
    let incident = match work.desk.store().incident(item.incident).await {
        Ok(Some(incident)) => incident,
        Ok(None) => return warn!(incident.id = %item.incident, "A message to a neighbour names no incident"),
        Err(error) => return warn!(%error, "A message to a neighbour waits for the store"),
    };
    let now = work.clock.now();
    if overtakes(&incident, transfer, message, now) {
        // A system that does not remember what it never got would keep the offer that comes after it.
        return again(work, item, now.after(Seconds(1))).await;
    }
    let Some(letter) = letter(shared, work, &incident, transfer, message).await else {
        // Answered or taken back meanwhile: nothing is left to say.
        let result = PacketState::NOT_NEEDED.to_owned();
        let given_up = (message == TransferMessage::Offer).then_some(TransferCommand::Told {
            id: transfer,
            packet: PacketState::Failed { at: now, result },
        });
        submit(work, item, "done", given_up.map(IncidentCommand::Transfer), true).await;
        return;
    };
    let settle = async |packet: Option<PacketState>| {
        shared.forget_tries(&letter.id);
        let told = packet.map(|packet| TransferCommand::Told { id: transfer, packet });
        submit(work, item, "told", told.map(IncidentCommand::Transfer), true).await;
    };
    let failed = |result: &str| PacketState::Failed { at: now, result: result.to_owned() };
    // What is said of an offer later says nothing of whether the packet itself came through.
    let about_packet = |packet| match message {
        TransferMessage::Offer | TransferMessage::Answer => Some(packet),
        TransferMessage::TakenBack | TransferMessage::Hastened => None,
    };
    let Some(door) = &letter.centre.system else { return settle(about_packet(failed("no system"))).await };
    let Ok(body) = serde_json::to_vec(&letter.message) else {
        return settle(about_packet(failed("not serialisable"))).await;
    };
    match door.post(&shared.client, &letter.id, body, now).await {
        Outcome::Delivered { .. } | Outcome::Accepted { .. } => {
            shared.counts.count(CHANNEL, "delivered");
            settle(about_packet(PacketState::Delivered { at: now })).await;
        }
        Outcome::Refused { result } => {
            shared.counts.count(CHANNEL, "failed");
            // Held up on the way until it was taken back: they know that already, and no telephone has to ring.
            let late = message == TransferMessage::Offer && came_back(work, item, transfer).await;
            let result = if late { PacketState::NOT_NEEDED } else { &result };
            settle(about_packet(failed(result))).await;
        }
        Outcome::TryAgain { result } if now > letter.until => {
            shared.counts.count(CHANNEL, "failed");
            settle(about_packet(failed(&result))).await;
        }
        Outcome::TryAgain { result } => {
            shared.counts.count(CHANNEL, "again");
            let tries = shared.count_try(&letter.id);
            info!(notification.id = letter.id, tries, result, "A neighbour is told again");
            let pause = Seconds(2u32.saturating_pow(tries - 1).min(PAUSE_MAX_S));
            again(work, item, now.after(pause)).await;
        }
    }
}

/// Whether a message would come before the offer that it speaks of, which may still be on its way to them.
fn overtakes(incident: &Incident, transfer: TransferId, message: TransferMessage, now: Timestamp) -> bool {
    let offer = incident.transfer(transfer).filter(|offer| offer.packet == PacketState::Pending);
    offer.is_some_and(|offer| match (message, &offer.state) {
        (TransferMessage::TakenBack, TransferState::Returned { at, .. }) => {
            now < at.after(OFFER_SETTLES_WITHIN)
        }
        (TransferMessage::Hastened, TransferState::Waiting) => now < offer.due_at,
        (
            TransferMessage::Offer
            | TransferMessage::Answer
            | TransferMessage::TakenBack
            | TransferMessage::Hastened,
            TransferState::Waiting | TransferState::Accepted { .. } | TransferState::Returned { .. },
        ) => false,
    })
}

/// Whether an offer came back while a courier was on its way with it.
async fn came_back(work: &Work, item: &OutboxItem, transfer: TransferId) -> bool {
    let now = work.desk.store().incident(item.incident).await.ok().flatten();
    let offer = now.as_ref().and_then(|incident| incident.transfer(transfer));
    offer.is_some_and(|offer| matches!(offer.state, TransferState::Returned { .. }))
}

/// Until when an offer is worth bringing: while it waits, and when somebody there took it on the telephone, because
/// their system still has to learn of it.
fn worth_bringing(offer: &Transfer) -> Option<Timestamp> {
    match &offer.state {
        TransferState::Waiting => Some(offer.due_at),
        TransferState::Accepted { at, source, .. } if !source.is_console() => Some(at.after(GIVE_UP_AFTER)),
        TransferState::Accepted { .. } | TransferState::Returned { .. } => None,
    }
}

/// One message, to whom, and how long it is worth trying.
struct Letter<'a> {
    centre: &'a NeighbourCentre,
    /// The same on every try.
    id: String,
    message: NeighbourMessage,
    until: Timestamp,
}

async fn letter<'a>(
    shared: &'a Shared,
    work: &Work,
    incident: &Incident,
    transfer: TransferId,
    message: TransferMessage,
) -> Option<Letter<'a>> {
    let centre_of = |who: &Neighbour| shared.neighbours.iter().find(|centre| centre.who.code == who.code);
    match message {
        TransferMessage::Offer => {
            let offer = incident.transfer(transfer)?;
            let until = worth_bringing(offer)?;
            let policy = work.desk.policy();
            let area = area_of(work, incident).await;
            let agency = |a: &dispatch_core::incident::Assignment| {
                policy
                    .directory
                    .agencies
                    .get(&a.agency)
                    .map_or_else(|| a.code.0.clone(), |one| one.name.clone())
            };
            let packet = IncidentPacket::about(incident, transfer, &policy.rules, area, agency)?;
            Some(Letter {
                centre: centre_of(&offer.to)?,
                id: format!("{transfer}.offer"),
                message: NeighbourMessage::Offer(Box::new(packet)),
                until,
            })
        }
        TransferMessage::Hastened => {
            // The packet itself says how urgent it is; this is for whoever has it already.
            let offer = incident.transfer(transfer).filter(|offer| offer.state == TransferState::Waiting)?;
            if matches!(offer.packet, PacketState::Failed { .. }) {
                return None;
            }
            let (answer_by, priority) = (offer.due_at, incident.priority);
            Some(Letter {
                centre: centre_of(&offer.to)?,
                id: format!("{transfer}.hastened.{}.{}", answer_by.as_micros(), priority.code()),
                message: NeighbourMessage::Hastened { transfer, answer_by, priority: Some(priority) },
                until: answer_by,
            })
        }
        TransferMessage::TakenBack => {
            let offer = incident.transfer(transfer)?;
            let TransferState::Returned { at, .. } = offer.state else { return None };
            Some(Letter {
                centre: centre_of(&offer.to)?,
                id: format!("{transfer}.taken_back"),
                message: NeighbourMessage::TakenBack { transfer },
                until: at.after(GIVE_UP_AFTER),
            })
        }
        TransferMessage::Answer => {
            let origin = incident.origin.as_deref().filter(|origin| origin.transfer == transfer)?;
            let theirs = origin.incident;
            let (word, at, by) = match &origin.state {
                OriginState::Accepted { at, by } => ("accepted", *at, *by),
                OriginState::Refused { at, by, .. } => ("refused", *at, *by),
                OriginState::Asked | OriginState::TakenBack { .. } => return None,
            };
            let person = work.desk.store().user(by).await.ok().flatten();
            let name = person.map_or_else(String::new, |person| person.name.into_inner());
            let message = match &origin.state {
                OriginState::Refused { reason, .. } => {
                    let reason = reason.reveal().clone();
                    NeighbourMessage::Refused { transfer, incident: theirs, name, reason }
                }
                OriginState::Accepted { .. } | OriginState::Asked | OriginState::TakenBack { .. } => {
                    let reference = Some(incident.number.clone());
                    NeighbourMessage::Accepted { transfer, incident: theirs, name, reference }
                }
            };
            let (centre, until) = (centre_of(&origin.from)?, at.after(GIVE_UP_AFTER));
            Some(Letter { centre, id: format!("{transfer}.{word}"), message, until })
        }
    }
}
