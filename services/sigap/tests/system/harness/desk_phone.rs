//! A telephone at the centre or far away: it is called, and counts how often.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Mutex;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::SOON;

/// A telephone that only does what a test says.
pub struct DeskPhone {
    socket: UdpSocket,
    /// The Call-IDs of what reached it.
    calls: Mutex<BTreeSet<String>>,
}

impl DeskPhone {
    /// On a free port, and silent.
    pub async fn new() -> Self {
        Self { socket: UdpSocket::bind("127.0.0.1:0").await.expect("a socket"), calls: Mutex::default() }
    }

    /// Where it is called.
    pub fn uri(&self) -> String {
        format!("sip:21@{}", self.socket.local_addr().expect("an address"))
    }

    /// Waits until it rings, and says so; it does not pick up.
    pub async fn rings(&self) {
        let (invite, from) = self.hears("INVITE ").await;
        self.answers("180 Ringing", &invite, from, "", "").await;
    }

    /// How many calls have reached it so far, an INVITE that was sent again counted once.
    pub fn calls(&self) -> usize {
        let mut buffer = vec![0; 65_536];
        while let Ok(length) = self.socket.try_recv(&mut buffer) {
            self.note(&String::from_utf8_lossy(&buffer[..length]));
        }
        self.calls.lock().expect("no test panicked in it").len()
    }

    fn note(&self, request: &str) {
        if request.starts_with("INVITE ")
            && let Some(call) = request.lines().find(|line| line.starts_with("Call-ID:"))
        {
            self.calls.lock().expect("no test panicked in it").insert(call.to_owned());
        }
    }

    /// The first request with this method; others are passed over.
    async fn hears(&self, method: &str) -> (String, SocketAddr) {
        let until = Instant::now() + SOON;
        let mut buffer = vec![0; 65_536];
        loop {
            let received = timeout_at(until, self.socket.recv_from(&mut buffer)).await;
            let (length, from) =
                received.unwrap_or_else(|_| panic!("no {method} in time")).expect("a datagram");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            self.note(&text);
            if text.starts_with(method) {
                return (text, from);
            }
        }
    }

    /// Picks up once it rings; its sound comes from and goes to this port.
    pub async fn picks_up(&self, media_port: u16) {
        self.picks_up_as(&format!("{media_port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n")).await;
    }

    /// The same, and keys are sent as telephone-events of payload type 101.
    pub async fn picks_up_with_keys(&self, media_port: u16) {
        let keys = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n";
        self.picks_up_as(&format!("{media_port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n{keys}")).await;
    }

    async fn picks_up_as(&self, audio: &str) {
        let (invite, from) = self.hears("INVITE ").await;
        let body = format!(
            "v=0\r\no=meja 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {audio}a=sendrecv\r\n"
        );
        let contact = format!("Contact: <{}>\r\n", self.uri());
        self.answers("200 OK", &invite, from, &contact, &body).await;
        self.hears("ACK ").await;
    }

    /// Waits for the end of the call, and takes it.
    pub async fn expect_bye(&self) {
        let (bye, from) = self.hears("BYE ").await;
        self.answers("200 OK", &bye, from, "", "").await;
    }

    async fn answers(&self, status: &str, request: &str, to: SocketAddr, contact: &str, body: &str) {
        let mut answer = format!("SIP/2.0 {status}\r\n");
        for line in request.lines().skip(1).take_while(|line| !line.is_empty()) {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            match name.as_str() {
                "to" if !line.contains("tag=") => answer.push_str(&format!("{line};tag=meja\r\n")),
                "via" | "from" | "to" | "call-id" | "cseq" => answer.push_str(&format!("{line}\r\n")),
                _ => {}
            }
        }
        let length = body.len();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        answer.push_str(&format!("{contact}{kind}Content-Length: {length}\r\n\r\n{body}"));
        self.socket.send_to(answer.as_bytes(), to).await.expect("the answer goes out");
    }
}
