//! The telcos' borders as we reach them: which answers, which way out is best, and calls that test the way.
//!
//! A trunk that can send us calls may still take none from us, and a trunk that fails is noticed by nobody until a
//! person needs it. So every configured peer is asked by OPTIONS, and a test call runs over those that name one.

pub(crate) mod connection;
pub(crate) mod health;
pub(crate) mod test_call;
pub(crate) mod test_sound;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dispatch_core::time::Timestamp;
use rsipstack::transport::SipAddr;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::config::{TrunkConfig, TrunkProfile, TrunkTransport};
use crate::guard::repair::Wire;
use crate::guard::tcp::sip_address;
use crate::guard::udp::Intake;
use crate::shared::Core;

/// Whether a trunk's peer answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerState {
    /// No peer is configured, or it was not asked yet.
    Unknown,
    /// It answered the last OPTIONS.
    Up,
    /// It did not, or said that it takes no calls.
    Down,
}

/// How a test call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TestResult {
    /// Answered, heard, and hung up.
    Passed {
        /// From the INVITE to the 200, in milliseconds.
        setup_ms: u64,
    },
    /// The INVITE could not be sent or the peer's address is not known.
    NoRoute,
    /// A final answer other than 200.
    Refused {
        /// Its status code.
        code: u16,
    },
    /// No final answer in time.
    NoAnswer,
    /// Answered, but no sound came back.
    NoMedia,
}

/// One trunk as seen from here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrunkHealth {
    /// The profile's name.
    pub name: String,
    /// Whether its peer answers.
    pub state: PeerState,
    /// Since when it has been in this state.
    pub since: Option<Timestamp>,
    /// The last test call.
    pub last_test: Option<TestResult>,
    /// When that was.
    pub tested_at: Option<Timestamp>,
    /// Test calls that passed.
    pub tests_passed: u64,
    /// Test calls that did not.
    pub tests_failed: u64,
}

/// One way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Route {
    /// Which trunk.
    pub(crate) profile: usize,
    /// Over what.
    pub(crate) wire: Wire,
    /// The peer's address.
    pub(crate) address: SocketAddr,
}

impl Route {
    /// For the stack: where an INVITE is sent.
    pub(crate) fn destination(&self) -> SipAddr {
        sip_address(self.wire, self.address)
    }

    /// A number as this peer's Request-URI.
    pub(crate) fn uri_of(&self, user: &str) -> String {
        format!("sip:{user}@{}{}", self.address, self.wire.parameter())
    }
}

/// The peers of all trunks, in the order of the configuration.
#[derive(Debug)]
pub(crate) struct Peers(Vec<Mutex<Peer>>);

#[derive(Debug)]
struct Peer {
    health: TrunkHealth,
    wire: Wire,
    address: Option<SocketAddr>,
}

impl Peers {
    pub(crate) fn new(trunks: &[TrunkProfile]) -> Self {
        let peer = |profile: &TrunkProfile| {
            let health = TrunkHealth {
                name: profile.name.clone(),
                state: PeerState::Unknown,
                since: None,
                last_test: None,
                tested_at: None,
                tests_passed: 0,
                tests_failed: 0,
            };
            Mutex::new(Peer { health, wire: wire_of(profile.transport), address: None })
        };
        Self(trunks.iter().map(peer).collect())
    }

    /// All trunks, the best way out first.
    pub(crate) fn health(&self) -> Vec<TrunkHealth> {
        let of = |n: usize| self.0.get(n).map(|peer| lock(peer).health.clone());
        self.best_first().into_iter().filter_map(of).collect()
    }

    /// How many peers answer, and how many do not.
    pub(crate) fn counted(&self) -> (u64, u64) {
        let count = |state| self.0.iter().filter(|peer| lock(peer).health.state == state).count() as u64;
        (count(PeerState::Up), count(PeerState::Down))
    }

    /// The trunks as ways out, best first: a peer that answers, one that was not asked yet, and last one that does
    /// not answer, which may be back.
    pub(crate) fn best_first(&self) -> Vec<usize> {
        let mut ways: Vec<_> = (0..self.0.len()).collect();
        ways.sort_by_key(|n| self.0.get(*n).map(|peer| (rank(lock(peer).health.state), *n)));
        ways
    }

    /// The way over one trunk, whatever its state.
    pub(crate) fn route(&self, profile: usize) -> Option<Route> {
        let peer = lock(self.0.get(profile)?);
        peer.address.map(|address| Route { profile, wire: peer.wire, address })
    }

    fn set_address(&self, profile: usize, address: Option<SocketAddr>) {
        if let Some(peer) = self.0.get(profile) {
            lock(peer).address = address;
        }
    }

    fn set_state(&self, profile: usize, state: PeerState, at: Timestamp) {
        let Some(peer) = self.0.get(profile) else { return };
        let mut peer = lock(peer);
        if peer.health.state == state {
            return;
        }
        match state {
            PeerState::Down => warn!(trunk = %peer.health.name, "The trunk's peer does not answer"),
            PeerState::Up | PeerState::Unknown => {
                info!(trunk = %peer.health.name, "The trunk's peer answers")
            }
        }
        peer.health.state = state;
        peer.health.since = Some(at);
    }

    fn set_test(&self, profile: usize, result: TestResult, at: Timestamp) {
        let Some(peer) = self.0.get(profile) else { return };
        let mut peer = lock(peer);
        let passed = matches!(result, TestResult::Passed { .. });
        let failed_before =
            peer.health.last_test.is_some_and(|last| !matches!(last, TestResult::Passed { .. }));
        match (passed, failed_before) {
            (false, false) => warn!(trunk = %peer.health.name, ?result, "A test call over the trunk failed"),
            (true, true) => info!(trunk = %peer.health.name, "Test calls over the trunk pass again"),
            (true, false) | (false, true) => {}
        }
        peer.health.last_test = Some(result);
        peer.health.tested_at = Some(at);
        if passed {
            peer.health.tests_passed += 1;
        } else {
            peer.health.tests_failed += 1;
        }
    }
}

/// Begins to watch the peers that are configured.
pub(crate) fn watch(core: &Arc<Core>, config: &TrunkConfig, intake: &Intake) {
    for (n, profile) in config.trunks.iter().enumerate() {
        let Some(peer) = &profile.peer else { continue };
        if wire_of(profile.transport) != Wire::Udp {
            tokio::spawn(connection::keep(core.clone(), n, peer.clone(), intake.clone()));
        }
        tokio::spawn(health::watch(core.clone(), n, peer.clone()));
        if let (Some(every), Some(uri)) = (profile.test_every, &profile.test_uri) {
            tokio::spawn(test_call::repeat(core.clone(), n, every, uri.clone()));
        }
    }
}

fn rank(state: PeerState) -> u8 {
    match state {
        PeerState::Up => 0,
        PeerState::Unknown => 1,
        PeerState::Down => 2,
    }
}

fn wire_of(transport: TrunkTransport) -> Wire {
    match transport {
        TrunkTransport::Udp => Wire::Udp,
        TrunkTransport::Tcp => Wire::Tcp,
        TrunkTransport::Tls => Wire::Tls,
    }
}

fn lock(peer: &Mutex<Peer>) -> MutexGuard<'_, Peer> {
    peer.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_way_out_is_one_that_answers_and_a_silent_one_is_still_a_way() {
        let trunks = ["a", "b", "c", "d"].map(|name| TrunkProfile::new(name, Vec::new()));
        let peers = Peers::new(&trunks);
        let at = Timestamp::from_micros(1);
        let address = |n: u16| SocketAddr::from(([192, 0, 2, 1], n));
        for n in 0..3u16 {
            peers.set_address(n.into(), Some(address(n)));
        }
        peers.set_state(0, PeerState::Down, at);
        peers.set_state(2, PeerState::Up, at);
        assert_eq!(peers.best_first(), [2, 1, 3, 0]);
        peers.set_state(0, PeerState::Up, at);
        assert_eq!(peers.best_first(), [0, 2, 1, 3]);
        assert_eq!(peers.health().first().map(|best| best.name.as_str()), Some("a"));
        assert_eq!(peers.route(1).unwrap().uri_of("112"), "sip:112@192.0.2.1:1");
        assert_eq!(peers.route(3), None);
    }
}
