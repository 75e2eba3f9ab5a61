//! Change a duty roster.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AgencyId, RosterPersonId, ShiftId, SwapId, UserId};
use dispatch_core::private::Private;
use dispatch_core::roster::{Person, RosterCommand, Shift};
use dispatch_core::time::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::add_user::named;
use crate::authority::{Authority, CanUseRosters};
use crate::input::{Checked, Faults, Written};
use crate::names::Names;
use crate::problem::Problem;
use crate::random;
use crate::rosters::Rosters;
use crate::views::Roster;
use crate::wire::{Post, SwapStep, Time};

/// A change of a duty roster.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum RosterRequest {
    /// Add somebody, or change what is known of them.
    SetPerson {
        /// Who; a new person when absent.
        id: Option<Uuid>,
        /// Of which agency, id or code; none for the centre and the government.
        agency: Option<String>,
        /// As what.
        post: Post,
        /// Name.
        name: String,
        /// A number to ring: an optional + and 3 to 15 digits.
        phone: Option<String>,
        /// Where mail reaches them.
        email: Option<String>,
        /// Their account.
        user_id: Option<Uuid>,
        /// Can be rung at any hour.
        #[serde(default)]
        standing: bool,
        /// Whether they are still there.
        active: Option<bool>,
        /// By which decree or letter, where there is one.
        decree: Option<String>,
    },
    /// Plan shifts, all of them or none.
    Plan {
        /// At most 124.
        shifts: Vec<ShiftRequest>,
        /// By which decree or letter, where there is one.
        decree: Option<String>,
    },
    /// Take out a shift that has not begun, or end one that runs.
    Cancel {
        /// Which.
        shift_id: Uuid,
    },
    /// Ask that another person takes a shift.
    AskSwap {
        /// The shift.
        shift_id: Uuid,
        /// Who is to take it.
        person_id: Uuid,
        /// Which shift of theirs comes back for it.
        back_id: Option<Uuid>,
        /// Why.
        note: Option<String>,
    },
    /// Agree to a swap, approve it, refuse it or take it back. Whoever asked for it or is in it does not approve it.
    StepSwap {
        /// Which.
        swap_id: Uuid,
        /// The step.
        step: SwapStep,
    },
}

/// One shift.
#[derive(Deserialize, ToSchema)]
pub struct ShiftRequest {
    /// Whose.
    person_id: Uuid,
    /// When it begins.
    from: Time,
    /// When it ends; at most 24 hours later.
    to: Time,
}

impl Checked for RosterRequest {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::SetPerson { name, decree, .. } => {
                faults.required("name", name);
                faults.short("decree", decree.as_deref());
            }
            Self::Plan { decree, .. } => faults.short("decree", decree.as_deref()),
            Self::Cancel { .. } | Self::AskSwap { .. } | Self::StepSwap { .. } => {}
        }
    }
}

impl RosterRequest {
    fn command(&self, names: &Names, now: Timestamp) -> Result<RosterCommand, Problem> {
        Ok(match self {
            Self::SetPerson { id, agency, post, name, phone, email, user_id, standing, active, decree } => {
                let text = |text: &Option<String>| {
                    text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(|t| Private::new(t.to_owned()))
                };
                RosterCommand::SetPerson(Box::new(Person {
                    id: RosterPersonId(id.unwrap_or_else(|| random::id(now))),
                    agency: agency.as_deref().map(|agency| agency_of(agency, names)).transpose()?,
                    post: post.0,
                    name: Private::new(name.trim().to_owned()),
                    phone: text(phone),
                    email: text(email),
                    user: user_id.map(|user| account(UserId(user), names)).transpose()?,
                    standing: *standing,
                    active: active.unwrap_or(true),
                    decree: named(decree.as_deref()),
                }))
            }
            Self::Plan { shifts, decree } => RosterCommand::Plan {
                shifts: shifts
                    .iter()
                    .map(|shift| Shift {
                        id: ShiftId(random::id(now)),
                        person: RosterPersonId(shift.person_id),
                        from: shift.from.0,
                        to: shift.to.0,
                    })
                    .collect(),
                decree: named(decree.as_deref()),
            },
            Self::Cancel { shift_id } => RosterCommand::Cancel(ShiftId(*shift_id)),
            Self::AskSwap { shift_id, person_id, back_id, note } => RosterCommand::AskSwap {
                id: SwapId(random::id(now)),
                shift: ShiftId(*shift_id),
                to: RosterPersonId(*person_id),
                back: back_id.map(ShiftId),
                note: Private::new(note.clone().unwrap_or_default()),
            },
            Self::StepSwap { swap_id, step } => RosterCommand::StepSwap(SwapId(*swap_id), step.0),
        })
    }
}

fn agency_of(text: &str, names: &Names) -> Result<AgencyId, Problem> {
    super::add_user::agency_of(Some(text), names)?
        .ok_or_else(|| Problem::field("agency", "unknown", "Instansi tidak dikenal.", "There is no such agency."))
}

fn account(user: UserId, names: &Names) -> Result<UserId, Problem> {
    names.user(user).map(|record| record.id).ok_or_else(|| {
        Problem::field("user_id", "unknown", "Akun tidak dikenal.", "There is no such account.")
    })
}

/// Add somebody to a duty roster, plan shifts, or let shifts change hands.
#[utoipa::path(post, path = "/api/v1/roster", operation_id = "change_roster", tag = "Duty",
    request_body = RosterRequest, responses((status = 200, description = "The rosters", body = Roster)))]
pub async fn handler(
    may: Authority<CanUseRosters>,
    State(rosters): State<Rosters>,
    written: Written<RosterRequest>,
) -> Result<Json<Roster>, Problem> {
    let command = written.body.command(&rosters.names(), rosters.now())?;
    rosters.change(&may, &written, command).await.map(Json)
}
