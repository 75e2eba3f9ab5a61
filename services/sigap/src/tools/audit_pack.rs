//! `sigap audit-pack`: what an auditor asks for, in one folder (Pasal 42 to 45).
//!
//! The server may go on. Everything in the folder is of one moment or says of which; a list of hashes is sealed, so that
//! the folder as a whole is evidence too.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use console_api::reports::{self, TableName};
use console_api::views::ResponseReport;
use dispatch_core::metrics::By;
use dispatch_core::time::{Timestamp, zone};
use incident_store::LogReader;
use serde_json::json;
use sha2::{Digest, Sha256};
use supervision_log::{Leaf, Trust, VerifyingKey, time_text, verify_export};

use super::{Place, block_on, export};
use crate::{clock, keys, seal_keys};

/// Months of evidence that are kept and shown.
const MONTHS: i16 = 24;

/// Kinds of entries that say who saw personal data, or gave it out.
const ACCESS_KINDS: [&str; 3] = ["call.recording_played", "incident.report_issued", "site.recap_given"];
/// Entries of the site that say nothing about how it is set up.
const EVERYDAY_KINDS: [&str; 6] = [
    "site.alarms_counted",
    "site.log_in_failed",
    "site.recap_given",
    "site.session_closed",
    "site.session_opened",
    "site.sound_tested",
];

const READ_ME: &str = "# Berkas audit Sigap 112

| berkas | isi |
|---|---|
| `log.jsonl` | seluruh log pengawasan (docs/log-format.md) |
| `pemeriksaan.txt` | hasil pemeriksaan log saat berkas ini dibuat |
| `titik-periksa.txt` | titik periksa terbaru yang ditandatangani; bandingkan dengan yang disimpan di luar |
| `kunci/` | kunci publik dan sertifikat log dan segel, juga yang sudah diganti |
| `kinerja/` | angka tiap bulan selama 24 bulan (JSON dan CSV, docs/metrics.md) |
| `aturan.json` | aturan yang berlaku, dengan dasar hukumnya |
| `akun.tsv` | akun, peran, instansi, keadaan |
| `perubahan.tsv` | perubahan akun, instansi, wilayah, aturan, jalur: nomor entri, waktu, pelaku, isi |
| `akses-data.tsv` | siapa memutar rekaman dan mengeluarkan laporan atau rekap |
| `SHA256SUMS` | sidik semua berkas; `manifes.jws.json` adalah daftar yang sama dengan segel elektronik |

Periksa sendiri, di komputer lain:

    sha256sum -c SHA256SUMS
    sigap-verify manifes.jws.json --seal-certificate SERTIFIKAT-DARI-LUAR.pem
    sigap-verify log.jsonl --public-key KUNCI-DARI-LUAR.pem --checkpoint TITIK-PERIKSA-DARI-LUAR.txt
    python3 docs/recompute_figures.py log.jsonl aturan.json 2026-11-01 2026-11-30

Kunci dan titik periksa dari luar berarti: yang disimpan Dinas, bukan yang ada di folder ini.
";

/// Arguments of `sigap audit-pack`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Folder to write; must not exist
    #[arg(long)]
    out: PathBuf,
    /// Public key of the log (PEM), when it does not lie in the data folder
    #[arg(long)]
    public_key: Option<PathBuf>,
}

/// Writes the folder; exit 1 when the log is not as it was written (the folder is there all the same).
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let beside = args.place.data_dir.as_deref().map(keys::public_key_beside).transpose()?.flatten();
    let given = args.public_key.as_deref().map(keys::public_key_file).transpose()?;
    let Some(key) = given.or(beside) else { bail!("the public key of the log is needed: --public-key FILE") };
    std::fs::create_dir(&args.out)
        .with_context(|| format!("could not make {} (it must not exist)", args.out.display()))?;
    let mut pack = Pack { dir: args.out.clone(), files: Vec::new() };
    pack.write("BACA-SAYA.md", READ_ME.as_bytes())?;
    let verdict = block_on(collect(args, key, &mut pack))?;
    let sound = verdict.is_ok();
    let said = verdict.unwrap_or_else(|bad| bad);
    pack.write("pemeriksaan.txt", format!("{said}\n").as_bytes())?;
    certificates(args.place.data_dir.as_deref(), key, &mut pack)?;
    pack.seal(args.place.data_dir.as_deref())?;
    println!("{said}");
    println!("packed files={} dir={}", pack.files.len(), args.out.display());
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the store gives; the verdict on its log.
async fn collect(args: &Args, key: VerifyingKey, pack: &mut Pack) -> anyhow::Result<Result<String, String>> {
    let url = args.place.url()?;
    let certificate = args.place.data_dir.as_deref().and_then(|dir| keys::certificate_beside(dir, &key));
    let path = pack.dir.join("log.jsonl");
    let file = BufWriter::new(File::create_new(&path)?);
    export::write(&url, (key, certificate), None, file, &path).await?;
    pack.add("log.jsonl")?;
    let lines = std::io::BufRead::lines(BufReader::new(File::open(&path)?));
    let verdict = match verify_export(lines, &Trust { key: Some(key), ..Trust::default() }) {
        Ok(verified) => Ok(format!("ok entries={} head={}", verified.log.entries, verified.log.head)),
        Err(bad) => Err(bad.to_string()),
    };
    let mut reader = LogReader::open(&url).await?;
    if let Some(newest) = reader.newest_root().await? {
        pack.write("titik-periksa.txt", newest.encode().as_bytes())?;
    }
    let policy = reader.policy().await?;
    pack.write("aturan.json", serde_json::to_string_pretty(&policy.rules)?.as_bytes())?;
    let mut accounts = String::from("akun\tperan\tinstansi\tkeadaan\n");
    for user in reader.accounts().await? {
        let agency = user
            .agency
            .and_then(|id| policy.directory.agencies.get(&id))
            .map_or("-", |one| one.code.0.as_str());
        let state = if user.active { "aktif" } else { "tidak aktif" };
        writeln!(accounts, "{}\t{}\t{agency}\t{state}", user.username.reveal(), user.role.code())?;
    }
    pack.write("akun.tsv", accounts.as_bytes())?;
    std::fs::create_dir(pack.dir.join("kinerja"))?;
    for (month, from, to) in months(clock::system().now()) {
        let counted = reader.ledger(from, to).await?;
        let made = counted.ledger.report(Some(By::Category), zone::here(), &policy.rules.objectives);
        let frame = reports::frame((from, to), Some(By::Category), counted.log_entries, &policy.rules);
        let report = ResponseReport::of(frame, &made, |_| None);
        pack.write(&format!("kinerja/{month}.json"), serde_json::to_string_pretty(&report)?.as_bytes())?;
        let counts = reports::csv::write(&reports::table(&report, TableName::Counts));
        pack.write(&format!("kinerja/{month}.csv"), counts.as_bytes())?;
    }
    let (changes, access) = lists(&mut reader).await?;
    pack.write("perubahan.tsv", changes.as_bytes())?;
    pack.write("akses-data.tsv", access.as_bytes())?;
    Ok(verdict)
}

/// The months of the evidence, the oldest first: name, begin, end.
fn months(now: Timestamp) -> Vec<(String, Timestamp, Timestamp)> {
    let here = zone::here();
    let today = now.date_in(here);
    let (Some(year), Some(month)) = (part(&today, 0..4), part(&today, 5..7)) else { return Vec::new() };
    let last = year * 12 + month - 1;
    let begin = |number: i16| {
        let day = format!("{:04}-{:02}-01", number.div_euclid(12), number.rem_euclid(12) + 1);
        Timestamp::midnight_of(&day, here).map(|at| (day, at))
    };
    let span = |number: i16| {
        let ((day, from), (_, to)) = (begin(number)?, begin(number + 1)?);
        Some((day.get(..7)?.to_owned(), from, to))
    };
    (last - MONTHS + 1..=last).filter_map(span).collect()
}

fn part(day: &str, range: std::ops::Range<usize>) -> Option<i16> {
    day.get(range).and_then(|digits| digits.parse().ok())
}

/// Who changed how the site is set up, and who saw or gave out personal data.
async fn lists(reader: &mut LogReader) -> anyhow::Result<(String, String)> {
    let head = "entri\twaktu\tpelaku\tperistiwa\tisi\n";
    let (mut changes, mut access) = (head.to_owned(), head.to_owned());
    while let Some(page) = reader.next_page().await? {
        for entry in &page.entries {
            let leaf = Leaf::decode(&entry.leaf)?;
            let list = if ACCESS_KINDS.contains(&leaf.kind.as_str()) {
                &mut access
            } else if leaf.kind.starts_with("site.") && !EVERYDAY_KINDS.contains(&leaf.kind.as_str()) {
                &mut changes
            } else {
                continue;
            };
            // A body is JSON: it has neither tabs nor line feeds outside of texts, and in texts they are escaped.
            let body = String::from_utf8_lossy(&leaf.body);
            let at = time_text(leaf.at_us).unwrap_or_default();
            writeln!(list, "{}\t{at}\t{}\t{}\t{body}", leaf.index, leaf.actor, leaf.kind)?;
        }
    }
    Ok((changes, access))
}

fn certificates(data_dir: Option<&Path>, key: VerifyingKey, pack: &mut Pack) -> anyhow::Result<()> {
    std::fs::create_dir(pack.dir.join("kunci"))?;
    pack.write("kunci/log-public-key.pem", supervision_log::public_key_pem(&key).as_bytes())?;
    let Some(data_dir) = data_dir else { return Ok(()) };
    for (_, path) in seal_keys::inventory(data_dir)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let bytes = std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        pack.write(&format!("kunci/{name}"), &bytes)?;
    }
    Ok(())
}

/// The folder, and what is in it with its hash.
struct Pack {
    dir: PathBuf,
    files: Vec<(String, String)>,
}

impl Pack {
    fn write(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.dir.join(name);
        let mut file =
            File::create_new(&path).with_context(|| format!("could not write {}", path.display()))?;
        file.write_all(bytes).and_then(|()| file.sync_all())?;
        self.files.push((name.to_owned(), hex::encode(Sha256::digest(bytes))));
        Ok(())
    }

    /// Takes a file in that was written by somebody else.
    fn add(&mut self, name: &str) -> anyhow::Result<()> {
        let mut hash = Sha256::new();
        std::io::copy(&mut File::open(self.dir.join(name))?, &mut HashWriter(&mut hash))?;
        self.files.push((name.to_owned(), hex::encode(hash.finalize())));
        Ok(())
    }

    /// Writes the list of hashes, and seals it where the seal is at hand.
    fn seal(&mut self, data_dir: Option<&Path>) -> anyhow::Result<()> {
        self.files.sort();
        let mut sums = String::new();
        for (name, hash) in &self.files {
            writeln!(sums, "{hash}  {name}")?;
        }
        std::fs::write(self.dir.join("SHA256SUMS"), sums)?;
        let Some(data_dir) = data_dir else { return Ok(()) };
        let files: Vec<_> =
            self.files.iter().map(|(name, hash)| json!({ "name": name, "sha256": hash })).collect();
        let made_at = clock::system().now().to_string();
        let manifest =
            json!({ "format": "sigap-audit-pack", "version": 1, "made_at": made_at, "files": files });
        let sealed = seal_keys::open(data_dir)?.open()?.sign_json(manifest.to_string().as_bytes());
        Ok(std::fs::write(self.dir.join("manifes.jws.json"), sealed)?)
    }
}

/// Hashes what is written to it.
struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_are_whole_and_follow_each_other() {
        let now: Timestamp = "2026-02-28T20:00:00Z".parse().unwrap();
        let months = months(now);
        assert_eq!(months.len(), 24);
        // It is March already where the centre is.
        assert_eq!((months[0].0.as_str(), months[23].0.as_str()), ("2024-04", "2026-03"));
        assert!(months.windows(2).all(|pair| pair[0].2 == pair[1].1), "no gap");
    }
}
