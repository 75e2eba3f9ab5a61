//! What can be wrong with an export.

use crate::checkpoint::CheckpointError;
use crate::export::FORMAT;
use crate::key::KeyError;
use crate::reason::BadEntry;

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
    #[error("not an export of the format {FORMAT}, version 1 or 2")]
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
    /// The file begins at another checkpoint than the verifying person holds.
    #[error("the export begins after entry {named}, at another checkpoint than the given one")]
    OtherBegin {
        /// The size of the checkpoint in the header.
        named: u64,
    },
    /// A checkpoint cannot be read.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(CheckpointError),
    /// A line of a type that does not exist.
    #[error("there is no line of this type")]
    Type,
}
