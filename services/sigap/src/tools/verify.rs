//! `sigap verify`: is the supervision log as it was written?

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use incident_store::{verify_store, verify_store_after};
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
    /// The checkpoint up to which the log was verified before: only what came after it is read
    #[arg(long, value_name = "CHECKPOINT")]
    from: Option<PathBuf>,
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
        args.checkpoint.iter().map(|path| keys::checkpoint_file(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let key = args.public_key.as_deref().map(keys::public_key_file).transpose()?;
    let from = args.from.as_deref().map(keys::checkpoint_file).transpose()?;
    let verdict = match &args.place.export {
        Some(path) => export(path, &Trust { key, checkpoints: kept, from })?,
        None => store(&args.place, key, &kept, from.as_ref())?,
    };
    Ok(match verdict {
        Ok(verified) => {
            println!("ok entries={} head={}", verified.entries, verified.head);
            if verified.begun_after > 0 {
                eprintln!(
                    "note: the checkpoint vouches for the first {} entries, they were not read",
                    verified.begun_after
                );
            }
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
    from: Option<&SignedCheckpoint>,
) -> anyhow::Result<Result<Verified, String>> {
    let place = Place { data_dir: place.data_dir.clone(), database_url: place.database_url.clone() };
    let url = place.url()?;
    let beside = place.data_dir.as_deref().map(keys::public_key_beside).transpose()?.flatten();
    let key = key.or(beside);
    let verdict = block_on(async {
        Ok(match from {
            Some(from) => verify_store_after(&url, from, key, kept).await?,
            None => verify_store(&url, key, kept).await?,
        })
    })?;
    Ok(verdict.map_err(|bad| bad.to_string()))
}

fn export(path: &Path, trust: &Trust) -> anyhow::Result<Result<Verified, String>> {
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let lines = BufReader::new(file).lines();
    match verify_export(lines, trust) {
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
