//! A proof as a file: one JSON object that says all that is needed to check it, but the trust in the key.

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

use crate::checkpoint::{CheckpointError, SignedCheckpoint, verify};
use crate::hash::{Hash, lower_hex_bytes};
use crate::key::{KeyError, key_id, parse_public_key_pem, public_key_pem};
use crate::leaf::{Leaf, LeafError};
use crate::proof::{is_consistent, root_by_inclusion};
use crate::tree::leaf_hash;
use crate::verify_export::Trust;

const FORMAT: &str = "sigap-log-proof";
const VERSION: u64 = 1;
/// A proof over 2^64 leaves has at most 65 hashes.
const HASHES_MAX: usize = 65;

/// What is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// An entry is in the log that the checkpoint speaks of.
    Inclusion {
        /// The number of the entry, from 1.
        index: u64,
        /// Its bytes.
        leaf: Vec<u8>,
        /// The log.
        checkpoint: SignedCheckpoint,
    },
    /// The log of the newer checkpoint goes on from that of the older one: nothing before was changed.
    Consistency {
        /// The older one.
        older: SignedCheckpoint,
        /// The newer one.
        newer: SignedCheckpoint,
    },
}

/// A claim and the hashes that prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What is proven.
    pub claim: Claim,
    /// By what: the hashes beside the way through the tree.
    pub hashes: Vec<Hash>,
    /// The public key of the log, carried along as in an export.
    pub key: VerifyingKey,
}

/// The verdict on a proof that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedProof {
    /// What is proven.
    pub claim: Claim,
    /// The entry, read; none when checkpoints were compared.
    pub leaf: Option<Leaf>,
    /// The signatures were checked with the key in the proof itself.
    pub key_from_proof: bool,
    /// How many of the kept checkpoints speak of the same size as the proof, and agree.
    pub kept_agree: usize,
}

/// A proof does not prove what it claims.
#[derive(Debug, thiserror::Error)]
#[error("bad entry={entry}: {reason}")]
pub struct BadProof {
    /// The entry that is not proven; of two checkpoints the last entry of the older one; 0 when the file is no
    /// proof.
    pub entry: u64,
    /// Why.
    pub reason: ProofError,
}

/// What can be wrong with a proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Not the JSON object that it should be.
    #[error("not a proof of this format: {0}")]
    Json(serde_json::Error),
    /// The format or version is another.
    #[error("not a proof of the format {FORMAT}, version {VERSION}")]
    Format,
    /// A member has a value that cannot be.
    #[error("the member {0} is malformed")]
    Member(&'static str),
    /// The key is malformed.
    #[error("the proof has a bad key: {0}")]
    Key(KeyError),
    /// The proof names another key than the verifying person holds.
    #[error("the proof names the key {named}, but the given key is {given}")]
    ForeignKey {
        /// The id of the key in the proof.
        named: String,
        /// The id of the key that was given.
        given: String,
    },
    /// A checkpoint cannot be read or is not signed as it must be.
    #[error("a checkpoint of the proof is not to be trusted: {0}")]
    Checkpoint(CheckpointError),
    /// A checkpoint from before there were trees.
    #[error("a checkpoint of the proof has no root of a tree")]
    NoRoot,
    /// The checkpoints speak of different logs.
    #[error("the checkpoints belong to different logs")]
    ForeignCheckpoint,
    /// The entry cannot be read.
    #[error("the entry cannot be read: {0}")]
    Leaf(LeafError),
    /// The entry names another place.
    #[error("the entry says of itself that it is entry {0}")]
    Place(u64),
    /// The hashes do not lead to the root.
    #[error("the entry is not in the log that the checkpoint speaks of: it was altered, or stands elsewhere")]
    NotIncluded,
    /// The newer log is not the older one, grown.
    #[error(
        "the newer log does not go on from the older one: an entry up to here was changed, removed or inserted"
    )]
    NotConsistent,
    /// A value is not the one that the entry commits to.
    #[error("a value beside the entry is not the one that it was written with")]
    NotCommitted,
    /// A kept checkpoint of the same size says something else.
    #[error(
        "a checkpoint that was kept elsewhere names another hash at the same size: the log was rewritten"
    )]
    Rewritten,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    version: u64,
    public_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaf: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    older: Option<String>,
    checkpoint: String,
    hashes: Vec<String>,
}

impl Proof {
    /// The file's text, ended by a line feed.
    pub fn encode(&self) -> String {
        let (index, leaf, older, checkpoint) = match &self.claim {
            Claim::Inclusion { index, leaf, checkpoint } => {
                (Some(index.to_string()), Some(hex::encode(leaf)), None, checkpoint)
            }
            Claim::Consistency { older, newer } => (None, None, Some(older.encode()), newer),
        };
        let written = Written {
            format: FORMAT.to_owned(),
            version: VERSION,
            public_key: public_key_pem(&self.key),
            index,
            leaf,
            older,
            checkpoint: checkpoint.encode(),
            hashes: self.hashes.iter().map(Hash::to_string).collect(),
        };
        // Strings and a number: this cannot fail, and an empty text would be refused by every reader.
        serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
    }

    /// Reads a file; nothing is checked yet.
    pub fn parse(text: &str) -> Result<Proof, ProofError> {
        let written: Written = serde_json::from_str(text).map_err(ProofError::Json)?;
        if written.format != FORMAT || written.version != VERSION {
            return Err(ProofError::Format);
        }
        if written.hashes.len() > HASHES_MAX {
            return Err(ProofError::Member("hashes"));
        }
        let hashes = written.hashes.iter().map(|hash| hash.parse()).collect::<Result<_, _>>();
        let signed = |text: &str| SignedCheckpoint::parse(text).map_err(ProofError::Checkpoint);
        let checkpoint = signed(&written.checkpoint)?;
        let claim = match (written.index, written.leaf, written.older) {
            (Some(index), Some(leaf), None) => {
                let number = index.parse().ok().filter(|number: &u64| number.to_string() == index);
                let leaf = lower_hex_bytes(&leaf).ok_or(ProofError::Member("leaf"))?;
                Claim::Inclusion { index: number.ok_or(ProofError::Member("index"))?, leaf, checkpoint }
            }
            (None, None, Some(older)) => Claim::Consistency { older: signed(&older)?, newer: checkpoint },
            (Some(_) | None, Some(_) | None, Some(_) | None) => return Err(ProofError::Member("index")),
        };
        let key = parse_public_key_pem(&written.public_key).map_err(ProofError::Key)?;
        Ok(Proof { claim, hashes: hashes.map_err(|_| ProofError::Member("hashes"))?, key })
    }

    /// Checks signatures, hashes and, where they speak of the same size, the kept checkpoints.
    pub fn verify(&self, trust: &Trust) -> Result<VerifiedProof, BadProof> {
        let entry = match &self.claim {
            Claim::Inclusion { index, .. } => *index,
            Claim::Consistency { older, .. } => older.checkpoint.size,
        };
        self.check(trust).map_err(|reason| BadProof { entry, reason })
    }

    fn check(&self, trust: &Trust) -> Result<VerifiedProof, ProofError> {
        if let Some(given) = trust.key.filter(|given| *given != self.key) {
            return Err(ProofError::ForeignKey { named: key_id(&self.key), given: key_id(&given) });
        }
        let leaf = match &self.claim {
            Claim::Inclusion { index, leaf, checkpoint } => Some(self.included(*index, leaf, checkpoint)?),
            Claim::Consistency { older, newer } => {
                self.goes_on(older, newer)?;
                None
            }
        };
        Ok(VerifiedProof {
            claim: self.claim.clone(),
            leaf,
            key_from_proof: trust.key.is_none(),
            kept_agree: self.kept_agree(trust)?,
        })
    }

    fn included(&self, index: u64, bytes: &[u8], checkpoint: &SignedCheckpoint) -> Result<Leaf, ProofError> {
        let root = self.root(checkpoint)?;
        let leaf = Leaf::decode(bytes).map_err(ProofError::Leaf)?;
        if leaf.index != index {
            return Err(ProofError::Place(leaf.index));
        }
        let at = index.checked_sub(1).ok_or(ProofError::NotIncluded)?;
        let found = root_by_inclusion(leaf_hash(bytes), at, checkpoint.checkpoint.size, &self.hashes);
        if found == Some(root) { Ok(leaf) } else { Err(ProofError::NotIncluded) }
    }

    fn goes_on(&self, older: &SignedCheckpoint, newer: &SignedCheckpoint) -> Result<(), ProofError> {
        let (from, to) = (self.root(older)?, self.root(newer)?);
        if older.checkpoint.log_id != newer.checkpoint.log_id {
            return Err(ProofError::ForeignCheckpoint);
        }
        let (from, to) = ((older.checkpoint.size, from), (newer.checkpoint.size, to));
        if is_consistent(from, to, &self.hashes) { Ok(()) } else { Err(ProofError::NotConsistent) }
    }

    /// The root in a checkpoint that this key signed.
    fn root(&self, signed: &SignedCheckpoint) -> Result<Hash, ProofError> {
        verify(signed, &self.key).map_err(ProofError::Checkpoint)?;
        signed.checkpoint.root.ok_or(ProofError::NoRoot)
    }

    fn kept_agree(&self, trust: &Trust) -> Result<usize, ProofError> {
        let stated = match &self.claim {
            Claim::Inclusion { checkpoint, .. } => vec![&checkpoint.checkpoint],
            Claim::Consistency { older, newer } => vec![&older.checkpoint, &newer.checkpoint],
        };
        let mut agree = 0;
        for kept in trust.checkpoints.iter().chain(&trust.from) {
            verify(kept, &self.key).map_err(ProofError::Checkpoint)?;
            let kept = &kept.checkpoint;
            if stated.iter().any(|stated| stated.log_id != kept.log_id) {
                return Err(ProofError::ForeignCheckpoint);
            }
            let same_size = stated.iter().find(|stated| stated.size == kept.size);
            let Some(stated) = same_size else { continue };
            if stated.head != kept.head || kept.root.is_some() && kept.root != stated.root {
                return Err(ProofError::Rewritten);
            }
            agree += 1;
        }
        Ok(agree)
    }
}

/// Reads and checks a proof file.
pub fn verify_proof(text: &str, trust: &Trust) -> Result<VerifiedProof, BadProof> {
    Proof::parse(text).map_err(|reason| BadProof { entry: 0, reason })?.verify(trust)
}
