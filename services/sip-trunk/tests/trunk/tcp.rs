use std::time::Duration;

use dispatch_core::call::fact::{Defect, EndReason};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::client::*;

pub struct Line<Stream = TcpStream> {
    pub stream: Stream,
    pub read: Vec<u8>,
}

impl Line {
    pub async fn new(centre: &Centre) -> Self {
        Self { stream: TcpStream::connect(centre.trunk.sip_tcp).await.unwrap(), read: Vec::new() }
    }
}

impl<Stream: AsyncRead + AsyncWrite + Unpin> Line<Stream> {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// The first message whose start line begins so.
    pub async fn expect(&mut self, start: &str) -> Received {
        let mut seen = Vec::new();
        loop {
            while let Some(message) = self.next_message() {
                if message.start.starts_with(start) {
                    return message;
                }
                seen.push(message.start);
            }
            let mut buffer = [0; 4_096];
            let bytes = timeout(PATIENCE * 2, self.stream.read(&mut buffer))
                .await
                .unwrap_or_else(|_| panic!("no {start:?}: {seen:?}"));
            let bytes = bytes.unwrap();
            assert!(bytes > 0, "closed before {start:?}: {seen:?}");
            self.read.extend_from_slice(&buffer[..bytes]);
        }
    }

    /// The first message whose start line does not begin so.
    pub async fn expect_but(&mut self, start: &str) -> Received {
        loop {
            let message = self.expect("SIP/2.0 ").await;
            if !message.start.starts_with(start) {
                return message;
            }
        }
    }

    fn next_message(&mut self) -> Option<Received> {
        while self.read.starts_with(b"\r\n") {
            // The answer to a keep-alive.
            self.read.drain(..2);
        }
        let end = self.read.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let mut message = Received::read(&self.read[..end])?;
        let length: usize = message.value("Content-Length").parse().unwrap();
        if self.read.len() < end + length {
            return None;
        }
        message.body = String::from_utf8(self.read[end..end + length].to_vec()).unwrap();
        self.read.drain(..end + length);
        Some(message)
    }
}

/// The phone's messages, as TCP wants them.
pub fn over_tcp(message: String) -> String {
    message.replace("SIP/2.0/UDP", "SIP/2.0/TCP")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_pieces_of_seven_bytes_and_two_in_one_segment() {
    let centre = centre().await;
    let mut line = Line::new(&centre).await;
    line.stream.set_nodelay(true).unwrap();
    let mut phone = Phone::new(&centre).await;
    for piece in over_tcp(phone.invite()).as_bytes().chunks(7) {
        line.send(piece).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    phone.to = line.expect("SIP/2.0 180").await.value("To");
    let (call, arrival) = centre.arrival(0).await;
    assert_defects(&arrival, &[]);
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ok = line.expect("SIP/2.0 200").await;
    assert!(ok.value("Contact").to_lowercase().contains("transport=tcp"), "{}", ok.value("Contact"));
    let ack = over_tcp(phone.request("ACK", "", ""));
    let second = Phone::new(&centre).await;
    line.send(format!("{ack}\r\n\r\n{}", over_tcp(second.invite()))).await;
    line.expect("SIP/2.0 180").await;
    centre.arrival(1).await;
    phone.cseq += 1;
    line.send(over_tcp(phone.request("BYE", "", ""))).await;
    line.expect("SIP/2.0 200").await;
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(names_of(&facts), ["arrived", "answered", "confirmed", "ended CallerHungUp"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_hang_up_over_the_callers_own_connection() {
    let centre = centre().await;
    let mut line = Line::new(&centre).await;
    let mut phone = Phone::new(&centre).await;
    // The Contact names a place where nobody listens: the connection is the only way.
    line.send(
        over_tcp(phone.invite()).replace("Contact: <sip:budi@127.0.0.1", "Contact: <sip:budi@192.0.2.77"),
    )
    .await;
    phone.to = line.expect("SIP/2.0 180").await.value("To");
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    line.expect("SIP/2.0 200").await;
    line.send(over_tcp(phone.request("ACK", "", ""))).await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    centre.orders().hangup(call, petugas(1)).await.unwrap();
    let bye = line.expect("BYE").await;
    assert!(bye.value("Via").starts_with("SIP/2.0/TCP"), "{}", bye.value("Via"));
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lengths_that_lie_do_not_cost_the_call_or_the_next_one() {
    let centre = centre().await;
    let mut line = Line::new(&centre).await;
    for (n, length) in ["-1", "abc", "18446744073709551615", "4", "70000", "900"].into_iter().enumerate() {
        let phone = Phone::new(&centre).await;
        let invite = over_tcp(phone.invite());
        let (head, rest) = invite.split_once("Content-Length: ").unwrap();
        let (_, body) = rest.split_once("\r\n").unwrap();
        line.send(format!("{head}Content-Length: {length}\r\n{body}")).await;
        line.expect("SIP/2.0 180").await;
        let (_, arrival) = centre.arrival(n).await;
        assert_defects(&arrival, &[Defect::WrongContentLength]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_between_messages_and_large_headers() {
    let centre = centre().await;
    let mut line = Line::new(&centre).await;
    line.send(b"\x16\x03\x01 this is TLS\r\nGET / HTTP/1.1\r\n\r\n").await;
    let phone = Phone::new(&centre).await;
    let more: String = (0..400).map(|n| format!("X-Filler-{n}: {}\r\n", "y".repeat(40))).collect();
    line.send(
        over_tcp(phone.invite()).replace("Max-Forwards: 70\r\n", &format!("Max-Forwards: 70\r\n{more}")),
    )
    .await;
    line.expect("SIP/2.0 180").await;
    assert!(centre.trunk.snapshot().garbage >= 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_of_strangers_do_not_shut_the_trunk_out() {
    let centre = centre().await;
    let mut idle = Vec::new();
    for _ in 0..100 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        idle.push(socket.connect(centre.trunk.sip_tcp).await.unwrap());
    }
    let mut line = Line::new(&centre).await;
    let phone = Phone::new(&centre).await;
    line.send(over_tcp(phone.invite())).await;
    line.expect("SIP/2.0 180").await;
    let counted = centre.trunk.snapshot();
    assert_eq!((counted.tcp_refused, counted.tcp_open), (98, 3));

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.3:0".parse().unwrap()).unwrap();
    let mut stranger = Line { stream: socket.connect(centre.trunk.sip_tcp).await.unwrap(), read: Vec::new() };
    stranger.send(over_tcp(phone.invite())).await;
    stranger.expect("SIP/2.0 403").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_closes_its_half_still_gets_the_answer() {
    let centre = centre().await;
    let mut line = Line::new(&centre).await;
    let phone = Phone::new(&centre).await;
    line.send(over_tcp(phone.request("OPTIONS", "", ""))).await;
    line.stream.shutdown().await.unwrap();
    line.expect("SIP/2.0 200").await;
}
