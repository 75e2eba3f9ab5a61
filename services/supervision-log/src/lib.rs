//! The tamper-evident supervision log of Sigap 112: leaf bytes, hash chain, signed checkpoints, verification, export.
//!
//! Every change of state leaves one [`Leaf`]. Its bytes are hashed together with the hash before it
//! ([`chain`]), so that each hash vouches for all that came before. A [`SignedCheckpoint`] says under a
//! signature how long the log was and what its last hash was. A [`Verifier`] walks the log once and names
//! the first entry that is not as it was written. `docs/log-format.md` describes all bytes, for those who
//! want to write a verifier of their own.
//!
//! Architecture invariant: this crate is pure. It reads no clock, no random source, no file, no network and
//! no database; bytes, keys and times come in as arguments. Deliberately not here: personal data (a leaf
//! holds ids and commitments only), storage, and the parsing of X.509.

mod body;
mod checkpoint;
mod evidence;
mod export;
mod export_line;
mod export_problem;
mod hash;
mod key;
mod leaf;
mod proof;
mod proof_file;
mod reason;
mod streams;
mod tree;
#[cfg(test)]
mod tree_reference;
mod verify;
mod verify_export;

pub use body::readable_time as time_text;
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, sign, verify};
pub use evidence::{CommitmentOpening, ERASED, Evidence, EvidenceEntry, ProvenEntry, commit};
pub use export::{Begin, Header, checkpoint_line, entry_line, header_line};
pub use export_problem::{ExportError, LineError};
pub use hash::{Hash, HashError, LogId, chain};
pub use key::{Certificate, KeyError, key_id, parse_public_key_pem, public_key_der, public_key_pem};
pub use leaf::{Leaf, LeafError};
pub use proof::{consistency_spans, inclusion_spans, is_consistent, root_by_inclusion};
pub use proof_file::{BadProof, Claim, Proof, ProofError, VerifiedProof, verify_proof};
pub use reason::{BadEntry, Reason};
pub use tree::{Frontier, Node, Span, fold, leaf_hash, node_hash};
pub use verify::{Entry, Origin, Verified, Verifier};
pub use verify_export::{ExportLine, ExportVerifier, Trust, VerifiedExport, verify_export};

pub use ed25519_dalek::{SigningKey, VerifyingKey};
