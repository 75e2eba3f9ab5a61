//! The signalling of a phone: one call, from either side.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::audio::Audio;
use crate::SimulatorError;
use crate::seeded::Seeded;
use crate::sip_agent::message::{Message, Start};
use crate::sip_agent::{T1, T2};

/// Responses that wait for whoever asked; a server sends a handful.
const RESPONSES_WAITING_MAX: usize = 64;

/// How far the call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Progress {
    Idle,
    Talking,
    HungUp,
}

/// One phone's signalling.
#[derive(Debug)]
pub(super) struct Signalling {
    socket: UdpSocket,
    local: SocketAddr,
    server: SocketAddr,
    audio: Arc<Audio>,
    responses: mpsc::Sender<Message>,
    asking: tokio::sync::Mutex<mpsc::Receiver<Message>>,
    progress: watch::Sender<Progress>,
    dialog: Mutex<Dialog>,
}

/// The call as this side knows it.
#[derive(Clone, Debug)]
struct Dialog {
    call_id: String,
    /// Our name with our tag: From in our requests.
    us: String,
    /// Their name, with their tag once they gave one.
    them: String,
    target: String,
    cseq: u32,
    /// What we answered to the INVITE of this CSeq, for its retransmissions.
    answered: Option<(String, Vec<u8>)>,
}

impl Signalling {
    pub(super) fn new(
        socket: UdpSocket,
        server: SocketAddr,
        audio: Arc<Audio>,
        ids: &mut Seeded,
    ) -> Result<Self, SimulatorError> {
        let local = socket.local_addr().map_err(SimulatorError::Socket)?;
        let (responses, asking) = mpsc::channel(RESPONSES_WAITING_MAX);
        let dialog = Dialog {
            call_id: ids.uuid(),
            us: format!("<sip:telepon@{local}>;tag={:x}", ids.word()),
            them: format!("<sip:112@{server}>"),
            target: format!("sip:112@{server}"),
            cseq: 0,
            answered: None,
        };
        let (progress, asking) = (watch::Sender::new(Progress::Idle), tokio::sync::Mutex::new(asking));
        Ok(Self { socket, local, server, audio, responses, asking, progress, dialog: Mutex::new(dialog) })
    }

    pub(super) fn uri(&self) -> String {
        format!("sip:petugas@{}", self.local)
    }

    pub(super) fn is_hung_up(&self) -> bool {
        *self.progress.borrow() == Progress::HungUp
    }

    pub(super) async fn is_called(&self, within: Duration) -> bool {
        let mut progress = self.progress.subscribe();
        matches!(timeout(within, progress.wait_for(|now| *now != Progress::Idle)).await, Ok(Ok(_)))
    }

    pub(super) async fn call(&self, number: &str, within: Duration) -> bool {
        let identity = format!("P-Asserted-Identity: <tel:{number}>\r\n");
        self.request("INVITE", &identity, within).await.is_some_and(|status| status < 300)
    }

    pub(super) async fn ask(&self, method: &str, within: Duration) -> Option<u16> {
        let status = self.request(method, "", within).await;
        if method == "BYE" && status.is_some() {
            self.hung_up();
        }
        status
    }

    async fn request(&self, method: &str, headers: &str, within: Duration) -> Option<u16> {
        let mut responses = self.asking.lock().await;
        while responses.try_recv().is_ok() {}
        let cseq = {
            let mut dialog = self.dialog();
            dialog.cseq += 1;
            dialog.cseq
        };
        let body = if method == "INVITE" { self.sdp() } else { String::new() };
        let bytes = self.message(method, cseq, headers, &body);
        let until = Instant::now() + within;
        let (mut next, mut gap) = (Instant::now(), T1);
        let mut heard_of = false;
        loop {
            if Instant::now() >= next && !heard_of {
                self.send(&bytes).await;
                next = Instant::now() + gap;
                gap = (gap * 2).min(T2);
            }
            let wait = if heard_of { until } else { next.min(until) };
            match timeout_at(wait, responses.recv()).await {
                Ok(Some(response)) if response.header("cseq") == Some(&format!("{cseq} {method}")) => {
                    let Start::Response { status } = response.start else { continue };
                    // Only an INVITE is not sent again after a provisional response (RFC 3261 section 17.1.1.2).
                    heard_of = method == "INVITE";
                    if status >= 200 {
                        if method == "INVITE" {
                            self.settle(&response, cseq, status).await;
                        }
                        return Some(status);
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(_) if Instant::now() >= until => return None,
                Err(_) => {}
            }
        }
    }

    /// The ACK, and what the answer says of the other side.
    async fn settle(&self, answer: &Message, cseq: u32, status: u16) {
        {
            let mut dialog = self.dialog();
            dialog.them = answer.header("to").unwrap_or_default().to_owned();
            if status < 300 {
                dialog.target = answer.contact_uri().map_or_else(|| dialog.target.clone(), str::to_owned);
            }
        }
        if status < 300 {
            if let Some(to) = audio_of(answer) {
                self.audio.speak_to(Some(to));
            }
            self.progress.send_replace(Progress::Talking);
        }
        let ack = self.message("ACK", cseq, "", "");
        self.send(&ack).await;
    }

    /// Reads for as long as the phone lives.
    pub(super) async fn read(self: Arc<Self>) {
        let mut buffer = vec![0; 65_535];
        loop {
            // An ICMP error (the server is down for a moment) must not end the reader.
            let Ok((length, from)) = self.socket.recv_from(&mut buffer).await else { continue };
            let Some(message) = Message::parse(&buffer[..length]) else { continue };
            match &message.start {
                Start::Response { status } => {
                    self.acknowledge_again(&message, *status).await;
                    // Nobody waits: a repeated answer.
                    let _waiting = self.responses.try_send(message);
                }
                Start::Request { method } => self.on_request(&message, method, from).await,
            }
        }
    }

    /// The ACK of a 200 was lost (RFC 3261 section 13.2.2.4).
    async fn acknowledge_again(&self, response: &Message, status: u16) {
        let cseq = response.header("cseq").and_then(|cseq| cseq.split_once(' '));
        let Some((Ok(number), "INVITE")) = cseq.map(|(number, method)| (number.parse::<u32>(), method))
        else {
            return;
        };
        if (200..300).contains(&status) && *self.progress.borrow() != Progress::Idle {
            let ack = self.message("ACK", number, "", "");
            self.send(&ack).await;
        }
    }

    async fn on_request(&self, request: &Message, method: &str, from: SocketAddr) {
        let answer = match method {
            "ACK" => return,
            "INVITE" => self.on_invite(request),
            "BYE" => {
                self.hung_up();
                respond(request, None, 200, "", "")
            }
            "CANCEL" | "OPTIONS" | "UPDATE" | "INFO" => respond(request, None, 200, "", ""),
            _ => respond(request, None, 405, "", ""),
        };
        let _sent = self.socket.send_to(&answer, from).await;
    }

    /// The first INVITE is a call to this phone, which is answered at once; a later one changes the session.
    fn on_invite(&self, invite: &Message) -> Vec<u8> {
        let cseq = invite.header("cseq").unwrap_or_default().to_owned();
        let idle = *self.progress.borrow() == Progress::Idle;
        let sdp = self.sdp();
        let mut dialog = self.dialog();
        if let Some((of, answer)) = &dialog.answered
            && *of == cseq
        {
            return answer.clone();
        }
        if !idle && invite.header("call-id") != Some(&dialog.call_id) {
            return respond(invite, None, 486, "", "");
        }
        let tag = dialog.us.rsplit_once(";tag=").map(|(_, tag)| tag.to_owned()).unwrap_or_default();
        if idle {
            dialog.call_id = invite.header("call-id").unwrap_or_default().to_owned();
            dialog.them = invite.header("from").unwrap_or_default().to_owned();
            dialog.us = format!("{};tag={tag}", invite.header("to").unwrap_or_default());
            dialog.target = invite.contact_uri().unwrap_or_default().to_owned();
        }
        let headers = format!("Contact: <{}>\r\nContent-Type: application/sdp\r\n", self.uri());
        let answer = respond(invite, idle.then_some(&tag), 200, &headers, &sdp);
        dialog.answered = Some((cseq, answer.clone()));
        drop(dialog);
        if let Some(to) = audio_of(invite) {
            self.audio.speak_to(Some(to));
        }
        self.progress.send_if_modified(|now| std::mem::replace(now, Progress::Talking) != Progress::Talking);
        answer
    }

    fn hung_up(&self) {
        self.audio.speak_to(None);
        self.progress.send_replace(Progress::HungUp);
    }

    fn message(&self, method: &str, cseq: u32, headers: &str, body: &str) -> Vec<u8> {
        let dialog = self.dialog().clone();
        let Self { local, .. } = self;
        // An ACK of a 2xx and a repeated ACK are transactions of their own (RFC 3261 section 13.2.2.4).
        let branch = format!("z9hG4bK{}-{cseq}-{method}", dialog.call_id);
        let content = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch={branch};rport\r\nMax-Forwards: 70\r\n\
             From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} {method}\r\nContact: <{}>\r\n{headers}{content}\
             Content-Length: {}\r\n\r\n{body}",
            dialog.target,
            dialog.us,
            dialog.them,
            dialog.call_id,
            self.uri(),
            body.len(),
        )
        .into_bytes()
    }

    fn sdp(&self) -> String {
        let ip = self.local.ip();
        let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
        format!(
            "v=0\r\no=telepon 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
             m=audio {} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
             a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
            self.audio.port(),
        )
    }

    async fn send(&self, bytes: &[u8]) {
        // A lost datagram is the retransmission's business.
        let _sent = self.socket.send_to(bytes, self.server).await;
    }

    fn dialog(&self) -> MutexGuard<'_, Dialog> {
        self.dialog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A response; with `tag`, the first of its dialog.
fn respond(request: &Message, tag: Option<&String>, status: u16, headers: &str, body: &str) -> Vec<u8> {
    let reason = if status < 300 { "OK" } else { "Not Here" };
    let mut text = format!("SIP/2.0 {status} {reason}\r\n");
    for via in request.header_all("via") {
        text.push_str(&format!("Via: {via}\r\n"));
    }
    for name in ["from", "to", "call-id", "cseq"] {
        let value = request.header(name).unwrap_or_default();
        match tag {
            Some(tag) if name == "to" => text.push_str(&format!("To: {value};tag={tag}\r\n")),
            Some(_) | None => text.push_str(&format!("{name}: {value}\r\n")),
        }
    }
    text.push_str(&format!("{headers}Content-Length: {}\r\n\r\n{body}", body.len()));
    text.into_bytes()
}

/// Where the other side wants its sound (RFC 8866: the first audio stream, its connection line or the session's).
fn audio_of(message: &Message) -> Option<SocketAddr> {
    let sdp = std::str::from_utf8(&message.body).ok()?;
    let address =
        sdp.lines().find_map(|line| line.strip_prefix("c=IN IP4 ").or(line.strip_prefix("c=IN IP6 ")))?;
    let port = sdp.lines().find_map(|line| line.strip_prefix("m=audio "))?.split(' ').next()?;
    Some(SocketAddr::new(address.trim().parse().ok()?, port.parse().ok()?))
}
