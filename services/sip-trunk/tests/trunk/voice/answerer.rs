//! Somebody whom the centre calls: an agency, a desk phone, a person who is called back.

use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::client::{PATIENCE, Received};

/// A telephone that is rung.
pub struct Answerer {
    socket: UdpSocket,
    centre: Option<SocketAddr>,
    invite: Option<Received>,
    cseq: u32,
}

impl Answerer {
    pub async fn new() -> Self {
        Self::at("127.0.0.1:0").await
    }

    /// At an address that may be no trunk's.
    pub async fn at(address: &str) -> Self {
        let socket = UdpSocket::bind(address).await.unwrap();
        Self { socket, centre: None, invite: None, cseq: 1 }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub fn uri(&self) -> String {
        format!("sip:piket@{}", self.address())
    }

    /// Waits for the INVITE and rings. OPTIONS before it are answered.
    pub async fn is_rung(&mut self) -> &Received {
        let invite = self.expect("INVITE").await;
        self.invite = Some(invite);
        self.reply_to_invite(180, "Ringing", "").await;
        self.invite.as_ref().unwrap()
    }

    /// Where the centre listens for this telephone.
    pub fn port(&self) -> u16 {
        self.invite.as_ref().unwrap().audio_port()
    }

    /// Picks up, and says more than usual; returns where the centre listens.
    pub async fn answer_with(&mut self, headers: &str, sdp: &str) -> u16 {
        let invite = self.invite.as_ref().unwrap();
        self.reply_with(invite, "200 OK", headers, sdp).await;
        self.expect("ACK").await;
        self.port()
    }

    /// Picks up; returns where the centre listens.
    pub async fn answer(&mut self, sdp: &str) -> u16 {
        self.reply_to_invite(200, "OK", sdp).await;
        self.expect("ACK").await;
        self.invite.as_ref().unwrap().audio_port()
    }

    pub async fn refuse(&mut self, code: u16) {
        self.reply_to_invite(code, "No", "").await;
        self.expect("ACK").await;
    }

    /// Waits for a request of the centre. A copy of the INVITE is passed over; OPTIONS are answered.
    pub async fn expect(&mut self, method: &str) -> Received {
        let mut buffer = vec![0; 65_536];
        let mut seen = Vec::new();
        loop {
            let received = timeout(PATIENCE, self.socket.recv_from(&mut buffer)).await;
            let (bytes, from) = received.unwrap_or_else(|_| panic!("no {method}; came: {seen:?}")).unwrap();
            let Some(message) = Received::read(&buffer[..bytes]) else { continue };
            self.centre = Some(from);
            if message.start.starts_with(method) {
                return message;
            }
            if message.start.starts_with("OPTIONS") {
                self.reply(&message, 200, "OK", "").await;
            }
            seen.push(message.start);
        }
    }

    /// The centre asks whether the call is still there, and is told so.
    pub async fn is_asked(&mut self) {
        let asked = self.expect("OPTIONS").await;
        self.reply(&asked, 200, "OK", "").await;
    }

    /// The centre hangs up.
    pub async fn is_hung_up(&mut self) {
        let bye = self.expect("BYE").await;
        self.reply(&bye, 200, "OK", "").await;
    }

    /// The centre gives up while it rings.
    pub async fn is_cancelled(&mut self) {
        let cancel = self.expect("CANCEL").await;
        self.reply(&cancel, 200, "OK", "").await;
        self.reply_to_invite(487, "Request Terminated", "").await;
    }

    /// Hangs up.
    pub async fn hang_up(&mut self) {
        let invite = self.invite.as_ref().unwrap();
        self.cseq += 1;
        let target = invite.value("Contact").trim_matches(['<', '>']).to_owned();
        let bye = format!(
            "BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK-a-{}-{}\r\nMax-Forwards: 70\r\nFrom: {};tag=piket\r\n\
             To: {}\r\nCall-ID: {}\r\nCSeq: {} BYE\r\nContent-Length: 0\r\n\r\n",
            self.address(),
            self.address().port(),
            self.cseq,
            invite.value("To"),
            invite.value("From"),
            invite.value("Call-ID"),
            self.cseq,
        );
        self.socket.send_to(bye.as_bytes(), self.centre.unwrap()).await.unwrap();
        self.expect("SIP/2.0 200").await;
    }

    pub async fn reply_to_invite(&self, code: u16, reason: &str, sdp: &str) {
        self.reply(self.invite.as_ref().unwrap(), code, reason, sdp).await;
    }

    pub async fn reply(&self, request: &Received, code: u16, reason: &str, sdp: &str) {
        self.reply_with(request, &format!("{code} {reason}"), "", sdp).await;
    }

    pub async fn reply_with(&self, request: &Received, status: &str, headers: &str, sdp: &str) {
        let vias: String = request.values("Via").iter().map(|via| format!("Via: {via}\r\n")).collect();
        let to = request.value("To");
        let to = if to.contains("tag=") { to } else { format!("{to};tag=piket") };
        let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let reply = format!(
            "SIP/2.0 {status}\r\n{vias}From: {}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <{}>\r\n{headers}{kind}Content-Length: {}\r\n\r\n{sdp}",
            request.value("From"),
            request.value("Call-ID"),
            request.value("CSeq"),
            self.uri(),
            sdp.len(),
        );
        self.socket.send_to(reply.as_bytes(), self.centre.unwrap()).await.unwrap();
    }
}
