//! Hand an incident over to a neighbouring centre, or answer one.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{IncidentId, TransferId};
use dispatch_core::incident::{IncidentCommand, TransferAnswer, TransferCommand};
use dispatch_core::private::Private;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::authority::{Authority, CanReport};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::phone_book::PhoneBook;
use crate::problem::Problem;
use crate::show::Show;
use crate::views::Incident;

/// A step of a hand-over.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum TransferRequest {
    /// Offer the incident: the packet goes to their system at once, and it stays ours until they accept.
    Offer {
        /// Code of a neighbouring centre in the phone book.
        to: String,
    },
    /// Somebody there accepted on the telephone.
    Accepted {
        /// Which offer.
        transfer_id: Uuid,
        /// Who.
        name: String,
        /// Their number of it.
        reference: Option<String>,
    },
    /// Somebody there refused on the telephone.
    Refused {
        /// Which offer.
        transfer_id: Uuid,
        /// Who.
        name: String,
        /// Why.
        reason: String,
    },
    /// Take an offer back.
    Withdraw {
        /// Which.
        transfer_id: Uuid,
    },
    /// Accept what a neighbouring centre handed over to us.
    Accept,
    /// Send it back.
    Refuse {
        /// Why.
        reason: String,
    },
}

impl Checked for TransferRequest {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::Accepted { name, reference, .. } => {
                faults.short("name", Some(name));
                faults.short("reference", reference.as_deref());
            }
            Self::Refused { name, .. } => faults.short("name", Some(name)),
            Self::Offer { .. } | Self::Withdraw { .. } | Self::Accept | Self::Refuse { .. } => {}
        }
    }
}

impl TransferRequest {
    fn command(&self, book: &PhoneBook) -> Result<TransferCommand, Problem> {
        let private = |text: &str| Private::new(text.trim().to_owned());
        let told = |id: &Uuid, answer| TransferCommand::Heard { id: TransferId(*id), answer };
        Ok(match self {
            Self::Offer { to } => {
                let to = book.neighbour(to).ok_or_else(|| {
                    let (id, en) = ("Pusat tetangga tidak dikenal.", "There is no such neighbouring centre.");
                    Problem::field("to", "unknown", id, en)
                })?;
                TransferCommand::Offer { to }
            }
            Self::Accepted { transfer_id, name, reference } => {
                let reference = reference.as_deref().map(str::trim).filter(|text| !text.is_empty());
                let (name, reference) = (private(name), reference.map(str::to_owned));
                told(transfer_id, TransferAnswer::Accepted { name, reference })
            }
            Self::Refused { transfer_id, name, reason } => {
                let (name, reason) = (private(name), private(reason));
                told(transfer_id, TransferAnswer::Refused { name, reason })
            }
            Self::Withdraw { transfer_id } => TransferCommand::Withdraw { id: TransferId(*transfer_id) },
            Self::Accept => TransferCommand::Accept,
            Self::Refuse { reason } => TransferCommand::Refuse { reason: private(reason) },
        })
    }
}

/// Offer an incident to a neighbouring centre, write down what somebody there said, take the offer back; or answer what a
/// neighbouring centre handed over to us.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/transfer", operation_id = "transfer_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = TransferRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(intake): State<Intake>,
    State(book): State<PhoneBook>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    written: Written<TransferRequest>,
) -> Result<Json<Incident>, Problem> {
    let command = IncidentCommand::Transfer(written.body.command(&book)?);
    let answer = intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await?;
    Ok(Json(show.incident(&answer.incident()?)))
}
