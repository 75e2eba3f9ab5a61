//! `sigap verify`: is the supervision log as it was written?

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use incident_store::verify_store;
use supervision_log::{ExportError, SignedCheckpoint, Trust, Verified, VerifyingKey, verify_export};

use super::{Place, block_on};
use crate::keys;

/// Arguments of `sigap verify`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// Public key of the log (PEM), from a place outside the system
    #[arg(long)]
    public_key: Option<PathBuf>,
    /// A checkpoint that was kept outside: finds a log that was rewritten or rolled back
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
}

/// A store or an export.
#[derive(clap::Args, Debug)]
#[group(required = true, multiple = true)]
struct Where {
    /// Data folder of the embedded store
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// PostgreSQL URL
    #[arg(long, conflicts_with = "data_dir")]
    database_url: Option<String>,
    /// File written by `sigap export`
    #[arg(long, conflicts_with_all = ["data_dir", "database_url"])]
    export: Option<PathBuf>,
}

/// Prints `ok entries=N head=HEX` (exit 0) or `bad entry=N: REASON` (exit 1).
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let kept =
        args.checkpoint.iter().map(|path| checkpoint_file(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let key = args.public_key.as_deref().map(keys::public_key_file).transpose()?;
    let verdict = match &args.place.export {
        Some(path) => export(path, key, kept)?,
        None => store(&args.place, key, &kept)?,
    };
    Ok(match verdict {
        Ok(verified) => {
            println!("ok entries={} head={}", verified.entries, verified.head);
            if verified.signed_up_to < verified.entries {
                eprintln!("note: signatures vouch for the first {} entries", verified.signed_up_to);
            }
            ExitCode::SUCCESS
        }
        Err(bad) => {
            println!("{bad}");
            ExitCode::FAILURE
        }
    })
}

fn store(
    place: &Where,
    key: Option<VerifyingKey>,
    kept: &[SignedCheckpoint],
) -> anyhow::Result<Result<Verified, String>> {
    let place = Place { data_dir: place.data_dir.clone(), database_url: place.database_url.clone() };
    let url = place.url()?;
    let beside = place.data_dir.as_deref().map(keys::public_key_beside).transpose()?.flatten();
    let verdict = block_on(async { Ok(verify_store(&url, key.or(beside), kept).await?) })?;
    Ok(verdict.map_err(|bad| bad.to_string()))
}

fn export(
    path: &Path,
    key: Option<VerifyingKey>,
    checkpoints: Vec<SignedCheckpoint>,
) -> anyhow::Result<Result<Verified, String>> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let lines = BufReader::new(file).lines();
    match verify_export(lines, &Trust { key, checkpoints, from: None }) {
        Ok(verified) => {
            if verified.key_from_export {
                eprintln!(
                    "note: checked with the key inside the export; give --public-key to rule out a forged log"
                );
            }
            Ok(Ok(verified.log))
        }
        Err(error @ (ExportError::Entry(_) | ExportError::Line { .. } | ExportError::Read { .. })) => {
            Ok(Err(error.to_string()))
        }
    }
}

fn checkpoint_file(path: &Path) -> anyhow::Result<SignedCheckpoint> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    SignedCheckpoint::parse(&text).with_context(|| format!("{} is not a checkpoint", path.display()))
}
