//! A caller's ear: counts the audio that comes.

use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// PCMA, RFC 3551 section 6.
const PCMA: u8 = 8;

/// A bound media port.
pub struct RtpEar {
    socket: UdpSocket,
}

impl RtpEar {
    /// On a free port.
    pub async fn new() -> Self {
        Self { socket: UdpSocket::bind("127.0.0.1:0").await.expect("a socket") }
    }

    /// The port for the SDP.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().expect("an address").port()
    }

    /// How many RTP packets with 20 ms of PCMA come within this time (RFC 3550 section 5.1).
    pub async fn listen(&self, time: Duration) -> usize {
        let until = Instant::now() + time;
        let mut buffer = [0; 2048];
        let mut heard = 0;
        while let Ok(Ok(length)) = timeout_at(until, self.socket.recv(&mut buffer)).await {
            let packet = &buffer[..length];
            if length == 12 + 160 && packet[0] >> 6 == 2 && packet[1] & 0x7f == PCMA {
                heard += 1;
            }
        }
        heard
    }
}
