//! The RTP ports: an even one for each call, taken in turn, so that a late packet of the last call rarely meets
//! the next one on the same port.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug)]
pub(crate) struct Ports {
    ip: IpAddr,
    first: u16,
    count: u32,
    last: u16,
    turn: AtomicU32,
}

impl Ports {
    /// The even ports of the range. A range without one gives no port, ever.
    pub(crate) fn new(ip: IpAddr, range: &RangeInclusive<u16>) -> Self {
        let first = range.start().saturating_add(range.start() & 1);
        let count = if first > *range.end() { 0 } else { u32::from((range.end() - first) / 2) + 1 };
        Self { ip, first, count, last: *range.end(), turn: AtomicU32::new(0) }
    }

    /// Binds the next free port; `None` when all are taken.
    pub(crate) fn bind(&self) -> Option<UdpSocket> {
        for _ in 0..self.count {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.count;
            let port = self.first.checked_add(u16::try_from(turn * 2).ok()?)?;
            let Ok(socket) = UdpSocket::bind(SocketAddr::new(self.ip, port)) else { continue };
            if socket.set_nonblocking(true).is_ok() {
                return Some(socket);
            }
        }
        None
    }

    /// Where the reports of a port come (RFC 3550 section 11): one above it, where the range has that too.
    pub(crate) fn above(&self, port: u16) -> Option<SocketAddr> {
        let above = port.checked_add(1).filter(|above| port.is_multiple_of(2) && *above <= self.last)?;
        Some(SocketAddr::new(self.ip, above))
    }

    /// Binds the port that a call had before this process began; `None` when somebody else has it.
    pub(crate) fn bind_again(&self, port: u16) -> Option<UdpSocket> {
        let socket = UdpSocket::bind(SocketAddr::new(self.ip, port)).ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(socket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_even_ports_in_turn_and_none_when_all_are_taken() {
        let ports = Ports::new(IpAddr::from([127, 0, 0, 1]), &(46_001..=46_007));
        let taken: Vec<_> = std::iter::from_fn(|| ports.bind()).take(10).collect();
        let numbers: Vec<_> = taken.iter().map(|s| s.local_addr().unwrap().port()).collect();
        assert_eq!(numbers, [46_002, 46_004, 46_006]);
        assert_eq!(ports.above(46_006).map(|above| above.port()), Some(46_007));
        assert_eq!((ports.above(46_008), ports.above(46_003)), (None, None));
        drop(taken);
        assert_eq!(ports.bind().unwrap().local_addr().unwrap().port() % 2, 0);
        assert!(Ports::new(IpAddr::from([127, 0, 0, 1]), &(5..=5)).bind().is_none());
    }
}
