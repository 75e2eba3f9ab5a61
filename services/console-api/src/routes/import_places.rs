//! Take over named places out of a file.

use axum::Json;
use axum::extract::State;
use dispatch_core::limits::PLACES_MAX;
use dispatch_core::place;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use super::add_user::named;
use crate::authority::{Authority, CanAdminister};
use crate::files::import::{IMPORT_BYTES_MAX, aside, sha256};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::limits::USERNAME_BYTES_MAX;
use crate::problem::Problem;
use crate::views::ImportReport;

/// How a file with places is written.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlacesFormat {
    /// A table with a header (RFC 4180); semicolons and decimal commas are read, too.
    Csv,
    /// A FeatureCollection (RFC 7946).
    Geojson,
}

/// A file with places.
#[derive(Deserialize, ToSchema)]
pub struct PlacesRequest {
    /// Its text.
    text: String,
    /// What it is: `csv` with the columns id, nama, jenis, lat, lon and, where known, alias, km, akurasi_m, catatan; or `geojson`.
    format: PlacesFormat,
    /// The name of the list. A place is known by its list and its id there.
    source: String,
    /// Places of this list that are not in the file are removed.
    #[serde(default)]
    replace: bool,
    /// Only says what would be taken over; nothing is changed.
    #[serde(default)]
    check_only: bool,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

impl Checked for PlacesRequest {
    const BYTES_MAX: usize = IMPORT_BYTES_MAX;

    fn check(&self, faults: &mut Faults) {
        faults.required("text", &self.text);
        faults.text("source", &self.source, USERNAME_BYTES_MAX);
        faults.required("source", &self.source);
        faults.short("decree", self.decree.as_deref());
    }
}

/// Take over landmarks, schools, mosques, road posts out of a file. Every mistake is told with its line, and with one mistake
/// nothing is taken over.
#[utoipa::path(post, path = "/api/v1/places", operation_id = "import_places", tag = "Administration",
    request_body = PlacesRequest, responses((status = 200, description = "What was taken over", body = ImportReport)))]
pub async fn handler(
    may: Authority<CanAdminister>,
    State(intake): State<Intake>,
    State(store): State<Store>,
    mut written: Written<PlacesRequest>,
) -> Result<Json<ImportReport>, Problem> {
    let text = std::mem::take(&mut written.body.text);
    let (source, format) = (written.body.source.trim().to_owned(), written.body.format);
    let list = source.clone();
    let (rows, sha256) = aside(move || {
        let rows = match format {
            PlacesFormat::Csv => place::csv::parse(&text, &list),
            PlacesFormat::Geojson => place::geojson::parse(&text, &list),
        };
        (rows, sha256(&text))
    })
    .await?;
    let by_source = store.places_by_source().await?;
    let others: usize = by_source.iter().filter(|(one, _)| *one != source).map(|(_, count)| count).sum();
    let known = by_source.iter().find(|(one, _)| *one == source).map_or(0, |(_, count)| *count);
    if others + rows.places.len() > PLACES_MAX {
        let (id, en) = (
            format!("Bersama daftar lain lebih dari {PLACES_MAX} tempat. Tidak ada yang diubah."),
            format!("With the other lists more than {PLACES_MAX} places. Nothing was changed."),
        );
        return Err(Problem::field("text", "out_of_range", &id, &en));
    }
    let changes = !written.body.check_only && rows.mistakes.is_empty() && !rows.places.is_empty();
    let answer = ImportReport::of_places(&rows, known, changes);
    if changes {
        let (replace, decree) = (written.body.replace, named(written.body.decree.as_deref()));
        let command = SiteCommand::ImportPlaces { source, places: rows.places, replace, sha256, decree };
        intake.write(&may, &written, vec![DeskCommand::Site(command)]).await?;
    }
    Ok(Json(answer))
}
