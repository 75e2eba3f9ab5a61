//! `sigap-verify`: is an export of the supervision log, or a proof, as it was written?
//!
//! For an auditor's own machine: no server, no database, no network; the file and, from elsewhere, the public key
//! or certificate of the log and checkpoints that were kept. The first line of the answer is that of `sigap
//! verify`; sentences in Indonesian and English follow. Exit 0: as it was written. 1: not; the first bad entry is
//! named. 2: it could not be checked.

mod arguments;
mod lines;
mod report;
mod words;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::ExitCode;

use arguments::{Arguments, Request};
use electronic_seal::Chain;
use report::{SealedReport, Unsealed};
use supervision_log::{ExportError, Trust, VerifiedExport, verify_proof};

/// A proof is some thousand bytes; its entry at most a few million.
const PROOF_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A report of a thousand events is a few million bytes.
const SEALED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The first line of a proof that is spread over lines, and a word of one that is not.
const PROOF_OPENS: &str = "{";
const PROOF_SAYS: &str = "\"sigap-log-proof\"";

fn main() -> ExitCode {
    let answer = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Request::Help) => Answer { lines: vec![words::HELP.to_owned()], code: 0 },
        Ok(Request::Check(arguments)) => {
            check(&arguments).unwrap_or_else(|problem| Answer::unchecked(&problem))
        }
        Err(problem) => Answer::unchecked(&problem),
    };
    answer.say()
}

/// The sealed data of a report is one line; a sealed PDF begins with its name.
const SEALED_SAYS: &str = "\"protected\"";
const PDF_OPENS: &str = "%PDF-";

/// What is printed, and how the program ends.
struct Answer {
    lines: Vec<String>,
    code: u8,
}

impl Answer {
    fn unchecked(problem: &str) -> Self {
        Self { lines: vec![words::not_checked(problem)], code: 2 }
    }

    fn bad(verdict: &impl ToString, entry: u64) -> Self {
        Self { lines: words::bad(&verdict.to_string(), entry), code: 1 }
    }

    fn say(self) -> ExitCode {
        let text = self.lines.join("\n") + "\n";
        let said = if self.code == 2 {
            std::io::stderr().write_all(text.as_bytes())
        } else {
            std::io::stdout().write_all(text.as_bytes())
        };
        // A verdict that nobody could read must not pass for a good one.
        if said.is_ok() { ExitCode::from(self.code) } else { ExitCode::from(2) }
    }
}

fn check(arguments: &Arguments) -> Result<Answer, String> {
    let trust = arguments.trust()?;
    let seal = arguments.seal()?;
    if arguments.file == "-" {
        return check_input(&mut BufReader::new(std::io::stdin()), &trust, seal.as_ref());
    }
    let name = arguments.file.to_string_lossy();
    let file = File::open(&arguments.file).map_err(|error| format!("{name}: {error}"))?;
    check_input(&mut BufReader::with_capacity(1 << 20, file), &trust, seal.as_ref())
}

fn check_input(
    input: &mut (impl BufRead + Send),
    trust: &Trust,
    seal: Option<&Chain>,
) -> Result<Answer, String> {
    let first = match lines::first(input) {
        Ok(first) => first,
        Err(problem) => {
            let unread = ExportError::Read { line: 1, entry: 0, problem };
            return Ok(Answer::bad(&unread, 0));
        }
    };
    if first.starts_with(PDF_OPENS) {
        let mut bytes = (first + "\n").into_bytes();
        input.take(SEALED_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        return Ok(sealed(report::check_paper(&bytes, seal)));
    }
    if first.contains(SEALED_SAYS) {
        return Ok(sealed(report::check_data(&first, seal, trust)));
    }
    if first.trim() == PROOF_OPENS || first.contains(PROOF_SAYS) {
        return check_proof(first, input, trust);
    }
    let verdict: Result<VerifiedExport, ExportError<String>> = lines::verify(&first, input, trust);
    Ok(match verdict {
        Ok(verified) => Answer { lines: words::good_export(&verified, trust), code: 0 },
        Err(bad) => Answer::bad(&bad, bad.entry()),
    })
}

fn sealed(verdict: Result<SealedReport, Unsealed>) -> Answer {
    match verdict {
        Ok(report) => Answer { lines: words::good_report(&report), code: 0 },
        Err(bad) => Answer::bad(&bad.reason, bad.entry),
    }
}

fn check_proof(first: String, input: &mut impl BufRead, trust: &Trust) -> Result<Answer, String> {
    let mut text = first + "\n";
    input.take(PROOF_BYTES_MAX).read_to_string(&mut text).map_err(|error| error.to_string())?;
    Ok(match verify_proof(&text, trust) {
        Ok(verified) => Answer { lines: words::good_proof(&verified, trust), code: 0 },
        Err(bad) => Answer::bad(&bad, bad.entry),
    })
}
