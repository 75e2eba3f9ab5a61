//! Verification of an export, line by line, with nothing but its bytes and, at best, a key from elsewhere.

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Deserializer};

use crate::body::{JsonBody, ReadableBody, read_json, readable_body, readable_time};
use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::export::{FORMAT, Header, VERSION};
use crate::hash::{LogId, lower_hex, lower_hex_bytes};
use crate::key::{Certificate, KeyError, key_id, parse_public_key_pem, public_key_pem};
use crate::leaf::Leaf;
use crate::verify::{BadEntry, Entry, Origin, Reason, Verified, Verifier};

/// What the verifying person holds, independent of the export.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The public key of the log. Without it the key in the export is used, and the verdict says so.
    pub key: Option<VerifyingKey>,
    /// Checkpoints that were kept elsewhere.
    pub checkpoints: Vec<SignedCheckpoint>,
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
}

/// An export is not as it was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError<E> {
    /// A line could not be read at all.
    #[error("bad entry={entry}: line {line} cannot be read: {problem}")]
    Read {
        /// The number of the line, from 1.
        line: u64,
        /// The entry that was due there.
        entry: u64,
        /// What the source of the lines said.
        problem: E,
    },
    /// A line is not a line of this format.
    #[error("bad entry={entry}: line {line}: {problem}")]
    Line {
        /// The number of the line, from 1.
        line: u64,
        /// The entry that was due there; 0 for the header.
        entry: u64,
        /// What is wrong with the line.
        problem: LineError,
    },
    /// The lines are well formed, but the log is not as it was written.
    #[error(transparent)]
    Entry(BadEntry),
}

impl<E> ExportError<E> {
    /// The number of the first bad entry; 0 when what precedes the first entry is bad.
    pub fn entry(&self) -> u64 {
        match self {
            ExportError::Read { entry, .. } | ExportError::Line { entry, .. } => *entry,
            ExportError::Entry(bad) => bad.entry,
        }
    }
}

/// What can be wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// There is no line at all.
    #[error("the export is empty")]
    Empty,
    /// Not the JSON object that belongs there.
    #[error("not a line of this format: {0}")]
    Json(serde_json::Error),
    /// The header is that of another format or version.
    #[error("not an export of the format {FORMAT}, version {VERSION}")]
    Format,
    /// A member has a value that cannot be.
    #[error("the member {member} is malformed")]
    Member {
        /// The name of the member.
        member: &'static str,
    },
    /// The key or certificate in the header is malformed.
    #[error("the header has a bad key or certificate: {0}")]
    Key(KeyError),
    /// The header names another key than the verifying person holds.
    #[error("the export names the key {named}, but the given key is {given}")]
    ForeignKey {
        /// The id of the key in the header.
        named: String,
        /// The id of the key that was given.
        given: String,
    },
    /// A checkpoint cannot be read.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(CheckpointError),
    /// A line of a type that does not exist.
    #[error("there is no line of this type")]
    Type,
}

/// Verifies an export from its lines (without their line feeds), holding one line at a time.
pub fn verify_export<E>(
    lines: impl Iterator<Item = Result<String, E>>,
    trust: &Trust,
) -> Result<VerifiedExport, ExportError<E>> {
    let mut lines = (1..).zip(lines);
    let header = match lines.next() {
        Some((line, Err(problem))) => return Err(ExportError::Read { line, entry: 0, problem }),
        Some((_, Ok(text))) => parse_header(&text),
        None => Err(LineError::Empty),
    };
    let header = header
        .and_then(|header| require_key(header, trust.key.as_ref()))
        .map_err(|problem| ExportError::Line { line: 1, entry: 0, problem })?;
    let mut verifier = Verifier::new(header.log_id, Some(header.key));
    for kept in &trust.checkpoints {
        verifier.expect(kept, Origin::Kept).map_err(ExportError::Entry)?;
    }
    for (line, text) in lines {
        // A line that cannot be read must not hide an earlier entry that is bad.
        let earlier = verifier.pending_fault().map_or(Ok(()), |bad| Err(ExportError::Entry(bad)));
        let entry = verifier.entries() + 1;
        let text = match text {
            Ok(text) => text,
            Err(problem) => return earlier.and(Err(ExportError::Read { line, entry, problem })),
        };
        match parse_line(&text) {
            Ok(parsed) => take_line(&mut verifier, parsed).map_err(ExportError::Entry)?,
            Err(problem) => return earlier.and(Err(ExportError::Line { line, entry, problem })),
        }
    }
    let log = verifier.finish(Some((header.entries, header.head))).map_err(ExportError::Entry)?;
    Ok(VerifiedExport { log, log_id: header.log_id, key_from_export: trust.key.is_none() })
}

/// A line after the header.
enum Line {
    Entry(Box<EntryLine>, Entry),
    Checkpoint(SignedCheckpoint),
}

fn take_line(verifier: &mut Verifier, line: Line) -> Result<(), BadEntry> {
    match line {
        Line::Entry(copies, entry) => {
            let due = verifier.entries() + 1;
            verifier.push(&entry)?;
            // While a fault waits for the next entry, the copies have nothing to be compared with.
            if verifier.entries() < due {
                return Ok(());
            }
            let reason = match Leaf::decode(&entry.leaf) {
                Ok(leaf) => copies.first_difference(&leaf).map(|field| Reason::CopyDiffers { field }),
                Err(error) => Some(Reason::Undecodable(error)),
            };
            reason.map_or(Ok(()), |reason| Err(BadEntry { entry: due, reason }))
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    format: String,
    version: u64,
    log_id: String,
    key_id: String,
    public_key: String,
    certificate: Option<String>,
    certificate_sha256: Option<String>,
    entries: String,
    head: String,
}

fn parse_header(text: &str) -> Result<Header, LineError> {
    let line: HeaderLine = serde_json::from_str(text).map_err(LineError::Json)?;
    if line.format != FORMAT || line.version != VERSION {
        return Err(LineError::Format);
    }
    let malformed = |member| LineError::Member { member };
    let key = parse_public_key_pem(&line.public_key).map_err(LineError::Key)?;
    // The id and the fingerprint are what people compare; they and the key must be of one piece.
    if line.public_key != public_key_pem(&key) {
        return Err(malformed("public_key"));
    }
    if line.key_id != key_id(&key) {
        return Err(malformed("key_id"));
    }
    let certificate = match &line.certificate {
        Some(pem) => Some(Certificate::from_pem(pem, &key).map_err(LineError::Key)?),
        None => None,
    };
    if line.certificate != certificate.as_ref().map(Certificate::to_pem) {
        return Err(malformed("certificate"));
    }
    if line.certificate_sha256 != certificate.as_ref().map(|carried| carried.fingerprint().to_string()) {
        return Err(malformed("certificate_sha256"));
    }
    Ok(Header {
        log_id: lower_hex(&line.log_id).ok_or(malformed("log_id"))?,
        key,
        certificate,
        entries: counter(&line.entries).ok_or(malformed("entries"))?,
        head: line.head.parse().map_err(|_| malformed("head"))?,
    })
}

/// A counter in its one spelling: no sign, no leading zero.
fn counter(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[derive(Deserialize)]
struct TypeOfLine {
    r#type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointLine {
    // Read again here, so that a repeated member is refused.
    #[serde(rename = "type")]
    _type: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    #[serde(rename = "type")]
    _type: String,
    index: String,
    leaf: String,
    hash: String,
    stream: String,
    version: String,
    key: String,
    kind: String,
    actor: String,
    policy: String,
    at: Option<String>,
    #[serde(default, deserialize_with = "present")]
    body: Option<JsonBody>,
    body_hex: Option<String>,
}

/// Tells a body that is `null` from a body that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<JsonBody>, D::Error> {
    JsonBody::deserialize(deserializer).map(Some)
}

fn parse_line(text: &str) -> Result<Line, LineError> {
    let found: TypeOfLine = serde_json::from_str(text).map_err(LineError::Json)?;
    match found.r#type.as_str() {
        "entry" => {
            let line: EntryLine = serde_json::from_str(text).map_err(LineError::Json)?;
            let malformed = |member| LineError::Member { member };
            let leaf = lower_hex_bytes(&line.leaf).ok_or(malformed("leaf"))?;
            let hash = line.hash.parse().map_err(|_| malformed("hash"))?;
            Ok(Line::Entry(Box::new(line), Entry { leaf, hash }))
        }
        "checkpoint" => {
            let line: CheckpointLine = serde_json::from_str(text).map_err(LineError::Json)?;
            SignedCheckpoint::parse(&line.text).map(Line::Checkpoint).map_err(LineError::Checkpoint)
        }
        _ => Err(LineError::Type),
    }
}

impl EntryLine {
    /// The first readable copy that does not say what the leaf says.
    fn first_difference(&self, leaf: &Leaf) -> Option<&'static str> {
        let (json, hex) = match readable_body(&leaf.body) {
            ReadableBody::Json(text) => (read_json(text).ok().map(JsonBody), None),
            ReadableBody::Hex(text) => (None, Some(text)),
        };
        let copies = [
            ("index", self.index == leaf.index.to_string()),
            ("stream", self.stream == leaf.stream),
            ("version", self.version == leaf.version.to_string()),
            ("key", self.key == leaf.key),
            ("kind", self.kind == leaf.kind),
            ("actor", self.actor == leaf.actor),
            ("policy", self.policy == leaf.policy.to_string()),
            ("at", self.at == readable_time(leaf.at_us)),
            ("body", self.body == json && self.body_hex == hex),
        ];
        copies.into_iter().find_map(|(field, same)| (!same).then_some(field))
    }
}
