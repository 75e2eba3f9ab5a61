//! The trunk's readers without its sockets: what a message says, for tests that throw bytes at them and for tools that
//! look at a captured message.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use dispatch_core::call::fact::Arrival;
use rsipstack::sip::SipMessage;
use tokio::sync::mpsc;

use crate::arrival;
use crate::config::{TrunkConfig, TrunkProfile};
use crate::guard::frame::{Framer, Piece};
use crate::guard::repair::Wire;
use crate::guard::{Guard, Sender, Verdict, WayBack};
use crate::location::pidf;

/// Reads as a trunk does that trusts 127.0.0.1.
#[derive(Debug)]
pub struct Readers {
    guard: Guard,
    config: TrunkConfig,
    way_back: WayBack,
    // Answers have somewhere to go.
    _answers: mpsc::Receiver<Vec<u8>>,
}

impl Default for Readers {
    fn default() -> Self {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let profile = TrunkProfile::new("telco", vec![local.into()]);
        let config = TrunkConfig::new(SocketAddr::new(local, 0), vec![profile]);
        let (answers, _answers) = mpsc::channel(1);
        let guard = Guard::new(config.trunks.clone(), Arc::default(), Arc::default());
        Self { guard, config, way_back: WayBack::Tcp(answers), _answers }
    }
}

impl Readers {
    /// One message as it came in a datagram or was cut out of a stream. `None` for all but an INVITE that is a call.
    pub fn message(&self, bytes: &[u8]) -> Option<Arrival> {
        let source = SocketAddr::from((Ipv4Addr::LOCALHOST, 5060));
        let sender = Sender { source, wire: Wire::Udp, proven: None };
        match self.guard.inspect(bytes, sender, &self.way_back, 0) {
            Verdict::Pass(message) => match *message {
                SipMessage::Request(request) => {
                    Some(arrival::read(&arrival::message_of(&request), &self.config).0)
                }
                SipMessage::Response(_) => None,
            },
            Verdict::Refused(refused) => {
                let profile = self.config.trunks.get(refused.profile);
                Some(arrival::read_fragments(&refused.message, profile, refused.reason))
            }
            Verdict::Reply(_) | Verdict::Drop => None,
        }
    }

    /// The messages of a stream that comes in pieces of this size, and whose sender pauses at its end.
    pub fn stream(&self, bytes: &[u8], piece_bytes: usize) -> Vec<Vec<u8>> {
        let mut framer = Framer::default();
        let mut messages = Vec::new();
        let mut take = |framer: &mut Framer, paused| {
            while let Some(piece) = framer.next(paused) {
                match piece {
                    Piece::Message(message) => messages.push(message),
                    Piece::KeepAlive | Piece::Garbage(_) => {}
                }
            }
        };
        for piece in bytes.chunks(piece_bytes.max(1)) {
            framer.push(piece);
            take(&mut framer, false);
        }
        take(&mut framer, true);
        messages
    }

    /// The places and the complaints in a location document (PIDF-LO), by number.
    pub fn location(&self, document: &[u8]) -> (usize, usize) {
        let read = pidf::read(document);
        (read.fixes.len(), read.defects.len())
    }
}
