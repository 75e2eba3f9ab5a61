//! A bad network in between: a proxy on this machine that loses, holds back and doubles what it carries, by a seed.
//!
//! Datagrams are lost, reordered and duplicated ([`udp`]); a stream can only be late or cut ([`tcp`]).

pub mod tcp;
pub mod udp;

use std::time::Duration;

/// How bad it is; each share applies to each datagram in each direction, on its own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Impairment {
    /// Share that is lost.
    pub loss: f64,
    /// Share that is held back, so that what comes after it arrives first.
    pub reorder: f64,
    /// Share that arrives twice.
    pub duplicate: f64,
    /// How long something is held back; longer than a round trip, shorter than a retransmission.
    pub hold: Duration,
    /// The same seed and the same datagrams meet the same fate.
    pub seed: u64,
}

impl Impairment {
    /// A network that only carries.
    pub const fn none(seed: u64) -> Self {
        Self { loss: 0.0, reorder: 0.0, duplicate: 0.0, hold: Duration::from_millis(30), seed }
    }
}
