//! Register a unit.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::ids::{AgencyCode, AgencyId};
use dispatch_core::time::Clock;
use dispatch_core::unit::UnitCommand;
use incident_store::DeskCommand;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanManageUnits};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::problem::Problem;
use crate::random;
use crate::show::Show;
use crate::units::{ProfileRequest, check_crew};
use crate::views::Unit;

/// A new unit.
#[derive(Deserialize, ToSchema)]
pub struct RegisterUnitRequest {
    /// What it is.
    #[serde(flatten)]
    profile: ProfileRequest,
    /// People on board.
    #[schema(maximum = 60)]
    crew: u8,
    /// Whose it is, id or code. Of a dispatcher always the own agency; the centre must name one.
    agency: Option<String>,
}

impl Checked for RegisterUnitRequest {
    fn check(&self, faults: &mut Faults) {
        self.profile.check("", faults);
        check_crew("crew", self.crew, faults);
    }
}

/// Register a unit. It is ready at once.
#[utoipa::path(post, path = "/api/v1/units", operation_id = "register_unit", tag = "Units",
    request_body = RegisterUnitRequest, responses((status = 201, description = "The unit", body = Unit)))]
pub async fn handler(
    may: Authority<CanManageUnits>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    State(clock): State<Clock>,
    written: Written<RegisterUnitRequest>,
) -> Result<(StatusCode, Json<Unit>), Problem> {
    let names = show.names();
    let directory = &names.policy().directory;
    let named = written.body.agency.as_deref().and_then(|name| {
        let by_id = name.parse::<AgencyId>().ok().and_then(|id| directory.agencies.get(&id));
        by_id.or_else(|| directory.by_code(&AgencyCode::new(name))).map(|entry| entry.id)
    });
    let unknown =
        || Problem::field("agency", "unknown", "Instansi tidak dikenal.", "There is no such agency.");
    let agency = may.agency().or(named).ok_or_else(unknown)?;
    let profile = Box::new(written.body.profile.clone().into_profile(&names));
    let id = random::unit_id(clock.now());
    let command = UnitCommand::Register { agency, profile, crew: written.body.crew };
    let answer = intake.write(&may, &written, vec![DeskCommand::Unit(id, command)]).await?;
    Ok((StatusCode::CREATED, Json(Unit::of(&answer.unit()?, &names))))
}
