//! The outside checker's memory: everything that the server acknowledged to us, on our own disk, compared
//! later with what the server still knows. Each must be there exactly once.

mod compare;

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub use compare::{Finding, SeenAssignment, SeenCall, SeenIncident, World, compare, with_marker};

use crate::SimulatorError;
use crate::sip_agent::CallRecord;

/// One thing that the server acknowledged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "acknowledged", rename_all = "snake_case")]
pub enum Entry {
    /// An INVITE from this number got a 180: its record is durable by then. Numbers are used once in a ledger.
    CallRang {
        /// The caller's number.
        number: String,
    },
    /// An INVITE from this number got a 200.
    CallAnswered {
        /// The caller's number.
        number: String,
    },
    /// A call-taker's answer was answered with 2xx.
    CallTaken {
        /// Call id.
        call: String,
    },
    /// A disposition was answered with 2xx.
    CallDisposed {
        /// Call id.
        call: String,
        /// Its kind.
        kind: String,
    },
    /// An incident was created.
    IncidentCreated {
        /// Incident id.
        incident: String,
        /// Text in its narrative that no other incident has.
        marker: String,
    },
    /// A note was added.
    NoteAdded {
        /// Incident id.
        incident: String,
        /// Text that no other note has.
        marker: String,
    },
    /// An incident was sent to agencies.
    Dispatched {
        /// Incident id.
        incident: String,
        /// Ids of the new assignments.
        assignments: Vec<String>,
    },
    /// An agency moved an assignment.
    AssignmentMoved {
        /// Incident id.
        incident: String,
        /// Assignment id.
        assignment: String,
        /// The state that it got.
        to: String,
    },
}

impl Entry {
    /// What the server's signalling acknowledged to a caller.
    pub fn of_call(record: &CallRecord) -> Vec<Self> {
        let number = &record.number;
        let rang = record.ringing.map(|_| Self::CallRang { number: number.clone() });
        let answered = record.answered.map(|_| Self::CallAnswered { number: number.clone() });
        rang.into_iter().chain(answered).collect()
    }

    /// The incident that the entry is about.
    pub fn incident(&self) -> Option<&str> {
        match self {
            Self::CallRang { .. }
            | Self::CallAnswered { .. }
            | Self::CallTaken { .. }
            | Self::CallDisposed { .. } => None,
            Self::IncidentCreated { incident, .. }
            | Self::NoteAdded { incident, .. }
            | Self::Dispatched { incident, .. }
            | Self::AssignmentMoved { incident, .. } => Some(incident),
        }
    }
}

/// The ledger of a run: a file with one entry a line.
#[derive(Debug)]
pub struct Ledger {
    file: Mutex<File>,
}

impl Ledger {
    /// Opens the file; entries are added at its end.
    pub fn open(path: &Path) -> Result<Self, SimulatorError> {
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(SimulatorError::Ledger)?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Writes an entry. The write reaches the kernel before this returns; it is our own process that must
    /// survive, not the machine.
    pub fn note(&self, entry: &Entry) -> Result<(), SimulatorError> {
        let mut line = serde_json::to_vec(entry).map_err(SimulatorError::LedgerEntry)?;
        line.push(b'\n');
        self.file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(&line)
            .map_err(SimulatorError::Ledger)
    }

    /// Reads the entries of a ledger's file.
    pub fn read(path: &Path) -> Result<Vec<Entry>, SimulatorError> {
        let file = File::open(path).map_err(SimulatorError::Ledger)?;
        BufReader::new(file)
            .lines()
            .map(|line| {
                let line = line.map_err(SimulatorError::Ledger)?;
                serde_json::from_str(&line).map_err(SimulatorError::LedgerEntry)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_gives_back_what_was_noted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.jsonl");
        let text = str::to_owned;
        let entries = vec![
            Entry::CallAnswered { number: text("+62812001") },
            Entry::CallTaken { call: text("c1") },
            Entry::Dispatched { incident: text("i1"), assignments: vec![text("a1"), text("a2")] },
        ];
        for entry in &entries {
            // Opened anew each time: a ledger outlives the program that began it.
            Ledger::open(&path).expect("opens").note(entry).expect("writes");
        }
        assert_eq!(Ledger::read(&path).expect("reads"), entries);
    }
}
