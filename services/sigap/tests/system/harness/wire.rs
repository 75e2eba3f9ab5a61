//! A caller that writes its SIP by hand, for what no proper caller sends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

use super::unique;

/// An INVITE in parts, so that a test can leave one out or spoil it.
#[derive(Clone, Debug)]
pub struct Invite {
    transport: &'static str,
    local: SocketAddr,
    server: SocketAddr,
    id: String,
    caller: String,
    /// Header lines, without the line ends.
    pub headers: Vec<String>,
    /// The body.
    pub body: String,
    /// What Content-Length says; `None` leaves the header out.
    pub content_length: Option<String>,
}

impl Invite {
    fn new(
        transport: &'static str,
        local: SocketAddr,
        server: SocketAddr,
        caller: &str,
        media_port: u16,
    ) -> Self {
        let id = format!("{:x}", unique());
        let body = format!(
            "v=0\r\no=pemanggil 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {media_port} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
             a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
        );
        let headers = vec![
            format!("Via: SIP/2.0/{transport} {local};branch=z9hG4bK{id};rport"),
            "Max-Forwards: 70".into(),
            format!("From: <sip:{caller}@{local}>;tag=t{id}"),
            format!("To: <sip:112@{server}>"),
            format!("Call-ID: {id}@pemanggil.invalid"),
            "CSeq: 1 INVITE".into(),
            format!("Contact: <sip:{caller}@{local};transport={}>", transport.to_lowercase()),
            format!("P-Asserted-Identity: <tel:{caller}>"),
            "Content-Type: application/sdp".into(),
        ];
        let content_length = Some(body.len().to_string());
        Self { transport, local, server, id, caller: caller.to_owned(), headers, body, content_length }
    }

    /// Without this header.
    pub fn without(mut self, name: &str) -> Self {
        let prefix = format!("{name}:");
        self.headers.retain(|line| !line.starts_with(&prefix));
        self
    }

    /// With one more header line.
    pub fn with(mut self, line: String) -> Self {
        self.headers.push(line);
        self
    }

    /// The message.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = format!("INVITE sip:112@{} SIP/2.0\r\n", self.server);
        for line in &self.headers {
            text.push_str(line);
            text.push_str("\r\n");
        }
        if let Some(length) = &self.content_length {
            text.push_str(&format!("Content-Length: {length}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(&self.body);
        text.into_bytes()
    }

    /// ACK of a 200 or of a refusal.
    pub fn ack(&self, answer: &Message) -> Vec<u8> {
        let branch = if answer.status < 300 { "a" } else { "" };
        self.follow_up("ACK", 1, branch, answer)
    }

    /// BYE, in an early or an established dialog.
    pub fn bye(&self, answer: &Message) -> Vec<u8> {
        self.follow_up("BYE", 2, "b", answer)
    }

    fn follow_up(&self, method: &str, cseq: u32, branch: &str, answer: &Message) -> Vec<u8> {
        let Self { transport, local, server, id, caller, .. } = self;
        let to = answer.header("to").unwrap_or_else(|| panic!("no To in {}", answer.text));
        let call_id = answer.header("call-id").unwrap_or_else(|| panic!("no Call-ID in {}", answer.text));
        let dialled = format!("sip:112@{server}");
        let contact = answer.header("contact").and_then(|c| c.split_once('<')?.1.split_once('>'));
        let target = contact.map(|(uri, _)| uri).filter(|_| answer.status < 300).unwrap_or(&dialled);
        format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/{transport} {local};branch=z9hG4bK{id}{branch};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{caller}@{local}>;tag=t{id}\r\nTo: {to}\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\nContent-Length: 0\r\n\r\n"
        )
        .into_bytes()
    }
}

/// A SIP message that came.
#[derive(Clone, Debug)]
pub struct Message {
    /// Status of a response; 0 for a request.
    pub status: u16,
    /// Method of a request, or of the request that a response answers.
    pub method: String,
    /// All of it.
    pub text: String,
}

impl Message {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut first = text.lines().next().unwrap_or_default().split(' ');
        let (start, next) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let response = start.starts_with("SIP/2.0");
        let status = if response { next.parse().unwrap_or(0) } else { 0 };
        let mut message = Self { status, method: start.to_owned(), text };
        if response {
            let cseq = message.header("cseq").and_then(|cseq| cseq.split_whitespace().nth(1));
            message.method = cseq.unwrap_or_default().to_owned();
        }
        message
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.text.lines().skip(1).take_while(|line| !line.is_empty()).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// 200 for a request that came.
    pub fn ok(&self) -> Vec<u8> {
        let mut text = String::from("SIP/2.0 200 OK\r\n");
        for line in self.text.lines().skip(1).take_while(|line| !line.is_empty()) {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            if ["via", "from", "to", "call-id", "cseq"].contains(&name.as_str()) {
                text.push_str(line);
                text.push_str("\r\n");
            }
        }
        text.push_str("Content-Length: 0\r\n\r\n");
        text.into_bytes()
    }
}

/// A caller over UDP.
pub struct UdpCaller {
    socket: UdpSocket,
    server: SocketAddr,
}

impl UdpCaller {
    /// A caller on a free port.
    pub async fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        socket.connect(server).await.expect("a loopback peer");
        Self { socket, server }
    }

    /// An INVITE from here that is right in every part.
    pub fn invite(&self, caller: &str, media_port: u16) -> Invite {
        Invite::new("UDP", self.socket.local_addr().expect("an address"), self.server, caller, media_port)
    }

    /// Sends these bytes as one datagram.
    pub async fn send(&self, bytes: &[u8]) {
        self.socket.send(bytes).await.unwrap_or_else(|error| panic!("{} bytes: {error}", bytes.len()));
    }

    /// The first message within the limit that is like this; others are passed over.
    pub async fn hears(&self, within: Duration, like: impl Fn(&Message) -> bool) -> Option<Message> {
        let until = Instant::now() + within;
        let mut buffer = vec![0; 65_536];
        loop {
            let length = timeout_at(until, self.socket.recv(&mut buffer)).await.ok()?.ok()?;
            let message = Message::read(&buffer[..length]);
            if like(&message) {
                return Some(message);
            }
        }
    }

    /// Waits for a response with this status to this method.
    pub async fn expect(&self, method: &str, status: u16, within: Duration) -> Message {
        let heard = self.hears(within, |m| m.status == status && m.method == method).await;
        heard.unwrap_or_else(|| panic!("no {status} to {method} within {within:?}"))
    }

    /// Waits for the other side's BYE and says 200 to it.
    pub async fn expect_bye(&self, within: Duration) {
        let bye = self.hears(within, |m| m.status == 0 && m.method == "BYE").await;
        let bye = bye.unwrap_or_else(|| panic!("no BYE within {within:?}"));
        self.send(&bye.ok()).await;
    }
}

/// A caller over TCP.
pub struct TcpCaller {
    stream: TcpStream,
    read: Vec<u8>,
    server: SocketAddr,
}

impl TcpCaller {
    /// Connects.
    pub async fn new(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Self { stream, read: Vec::new(), server }
    }

    /// An INVITE from here that is right in every part.
    pub fn invite(&self, caller: &str, media_port: u16) -> Invite {
        Invite::new("TCP", self.stream.local_addr().expect("an address"), self.server, caller, media_port)
    }

    /// Sends these bytes; the other side may have closed, which shows at the next read.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _sent = self.stream.write_all(bytes).await;
    }

    /// The first message within the limit that is like this; nothing when the other side closed or was silent.
    pub async fn hears(&mut self, within: Duration, like: impl Fn(&Message) -> bool) -> Option<Message> {
        let until = Instant::now() + within;
        loop {
            while let Some(message) = self.take() {
                if like(&message) {
                    return Some(message);
                }
            }
            let mut chunk = vec![0; 16_384];
            let length = timeout_at(until, self.stream.read(&mut chunk)).await.ok()?.ok()?;
            if length == 0 {
                return None;
            }
            self.read.extend_from_slice(&chunk[..length]);
        }
    }

    fn take(&mut self) -> Option<Message> {
        let head = self.read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let length = Message::read(&self.read[..head]).header("content-length").and_then(|l| l.parse().ok());
        let end = head + length.unwrap_or(0);
        if self.read.len() < end {
            return None;
        }
        let message = Message::read(&self.read[..end]);
        self.read.drain(..end);
        Some(message)
    }
}
