//! A phone that sends exactly the bytes it is told to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};

use crate::client::{Centre, PATIENCE};

static NEXT_CALL: AtomicU32 = AtomicU32::new(1);

pub const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 0 101\r\n\
                       a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n";

/// A phone on UDP.
pub struct Phone {
    pub socket: UdpSocket,
    pub centre: SocketAddr,
    pub call_id: String,
    pub from_tag: String,
    pub branch: String,
    pub cseq: u32,
    /// The To header of the dialog, once a response gave it.
    pub to: String,
}

impl Phone {
    pub async fn new(centre: &Centre) -> Self {
        Self::at("127.0.0.1:0", centre).await
    }

    pub async fn at(address: &str, centre: &Centre) -> Self {
        let n = NEXT_CALL.fetch_add(1, Ordering::Relaxed);
        Self {
            socket: UdpSocket::bind(address).await.unwrap(),
            centre: centre.trunk.sip_udp,
            call_id: format!("call-{n}-{}", std::process::id()),
            from_tag: format!("from{n}"),
            branch: format!("z9hG4bKb{n}"),
            cseq: 1,
            to: "<sip:112@centre>".to_owned(),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub async fn send(&self, bytes: impl AsRef<[u8]>) {
        self.socket.send_to(bytes.as_ref(), self.centre).await.unwrap();
    }

    /// The headers that every request has.
    pub fn head(&self, method: &str, branch: &str) -> String {
        format!(
            "{method} sip:112@centre SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={branch};rport\r\nMax-Forwards: 70\r\n\
             From: \"Budi\" <sip:0811717171@telco.example>;tag={}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {method}\r\n\
             Contact: <sip:budi@{}>\r\n",
            self.address(),
            self.from_tag,
            self.to,
            self.call_id,
            self.cseq,
            self.address(),
        )
    }

    pub fn invite(&self) -> String {
        self.invite_with("", "application/sdp", SDP)
    }

    pub fn invite_with(&self, headers: &str, content_type: &str, body: &str) -> String {
        let head = self.head("INVITE", &self.branch);
        format!("{head}{headers}Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    /// A request inside the dialog, with a branch of its own.
    pub fn request(&self, method: &str, headers: &str, body: &str) -> String {
        let branch = format!("{}-{method}-{}", self.branch, NEXT_CALL.fetch_add(1, Ordering::Relaxed));
        format!("{}{headers}Content-Length: {}\r\n\r\n{body}", self.head(method, &branch), body.len())
    }

    /// The next message; keeps the To tag it brings.
    pub async fn receive(&mut self) -> Received {
        let received = timeout(PATIENCE, self.next()).await.expect("no answer");
        if received.start.starts_with("SIP/2.0") && received.value("To").contains("tag=") {
            self.to = received.value("To");
        }
        received
    }

    async fn next(&self) -> Received {
        let mut buffer = vec![0; 65_536];
        loop {
            let (bytes, _) = self.socket.recv_from(&mut buffer).await.unwrap();
            if let Some(received) = Received::read(&buffer[..bytes]) {
                return received;
            }
        }
    }

    /// The first message whose start line begins so; others before it are passed over.
    pub async fn expect(&mut self, start: &str) -> Received {
        let until = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            let received = timeout(until - Instant::now(), self.receive())
                .await
                .unwrap_or_else(|_| panic!("no {start:?}; came: {seen:?}"));
            if received.start.starts_with(start) {
                return received;
            }
            seen.push(received.start);
            assert!(Instant::now() < until, "no {start:?}; came: {seen:?}");
        }
    }

    /// The answer to one request: a 200 that is sent again because its ACK was late answers an older one.
    pub async fn expect_to(&mut self, start: &str, cseq: &str) -> Received {
        loop {
            let received = self.expect(start).await;
            if received.value("CSeq") == cseq {
                return received;
            }
        }
    }

    /// Nothing comes within the time, apart from what begins so and the centre's own look whether we are there.
    pub async fn expect_silence(&mut self, within: Duration, allowed: &str) {
        let until = Instant::now() + within;
        while let Ok(received) = timeout(until - Instant::now(), self.next()).await {
            assert!(
                received.start.starts_with("OPTIONS")
                    || (!allowed.is_empty() && received.start.starts_with(allowed)),
                "unexpected {}",
                received.start
            );
            if Instant::now() >= until {
                return;
            }
        }
    }

    /// Answers a request of the centre.
    pub async fn reply(&self, request: &Received, code: u16, reason: &str) {
        self.reply_with(request, &format!("{code} {reason}"), "").await;
    }

    /// Answers with a description.
    pub async fn reply_with(&self, request: &Received, status: &str, sdp: &str) {
        let vias: String = request.values("Via").iter().map(|via| format!("Via: {via}\r\n")).collect();
        let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let reply = format!(
            "SIP/2.0 {status}\r\n{vias}From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:budi@{}>\r\n{kind}Content-Length: {}\r\n\r\n{sdp}",
            request.value("From"),
            request.value("To"),
            request.value("Call-ID"),
            request.value("CSeq"),
            self.address(),
            sdp.len(),
        );
        self.send(reply).await;
    }

    pub async fn ack(&self) {
        self.send(self.request("ACK", "", "")).await;
    }

    pub async fn bye(&mut self) {
        self.cseq += 1;
        self.send(self.request("BYE", "", "")).await;
        self.expect_to("SIP/2.0 200", &format!("{} BYE", self.cseq)).await;
    }

    /// Calls and rings.
    pub async fn ring(&mut self) {
        self.send(self.invite()).await;
        self.expect("SIP/2.0 180").await;
    }
}

/// A message as it came.
#[derive(Debug)]
pub struct Received {
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let start = lines.next().filter(|start| !start.is_empty())?.to_owned();
        let headers =
            lines.filter_map(|line| line.split_once(':')).map(|(n, v)| (n.to_owned(), v.trim().to_owned()));
        Some(Self { start, headers: headers.collect(), body: body.to_owned() })
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect()
    }

    pub fn value(&self, name: &str) -> String {
        self.values(name).first().copied().unwrap_or_default().to_owned()
    }

    /// The port of the voice stream in the body.
    pub fn audio_port(&self) -> u16 {
        let line = self.body.lines().find(|line| line.starts_with("m=audio ")).expect("a voice stream");
        line.split(' ').nth(1).unwrap().parse().unwrap()
    }
}
