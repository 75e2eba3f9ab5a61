//! The trunks' peers: asked by OPTIONS, tried by test calls, ranked as ways out.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use sip_trunk::{PeerState, TestResult, TrunkConfig, TrunkProfile};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::client::*;
use crate::tls::until;

/// An answer to a request of ours.
pub fn answer(request: &Received, code: &str) -> String {
    let mut text = format!("SIP/2.0 {code}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        for value in request.values(name) {
            let tag = if name == "To" && !value.contains("tag=") { ";tag=peer" } else { "" };
            text += &format!("{name}: {value}{tag}\r\n");
        }
    }
    format!("{text}Content-Length: 0\r\n\r\n")
}

/// A peer that answers OPTIONS with whatever it is told.
struct Border {
    socket: UdpSocket,
    /// The Via and CSeq of the request that was answered last.
    answered: Mutex<(String, String)>,
}

impl Border {
    async fn new() -> Self {
        Self { socket: UdpSocket::bind("127.0.0.1:0").await.unwrap(), answered: Mutex::default() }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// Answers the next request that is not a copy of an answered one.
    async fn answer(&self, code: &str) -> Received {
        let mut buffer = vec![0; 65_536];
        loop {
            let (bytes, from) =
                timeout(PATIENCE, self.socket.recv_from(&mut buffer)).await.expect("asked").unwrap();
            let request = Received::read(&buffer[..bytes]).unwrap();
            let known = (request.value("Via"), request.value("CSeq"));
            // A copy crossed our answer.
            if *self.answered.lock().unwrap() == known {
                continue;
            }
            self.socket.send_to(answer(&request, code).as_bytes(), from).await.unwrap();
            *self.answered.lock().unwrap() = known;
            return request;
        }
    }
}

fn profile(name: &str, peer: SocketAddr) -> TrunkProfile {
    TrunkProfile {
        peer: Some(peer.to_string()),
        ..TrunkProfile::new(name, vec!["127.0.0.1/32".parse().unwrap()])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_falls_silent_is_down_and_another_becomes_the_best_way_out() {
    let (first, second) = (Border::new().await, Border::new().await);
    let trunks = vec![profile("first", first.address()), profile("second", second.address())];
    let centre =
        centre_with(TrunkConfig { trunks, options_every: Duration::from_millis(900), ..config() }).await;
    let states =
        || -> Vec<_> { centre.trunk.health().into_iter().map(|trunk| (trunk.name, trunk.state)).collect() };
    let asked = first.answer("200 OK").await;
    assert!(asked.start.starts_with(&format!("OPTIONS sip:{}", first.address())), "{}", asked.start);
    assert!(!asked.value("Contact").is_empty());
    // Anything but 408 and 503 says that somebody is there.
    second.answer("404 Not Found").await;
    until(|| states() == [("first".into(), PeerState::Up), ("second".into(), PeerState::Up)]).await;

    // The first says that it takes no calls, and then says nothing at all.
    first.answer("503 Service Unavailable").await;
    let watching = async {
        loop {
            second.answer("200 OK").await;
        }
    };
    let fallen = until(|| states() == [("second".into(), PeerState::Up), ("first".into(), PeerState::Down)]);
    tokio::select! { () = fallen => {}, () = watching => {} }
    assert!(centre.trunk.snapshot().options_failed >= 1);

    // It comes back: it is asked on.
    let both = async {
        loop {
            tokio::select! { _ = first.answer("200 OK") => {}, _ = second.answer("200 OK") => {} }
        }
    };
    let back = until(|| states() == [("first".into(), PeerState::Up), ("second".into(), PeerState::Up)]);
    tokio::select! { () = back => {}, () = both => {} }
    assert_eq!(arrivals(&centre.facts().await).count(), 0);
}

/// A trunk that hands everything back to the centre: what it sends us comes in again.
async fn looped(centre_port: u16, test_uri: &str) -> TrunkConfig {
    let base = config();
    let own: SocketAddr = format!("127.0.0.1:{centre_port}").parse().unwrap();
    let trunk = TrunkProfile {
        test_every: Some(Duration::from_millis(700)),
        test_uri: Some(test_uri.to_owned()),
        test_callers: vec!["+62800000000".to_owned()],
        ..profile("telco", own)
    };
    TrunkConfig { bind: own, trunks: vec![trunk], t1: Duration::from_millis(100), ..base }
}

/// A port that was free a moment ago.
async fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_call_that_comes_back_is_heard_and_is_nobodys_call() {
    let centre = centre_with(looped(free_port().await, "112").await).await;
    until(|| centre.trunk.health()[0].tests_passed >= 2).await;
    let health = centre.trunk.health();
    assert!(matches!(health[0].last_test, Some(TestResult::Passed { .. })), "{health:?}");
    assert_eq!((health[0].state, health[0].tests_failed), (PeerState::Up, 0));
    let counted = centre.trunk.snapshot();
    assert!(counted.test_calls_passed >= 2);
    assert_eq!((counted.invites_trusted, counted.recorded), (0, 0), "kept out of every count of calls");
    assert_eq!(centre.facts().await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_call_says_what_failed_and_its_mark_cannot_be_made_up() {
    let border = Border::new().await;
    let trunk = TrunkProfile {
        test_every: Some(Duration::from_millis(400)),
        test_uri: Some("sip:echo@telco.test".to_owned()),
        ..profile("telco", border.address())
    };
    let centre = centre_with(TrunkConfig {
        trunks: vec![trunk],
        // Only the first OPTIONS comes before the test call.
        options_every: Duration::from_secs(60),
        ..config()
    })
    .await;
    border.answer("200 OK").await;
    let invite = border.answer("486 Busy Here").await;
    assert!(invite.start.starts_with("INVITE sip:echo@telco.test"), "{}", invite.start);
    assert!(!invite.value("X-Sigap-Test").is_empty());
    until(|| centre.trunk.health()[0].tests_failed == 1).await;
    assert_eq!(centre.trunk.health()[0].last_test, Some(TestResult::Refused { code: 486 }));

    // A mark that is not ours makes no difference: a person calls.
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite_with("X-Sigap-Test: 1\r\n", "application/sdp", SDP)).await;
    phone.expect("SIP/2.0 180").await;
    assert_eq!(arrivals(&centre.facts().await).count(), 1);
}
