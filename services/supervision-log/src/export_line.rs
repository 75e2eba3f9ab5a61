//! The lines of an export, read.

use serde::{Deserialize, Deserializer};

use crate::body::{JsonBody, ReadableBody, read_json, readable_body, readable_time};
use crate::checkpoint::SignedCheckpoint;
use crate::export::{Begin, FORMAT, Header, VERSIONS};
use crate::export_problem::LineError;
use crate::hash::{lower_hex, lower_hex_bytes};
use crate::key::{Certificate, key_id, parse_public_key_pem, public_key_pem};
use crate::leaf::Leaf;
use crate::tree::Frontier;
use crate::verify::{Entry, Prepared};

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
    from: Option<String>,
    from_tree: Option<String>,
}

/// Reads the first line.
pub(crate) fn parse_header(text: &str) -> Result<Header, LineError> {
    let line: HeaderLine = serde_json::from_str(text).map_err(LineError::Json)?;
    if line.format != FORMAT || !VERSIONS.contains(&line.version) {
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
        from: begin(&line)?,
    })
}

fn begin(line: &HeaderLine) -> Result<Option<Begin>, LineError> {
    let malformed = || LineError::Member { member: "from_tree" };
    let (text, tree) = match (&line.from, &line.from_tree) {
        (None, None) => return Ok(None),
        (Some(text), Some(tree)) => (text, tree),
        (Some(_), None) | (None, Some(_)) => return Err(malformed()),
    };
    let checkpoint = SignedCheckpoint::parse(text).map_err(LineError::Checkpoint)?;
    let bytes = lower_hex_bytes(tree).ok_or_else(malformed)?;
    let tree = Frontier::from_bytes(checkpoint.checkpoint.size, &bytes).ok_or_else(malformed)?;
    Ok(Some(Begin { checkpoint, tree }))
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

/// A line after the header, with all that can be found out about it alone.
pub(crate) enum Line {
    Entry(Box<ReadEntry>),
    Checkpoint(Box<SignedCheckpoint>),
}

/// An entry and what it says of itself.
pub(crate) struct ReadEntry {
    pub(crate) entry: Entry,
    pub(crate) prepared: Prepared,
    /// The first readable copy that does not say what the leaf says; none also when the leaf cannot be read.
    pub(crate) difference: Option<&'static str>,
}

/// Reads a line after the header.
pub(crate) fn parse_line(text: &str) -> Result<Line, LineError> {
    let found: TypeOfLine = serde_json::from_str(text).map_err(LineError::Json)?;
    match found.r#type.as_str() {
        "entry" => {
            let line: EntryLine = serde_json::from_str(text).map_err(LineError::Json)?;
            let malformed = |member| LineError::Member { member };
            let leaf = lower_hex_bytes(&line.leaf).ok_or(malformed("leaf"))?;
            let hash = line.hash.parse().map_err(|_| malformed("hash"))?;
            let prepared = Prepared::of(&leaf);
            let difference = prepared.leaf().ok().and_then(|leaf| line.first_difference(leaf));
            Ok(Line::Entry(Box::new(ReadEntry { entry: Entry { leaf, hash }, prepared, difference })))
        }
        "checkpoint" => {
            let line: CheckpointLine = serde_json::from_str(text).map_err(LineError::Json)?;
            let signed = SignedCheckpoint::parse(&line.text).map_err(LineError::Checkpoint)?;
            Ok(Line::Checkpoint(Box::new(signed)))
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
