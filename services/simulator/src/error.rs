//! What can go wrong on our side of a simulation.

use std::net::SocketAddr;

/// Why a simulation, a console or a check could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// Calls only ever go to this machine.
    #[error("{0} is not a loopback address: simulated emergency calls never leave this machine")]
    NotLoopback(SocketAddr),
    /// Neither `udp` nor `tcp`.
    #[error("unknown transport {0:?}: udp and tcp are known")]
    UnknownTransport(String),
    /// A count or rate outside of its bounds.
    #[error("{what} is {given}: it must be above 0 and at most {max}")]
    OutOfRange {
        /// Which.
        what: &'static str,
        /// What was asked.
        given: String,
        /// The most.
        max: String,
    },
    /// The socket could not be opened.
    #[error("could not open a socket")]
    Socket(#[source] std::io::Error),
    /// The server could not be reached, or stopped in the middle.
    #[error("{what} got no answer: {cause}")]
    NoAnswer {
        /// Method and path.
        what: String,
        /// What happened.
        cause: String,
    },
    /// The server answered with something that the contract does not know.
    #[error("{what} was answered with {status}: {body}")]
    Unexpected {
        /// Method and path.
        what: String,
        /// HTTP status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// The ledger's file could not be written or read.
    #[error("could not use the ledger's file")]
    Ledger(#[source] std::io::Error),
    /// A line of the ledger's file could not be read.
    #[error("could not read the ledger's entry")]
    LedgerEntry(#[source] serde_json::Error),
}
