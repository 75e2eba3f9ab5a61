//! The process dies under established calls, and the next one goes on with them.

use std::net::UdpSocket as StdSocket;
use std::time::Duration;

use call_link::order::LiveState;
use dispatch_core::call::fact::EndReason;
use dispatch_core::ids::CallId;
use sip_trunk::TrunkConfig;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};

use crate::client::*;
use crate::resumed::{Doomed, hear_nothing_old};

/// One packet as a caller's phone sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Packet {
    port: u16,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

/// The caller's ear.
struct Ear(UdpSocket);

impl Ear {
    async fn new() -> Self {
        Self(UdpSocket::bind("127.0.0.1:0").await.unwrap())
    }

    /// A session description that asks for sound here.
    fn sdp(&self) -> String {
        SDP.replace("m=audio 9 ", &format!("m=audio {} ", self.0.local_addr().unwrap().port()))
    }

    async fn packet(&self) -> Packet {
        let mut buffer = [0; 2_048];
        let (length, from) =
            timeout(PATIENCE, self.0.recv_from(&mut buffer)).await.expect("silence").unwrap();
        assert_eq!(length, 172);
        let word =
            |at: usize| u32::from_be_bytes([buffer[at], buffer[at + 1], buffer[at + 2], buffer[at + 3]]);
        let sequence = u16::from_be_bytes([buffer[2], buffer[3]]);
        Packet { port: from.port(), ssrc: word(8), sequence, timestamp: word(4) }
    }

    /// The last packet that waits, after at least one.
    async fn last(&self) -> Packet {
        let mut last = self.packet().await;
        while let Ok(next) = timeout(Duration::from_millis(5), self.packet()).await {
            last = next;
        }
        last
    }
}

/// A caller who is established and hears something.
async fn established(centre: &Centre) -> (Phone, Ear, CallId) {
    let (mut phone, ear) = (Phone::new(centre).await, Ear::new().await);
    phone.send(phone.invite_with("", "application/sdp", &ear.sdp())).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    held(centre, call, 1).await;
    ear.packet().await;
    (phone, ear, call)
}

pub async fn held(centre: &Centre, call: CallId, times: usize) {
    let until = Instant::now() + PATIENCE;
    while centre.times_held(call).await < times {
        assert!(Instant::now() < until, "held {} times", centre.times_held(call).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The ports of a process that was killed are free at once; those of a thread that stops, a moment later.
pub async fn is_free(port: u16) {
    let until = Instant::now() + PATIENCE;
    while StdSocket::bind(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "port {port} stays taken");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What asks whether we are still there is answered.
pub async fn says_it_is_there(phone: &mut Phone) -> Received {
    let asked = phone.expect("OPTIONS ").await;
    phone.send(response(&asked, "200 OK")).await;
    asked
}

fn response(request: &Received, status: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        for value in request.values(name) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    text + "Content-Length: 0\r\n\r\n"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_established_call_goes_on_with_its_dialog_its_port_and_its_stream() {
    let doomed = Doomed::new(config()).await;
    let (mut phone, ear, call) = established(&doomed.centre).await;
    let before = ear.last().await;
    let to = phone.to.clone();
    let left = doomed.die();
    is_free(before.port).await;
    let centre = left.start().await;
    hear_nothing_old(&mut phone);
    phone.to = to;

    let asked = says_it_is_there(&mut phone).await;
    let cseq: u32 = asked.value("CSeq").split(' ').next().unwrap().parse().unwrap();
    assert!(cseq > 1_000, "our CSeq is above all that the earlier process may have sent: {cseq}");
    while ear.0.try_recv(&mut [0; 2_048]).is_ok() {}
    let after = ear.packet().await;
    assert_eq!((after.port, after.ssrc), (before.port, before.ssrc), "the caller's phone sees no new stream");
    let passed = after.sequence.wrapping_sub(before.sequence);
    assert!((1..5_000).contains(&passed), "the numbers go on: {before:?} {after:?}");
    assert!(after.timestamp.wrapping_sub(before.timestamp) >= u32::from(passed - 1) * 160);

    let live = centre.live().await;
    assert_eq!(
        (live[0].call, live[0].state, live[0].answered_by),
        (call, LiveState::Connected, Some(petugas(1)))
    );
    // A change of the session, then the end: both are inside the dialog.
    phone.cseq += 1;
    phone.send(phone.request("INVITE", "Content-Type: application/sdp\r\n", &ear.sdp())).await;
    let changed = phone.expect_to("SIP/2.0 200", &format!("{} INVITE", phone.cseq)).await;
    assert_eq!(changed.audio_port(), before.port);
    phone.ack().await;
    phone.bye().await;
    let (reason, facts) = centre.end_of(call).await;
    assert_eq!(reason, EndReason::CallerHungUp);
    assert_eq!(names_of(&facts), ["arrived", "answered", "confirmed", "Restored", "ended CallerHungUp"]);
    assert_eq!(centre.facts().await.len(), 5, "there is no other call");
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_in_the_queue_keeps_the_place_and_the_centre_can_hang_up() {
    let doomed = Doomed::new(TrunkConfig { queue_answer_after: Duration::from_millis(50), ..config() }).await;
    let (mut phone, ear) = (Phone::new(&doomed.centre).await, Ear::new().await);
    phone.send(phone.invite_with("", "application/sdp", &ear.sdp())).await;
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    let (call, _) = doomed.centre.arrival(0).await;
    held(&doomed.centre, call, 1).await;
    let port = ear.packet().await.port;
    let left = doomed.die();
    is_free(port).await;
    let centre = left.start().await;
    says_it_is_there(&mut phone).await;
    let live = centre.live().await;
    assert_eq!((live[0].call, live[0].state), (call, LiveState::Queued));
    assert!(centre.orders().answer(call, petugas(2)).await.unwrap().was_queued);
    // It was written down again for a third process.
    held(&centre, call, 2).await;
    centre.orders().hangup(call, petugas(2)).await.unwrap();
    let bye = phone.expect("BYE ").await;
    phone.send(response(&bye, "200 OK")).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_is_gone_meanwhile_is_found_out() {
    let doomed = Doomed::new(config()).await;
    let (mut phone, ear, call) = established(&doomed.centre).await;
    let port = ear.packet().await.port;
    let left = doomed.die();
    is_free(port).await;
    let centre = left.start().await;
    let asked = phone.expect("OPTIONS ").await;
    phone.send(response(&asked, "481 Call/Transaction Does Not Exist")).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Lost);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_nothing_is_held_of_ends() {
    let doomed = Doomed::new(config()).await;
    let (phone, _ear, call) = established(&doomed.centre).await;
    let left = doomed.die();
    // As if the disk had taken the ACK and nothing after it.
    let path = left.journal_file();
    let bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(11).position(|w| w == b"dialog_held").expect("a held dialog");
    let start = bytes[..at].windows(9).rposition(|w| w == b"{\"call\":\"").unwrap() - 16;
    std::fs::write(&path, &bytes[..start]).unwrap();
    let centre = left.start().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Restarted);
    drop(phone);
    centre.assert_clean().await;
}
