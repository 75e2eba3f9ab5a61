//! Take over areas out of a file.

use axum::Json;
use axum::extract::State;
use dispatch_core::area::{Area, geojson};
use incident_store::{DeskCommand, SiteCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_user::named;
use crate::authority::{Authority, CanAdminister};
use crate::files::import::{IMPORT_BYTES_MAX, aside, sha256};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::views::ImportReport;

/// A file with areas.
#[derive(Deserialize, ToSchema)]
pub struct AreasRequest {
    /// Its text: a GeoJSON FeatureCollection (RFC 7946); each feature has a code (`kode`) and a name (`nama`).
    text: String,
    /// These areas belong to neighbouring governments: calls from there are handed over.
    #[serde(default)]
    neighbour: bool,
    /// Only says what would be taken over; nothing is changed.
    #[serde(default)]
    check_only: bool,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for AreasRequest {
    const BYTES_MAX: usize = IMPORT_BYTES_MAX;

    fn check(&self, faults: &mut Faults) {
        faults.required("text", &self.text);
        faults.short("decree", self.decree.as_deref());
    }
}

/// Take over areas out of a file; one with a known code replaces the old one. Each feature that cannot be used is told with its
/// reason, and loses none of the others.
#[utoipa::path(post, path = "/api/v1/areas", operation_id = "import_areas", tag = "Administration",
    request_body = AreasRequest, responses((status = 200, description = "What was taken over", body = ImportReport)))]
pub async fn handler(
    may: Authority<CanAdminister>,
    State(intake): State<Intake>,
    State(names): State<NameBook>,
    mut written: Written<AreasRequest>,
) -> Result<Json<ImportReport>, Problem> {
    let text = std::mem::take(&mut written.body.text);
    let neighbour = written.body.neighbour;
    let read = aside(move || {
        let sha256 = sha256(&text);
        let read = geojson::parse(&text).map(|(areas, report)| {
            let own = |area: Area| Area { neighbour, ..area };
            (areas.into_iter().map(own).collect::<Vec<_>>(), report)
        });
        (read, sha256)
    });
    let (read, sha256) = read.await?;
    let (areas, report) = match read {
        Ok(read) => read,
        Err(error) => return Err(ImportReport::unreadable_areas(&error)),
    };
    let names = names.now();
    let known = areas.iter().filter(|area| names.area(&area.code).is_some()).count();
    let changes = !written.body.check_only && !areas.is_empty();
    let answer = ImportReport::of_areas(&report, known, changes);
    if changes {
        let decree = named(written.body.decree.as_deref());
        let command = SiteCommand::ImportAreas { areas, sha256, decree };
        intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    }
    Ok(Json(answer))
}
