//! A light SIP caller of our own, independent of the server's stack, so that both cannot share a mistake.
//!
//! One [`SipAgent`] places many calls over one socket. It speaks the caller's half of RFC 3261: INVITE with
//! its timers A and B, provisional and final answers, ACK, CANCEL, BYE from both sides, retransmissions.
//! It only ever talks to this machine.

mod call;
mod link;
pub(crate) mod message;
mod wording;

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use serde::Deserialize;
use tokio::net::UdpSocket;

pub use call::{CallRecord, Ending, HungUpBy};
pub use wording::Location;

use crate::SimulatorError;
use crate::seeded::Seeded;
use link::Link;
pub(crate) use link::udp_socket;

/// T1 of RFC 3261 section 17.1.1.1: the estimate of a round trip.
pub const T1: Duration = Duration::from_millis(500);
/// T2: the longest gap between retransmissions of requests other than INVITE.
pub const T2: Duration = Duration::from_secs(4);

/// What carries the messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Datagrams; we retransmit.
    #[default]
    Udp,
    /// One stream for all calls.
    Tcp,
}

impl Transport {
    const fn via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }

    const fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

impl std::str::FromStr for Transport {
    type Err = SimulatorError;

    fn from_str(text: &str) -> Result<Self, SimulatorError> {
        match text {
            "udp" => Ok(Self::Udp),
            "tcp" => Ok(Self::Tcp),
            _ => Err(SimulatorError::UnknownTransport(text.to_owned())),
        }
    }
}

/// One call to place.
#[derive(Clone, PartialEq, Debug)]
pub struct CallOrder {
    /// P-Asserted-Identity.
    pub number: String,
    /// PIDF-LO beside the SDP.
    pub location: Option<Location>,
    /// CANCEL when nothing has answered after this.
    pub unanswered_for: Duration,
    /// BYE this long after the answer, unless the server hangs up first.
    pub stays: Duration,
}

/// A caller for many calls.
#[derive(Debug)]
pub struct SipAgent {
    link: Link,
    server: SocketAddr,
    transport: Transport,
    /// Bound so that the announcements find an open port, and never read: the kernel drops what does not
    /// fit, which costs the generator nothing. What the audio is like is another test's subject.
    media: UdpSocket,
    ids: Mutex<Seeded>,
}

impl SipAgent {
    /// Opens the agent. Any server outside of this machine is refused: a load generator must not be able to
    /// call a real emergency number.
    pub async fn open(server: SocketAddr, transport: Transport, seed: u64) -> Result<Self, SimulatorError> {
        if !server.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(server));
        }
        let link = Link::open(server, transport).await?;
        let media = link::udp_socket(server).map_err(SimulatorError::Socket)?;
        // Two runs with one seed must not have Call-IDs in common: a server that keeps its store would
        // rightly take the second run for retransmissions of the first.
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let ids = Mutex::new(Seeded::new(seed ^ started.as_nanos() as u64));
        Ok(Self { link, server, transport, media, ids })
    }

    /// Places a call and sees it to its end.
    pub async fn call(&self, order: &CallOrder) -> CallRecord {
        let identity = self.identity();
        let mut inbox = self.link.join(&identity.call_id);
        let record = call::run(&self.link, &identity, &mut inbox, order).await;
        self.link.leave(&identity.call_id);
        record
    }

    /// Messages that could not be read, and messages for no call of ours.
    pub fn dropped(&self) -> (u64, u64) {
        self.link.dropped()
    }

    fn identity(&self) -> wording::Identity {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        wording::Identity {
            local: self.link.local(),
            server: self.server,
            transport: self.transport,
            media_port: self.media.local_addr().map_or(9, |address| address.port()),
            call_id: ids.uuid(),
            tag: format!("{:x}", ids.word()),
            // The magic cookie of RFC 3261 section 8.1.1.7.
            branch: format!("z9hG4bK{:016x}", ids.word()),
        }
    }
}
