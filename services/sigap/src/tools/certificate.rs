//! `sigap certificate`: which certificates there are, a request to an authority, its answer, a new key.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use electronic_seal::Chain;

use crate::clock;
use crate::seal_keys::{self, Subject};

/// Days before its end from which a certificate is called out.
const SOON_DAYS: i64 = 60;

/// Arguments of `sigap certificate`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// List the certificates: for what, over whom, by whom, until when, fingerprint; exit 1 when one has ended
    List(In),
    /// Print a request (PKCS #10, PEM) for a certificate over the key of the seal, to be handed to an authority
    Request {
        #[command(flatten)]
        place: In,
        #[command(flatten)]
        subject: Subject,
    },
    /// Put an authority's answer in the place of our own chain; documents that are sealed from now on carry it
    Import {
        #[command(flatten)]
        place: In,
        /// The chain in PEM: the certificate over our key first, then its issuers
        #[arg(long)]
        chain: PathBuf,
    },
    /// Make a new key of the seal with a certificate of our own; the old certificate is kept for checking
    Renew {
        #[command(flatten)]
        place: In,
        #[command(flatten)]
        subject: Subject,
    },
}

/// Where the keys lie.
#[derive(clap::Args)]
struct In {
    /// Data folder
    #[arg(long)]
    data_dir: PathBuf,
}

/// Runs it.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::List(place) => return list(&place.data_dir),
        What::Request { place, subject } => print!("{}", seal_keys::request(&place.data_dir, subject)?),
        What::Import { place, chain } => {
            let text = std::fs::read_to_string(chain)
                .with_context(|| format!("could not read {}", chain.display()))?;
            let taken = seal_keys::import(&place.data_dir, &text)
                .with_context(|| format!("{} was not taken; nothing was changed", chain.display()))?;
            println!("seal {} {}", taken.subject(), taken.fingerprint());
        }
        What::Renew { place, subject } => {
            let made = seal_keys::renew(&place.data_dir, subject)?;
            println!("seal {} {}", made.subject(), made.fingerprint());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(data_dir: &Path) -> anyhow::Result<ExitCode> {
    let now = jiff::Timestamp::from_microsecond(clock::system().now().as_micros())?;
    let mut ended = false;
    for (purpose, path) in seal_keys::inventory(data_dir)? {
        let text = std::fs::read_to_string(&path)?;
        let chain = Chain::from_pem(&text).with_context(|| path.display().to_string())?;
        for (place, one) in chain.described().into_iter().enumerate() {
            let days = one.not_after.duration_since(now).as_hours() / 24;
            let state = if one.not_after <= now {
                "ended".to_owned()
            } else if days < SOON_DAYS {
                format!("ends in {days} days")
            } else {
                "holds".to_owned()
            };
            ended |= purpose == "seal" && one.not_after <= now;
            let name = if place == 0 { purpose.to_owned() } else { format!("{purpose}, issuer {place}") };
            let issuer = if one.self_signed { "itself".to_owned() } else { one.issuer.clone() };
            println!("{name}\n  over         {}\n  by           {issuer}", one.subject);
            println!("  until        {} ({state})\n  sha-256      {}", one.not_after, one.fingerprint);
        }
    }
    Ok(ExitCode::from(u8::from(ended)))
}
