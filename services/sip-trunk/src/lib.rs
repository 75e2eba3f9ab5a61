//! The SIP side: a telco's trunk comes in here, and this is the only crate that knows rsipstack.
//!
//! An INVITE takes this way: [`guard`] (socket, trust, repair) → `router` (new call, or something inside a
//! dialog) → `arrival` (the INVITE as facts and defects) → the journal → `call` (one task for each call:
//! ring, queue, answer, end). An INVITE that an earlier process had begun with goes on from there (`resumable`).
//!
//! Architecture invariants:
//! * From a trusted trunk every INVITE becomes a call and ends in exactly one `Ended` fact. What is wrong with
//!   it is a defect, never a reason to refuse.
//! * A fact is in the journal before the answer that depends on it goes out. When the journal fails, calls go on.
//! * Nothing here waits for a store or for a desk.
//! * No number and no place reaches a log line: spans carry the call's id. rsipstack logs whole messages at
//!   `info`, so the program runs with `rsipstack=warn`.

mod admission;
mod arrival;
mod call;
mod config;
mod consoles;
mod ears;
mod encryption;
mod exchange;
mod guard;
mod identity;
mod location;
mod orders;
mod outbound;
mod peers;
mod queue;
mod random;
pub mod readers;
mod registry;
mod reliable;
mod restore;
mod resumable;
mod router;
mod screen;
mod seats;
mod session_timer;
mod shared;
mod speech;
mod start;
mod stats;
mod tls;

pub use config::{ClientCertificate, Srtp, TlsPort, TrunkConfig, TrunkProfile, TrunkTransport};
pub use peers::{PeerState, TestResult, TrunkHealth};
pub use speech::{SpeechError, SpeechProgram};
pub use start::{Trunk, TrunkError, start};
pub use stats::{StatsSnapshot, TrunkStats};
pub use tls::TlsError;
