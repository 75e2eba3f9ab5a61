//! `sigap area import`: the kabupaten's official outlines in place of centre points.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use dispatch_core::area::geojson;
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
        /// The file
        file: PathBuf,
    },
}

/// Imports, and says what was taken and what not. An area with a known code is replaced.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Action::Import { place, file } = &args.action;
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let (areas, report) =
        geojson::parse(&text).with_context(|| format!("{} cannot be used", file.display()))?;
    for (feature, reason) in &report.skipped {
        eprintln!("skipped feature {feature}: {reason}");
    }
    if areas.is_empty() {
        bail!("no area in {} can be used; nothing was changed", file.display());
    }
    let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
    let import = SiteCommand::ImportAreas { areas, sha256 };
    block_on(site::change(place, vec![import]))?;
    println!("imported areas={} skipped={}", report.imported, report.skipped.len());
    Ok(ExitCode::SUCCESS)
}
