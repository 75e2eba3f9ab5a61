//! The 49 messages of RFC 4475, written from its text, on the wire: each gets the right answer or becomes a call with
//! its defects, and the next call works.
//!
//! Where the RFC proposes 400 or 415 to an INVITE, this system takes the call: somebody is calling 112.

mod invalid;
mod layers;
mod valid;

use std::time::Duration;

use dispatch_core::call::fact::Defect;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::client::*;
use crate::tcp::Line;

/// One message of the RFC.
#[derive(Clone, Copy)]
pub struct Message {
    section: &'static str,
    name: &'static str,
    text: &'static str,
    expect: Expect,
}

/// What it must lead to.
#[derive(Clone, Copy)]
pub enum Expect {
    /// This answer and no call.
    Answer(&'static str),
    /// The same as a datagram; over a stream a second message follows, which is a call.
    AnswerInDatagram(&'static str),
    /// A call that rings, with these defects.
    Call(&'static [Defect]),
    /// Nothing at all.
    Silence,
}

impl Message {
    fn bytes(&self, transport: &str, at: &str) -> Vec<u8> {
        let text = self
            .text
            .replace("@VIA@", &format!("{transport} {at};rport"))
            .replace("@TRANSPORT@", transport)
            .replace("@AT@", at)
            .replace("@SDP@", &valid::described())
            // Some hundred characters where the RFC repeats a word twenty times.
            .replace("@LONG@", &"very-".repeat(40));
        text.into_bytes()
    }
}

fn all() -> impl Iterator<Item = Message> {
    valid::MESSAGES.into_iter().chain(invalid::MESSAGES).chain(layers::MESSAGES)
}

/// What is wrong with how the centre took a message; `calls` is how many there were before.
async fn judge(
    centre: &Centre,
    message: &Message,
    answer: Option<Received>,
    calls: &mut usize,
) -> Vec<String> {
    let start = answer.map(|answer| answer.start);
    let mut wrong = Vec::new();
    match message.expect {
        Expect::Answer(wanted) | Expect::AnswerInDatagram(wanted) => {
            if !start.as_ref().is_some_and(|start| start.starts_with(wanted)) {
                wrong.push(format!("{} {}: {start:?} instead of {wanted:?}", message.section, message.name));
            }
        }
        Expect::Silence => {
            if let Some(start) = start {
                wrong.push(format!("{} {}: {start:?} instead of silence", message.section, message.name));
            }
        }
        Expect::Call(defects) => {
            if !start.as_ref().is_some_and(|start| start.starts_with("SIP/2.0 180")) {
                wrong.push(format!("{} {}: {start:?} instead of ringing", message.section, message.name));
            }
            let mut defects = defects.to_vec();
            defects.sort_unstable();
            match arrivals(&centre.facts().await).nth(*calls) {
                Some((_, arrival)) => {
                    *calls += 1;
                    if arrival.defects != defects {
                        wrong.push(format!("{} {}: {:?}", message.section, message.name, arrival.defects));
                    }
                }
                None => wrong.push(format!("{} {}: no call", message.section, message.name)),
            }
        }
    }
    let seen = arrivals(&centre.facts().await).count();
    if seen != *calls {
        wrong.push(format!("{} {}: {seen} calls instead of {calls}", message.section, message.name));
        *calls = seen;
    }
    wrong
}

/// A genuine call after all that.
async fn still_works(centre: &Centre, calls: usize) {
    let mut phone = Phone::new(centre).await;
    phone.ring().await;
    let (call, arrival) = centre.arrival(calls).await;
    assert_defects(&arrival, &[]);
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    phone.bye().await;
    centre.end_of(call).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_of_rfc_4475_over_udp() {
    assert_eq!(all().count(), 49);
    let centre = centre().await;
    let (mut calls, mut wrong) = (0, Vec::new());
    for message in all() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap().to_string();
        socket.send_to(&message.bytes("UDP", &at), centre.trunk.sip_udp).await.unwrap();
        let patience = match message.expect {
            Expect::Silence => Duration::from_millis(150),
            Expect::Answer(_) | Expect::AnswerInDatagram(_) | Expect::Call(_) => PATIENCE,
        };
        let mut buffer = vec![0; 65_536];
        let answer = timeout(patience, async {
            loop {
                let (bytes, _) = socket.recv_from(&mut buffer).await.unwrap();
                let answer = Received::read(&buffer[..bytes]).expect("an answer that can be read");
                if !answer.start.starts_with("SIP/2.0 100") {
                    return answer;
                }
            }
        });
        let answer = answer.await.ok();
        wrong.extend(judge(&centre, &message, answer, &mut calls).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    still_works(&centre, calls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_of_rfc_4475_over_tcp_each_on_a_line_of_its_own() {
    let centre = centre().await;
    let (mut calls, mut wrong) = (0, Vec::new());
    for message in all().filter(|message| !matches!(message.expect, Expect::AnswerInDatagram(_))) {
        let stream = TcpStream::connect(centre.trunk.sip_tcp).await.unwrap();
        let at = stream.local_addr().unwrap().to_string();
        let mut line = Line { stream, read: Vec::new() };
        line.send(message.bytes("TCP", &at)).await;
        let answer = match message.expect {
            Expect::Silence => timeout(Duration::from_millis(150), line.expect("SIP/2.0 ")).await.ok(),
            Expect::Call(_) => timeout(PATIENCE, line.expect("SIP/2.0 180")).await.ok(),
            Expect::Answer(_) | Expect::AnswerInDatagram(_) => {
                timeout(PATIENCE, line.expect_but("SIP/2.0 100")).await.ok()
            }
        };
        wrong.extend(judge(&centre, &message, answer, &mut calls).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    still_works(&centre, calls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_them_in_one_stream_do_not_hide_the_call_behind_them() {
    let centre = centre().await;
    let stream = TcpStream::connect(centre.trunk.sip_tcp).await.unwrap();
    let at = stream.local_addr().unwrap().to_string();
    let mut line = Line { stream, read: Vec::new() };
    for message in all() {
        // A length that is far too large takes what follows it, as RFC 3261 section 18.3 has it; a pause ends it.
        line.send(message.bytes("TCP", &at)).await;
        if message.name == "clerr" {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    }
    let phone = Phone::new(&centre).await;
    line.send(phone.invite().replace("SIP/2.0/UDP", "SIP/2.0/TCP")).await;
    loop {
        let ringing = line.expect("SIP/2.0 180").await;
        if ringing.value("Call-ID") == phone.call_id {
            break;
        }
    }
    let named = arrivals(&centre.facts().await).filter(|(_, a)| a.sip_call_id == phone.call_id).count();
    assert_eq!(named, 1);
}
