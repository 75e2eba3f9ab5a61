//! Add an agency.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use dispatch_core::ids::{AgencyCode, AgencyId};
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_user::named;
use crate::authority::{Authority, CanAdminister};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::random;
use crate::views::Agency;

/// Characters of an agency's code: it is read on lists and spoken on the telephone.
const CODE_CHARACTERS_MAX: usize = 32;

/// An agency that shall be able to be sent.
#[derive(Deserialize, ToSchema)]
pub struct AgencyRequest {
    /// Its code: small letters, digits and `_`, at most 32. It never changes.
    code: String,
    /// Its name as people say it.
    name: String,
    /// Functions that it fills beside its own, by code.
    #[serde(default)]
    functions: Vec<String>,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for AgencyRequest {
    fn check(&self, faults: &mut Faults) {
        check_code("code", &self.code, faults);
        faults.short("name", Some(&self.name));
        faults.required("name", &self.name);
        faults.short("decree", self.decree.as_deref());
        check_functions(&self.functions, faults);
    }
}

pub(super) fn check_functions(functions: &[String], faults: &mut Faults) {
    for (at, function) in functions.iter().enumerate() {
        check_code(&format!("functions[{at}]"), function, faults);
    }
}

fn check_code(field: &str, code: &str, faults: &mut Faults) {
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = (1..=CODE_CHARACTERS_MAX).contains(&code.len()) && code.bytes().all(is_code);
    if !fits {
        let (id, en) = (
            "Kode: 1 sampai 32 huruf kecil, angka, atau _.",
            "A code: 1 to 32 small letters, digits or _.",
        );
        faults.report(field, "unknown_value", id, en);
    }
}

/// The codes as functions.
pub(super) fn codes(functions: &[String]) -> Vec<AgencyCode> {
    functions.iter().map(AgencyCode::new).collect()
}

/// Add an agency. Rules name functions, not agencies: whatever they send to one of its functions goes to it from now on,
/// unless another active agency carries the function's name.
#[utoipa::path(post, path = "/api/v1/agencies", operation_id = "add_agency", tag = "Administration",
    request_body = AgencyRequest, responses((status = 201, description = "The agency", body = Agency)))]
pub async fn handler(
    may: Authority<CanAdminister>,
    State(intake): State<Intake>,
    State(names): State<NameBook>,
    State(clock): State<Clock>,
    written: Written<AgencyRequest>,
) -> Result<(StatusCode, Json<Agency>), Problem> {
    let code = AgencyCode::new(&written.body.code);
    let command = SiteCommand::AddAgency {
        agency: AgencyId(random::id(clock.now())),
        code: code.clone(),
        name: written.body.name.trim().to_owned(),
        functions: codes(&written.body.functions),
        decree: named(written.body.decree.as_deref()),
    };
    intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    // A repeat of the request names the agency that the first one made.
    let names = names.now();
    let made = names.policy().directory.by_code(&code).ok_or(Problem::new(Code::NotFound))?;
    Ok((StatusCode::CREATED, Json(Agency::of(made))))
}
