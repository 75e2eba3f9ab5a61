//! Verification of an export, line by line, with nothing but its bytes and, at best, a key from elsewhere.

use ed25519_dalek::VerifyingKey;

use crate::checkpoint::SignedCheckpoint;
use crate::export::Header;
use crate::export_line::{Line, ReadEntry, parse_header, parse_line};
use crate::export_problem::{ExportError, LineError};
use crate::hash::{Hash, LogId};
use crate::key::key_id;
use crate::reason::{BadEntry, Reason};
use crate::verify::{Origin, Verified, Verifier};

/// What the verifying person holds, independent of the export.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The public key of the log. Without it the key in the export is used, and the verdict says so.
    pub key: Option<VerifyingKey>,
    /// Checkpoints that were kept elsewhere.
    pub checkpoints: Vec<SignedCheckpoint>,
    /// The checkpoint up to which the log was verified before. An export that begins there needs no entry
    /// before it; in a whole export it is a checkpoint like any other that was kept.
    pub from: Option<SignedCheckpoint>,
}

/// The verdict on an export that is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedExport {
    /// The verdict on the log.
    pub log: Verified,
    /// The log that was exported.
    pub log_id: LogId,
    /// The signatures were checked with the key in the export itself. That finds damage, but not a forger
    /// who made a whole log with a key of their own: compare the key id with one from elsewhere.
    pub key_from_export: bool,
    /// The export leaves out what came before a checkpoint, and that checkpoint is known from the export alone.
    pub begin_from_export: bool,
}

/// A line of an export after the header, read: what is costly about it is done, and was done without knowing
/// the lines before it. Lines can be read in any order and on several processors.
pub struct ExportLine(Result<Line, LineError>);

impl ExportLine {
    /// Reads a line, without its line feed.
    pub fn read(text: &str) -> ExportLine {
        ExportLine(parse_line(text))
    }

    /// The bytes of its leaf, when it is an entry.
    pub fn leaf(&self) -> Option<&[u8]> {
        match &self.0 {
            Ok(Line::Entry(read)) => Some(&read.entry.leaf),
            Ok(Line::Checkpoint(_)) | Err(_) => None,
        }
    }
}

/// Verifies an export from its lines in their order, holding none of them.
pub struct ExportVerifier {
    verifier: Verifier,
    /// What the header says of the end.
    end: (u64, Hash),
    /// The number of the last line that was taken.
    line: u64,
    log_id: LogId,
    key_from_export: bool,
    begin_from_export: bool,
}

impl ExportVerifier {
    /// Begins with the first line.
    pub fn new<E>(header: &str, trust: &Trust) -> Result<ExportVerifier, ExportError<E>> {
        let header = parse_header(header)
            .and_then(|header| require_key(header, trust.key.as_ref()))
            .and_then(|header| require_begin(header, trust.from.as_ref()))
            .map_err(|problem| ExportError::Line { line: 1, entry: 0, problem })?;
        let begin_from_export = header.from.is_some() && trust.from.is_none();
        let is_whole = header.from.is_none();
        let mut verifier = match header.from {
            None => Verifier::new(header.log_id, Some(header.key)),
            Some(from) => {
                Verifier::resume(&from.checkpoint, from.tree, Some(header.key)).map_err(ExportError::Entry)?
            }
        };
        let also_kept = trust.from.iter().filter(|_| is_whole);
        for kept in trust.checkpoints.iter().chain(also_kept) {
            verifier.expect(kept, Origin::Kept).map_err(ExportError::Entry)?;
        }
        let end = (header.entries, header.head);
        let key_from_export = trust.key.is_none();
        Ok(ExportVerifier {
            verifier,
            end,
            line: 1,
            log_id: header.log_id,
            key_from_export,
            begin_from_export,
        })
    }

    /// Takes the next line.
    pub fn take<E>(&mut self, ExportLine(read): ExportLine) -> Result<(), ExportError<E>> {
        self.line += 1;
        match read {
            Ok(line) => take_line(&mut self.verifier, line).map_err(ExportError::Entry),
            Err(problem) => {
                let (line, entry) = (self.line, self.verifier.entries() + 1);
                Err(self.earlier().unwrap_or(ExportError::Line { line, entry, problem }))
            }
        }
    }

    /// The next line could not be read at all.
    pub fn unreadable<E>(&self, problem: E) -> ExportError<E> {
        let (line, entry) = (self.line + 1, self.verifier.entries() + 1);
        self.earlier().unwrap_or(ExportError::Read { line, entry, problem })
    }

    /// A line that cannot be read must not hide an earlier entry that is bad.
    fn earlier<E>(&self) -> Option<ExportError<E>> {
        self.verifier.pending_fault().map(ExportError::Entry)
    }

    /// The verdict, when all lines were taken.
    pub fn finish<E>(self) -> Result<VerifiedExport, ExportError<E>> {
        let log = self.verifier.finish(Some(self.end)).map_err(ExportError::Entry)?;
        let (key_from_export, begin_from_export) = (self.key_from_export, self.begin_from_export);
        Ok(VerifiedExport { log, log_id: self.log_id, key_from_export, begin_from_export })
    }
}

/// Verifies an export from its lines (without their line feeds), holding one line at a time.
pub fn verify_export<E>(
    mut lines: impl Iterator<Item = Result<String, E>>,
    trust: &Trust,
) -> Result<VerifiedExport, ExportError<E>> {
    let mut export = match lines.next() {
        Some(Err(problem)) => return Err(ExportError::Read { line: 1, entry: 0, problem }),
        Some(Ok(header)) => ExportVerifier::new(&header, trust)?,
        None => return Err(ExportError::Line { line: 1, entry: 0, problem: LineError::Empty }),
    };
    for text in lines {
        match text {
            Ok(text) => export.take(ExportLine::read(&text))?,
            Err(problem) => return Err(export.unreadable(problem)),
        }
    }
    export.finish()
}

fn take_line(verifier: &mut Verifier, line: Line) -> Result<(), BadEntry> {
    match line {
        Line::Entry(read) => {
            let ReadEntry { entry, prepared, difference } = *read;
            let due = verifier.entries() + 1;
            verifier.push_prepared(&entry, &prepared)?;
            // While a fault waits for the next entry, the copies have nothing to be compared with.
            match difference.filter(|_| verifier.entries() == due) {
                Some(field) => Err(BadEntry { entry: due, reason: Reason::CopyDiffers { field } }),
                None => Ok(()),
            }
        }
        Line::Checkpoint(signed) => {
            let size = signed.checkpoint.size;
            if verifier.pending_fault().is_none() && size != verifier.entries() {
                let reason = Reason::CheckpointPlace { size };
                return Err(BadEntry { entry: verifier.entries(), reason });
            }
            verifier.expect(&signed, Origin::Log)
        }
    }
}

fn require_key(header: Header, given: Option<&VerifyingKey>) -> Result<Header, LineError> {
    match given {
        Some(given) if *given != header.key => {
            Err(LineError::ForeignKey { named: key_id(&header.key), given: key_id(given) })
        }
        Some(_) | None => Ok(header),
    }
}

/// An export of a part must begin at the very checkpoint that the verifying person holds, and speak of its log.
fn require_begin(header: Header, given: Option<&SignedCheckpoint>) -> Result<Header, LineError> {
    let Some(begin) = &header.from else { return Ok(header) };
    let named = begin.checkpoint.checkpoint.size;
    let is_given = given.is_none_or(|given| *given == begin.checkpoint);
    let is_of_this_log = begin.checkpoint.checkpoint.log_id == header.log_id;
    if is_given && is_of_this_log { Ok(header) } else { Err(LineError::OtherBegin { named }) }
}
