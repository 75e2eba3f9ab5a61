//! The supervision log.

use dispatch_core::time::Timestamp;
use incident_store::{CheckpointEntry, LogEntry};
use serde::Serialize;
use supervision_log::{Leaf, SignedCheckpoint, VerifyingKey, parse_public_key_pem};
use utoipa::ToSchema;

use crate::problem::{Code, Problem};
use crate::wire::{Counter, Time};

/// Some entries of the log, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogPage {
    /// The entries.
    pub entries: Vec<LogLine>,
    /// The index of the newest entry there is.
    pub head: Counter,
}

/// One entry of the log. It holds ids and commitments, no personal data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LogLine {
    /// Its place in the log.
    pub index: Counter,
    /// When.
    pub at: Time,
    /// What it belongs to.
    pub stream: String,
    /// Its place in the stream.
    pub version: Counter,
    /// The kind of event.
    pub kind: String,
    /// Who caused it.
    pub actor: String,
    /// The version of the policy that was used.
    pub policy: Counter,
    /// The event.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    /// The exact bytes that are hashed, in hex.
    pub leaf: String,
    /// The chain's hash up to and with this entry, in hex.
    pub hash: String,
}

impl LogLine {
    /// The view of an entry. An entry that cannot be read is shown by its bytes: the verifier names it.
    pub fn of(entry: &LogEntry) -> Self {
        let leaf = Leaf::decode(&entry.leaf).ok();
        let text = |of: fn(&Leaf) -> &String| leaf.as_ref().map(|leaf| of(leaf).clone()).unwrap_or_default();
        let body = leaf.as_ref().and_then(|leaf| serde_json::from_slice(&leaf.body).ok());
        Self {
            index: Counter(entry.index),
            at: Timestamp::from_micros(leaf.as_ref().map_or(0, |leaf| leaf.at_us)).into(),
            stream: text(|leaf| &leaf.stream),
            version: Counter(leaf.as_ref().map_or(0, |leaf| leaf.version)),
            kind: text(|leaf| &leaf.kind),
            actor: text(|leaf| &leaf.actor),
            policy: Counter(leaf.as_ref().map_or(0, |leaf| leaf.policy)),
            body: body.unwrap_or_default(),
            leaf: hex::encode(&entry.leaf),
            hash: entry.hash.to_string(),
        }
    }
}

/// Some signed checkpoints, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckpointPage {
    /// The checkpoints.
    pub items: Vec<Checkpoint>,
}

/// A signed checkpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Checkpoint {
    /// The signed text; `docs/log-format.md` describes it.
    pub text: String,
    /// How many entries it vouches for.
    pub size: Counter,
    /// The hash of the last of them, in hex.
    pub head: String,
    /// When it was made.
    pub at: Time,
}

impl Checkpoint {
    /// The view of a stored checkpoint.
    pub fn of(entry: &CheckpointEntry) -> Self {
        let signed = SignedCheckpoint::parse(&entry.text).ok();
        Self {
            text: entry.text.clone(),
            size: Counter(entry.size),
            head: signed.map(|signed| signed.checkpoint.head.to_string()).unwrap_or_default(),
            at: entry.at.into(),
        }
    }
}

/// By what checkpoints are verified.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct PublicKey {
    /// The Ed25519 public key, PEM (RFC 8410).
    pub public_key: String,
    /// The X.509 certificate of it, PEM.
    pub certificate: String,
    /// The key's id as checkpoints name it.
    pub key_id: String,
}

impl PublicKey {
    /// The key itself.
    pub fn verifying_key(&self) -> Result<VerifyingKey, Problem> {
        parse_public_key_pem(&self.public_key).map_err(|_| Problem::new(Code::Internal))
    }
}
