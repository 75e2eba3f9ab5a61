//! `sigap export`: the supervision log as a file that can be verified elsewhere (docs/log-format.md).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use incident_store::{LogReader, StoreUrl};
use supervision_log::{
    Begin, Claim, Header, Proof, SignedCheckpoint, VerifyingKey, checkpoint_line, entry_line, header_line,
};

use super::{Place, block_on};
use crate::keys;

/// Arguments of `sigap export`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// File to write; must not exist
    #[arg(long)]
    out: PathBuf,
    /// Public key of the log (PEM), when it does not lie in the data folder
    #[arg(long)]
    public_key: Option<PathBuf>,
    #[command(flatten)]
    part: Part,
}

/// What is written instead of the whole log.
#[derive(clap::Args, Debug)]
#[group(required = false, multiple = false)]
struct Part {
    /// Only what came after this checkpoint
    #[arg(long, value_name = "CHECKPOINT")]
    from: Option<PathBuf>,
    /// A proof that this entry is in the signed log
    #[arg(long, value_name = "N")]
    entry: Option<u64>,
    /// A proof that the signed log goes on from this checkpoint, unchanged
    #[arg(long, value_name = "CHECKPOINT")]
    grown_from: Option<PathBuf>,
}

/// Writes the file and says how many entries it holds.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let url = args.place.url()?;
    let beside = args.place.data_dir.as_deref().map(keys::public_key_beside).transpose()?.flatten();
    let given = args.public_key.as_deref().map(keys::public_key_file).transpose()?;
    let Some(key) = given.or(beside) else { bail!("the public key of the log is needed: --public-key FILE") };
    if let Some(proven) = block_on(prove(&url, key, &args.part))? {
        let mut file = new_file(&args.out)?;
        file.write_all(proven.encode().as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(|| unwritable(&args.out))?;
        println!("exported proof file={}", args.out.display());
        return Ok(ExitCode::SUCCESS);
    }
    let from = args.part.from.as_deref().map(keys::checkpoint_file).transpose()?;
    let certificate = args.place.data_dir.as_deref().and_then(|dir| keys::certificate_beside(dir, &key));
    let file = BufWriter::new(new_file(&args.out)?);
    let entries = block_on(write(&url, (key, certificate), from, file, &args.out))?;
    println!("exported entries={entries} file={}", args.out.display());
    Ok(ExitCode::SUCCESS)
}

fn new_file(path: &Path) -> anyhow::Result<File> {
    File::create_new(path).with_context(|| format!("could not create {} (it must not exist)", path.display()))
}

fn unwritable(path: &Path) -> String {
    format!("could not write {}", path.display())
}

/// The proof that was asked for, if one was.
async fn prove(url: &StoreUrl, key: VerifyingKey, part: &Part) -> anyhow::Result<Option<Proof>> {
    if part.entry.is_none() && part.grown_from.is_none() {
        return Ok(None);
    }
    let mut reader = LogReader::open(url).await?;
    let newest =
        reader.newest_root().await?.context("no checkpoint with the root of the tree is signed yet")?;
    let size = newest.checkpoint.size;
    let Some(path) = &part.grown_from else {
        let index = part.entry.unwrap_or_default();
        let proof = reader.inclusion_proof(index, size).await?;
        let (leaf, hashes) =
            proof.with_context(|| format!("entry {index} is not among the {size} that are signed"))?;
        return Ok(Some(Proof { claim: Claim::Inclusion { index, leaf, checkpoint: newest }, hashes, key }));
    };
    let older = keys::checkpoint_file(path)?;
    let older_size = older.checkpoint.size;
    let proof = reader.consistency_proof(older_size, size).await?;
    let hashes =
        proof.with_context(|| format!("the log has {size} signed entries, the checkpoint {older_size}"))?;
    Ok(Some(Proof { claim: Claim::Consistency { older, newer: newest }, hashes, key }))
}

pub(super) async fn write(
    url: &StoreUrl,
    (key, certificate): (VerifyingKey, Option<supervision_log::Certificate>),
    from: Option<SignedCheckpoint>,
    mut out: BufWriter<File>,
    path: &Path,
) -> anyhow::Result<u64> {
    let failed = || unwritable(path);
    let mut reader = LogReader::open(url).await?;
    let head = reader.head();
    let begin_at = from.as_ref().map_or(0, |from| from.checkpoint.size);
    if begin_at > head.index {
        bail!("the checkpoint knows {begin_at} entries, the log has {}: it was rolled back", head.index);
    }
    let from = match from {
        Some(checkpoint) => Some(Begin { tree: reader.begin_after(begin_at).await?, checkpoint }),
        None => None,
    };
    let (log_id, entries, head) = (reader.log_id(), head.index, head.hash);
    let header = Header { log_id, key, certificate, entries, head, from };
    writeln!(out, "{}", header_line(&header)).with_context(failed)?;
    let mut written = 0u64;
    while let Some(page) = reader.next_page().await? {
        let mut checkpoints = page.checkpoints.iter().peekable();
        for entry in &page.entries {
            writeln!(out, "{}", entry_line(entry)?).with_context(failed)?;
            written += 1;
            while let Some(signed) = checkpoints.next_if(|signed| signed.size <= begin_at + written) {
                writeln!(out, "{}", checkpoint_line(&SignedCheckpoint::parse(&signed.text)?))
                    .with_context(failed)?;
            }
        }
        // The last page: checkpoints of entries that the log does not have. Whoever verifies must see them.
        for signed in checkpoints {
            writeln!(out, "{}", checkpoint_line(&SignedCheckpoint::parse(&signed.text)?))
                .with_context(failed)?;
        }
    }
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(failed)?;
    file.sync_all().with_context(failed)?;
    Ok(written)
}
