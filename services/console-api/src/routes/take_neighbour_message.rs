//! A neighbouring centre's system tells something.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use dispatch_core::actor::Actor;
use dispatch_core::ids::{IncidentId, TransferId};
use dispatch_core::incident::{
    IncidentCommand, Location, Neighbour, TransferAnswer, TransferCommand,
};
use dispatch_core::limits::HTTP_BODY_BYTES_MAX;
use dispatch_core::neighbour::{IncidentPacket, NeighbourMessage};
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tracing::info;
use utoipa::ToSchema;

use crate::channels::{ChannelDoor, NeighbourLetter, ReportRefused};
use crate::input::LocationRequest;
use crate::intake::Intake;
use crate::names::{NameBook, Names};
use crate::problem::{Code, Problem};
use crate::wire::{PointSource, Time};

/// What followed from a message.
#[derive(Serialize, ToSchema)]
pub struct NeighbourAnswer {
    /// Our number of the incident; none when an offer was taken back that never came.
    number: Option<String>,
}

/// An incident packet, an answer to one of ours, or that an offer is more urgent or was taken back:
/// `docs/neighbour-exchange.md`. Proven by `X-Sigap-Id`, `X-Sigap-Timestamp` and `X-Sigap-Signature` (HMAC-SHA-256 over version, sender, receiver, time stamp, id
/// and body, with line feeds between). The same message again changes nothing.
#[utoipa::path(post, path = "/api/v1/neighbours/{code}/messages", operation_id = "take_neighbour_message",
    tag = "Channels", security(()),
    params(("code" = String, Path, description = "Code of the centre that sends, as our configuration has it")),
    request_body(content = String, description = "JSON, by `kind`: offer, hastened, taken_back, accepted, refused"),
    responses((status = 200, description = "It is written down", body = NeighbourAnswer)))]
pub async fn handler(
    State(door): State<ChannelDoor>,
    State(intake): State<Intake>,
    State(names): State<NameBook>,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<NeighbourAnswer>, Problem> {
    if body.len() > HTTP_BODY_BYTES_MAX {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id = header("x-sigap-id");
    let letter = NeighbourLetter {
        from: &code,
        id,
        stamp: header("x-sigap-timestamp"),
        signature: header("x-sigap-signature"),
        body: &body,
    };
    let from = door.0.neighbour(letter).map_err(|refused| match refused {
        ReportRefused::Unproven => Problem::new(Code::UnprovenReport),
        ReportRefused::UnknownMessage => Problem::new(Code::NotFound),
        ReportRefused::NotNow => Problem::new(Code::StoreAway),
    })?;
    if id.is_empty() {
        return Err(Problem::new(Code::MessageIdMissing));
    }
    let message: NeighbourMessage =
        serde_json::from_slice(&body).map_err(|_unreadable| Problem::new(Code::MalformedJson))?;
    let (key, offer) = (key(&from, &message, id), offer_of(&message));
    let command = command(message, from, &names.now())?;
    let incident = intake.note(key, Actor::System, command).await?.maybe_incident();
    match (incident, offer) {
        (None, Some(transfer)) => {
            info!(%transfer, "An offer of a neighbour came after it was taken back, and was turned away");
            Err(Problem::new(Code::OfferTakenBack))
        }
        (incident, _) => Ok(Json(NeighbourAnswer { number: incident.map(|incident| incident.number) })),
    }
}

fn offer_of(message: &NeighbourMessage) -> Option<TransferId> {
    match message {
        NeighbourMessage::Offer(packet) => Some(packet.transfer),
        NeighbourMessage::Hastened { .. }
        | NeighbourMessage::TakenBack { .. }
        | NeighbourMessage::Accepted { .. }
        | NeighbourMessage::Refused { .. } => None,
    }
}

/// A sender that counts its messages anew, or calls them all the same, does not lose one: what a message is stands in it.
fn key(from: &Neighbour, message: &NeighbourMessage, id: &str) -> String {
    let (kind, transfer) = match message {
        NeighbourMessage::Offer(packet) => ("offer", packet.transfer),
        NeighbourMessage::Hastened { transfer, .. } => ("hastened", *transfer),
        NeighbourMessage::TakenBack { transfer } => ("taken_back", *transfer),
        NeighbourMessage::Accepted { transfer, .. } => ("accepted", *transfer),
        NeighbourMessage::Refused { transfer, .. } => ("refused", *transfer),
    };
    let id = hex::encode(Sha256::digest(id.as_bytes()));
    format!("neighbour:{}:{kind}:{transfer}:{id}", from.code)
}

fn command(message: NeighbourMessage, from: Neighbour, names: &Names) -> Result<DeskCommand, Problem> {
    let code = from.code.clone();
    let answered = |id, incident, answer| {
        let command = TransferCommand::Answered { id, from: code.clone(), answer };
        DeskCommand::Incident(incident, IncidentCommand::Transfer(command))
    };
    Ok(match message {
        NeighbourMessage::Offer(packet) => received(*packet, from, names)?,
        NeighbourMessage::Hastened { transfer, answer_by, priority } => {
            let command = TransferCommand::Hastened { from: from.code, id: transfer, answer_by, priority };
            DeskCommand::Incident(IncidentId(transfer.0), IncidentCommand::Transfer(command))
        }
        NeighbourMessage::TakenBack { transfer } => {
            let command = TransferCommand::TakenBack { from: from.code, id: transfer };
            DeskCommand::Incident(IncidentId(transfer.0), IncidentCommand::Transfer(command))
        }
        NeighbourMessage::Accepted { transfer, incident, name, reference } => {
            answered(transfer, incident, TransferAnswer::Accepted { name: Private::new(name), reference })
        }
        NeighbourMessage::Refused { transfer, incident, name, reason } => {
            let (name, reason) = (Private::new(name), Private::new(reason));
            answered(transfer, incident, TransferAnswer::Refused { name, reason })
        }
    })
}

/// The offer's id becomes the incident's: the same packet again is the same incident.
fn received(packet: IncidentPacket, from: Neighbour, names: &Names) -> Result<DeskCommand, Problem> {
    let id = IncidentId(packet.transfer.0);
    let area_code = packet.location.area_code.clone();
    let (mut report, origin) = packet.taken_in(from, &names.policy().rules);
    report.location = located(report.location, area_code, names)?;
    Ok(DeskCommand::ReceiveIncident(id, Box::new(report), Box::new(origin)))
}

/// Our own map says where a point lies; a code is taken where there is no point, if it is one of ours.
fn located(location: Location, area_code: Option<String>, names: &Names) -> Result<Location, Problem> {
    let point = location.point.as_ref().map(|point| *point.reveal());
    let text = |text: Option<Private<String>>| text.map(Private::into_inner);
    let known = |code: &String| names.areas().get(&dispatch_core::ids::AreaCode(code.clone())).is_some();
    LocationRequest {
        lat: point.map(|point| point.lat),
        lon: point.map(|point| point.lon),
        accuracy_m: location.accuracy_m,
        landmark: text(location.landmark),
        address: text(location.address),
        area_code: area_code.filter(|code| point.is_none() && known(code)),
        source: location.source.map(PointSource),
        fixed_at: location.fixed_at.map(Time),
    }
    .located(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_that_calls_all_messages_the_same_loses_none() {
        let from = |code: &str| Neighbour { code: dispatch_core::ids::AreaCode(code.into()), name: String::new() };
        let message = |kind: &str, transfer: u128| {
            let (transfer, incident) = (uuid::Uuid::from_u128(transfer), uuid::Uuid::from_u128(9));
            let json = serde_json::json!({ "kind": kind, "transfer": transfer, "incident": incident });
            serde_json::from_value(json).unwrap()
        };
        let of = |code: &str, kind: &str, transfer, id: &str| key(&from(code), &message(kind, transfer), id);
        let first = of("19.04", "accepted", 1, "1");
        assert_eq!(of("19.04", "accepted", 1, "1"), first);
        for other in [
            of("19.02", "accepted", 1, "1"),
            of("19.04", "refused", 1, "1"),
            of("19.04", "accepted", 2, "1"),
            of("19.04", "accepted", 1, "2"),
        ] {
            assert_ne!(other, first);
        }
        let long = of("19.04", "taken_back", 1, &"é\n".repeat(5_000));
        assert!(incident_store::IdempotencyKey::new(long).is_ok());
    }
}
