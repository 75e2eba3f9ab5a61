//! Sealed reports: the seal, and each line of the timeline against the log.

use electronic_seal::{Chain, check_json, check_pdf};
use serde_json::Value;
use supervision_log::{Evidence, Trust, time_text};

/// What a sealed document turned out to be.
pub struct SealedReport {
    /// The number of the incident; none of a PDF, whose words are for people, and of the list of an audit folder.
    pub incident: Option<String>,
    /// Its lines, all proven; none of a PDF.
    pub lines: Option<usize>,
    /// How many entries the log had whose root was signed.
    pub log_entries: Option<u64>,
    /// Over whom the seal's certificate is.
    pub subject: String,
    /// SHA-256 of that certificate.
    pub fingerprint: String,
    /// The certificate was given from outside, and is the one in the document.
    pub seal_known: bool,
    /// The key of the log was given from outside.
    pub log_key_known: bool,
}

/// Why a document proves nothing, and at which entry of the log (0: none).
pub struct Unsealed {
    /// The entry.
    pub entry: u64,
    /// Why.
    pub reason: String,
}

fn unsealed(reason: impl ToString) -> Unsealed {
    Unsealed { entry: 0, reason: format!("bad entry=0: {}", reason.to_string()) }
}

/// Checks a PDF: the seal, and that it covers the whole file.
pub fn check_paper(pdf: &[u8], known: Option<&Chain>) -> Result<SealedReport, Unsealed> {
    let checked = check_pdf(pdf).map_err(unsealed)?;
    let seal_known = is_known(&checked.chain, known)?;
    Ok(sealed(&checked.chain, seal_known))
}

/// A document of which the seal alone can be checked.
fn sealed(chain: &Chain, seal_known: bool) -> SealedReport {
    SealedReport {
        incident: None,
        lines: None,
        log_entries: None,
        subject: chain.subject(),
        fingerprint: chain.fingerprint(),
        seal_known,
        log_key_known: false,
    }
}

/// Checks the sealed data of a report.
pub fn check_data(text: &str, known: Option<&Chain>, trust: &Trust) -> Result<SealedReport, Unsealed> {
    let checked = check_json(text).map_err(unsealed)?;
    let seal_known = is_known(&checked.chain, known)?;
    let mut report: Value = serde_json::from_slice(&checked.content).map_err(unsealed)?;
    if report["format"] == "sigap-audit-pack" {
        return Ok(sealed(&checked.chain, seal_known));
    }
    if report["format"] != "sigap-incident-report" || report["version"] != 1 {
        return Err(unsealed("not a report of the form sigap-incident-report, version 1"));
    }
    let evidence = Evidence::from_json(report["log"].take()).map_err(unsealed)?;
    let proven = evidence.verify(trust);
    let proven = proven.map_err(|bad| Unsealed { entry: bad.entry, reason: bad.to_string() })?;
    let lines = report["timeline"].as_array().ok_or_else(|| unsealed("the report has no timeline"))?;
    for line in lines {
        let index = line["index"].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let told = |reason: &str| Unsealed { entry: index, reason: format!("bad entry={index}: {reason}") };
        let entry = proven.iter().find(|entry| entry.leaf.index == index);
        let entry = entry.ok_or_else(|| told("a line of the timeline comes without its entry of the log"))?;
        if line["data"] != entry.body || line["at"].as_str() != time_text(entry.leaf.at_us).as_deref() {
            return Err(told("a line of the timeline says something else than its entry of the log"));
        }
    }
    Ok(SealedReport {
        incident: report["incident"]["number"].as_str().map(str::to_owned),
        lines: Some(lines.len()),
        log_entries: Some(evidence.checkpoint.checkpoint.size),
        subject: checked.chain.subject(),
        fingerprint: checked.chain.fingerprint(),
        seal_known,
        log_key_known: trust.key.is_some(),
    })
}

/// Whether the document's certificate is the one that somebody holds from elsewhere.
fn is_known(chain: &Chain, known: Option<&Chain>) -> Result<bool, Unsealed> {
    match known {
        None => Ok(false),
        Some(known) if known.fingerprint() == chain.fingerprint() => Ok(true),
        Some(known) => Err(unsealed(format!(
            "the document is sealed by {} ({}), not by the certificate that was given ({})",
            chain.subject(),
            chain.fingerprint(),
            known.fingerprint()
        ))),
    }
}
