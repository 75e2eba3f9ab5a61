//! `sigap report`: the figures of a period, out of a store or out of nothing but an exported log.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::ValueEnum;
use console_api::reports::{self, TableName};
use console_api::views::ResponseReport;
use dispatch_core::metrics::Ledger;
use dispatch_core::policy::Rules;
use dispatch_core::time::zone;
use incident_store::{LogReader, Replay};
use supervision_log::{ExportError, ExportLine, ExportVerifier, Trust};

use super::{Place, block_on};
use crate::keys;

/// Arguments of `sigap report`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    place: Where,
    /// From this day (YYYY-MM-DD) or time (RFC 3339)
    #[arg(long)]
    from: String,
    /// To the end of this day, or until before this time
    #[arg(long)]
    to: String,
    /// Divided by: category, agency, area, hour, day, call_taker
    #[arg(long)]
    by: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Which table of it, as CSV
    #[arg(long, value_enum, default_value_t = Part::Intervals)]
    table: Part,
    /// File to write instead of the standard output; must not exist
    #[arg(long)]
    out: Option<PathBuf>,
    /// Rules (JSON) with the objectives to measure against, where they are not those of the store, or for an export not
    /// those that the program brings along
    #[arg(long)]
    rules: Option<PathBuf>,
    /// Public key of the log (PEM), from a place outside the system, to verify the export with
    #[arg(long)]
    public_key: Option<PathBuf>,
}

/// A store or an export.
#[derive(clap::Args, Debug)]
#[group(required = true, multiple = true)]
struct Where {
    /// Data folder; the server may run
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// PostgreSQL URL
    #[arg(long)]
    database_url: Option<String>,
    /// File written by `sigap export`: it is verified, and the figures are computed again from its entries
    #[arg(long, conflicts_with_all = ["data_dir", "database_url"])]
    export: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// What the API answers
    Json,
    /// One table
    Csv,
    /// A workbook with all tables
    Xlsx,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// Every interval
    Intervals,
    /// Calls, incidents and assignments, counted
    Counts,
    /// Every objective
    Targets,
}

/// What is counted, the last entry of the log in it, and the rules of the store.
type Found = (Ledger, u64, Option<Rules>);

/// Prints the figures; exit 1 with the first bad entry when an export is not as it was written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let from = reports::begin(&args.from).context("--from must be a day YYYY-MM-DD or a time (RFC 3339)")?;
    let to = reports::end(&args.to).context("--to must be a day YYYY-MM-DD or a time (RFC 3339)")?;
    if to <= from {
        bail!("--to must come after --from");
    }
    let by = args.by.as_deref().map(|text| {
        reports::by(text).context("--by must be category, agency, area, hour, day or call_taker")
    });
    let by = by.transpose()?;
    let found = match &args.place.export {
        Some(path) => match replay(path, args.public_key.as_deref())? {
            Ok(replay) => (replay.ledger(from, to), replay.entries(), None),
            Err(bad) => {
                println!("{bad}");
                return Ok(ExitCode::FAILURE);
            }
        },
        None => block_on(async {
            let place = Place {
                data_dir: args.place.data_dir.clone(),
                database_url: args.place.database_url.clone(),
            };
            let mut reader = LogReader::open(&place.url()?).await?;
            let counted = reader.ledger(from, to).await?;
            let rules = reader.policy().await?.rules.clone();
            Ok::<Found, anyhow::Error>((counted.ledger, counted.log_entries, Some(rules)))
        })?,
    };
    let (ledger, entries, rules) = found;
    let rules = match (&args.rules, rules) {
        (Some(path), _) => rules_file(path)?,
        (None, Some(rules)) => rules,
        (None, None) => Rules::default_rules()?,
    };
    let report = ledger.report(by, zone::here(), &rules.objectives);
    let report = ResponseReport::of(reports::frame((from, to), by, entries, &rules), &report, |_| None);
    write(args, &report)?;
    Ok(ExitCode::SUCCESS)
}

/// Every entry of an export, verified and replayed; or what is wrong with it.
fn replay(path: &Path, key: Option<&Path>) -> anyhow::Result<Result<Replay, ExportError<std::io::Error>>> {
    let key = key.map(keys::public_key_file).transpose()?;
    let file = File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let mut lines = BufReader::new(file).lines();
    let header = lines.next().context("the export is empty")?.context("the export could not be read")?;
    let mut verifier = match ExportVerifier::new(&header, &Trust { key, ..Trust::default() }) {
        Ok(verifier) => verifier,
        Err(bad) => return Ok(Err(bad)),
    };
    let mut replay = Replay::default();
    for text in lines {
        let line = match text {
            Ok(text) => ExportLine::read(&text),
            Err(problem) => return Ok(Err(verifier.unreadable(problem))),
        };
        let leaf = line.leaf().map(<[u8]>::to_vec);
        if let Err(bad) = verifier.take(line) {
            return Ok(Err(bad));
        }
        if let Some(leaf) = leaf {
            replay.take(&leaf)?;
        }
    }
    let verified = match verifier.finish() {
        Ok(verified) => verified,
        Err(bad) => return Ok(Err(bad)),
    };
    if verified.begin_from_export || verified.log.begun_after > 0 {
        bail!("this export leaves out what came before a checkpoint: figures need a whole one");
    }
    if verified.key_from_export {
        eprintln!(
            "note: verified with the key in the export itself; give --public-key to be sure whose it is"
        );
    }
    Ok(Ok(replay))
}

fn rules_file(path: &Path) -> anyhow::Result<Rules> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    Rules::from_json(&text).with_context(|| format!("{} holds no rules", path.display()))
}

fn write(args: &Args, report: &ResponseReport) -> anyhow::Result<()> {
    let table = match args.table {
        Part::Intervals => TableName::Intervals,
        Part::Counts => TableName::Counts,
        Part::Targets => TableName::Targets,
    };
    let bytes = match args.format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(report)?;
            text.push('\n');
            text.into_bytes()
        }
        Format::Csv => reports::csv::write(&reports::table(report, table)).into_bytes(),
        Format::Xlsx => reports::xlsx::write(report)?,
    };
    let Some(path) = &args.out else {
        if matches!(args.format, Format::Xlsx) {
            bail!("a workbook needs --out FILE");
        }
        return Ok(std::io::stdout().write_all(&bytes)?);
    };
    let mut file = File::create_new(path)
        .with_context(|| format!("could not create {} (it must not exist)", path.display()))?;
    file.write_all(&bytes).with_context(|| format!("could not write {}", path.display()))
}
