//! What a verifier says about the first bad entry.

use crate::checkpoint::CheckpointError;
use crate::leaf::LeafError;

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad entry={entry}: {reason}")]
pub struct BadEntry {
    /// The number of the entry that was due where the log first fails; 0 stands for what precedes the first.
    pub entry: u64,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The hash of the stored bytes is not the stored hash.
    #[error("its bytes do not give its hash: it was altered")]
    Altered,
    /// A later entry stands in this place.
    #[error("entry {found} stands in its place: it was removed")]
    Removed {
        /// The index of the entry that was found.
        found: u64,
    },
    /// An earlier entry stands in this place.
    #[error("entry {found} stands in its place a second time: an entry was repeated or inserted")]
    Repeated {
        /// The index of the entry that was found.
        found: u64,
    },
    /// A foreign entry stands before it.
    #[error("a foreign entry stands before it: an entry was inserted")]
    Inserted,
    /// Two different entries follow the same predecessor.
    #[error("two entries claim this place: one of them was inserted")]
    TwoEntries,
    /// It changed places with the next one.
    #[error("entry {found} stands before it: the two were swapped")]
    Swapped {
        /// The index of the other entry.
        found: u64,
    },
    /// Its bytes are no leaf.
    #[error("it cannot be read: {0}")]
    Undecodable(LeafError),
    /// Its stream has a gap or a repetition.
    #[error("version {expected} of its stream was due, but it has version {found}")]
    StreamVersion {
        /// The version that was due.
        expected: u64,
        /// The version that was found.
        found: u64,
    },
    /// A readable copy beside the leaf says something else than the leaf.
    #[error("the readable copy of its {field} differs from the entry itself")]
    CopyDiffers {
        /// The copied field.
        field: &'static str,
    },
    /// The log stops before an entry that it knew itself.
    #[error("the log ends before it, but had {known} entries: it was cut off")]
    Truncated {
        /// How many entries the head row or a checkpoint of the log knows.
        known: u64,
    },
    /// The log is whole in itself but older than a checkpoint that was kept elsewhere.
    #[error("the log ends before it, but a kept checkpoint knows {known} entries: it was rolled back")]
    RolledBack {
        /// How many entries the kept checkpoint knows.
        known: u64,
    },
    /// The log goes on after its recorded head.
    #[error("the log should have ended with entry {head}: an entry was added behind its head")]
    BeyondHead {
        /// The recorded number of entries.
        head: u64,
    },
    /// The recorded head hash is another one.
    #[error("the recorded head is not the hash of the last entry")]
    HeadDiffers,
    /// A checkpoint saw another hash here.
    #[error("a checkpoint names another hash here: entries after {after} were rewritten")]
    Rewritten {
        /// The last entry for which a checkpoint vouches.
        after: u64,
    },
    /// A checkpoint saw another tree here.
    #[error("a checkpoint names another root of the tree here: entries after {after} were rewritten")]
    RootDiffers {
        /// The last entry for which a checkpoint vouches.
        after: u64,
    },
    /// A checkpoint speaks of another log.
    #[error("the checkpoint for it belongs to another log")]
    ForeignCheckpoint,
    /// A checkpoint is not signed as it must be.
    #[error("the checkpoint for it is not to be trusted: {0}")]
    Checkpoint(CheckpointError),
    /// A checkpoint does not name the one before it.
    #[error("the checkpoint for it does not follow the one before: a checkpoint is missing or was exchanged")]
    CheckpointOrder,
    /// A checkpoint was given after the log had passed its size, or stands at the wrong place.
    #[error("the checkpoint for entry {size} stands in the wrong place")]
    CheckpointPlace {
        /// The size that the checkpoint states.
        size: u64,
    },
}
