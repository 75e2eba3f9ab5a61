//! A trunk of its own for each test, and a phone that sends exactly the bytes it is told to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use call_link::journal::{Entry, Journal};
use call_link::order::{CallOrders, LiveCall};
use dispatch_core::call::fact::{Arrival, CallFact, Defect, EndReason};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::{Clock, Timestamp};
use sip_trunk::{Trunk, TrunkConfig, TrunkProfile};
use tempfile::TempDir;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};

/// Long enough for a busy machine, short enough for a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(8);

static NEXT_RTP: AtomicU16 = AtomicU16::new(30_000);
static NEXT_CALL: AtomicU32 = AtomicU32::new(1);

/// One running trunk.
pub struct Centre {
    pub trunk: Trunk,
    pub journal: Journal,
    pub dir: TempDir,
}

/// The usual settings of a test: a short queue wait and a short T1; trusts 127.0.0.1 alone.
pub fn config() -> TrunkConfig {
    let first = NEXT_RTP.fetch_add(40, Ordering::Relaxed);
    let profile = TrunkProfile {
        test_callers: vec!["+62800000000".to_owned()],
        ..TrunkProfile::new("telco", vec!["127.0.0.1/32".parse().unwrap()])
    };
    TrunkConfig {
        queue_answer_after: Duration::from_secs(60),
        rtp_ports: first..=first + 39,
        t1: Duration::from_millis(20),
        ..TrunkConfig::new("127.0.0.1:0".parse().unwrap(), vec![profile])
    }
}

/// The machine's time of day.
pub fn clock() -> Clock {
    Clock::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_micros(since.as_micros().try_into().unwrap())
    })
}

pub async fn centre() -> Centre {
    centre_with(config()).await
}

pub async fn centre_with(config: TrunkConfig) -> Centre {
    let dir = TempDir::new().unwrap();
    let (journal, recovery) = Journal::open(dir.path(), clock()).unwrap();
    let trunk = sip_trunk::start(config, journal.clone(), &recovery, clock()).await.unwrap();
    Centre { trunk, journal, dir }
}

impl Centre {
    pub fn orders(&self) -> &CallOrders {
        &self.trunk.orders
    }

    /// What happened. What the trunk keeps for itself is not among it.
    pub async fn facts(&self) -> Vec<Entry> {
        let mut facts = self.journal.read_after(0, 100_000).await.unwrap();
        facts.retain(|entry| !matches!(entry.fact, CallFact::DialogHeld(_)));
        facts
    }

    /// How often what is held of a call was written down.
    pub async fn times_held(&self, call: CallId) -> usize {
        let all = self.journal.read_after(0, 100_000).await.unwrap();
        all.iter().filter(|e| e.call == call && matches!(e.fact, CallFact::DialogHeld(_))).count()
    }

    /// Waits until the journal holds what is asked for.
    pub async fn wait_for<T>(&self, mut wanted: impl FnMut(&[Entry]) -> Option<T>) -> T {
        let mut changed = self.journal.changed();
        let until = Instant::now() + PATIENCE;
        loop {
            changed.mark_unchanged();
            let facts = self.facts().await;
            if let Some(found) = wanted(&facts) {
                return found;
            }
            assert!(Instant::now() < until, "not in the journal; it holds {:?}", names(&facts));
            timeout(Duration::from_millis(200), changed.changed()).await.ok();
        }
    }

    /// The `n`-th call that arrived.
    pub async fn arrival(&self, n: usize) -> (CallId, Arrival) {
        self.wait_for(|facts| arrivals(facts).nth(n)).await
    }

    /// The end of a call, and all its facts.
    pub async fn end_of(&self, call: CallId) -> (EndReason, Vec<CallFact>) {
        let until = Instant::now() + PATIENCE;
        let of_call = |facts: &[Entry]| {
            let facts: Vec<_> = facts.iter().filter(|e| e.call == call).map(|e| e.fact.clone()).collect();
            match facts.last() {
                Some(CallFact::Ended { reason }) => Some((*reason, facts)),
                _ if Instant::now() > until => panic!("call {call} does not end: {facts:?}"),
                _ => None,
            }
        };
        self.wait_for(of_call).await
    }

    pub async fn live(&self) -> Vec<LiveCall> {
        self.orders().live().await.unwrap()
    }

    /// Nothing is left of any call: no dialog, no port, no place, and each call ended once.
    pub async fn assert_clean(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.trunk.snapshot();
            if (now.live_calls, now.dialogs) == (0, 0) {
                break;
            }
            assert!(Instant::now() < until, "left behind: {now:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let facts = self.facts().await;
        for (call, _) in arrivals(&facts) {
            let ends =
                facts.iter().filter(|e| e.call == call && matches!(e.fact, CallFact::Ended { .. })).count();
            assert_eq!(ends, 1, "call {call} has {ends} ends: {:?}", names(&facts));
        }
    }
}

pub fn arrivals(facts: &[Entry]) -> impl Iterator<Item = (CallId, Arrival)> + '_ {
    facts.iter().filter_map(|entry| {
        let CallFact::Arrived(arrival) = &entry.fact else { return None };
        Some((entry.call, (**arrival).clone()))
    })
}

/// The facts by name, for comparing and for messages.
pub fn names(facts: &[Entry]) -> Vec<String> {
    facts.iter().map(|entry| name(&entry.fact)).collect()
}

pub fn name(fact: &CallFact) -> String {
    match fact {
        CallFact::Arrived(_) => "arrived".to_owned(),
        CallFact::QueueAnswered => "queued".to_owned(),
        CallFact::Answered { .. } => "answered".to_owned(),
        CallFact::Confirmed => "confirmed".to_owned(),
        CallFact::DefectFound { defect } => format!("defect {defect:?}"),
        CallFact::Ended { reason } => format!("ended {reason:?}"),
        CallFact::Offered { .. }
        | CallFact::OfferEnded { .. }
        | CallFact::SeatLost { .. }
        | CallFact::SeatBack { .. }
        | CallFact::Held { .. }
        | CallFact::Resumed { .. }
        | CallFact::PartyAdded { .. }
        | CallFact::Overflowed { .. }
        | CallFact::PartyAnswered { .. }
        | CallFact::PartyLeft { .. }
        | CallFact::CallTakerLeft { .. }
        | CallFact::SupervisorJoined { .. }
        | CallFact::SupervisorLeft { .. }
        | CallFact::Digit { .. }
        | CallFact::VoiceHeard
        | CallFact::Prompted { .. }
        | CallFact::Screened { .. }
        | CallFact::RestrictionLifted { .. }
        | CallFact::RecordingEnded(_)
        | CallFact::RecordingFailed { .. }
        | CallFact::Restored
        | CallFact::DialogHeld(_) => format!("{fact:?}"),
    }
}

pub fn names_of(facts: &[CallFact]) -> Vec<String> {
    facts.iter().map(name).collect()
}

pub fn petugas(n: u8) -> UserId {
    UserId(uuid::Uuid::from_bytes([n; 16]))
}

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

    /// Nothing comes within the time, apart from what begins so.
    pub async fn expect_silence(&mut self, within: Duration, allowed: &str) {
        let until = Instant::now() + within;
        while let Ok(received) = timeout(until - Instant::now(), self.next()).await {
            assert!(
                !allowed.is_empty() && received.start.starts_with(allowed),
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

/// Exactly these defects.
pub fn assert_defects(arrival: &Arrival, wanted: &[Defect]) {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(arrival.defects, wanted);
}
