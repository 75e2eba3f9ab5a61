//! Datagrams between callers and a server.
//!
//! Every caller's address gets a socket of its own towards the server, so that the server can answer each; answers
//! come back only where the Via asks for it by `rport` (RFC 3581).

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Impairment;
use crate::SimulatorError;
use crate::seeded::Seeded;
use crate::sip_agent::udp_socket;

/// Callers' addresses at once; a test has one or two.
const CALLERS_MAX: usize = 256;
/// Call-IDs that are told apart; a test places some thousand calls.
const CALL_IDS_MAX: usize = 100_000;
const DATAGRAM_BYTES_MAX: usize = 65_535;

/// What went through, as of one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Carried {
    /// Datagrams that came, from both sides.
    pub received: u64,
    /// Of these, lost here.
    pub lost: u64,
    /// Of these, held back.
    pub reordered: u64,
    /// Copies made here.
    pub duplicated: u64,
    /// Datagrams sent on, copies included.
    pub sent: u64,
    /// Different Call-IDs of the INVITEs that reached the server's side.
    pub calls: u64,
}

#[derive(Debug, Default)]
struct Counts {
    received: AtomicU64,
    lost: AtomicU64,
    reordered: AtomicU64,
    duplicated: AtomicU64,
    sent: AtomicU64,
    calls: Mutex<BTreeSet<Vec<u8>>>,
}

/// A running proxy. Dropping it ends it.
#[derive(Debug)]
pub struct UdpProxy {
    local: SocketAddr,
    counts: Arc<Counts>,
    _tasks: JoinSet<()>,
}

impl UdpProxy {
    /// Opens the proxy before a server on this machine.
    ///
    /// # Errors
    /// When the server is elsewhere, or no socket can be opened.
    pub fn open(server: SocketAddr, impairment: Impairment) -> Result<Self, SimulatorError> {
        if !server.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(server));
        }
        let outside = Arc::new(udp_socket(server).map_err(SimulatorError::Socket)?);
        let local = outside.local_addr().map_err(SimulatorError::Socket)?;
        let counts = Arc::new(Counts::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(towards_server(outside, server, impairment, Arc::clone(&counts)));
        Ok(Self { local, counts, _tasks: tasks })
    }

    /// Where callers send to.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// What went through until now.
    pub fn carried(&self) -> Carried {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let calls = self.counts.calls.lock().unwrap_or_else(PoisonError::into_inner).len() as u64;
        Carried {
            received: of(&self.counts.received),
            lost: of(&self.counts.lost),
            reordered: of(&self.counts.reordered),
            duplicated: of(&self.counts.duplicated),
            sent: of(&self.counts.sent),
            calls,
        }
    }
}

/// One caller's way to the server, and its way back.
struct Way {
    socket: Arc<UdpSocket>,
    lane: Lane,
}

async fn towards_server(
    outside: Arc<UdpSocket>,
    server: SocketAddr,
    impairment: Impairment,
    counts: Arc<Counts>,
) {
    let mut ways: HashMap<SocketAddr, Way> = HashMap::new();
    // The ways back end with this task.
    let mut back = JoinSet::new();
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        let due = ways.values().filter_map(|way| way.lane.due()).min();
        let received = tokio::select! {
            received = outside.recv_from(&mut buffer) => received,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                for way in ways.values_mut() {
                    way.lane.send_due(&way.socket, server).await;
                }
                continue;
            }
        };
        // An ICMP error of an earlier datagram says nothing about the next.
        let Ok((bytes, caller)) = received else { continue };
        if !ways.contains_key(&caller) {
            let Some(socket) = (ways.len() < CALLERS_MAX).then(|| udp_socket(server).ok()).flatten() else {
                continue;
            };
            let socket = Arc::new(socket);
            let stream = ways.len() as u64 * 2;
            back.spawn(towards_caller(
                Arc::clone(&socket),
                Arc::clone(&outside),
                caller,
                Lane::new(impairment, stream + 1, Arc::clone(&counts)),
            ));
            ways.insert(caller, Way { socket, lane: Lane::new(impairment, stream, Arc::clone(&counts)) });
        }
        let Some(way) = ways.get_mut(&caller) else { continue };
        let carried = way.lane.carry(&buffer[..bytes], &way.socket, server).await;
        if carried && let Some(call_id) = call_of_invite(&buffer[..bytes]) {
            let mut calls = counts.calls.lock().unwrap_or_else(PoisonError::into_inner);
            if calls.len() < CALL_IDS_MAX {
                calls.insert(call_id.to_vec());
            }
        }
    }
}

async fn towards_caller(inside: Arc<UdpSocket>, outside: Arc<UdpSocket>, caller: SocketAddr, mut lane: Lane) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        let due = lane.due();
        tokio::select! {
            received = inside.recv_from(&mut buffer) => {
                if let Ok((bytes, _)) = received {
                    lane.carry(&buffer[..bytes], &outside, caller).await;
                }
            }
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                lane.send_due(&outside, caller).await;
            }
        }
    }
}

/// One direction of one caller, with a stream of chance of its own: what the other direction does changes nothing.
struct Lane {
    impairment: Impairment,
    chance: Seeded,
    held: VecDeque<(Instant, Vec<u8>)>,
    counts: Arc<Counts>,
}

impl Lane {
    fn new(impairment: Impairment, stream: u64, counts: Arc<Counts>) -> Self {
        let chance = Seeded::new(impairment.seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Self { impairment, chance, held: VecDeque::new(), counts }
    }

    /// When the first held datagram goes on.
    fn due(&self) -> Option<Instant> {
        self.held.front().map(|(due, _)| *due)
    }

    /// Decides about a datagram. `false`: it is lost.
    async fn carry(&mut self, bytes: &[u8], socket: &UdpSocket, to: SocketAddr) -> bool {
        // Three draws for each datagram, whatever comes of them: its fate depends on its number alone.
        let lost = self.chance.chance(self.impairment.loss);
        let held = self.chance.chance(self.impairment.reorder);
        let twice = self.chance.chance(self.impairment.duplicate);
        self.counts.received.fetch_add(1, Ordering::Relaxed);
        if lost {
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        if held {
            self.counts.reordered.fetch_add(1, Ordering::Relaxed);
            self.held.push_back((Instant::now() + self.impairment.hold, bytes.to_vec()));
        } else {
            self.send(bytes, socket, to).await;
        }
        if twice {
            self.counts.duplicated.fetch_add(1, Ordering::Relaxed);
            self.send(bytes, socket, to).await;
        }
        true
    }

    async fn send_due(&mut self, socket: &UdpSocket, to: SocketAddr) {
        while self.held.front().is_some_and(|(due, _)| *due <= Instant::now()) {
            let Some((_, bytes)) = self.held.pop_front() else { return };
            self.send(&bytes, socket, to).await;
        }
    }

    async fn send(&self, bytes: &[u8], socket: &UdpSocket, to: SocketAddr) {
        // A receiver that has gone is a loss that the network made.
        if socket.send_to(bytes, to).await.is_ok() {
            self.counts.sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The Call-ID of an INVITE outside of any dialog, in its long or short form.
fn call_of_invite(datagram: &[u8]) -> Option<&[u8]> {
    if !datagram.starts_with(b"INVITE ") {
        return None;
    }
    datagram.split(|byte| *byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = line[..colon].trim_ascii();
        let named = name.eq_ignore_ascii_case(b"call-id") || name.eq_ignore_ascii_case(b"i");
        named.then(|| line[colon + 1..].trim_ascii())
    })
}
