//! `sigap export`: the supervision log as a file that can be verified elsewhere (docs/log-format.md).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use incident_store::{LogReader, StoreUrl};
use supervision_log::{Header, SignedCheckpoint, VerifyingKey, checkpoint_line, entry_line, header_line};

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
}

/// Writes the file and says how many entries it holds.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let url = args.place.url()?;
    let beside = args.place.data_dir.as_deref().map(keys::public_key_beside).transpose()?.flatten();
    let given = args.public_key.as_deref().map(keys::public_key_file).transpose()?;
    let Some(key) = given.or(beside) else { bail!("the public key of the log is needed: --public-key FILE") };
    let certificate = args.place.data_dir.as_deref().and_then(|dir| keys::certificate_beside(dir, &key));
    let file = File::create_new(&args.out)
        .with_context(|| format!("could not create {} (it must not exist)", args.out.display()))?;
    let entries = block_on(write(&url, key, certificate, BufWriter::new(file), &args.out))?;
    println!("exported entries={entries} file={}", args.out.display());
    Ok(ExitCode::SUCCESS)
}

async fn write(
    url: &StoreUrl,
    key: VerifyingKey,
    certificate: Option<supervision_log::Certificate>,
    mut out: BufWriter<File>,
    path: &Path,
) -> anyhow::Result<u64> {
    let failed = || format!("could not write {}", path.display());
    let mut reader = LogReader::open(url).await?;
    let head = reader.head();
    let (log_id, entries, head) = (reader.log_id(), head.index, head.hash);
    let header = Header { log_id, key, certificate, entries, head, from: None };
    writeln!(out, "{}", header_line(&header)).with_context(failed)?;
    let mut written = 0u64;
    while let Some(page) = reader.next_page().await? {
        let mut checkpoints = page.checkpoints.iter().peekable();
        for entry in &page.entries {
            writeln!(out, "{}", entry_line(entry)?).with_context(failed)?;
            written += 1;
            while let Some(signed) = checkpoints.next_if(|signed| signed.size <= written) {
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
