//! What became of a file that was handed in.

use dispatch_core::area::geojson::{GeoJsonError, Report, SkipReason};
use dispatch_core::place::{Mistake, MistakeReason, Rows};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Mistakes of one answer; a file with more is wrong as a whole.
const MISTAKES_TOLD_MAX: usize = 200;

/// What was taken over out of a file, and what was not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// Whether anything was changed.
    pub changed: bool,
    /// How many areas or places of the file can be used.
    pub usable: usize,
    /// How many of these areas are known already and are replaced; how many places the list has so far.
    pub known: usize,
    /// What cannot be used, and why; 200 at most.
    pub mistakes: Vec<ImportMistake>,
    /// How many mistakes there are in all.
    pub mistakes_count: usize,
}

/// One thing that cannot be used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportMistake {
    /// The line of a CSV file, the position of a GeoJSON feature; both from 1.
    pub line: usize,
    /// Why, in Indonesian.
    pub reason: String,
    /// Why, in English.
    pub reason_en: String,
}

/// One of the lists that places come from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlaceList {
    /// Its name.
    pub source: String,
    /// How many places it has.
    pub places: usize,
}

impl ImportReport {
    /// What became of areas.
    pub fn of_areas(report: &Report, known: usize, changed: bool) -> Self {
        let mistake = |(position, reason): &(usize, SkipReason)| ImportMistake {
            line: position + 1,
            reason: skipped(reason),
            reason_en: reason.to_string(),
        };
        let mistakes = report.skipped.iter().take(MISTAKES_TOLD_MAX).map(mistake).collect();
        Self { changed, usable: report.imported, known, mistakes, mistakes_count: report.skipped.len() }
    }

    /// What became of places.
    pub fn of_places(rows: &Rows, known: usize, changed: bool) -> Self {
        let mistake = |Mistake { line, reason }: &Mistake| ImportMistake {
            line: *line,
            reason: mistaken(reason),
            reason_en: reason.to_string(),
        };
        let mistakes = rows.mistakes.iter().take(MISTAKES_TOLD_MAX).map(mistake).collect();
        Self { changed, usable: rows.places.len(), known, mistakes, mistakes_count: rows.mistakes.len() }
    }

    /// A file that holds no areas at all.
    pub fn unreadable_areas(error: &GeoJsonError) -> Problem {
        let id = match error {
            GeoJsonError::NotJson(cause) => {
                format!("Bukan JSON: kesalahan pada baris {}, kolom {}.", cause.line(), cause.column())
            }
            GeoJsonError::NotAFeatureCollection => "Bukan GeoJSON FeatureCollection.".to_owned(),
            GeoJsonError::TooManyFeatures(found) => format!("Terlalu banyak wilayah: {found}."),
        };
        Problem::field(
            "text",
            "unreadable",
            &format!("{id} Tidak ada yang diubah."),
            &format!("{error}. Nothing was changed."),
        )
    }
}

fn skipped(reason: &SkipReason) -> String {
    match reason {
        SkipReason::NoCode => "tanpa properti kode".into(),
        SkipReason::BadCode(code) => {
            format!("kode \u{201c}{code}\u{201d} bukan PP.KK, PP.KK.CC, atau PP.KK.CC.DDDD")
        }
        SkipReason::CodeTwice(code) => format!("kode {code} dua kali di berkas"),
        SkipReason::NoName => "tanpa properti nama".into(),
        SkipReason::GeometryKind(kind) => {
            format!("geometri \u{201c}{kind}\u{201d} bukan Polygon, MultiPolygon, atau Point")
        }
        SkipReason::BadCoordinates => "koordinat bukan daftar [bujur, lintang]".into(),
        SkipReason::OutOfRange(x, y) => format!("posisi [{x}, {y}] bukan [bujur, lintang]"),
        SkipReason::ShortRing(positions) => format!("cincin dengan {positions} titik; paling sedikit 4"),
        SkipReason::OpenRing => "cincin tidak tertutup".into(),
        SkipReason::Empty => "batas tanpa luas".into(),
        SkipReason::TooManyPositions => "terlalu banyak titik".into(),
    }
}

fn mistaken(reason: &MistakeReason) -> String {
    match reason {
        MistakeReason::Missing(what) => format!("{what} tidak ada"),
        MistakeReason::Text(what) => format!("{what} terlalu panjang atau berisi karakter kendali"),
        MistakeReason::Kind(kind) => format!("jenis \u{201c}{kind}\u{201d} tidak dikenal"),
        MistakeReason::Number(what, text) => format!("{what} \u{201c}{text}\u{201d} bukan angka"),
        MistakeReason::OffEarth(lat, lon) => format!("lintang {lat} dan bujur {lon} tidak ada di bumi"),
        MistakeReason::Kilometre(text) => format!("kilometer \u{201c}{text}\u{201d} tidak berbentuk 7+600"),
        MistakeReason::Twice(id) => format!("id \u{201c}{id}\u{201d} dua kali di berkas"),
        MistakeReason::TooManyAliases => "terlalu banyak nama lain".into(),
        MistakeReason::Fields { found, expected } => format!("{found} kolom, judulnya {expected}"),
        MistakeReason::OpenQuote => "tanda kutip tidak ditutup".into(),
        MistakeReason::Column(name) => format!("kolom \u{201c}{name}\u{201d} tidak dikenal"),
        MistakeReason::Geometry => "geometri tanpa titik".into(),
        MistakeReason::TooMany => "terlalu banyak tempat".into(),
        MistakeReason::File(_) => "berkas tidak dapat dibaca sebagai daftar tempat".into(),
    }
}
