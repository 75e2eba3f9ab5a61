//! `sigap area`: the kabupaten's official outlines in place of centre points, and its own places.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use dispatch_core::area::geojson;
use dispatch_core::limits::PLACES_MAX;
use dispatch_core::place;
use incident_store::SiteCommand;
use sha2::{Digest, Sha256};

use super::{Place, block_on, site};

/// Arguments of `sigap area`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Import a GeoJSON FeatureCollection; each feature needs a code (kode) and a name (nama)
    Import {
        #[command(flatten)]
        place: Place,
        /// These areas belong to neighbouring governments: calls from there are transferred
        #[arg(long)]
        neighbour: bool,
        /// The decree or letter that it is by, for the log
        #[arg(long)]
        decree: Option<String>,
        /// The file
        file: PathBuf,
    },
    /// Import landmarks, schools, mosques, kolong, road posts …: a CSV or GeoJSON file
    ///
    /// CSV columns: id, nama, jenis, lat, lon and, where known, alias (with |), km, akurasi_m, catatan. A place
    /// is known by its list and its id there: importing a file again changes what changed. Every mistake is told
    /// with its line, and with a mistake nothing is imported.
    Places {
        #[command(flatten)]
        place: Place,
        /// The name of the list; the file's name unless given
        #[arg(long)]
        source: Option<String>,
        /// Places of this list that are not in the file are removed
        #[arg(long)]
        replace: bool,
        /// The decree or letter that it is by, for the log
        #[arg(long)]
        decree: Option<String>,
        /// The file, .csv, .geojson or .json
        file: PathBuf,
    },
}

/// Imports, and says what was taken and what not.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::Import { place, neighbour, decree, file } => import(place, *neighbour, decree.clone(), file),
        Action::Places { place, source, replace, decree, file } => {
            places(place, (source.as_deref(), *replace), decree.clone(), file)
        }
    }
}

/// An area with a known code is replaced.
fn import(place: &Place, neighbour: bool, decree: Option<String>, file: &Path) -> anyhow::Result<ExitCode> {
    let text = read(file)?;
    let (mut areas, report) =
        geojson::parse(&text).with_context(|| format!("{} cannot be used", file.display()))?;
    for (feature, reason) in &report.skipped {
        eprintln!("skipped feature {feature}: {reason}");
    }
    if areas.is_empty() {
        bail!("no area in {} can be used; nothing was changed", file.display());
    }
    for area in &mut areas {
        area.neighbour = neighbour;
    }
    let import = SiteCommand::ImportAreas { areas, sha256: sha256(&text), decree };
    block_on(site::change(place, vec![import]))?;
    println!("imported areas={} skipped={}", report.imported, report.skipped.len());
    Ok(ExitCode::SUCCESS)
}

fn places(
    store: &Place,
    (source, replace): (Option<&str>, bool),
    decree: Option<String>,
    file: &Path,
) -> anyhow::Result<ExitCode> {
    let text = read(file)?;
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let source = source.map(str::to_owned).or(stem).unwrap_or_default();
    let is_csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let rows = if is_csv { place::csv::parse(&text, &source) } else { place::geojson::parse(&text, &source) };
    for mistake in &rows.mistakes {
        eprintln!("{}: {mistake}", file.display());
    }
    if !rows.mistakes.is_empty() {
        bail!("{} mistakes; nothing was changed", rows.mistakes.len());
    }
    let count = rows.places.len();
    let others = block_on(site::places_of_others(store, &source))?;
    if others + count > PLACES_MAX {
        bail!(
            "{others} places of other lists and {count} of this one are more than {PLACES_MAX}; nothing was changed"
        );
    }
    let import = SiteCommand::ImportPlaces {
        source: source.clone(),
        places: rows.places,
        replace,
        sha256: sha256(&text),
        decree,
    };
    block_on(site::change(store, vec![import]))?;
    println!("imported places={count} source={source}");
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
