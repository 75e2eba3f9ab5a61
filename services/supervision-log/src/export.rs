//! The export: the log as lines of JSON that other programs can read, and that verify without our store.
//!
//! One header line, then one line for each entry, with each checkpoint right after the entry that it speaks
//! of. Only `leaf` and `hash` count for the proof; the readable copies are for people and other programs, and
//! are compared with the leaf. Counters are strings, since a JSON number is exact only up to 2^53 elsewhere.

use ed25519_dalek::VerifyingKey;
use serde_json::Value;

use crate::body::{ReadableBody, readable_body, readable_time};
use crate::checkpoint::SignedCheckpoint;
use crate::hash::{Hash, LogId};
use crate::key::{Certificate, key_id, public_key_pem};
use crate::leaf::{Leaf, LeafError};
use crate::tree::Frontier;
use crate::verify::Entry;

/// The name of the format, in the header line.
pub(crate) const FORMAT: &str = "sigap-log-export";
/// The versions of the format, in the header line: the first knew neither trees nor exports of a part.
pub(crate) const VERSIONS: [u64; 2] = [1, 2];
const VERSION: u64 = VERSIONS[1];

/// What the first line of an export says.
#[derive(Debug, Clone)]
pub struct Header {
    /// The log that was exported.
    pub log_id: LogId,
    /// The public key of its checkpoints.
    pub key: VerifyingKey,
    /// A certificate that carries this key.
    pub certificate: Option<Certificate>,
    /// How many entries the log has.
    pub entries: u64,
    /// The hash of the last of them; of an empty log, its genesis hash.
    pub head: Hash,
    /// Where the export begins, when it does not begin with the first entry.
    pub from: Option<Begin>,
}

/// Where an export begins that holds only what came after a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// The checkpoint; its size is the number of entries that are left out.
    pub checkpoint: SignedCheckpoint,
    /// The right edge of the tree at its size, so that the tree can be grown on.
    pub tree: Frontier,
}

/// The first line, without its line feed.
pub fn header_line(header: &Header) -> String {
    let mut line = format!("{{\"format\":\"{FORMAT}\",\"version\":{VERSION}");
    put(&mut line, "log_id", &hex::encode(header.log_id));
    put(&mut line, "key_id", &key_id(&header.key));
    put(&mut line, "public_key", &public_key_pem(&header.key));
    if let Some(certificate) = &header.certificate {
        put(&mut line, "certificate", &certificate.to_pem());
        put(&mut line, "certificate_sha256", &certificate.fingerprint().to_string());
    }
    put(&mut line, "entries", &header.entries.to_string());
    put(&mut line, "head", &header.head.to_string());
    if let Some(from) = &header.from {
        put(&mut line, "from", &from.checkpoint.encode());
        put(&mut line, "from_tree", &hex::encode(from.tree.to_bytes()));
    }
    line.push('}');
    line
}

/// The line of one entry, without its line feed. Fails when the bytes are no leaf; such a log is bad already.
pub fn entry_line(entry: &Entry) -> Result<String, LeafError> {
    let leaf = Leaf::decode(&entry.leaf)?;
    let mut line = "{\"type\":\"entry\"".to_owned();
    put(&mut line, "index", &leaf.index.to_string());
    put(&mut line, "leaf", &hex::encode(&entry.leaf));
    put(&mut line, "hash", &entry.hash.to_string());
    put(&mut line, "stream", &leaf.stream);
    put(&mut line, "version", &leaf.version.to_string());
    put(&mut line, "key", &leaf.key);
    put(&mut line, "kind", &leaf.kind);
    put(&mut line, "actor", &leaf.actor);
    put(&mut line, "policy", &leaf.policy.to_string());
    match readable_time(leaf.at_us) {
        Some(at) => put(&mut line, "at", &at),
        None => line.push_str(",\"at\":null"),
    }
    match readable_body(&leaf.body) {
        // Line breaks in valid JSON are white space between tokens; a space keeps the value and the line.
        ReadableBody::Json(text) => {
            line.push_str(",\"body\":");
            line.push_str(&text.replace(['\n', '\r'], " "));
        }
        ReadableBody::Hex(text) => put(&mut line, "body_hex", &text),
    }
    line.push('}');
    Ok(line)
}

/// The line of a checkpoint, without its line feed. It belongs right after the entry `size`, or right after
/// the header when that is 0.
pub fn checkpoint_line(signed: &SignedCheckpoint) -> String {
    let mut line = "{\"type\":\"checkpoint\"".to_owned();
    put(&mut line, "text", &signed.encode());
    line.push('}');
    line
}

fn put(line: &mut String, name: &str, value: &str) {
    line.push_str(&format!(",\"{name}\":{}", Value::from(value)));
}
