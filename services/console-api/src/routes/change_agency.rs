//! Change an agency.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::AgencyId;
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_agency::{check_functions, codes};
use super::add_user::named;
use crate::authority::{Authority, CanAdminister};
use crate::input::{Checked, Faults, Id, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::views::Agency;

/// What changes about an agency; absent means as it is.
#[derive(Deserialize, ToSchema)]
pub struct AgencyChangeRequest {
    /// A new name.
    name: Option<String>,
    /// All functions that it fills from now on, by code; its own code is always one of them.
    functions: Option<Vec<String>>,
    /// Whether it gets anything new. What it works on goes on, and its people may still log in.
    active: Option<bool>,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for AgencyChangeRequest {
    fn check(&self, faults: &mut Faults) {
        faults.short("name", self.name.as_deref());
        faults.short("decree", self.decree.as_deref());
        if let Some(name) = &self.name {
            faults.required("name", name);
        }
        check_functions(self.functions.as_deref().unwrap_or_default(), faults);
    }
}

/// Change an agency's name, its functions, or whether it gets anything new. The last active one cannot be closed.
#[utoipa::path(patch, path = "/api/v1/agencies/{id}", operation_id = "change_agency", tag = "Administration",
    params(("id" = uuid::Uuid, Path, description = "Id of the agency")), request_body = AgencyChangeRequest,
    responses((status = 200, description = "The agency", body = Agency)))]
pub async fn handler(
    may: Authority<CanAdminister>,
    State(intake): State<Intake>,
    State(names): State<NameBook>,
    Id(id): Id<AgencyId>,
    written: Written<AgencyChangeRequest>,
) -> Result<Json<Agency>, Problem> {
    if names.now().agency(id).is_none() {
        return Err(Problem::new(Code::NotFound));
    }
    let asked = &written.body;
    let command = SiteCommand::ChangeAgency {
        agency: id,
        name: asked.name.as_deref().map(|name| name.trim().to_owned()),
        functions: asked.functions.as_deref().map(codes),
        active: asked.active,
        decree: named(asked.decree.as_deref()),
    };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    let names = names.now();
    names.agency(id).map(|entry| Json(Agency::of(entry))).ok_or(Problem::new(Code::NotFound))
}
