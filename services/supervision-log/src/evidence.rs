//! What proves the lines of a report: entries with their way to a signed root, and what lies behind their commitments.
//!
//! A report tells what happened in words and personal values; the log has neither. Whoever holds a report can see from
//! this that each line is an entry of the signed log, and each value the one that was committed to.

use ed25519_dalek::VerifyingKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::body::read_json;
use crate::checkpoint::SignedCheckpoint;
use crate::hash::{Hash, LogId, lower_hex, lower_hex_bytes};
use crate::key::{parse_public_key_pem, public_key_pem};
use crate::leaf::Leaf;
use crate::proof_file::{BadProof, Claim, Proof, ProofError};
use crate::verify_export::Trust;

/// What stands where a destroyed text stood.
pub const ERASED: &str = "‹dihapus›";

/// An entry and its way to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceEntry {
    /// The number of the entry, from 1.
    pub index: u64,
    /// Its bytes.
    pub leaf: Vec<u8>,
    /// The hashes beside the way through the tree.
    pub hashes: Vec<Hash>,
}

/// What lies behind a commitment: `HMAC-SHA256(key, salt ‖ value)`.
#[derive(Clone, PartialEq, Eq)]
pub struct CommitmentOpening {
    /// The entry.
    pub index: u64,
    /// The place in the entry, from 0.
    pub place: u64,
    /// The salt.
    pub salt: [u8; 16],
    /// The key of the entry's stream.
    pub key: [u8; 32],
    /// The value as canonical JSON.
    pub value: String,
}

impl std::fmt::Debug for CommitmentOpening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CommitmentOpening({}.{})", self.index, self.place)
    }
}

/// What proves the lines of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The public key of the log, carried along as in an export.
    pub key: VerifyingKey,
    /// The log that all entries are in.
    pub checkpoint: SignedCheckpoint,
    /// The entries.
    pub entries: Vec<EvidenceEntry>,
    /// What lies behind their commitments; nothing of what was destroyed.
    pub openings: Vec<CommitmentOpening>,
}

/// An entry that is proven, as it can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct ProvenEntry {
    /// The entry.
    pub leaf: Leaf,
    /// Its body with the values in it; null when it is no JSON.
    pub body: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    public_key: String,
    checkpoint: String,
    entries: Vec<WrittenEntry>,
    openings: Vec<WrittenOpening>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    index: String,
    leaf: String,
    hashes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOpening {
    r#ref: String,
    salt: String,
    key: String,
    value: String,
}

impl Evidence {
    /// As a member of a report.
    pub fn to_json(&self) -> Value {
        let entry = |entry: &EvidenceEntry| WrittenEntry {
            index: entry.index.to_string(),
            leaf: hex::encode(&entry.leaf),
            hashes: entry.hashes.iter().map(Hash::to_string).collect(),
        };
        let opening = |opening: &CommitmentOpening| WrittenOpening {
            r#ref: format!("{}.{}", opening.index, opening.place),
            salt: hex::encode(opening.salt),
            key: hex::encode(opening.key),
            value: opening.value.clone(),
        };
        let written = Written {
            public_key: public_key_pem(&self.key),
            checkpoint: self.checkpoint.encode(),
            entries: self.entries.iter().map(entry).collect(),
            openings: self.openings.iter().map(opening).collect(),
        };
        // Texts only: this cannot fail, and null would be refused by every reader.
        serde_json::to_value(written).unwrap_or_default()
    }

    /// Reads that member; nothing is checked yet.
    ///
    /// # Errors
    /// When it is not of this form.
    pub fn from_json(json: Value) -> Result<Self, ProofError> {
        let written: Written = serde_json::from_value(json).map_err(ProofError::Json)?;
        let entry = |entry: WrittenEntry| {
            Ok(EvidenceEntry {
                index: entry.index.parse().map_err(|_| ProofError::Member("index"))?,
                leaf: lower_hex_bytes(&entry.leaf).ok_or(ProofError::Member("leaf"))?,
                hashes: hashes(&entry.hashes)?,
            })
        };
        Ok(Self {
            key: parse_public_key_pem(&written.public_key).map_err(ProofError::Key)?,
            checkpoint: SignedCheckpoint::parse(&written.checkpoint).map_err(ProofError::Checkpoint)?,
            entries: written.entries.into_iter().map(entry).collect::<Result<_, ProofError>>()?,
            openings: written.openings.into_iter().map(opening).collect::<Result<_, ProofError>>()?,
        })
    }

    /// Which log it speaks of.
    pub const fn log_id(&self) -> LogId {
        self.checkpoint.checkpoint.log_id
    }

    /// Checks every entry and every opened value; gives the entries as they can be read.
    ///
    /// # Errors
    /// Names the first entry that is not in the log, or whose value is not the one that was committed to.
    pub fn verify(&self, trust: &Trust) -> Result<Vec<ProvenEntry>, BadProof> {
        self.entries.iter().map(|entry| self.proven(entry, trust)).collect()
    }

    fn proven(&self, entry: &EvidenceEntry, trust: &Trust) -> Result<ProvenEntry, BadProof> {
        let (index, leaf, checkpoint) = (entry.index, entry.leaf.clone(), self.checkpoint.clone());
        let claim = Claim::Inclusion { index, leaf, checkpoint };
        let verified = Proof { claim, hashes: entry.hashes.clone(), key: self.key }.verify(trust)?;
        let bad = |reason| BadProof { entry: index, reason };
        let leaf = verified.leaf.ok_or_else(|| bad(ProofError::Member("leaf")))?;
        let read = std::str::from_utf8(&leaf.body).ok().and_then(|text| read_json(text).ok());
        let mut body = read.unwrap_or_default();
        self.open(&mut body).map_err(bad)?;
        Ok(ProvenEntry { leaf, body })
    }

    /// Puts values where their commitments stand, and checks each.
    fn open(&self, json: &mut Value) -> Result<(), ProofError> {
        match json {
            Value::Object(members) => {
                let Some((commitment, reference, is_text)) = committed(members) else {
                    return members.values_mut().try_for_each(|member| self.open(member));
                };
                let said = |one: &&CommitmentOpening| format!("{}.{}", one.index, one.place) == reference;
                let value = match self.openings.iter().find(said) {
                    Some(opening) if commit(&opening.key, &opening.salt, &opening.value) == commitment => {
                        serde_json::from_str(&opening.value).map_err(ProofError::Json)?
                    }
                    Some(_) => return Err(ProofError::NotCommitted),
                    None if is_text => Value::String(ERASED.to_owned()),
                    None => Value::Null,
                };
                *json = value;
                Ok(())
            }
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.open(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }
}

/// The commitment to a value (canonical JSON), in hex: `HMAC-SHA256(key of the stream, salt ‖ value)`.
pub fn commit(key: &[u8; 32], salt: &[u8; 16], value: &str) -> String {
    // HMAC takes a key of any length (RFC 2104 section 2).
    let mac = Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(salt).chain_update(value.as_bytes()).finalize().into_bytes());
    mac.map(hex::encode).unwrap_or_default()
}

fn hashes(texts: &[String]) -> Result<Vec<Hash>, ProofError> {
    texts.iter().map(|text| text.parse().map_err(|_| ProofError::Member("hashes"))).collect()
}

fn opening(written: WrittenOpening) -> Result<CommitmentOpening, ProofError> {
    let (index, place) = written.r#ref.split_once('.').ok_or(ProofError::Member("ref"))?;
    let number = |text: &str| text.parse().map_err(|_| ProofError::Member("ref"));
    Ok(CommitmentOpening {
        index: number(index)?,
        place: number(place)?,
        salt: lower_hex(&written.salt).ok_or(ProofError::Member("salt"))?,
        key: lower_hex(&written.key).ok_or(ProofError::Member("key"))?,
        value: written.value,
    })
}

/// A commitment in a body: it, what it refers to, and whether a text lies behind it.
fn committed(members: &Map<String, Value>) -> Option<(String, String, bool)> {
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("$commit")?, text("ref")?, text("shape")? == "text"))
}
