//! The bad network itself: what it does to what goes through, and that a seed repeats it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use simulator::SimulatorError;
use simulator::impairment::Impairment;
use simulator::impairment::tcp::{StreamImpairment, TcpProxy};
use simulator::impairment::udp::{Carried, UdpProxy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);
const BAD: Impairment =
    Impairment { loss: 0.1, reorder: 0.2, duplicate: 0.1, hold: Duration::from_millis(30), seed: 7 };

/// Sends numbered datagrams through, one after the other; gives the numbers in the order of their arrival.
async fn through(impairment: Impairment, count: u32) -> (Vec<u32>, Carried) {
    let server = UdpSocket::bind("127.0.0.1:0").await.expect("a server");
    let proxy = UdpProxy::open(server.local_addr().expect("an address"), impairment).expect("a proxy");
    let caller = UdpSocket::bind("127.0.0.1:0").await.expect("a caller");
    // Read while they come: a socket's buffer holds some hundred.
    let reading = async {
        let (mut arrived, mut buffer) = (Vec::new(), [0; 64]);
        while let Ok(Ok(4)) = timeout(Duration::from_secs(1), server.recv(&mut buffer)).await {
            arrived.push(u32::from_be_bytes([buffer[0], buffer[1], buffer[2], buffer[3]]));
        }
        arrived
    };
    let sending = async {
        for number in 0..count {
            caller.send_to(&number.to_be_bytes(), proxy.local()).await.expect("sent");
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    };
    let (arrived, ()) = tokio::join!(reading, sending);
    (arrived, proxy.carried())
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_are_kept_counts_agree_and_a_seed_repeats_every_fate() {
    const COUNT: u32 = 2_000;
    let (arrived, carried) = through(BAD, COUNT).await;
    let mut copies: BTreeMap<u32, u32> = BTreeMap::new();
    for number in &arrived {
        *copies.entry(*number).or_default() += 1;
    }
    let near =
        |count: u64, share: f64| (count as f64 - share * f64::from(COUNT)).abs() < 0.03 * f64::from(COUNT);
    assert_eq!(carried.received, u64::from(COUNT));
    assert!(
        near(carried.lost, 0.1) && near(carried.reordered, 0.18) && near(carried.duplicated, 0.09),
        "{carried:?}"
    );
    assert_eq!(copies.len() as u64, carried.received - carried.lost);
    assert_eq!(arrived.len() as u64, carried.sent);
    assert_eq!(carried.sent, carried.received - carried.lost + carried.duplicated);
    let overtaken = arrived.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(overtaken > 100, "only {overtaken} came before an earlier one");

    let (again, _) = through(BAD, COUNT).await;
    let mut sorted = [arrived, again];
    sorted.iter_mut().for_each(|numbers| numbers.sort_unstable());
    assert_eq!(sorted[0], sorted[1], "the same are lost and doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_network_changes_nothing_and_answers_find_their_caller() {
    let server = UdpSocket::bind("127.0.0.1:0").await.expect("a server");
    let proxy =
        UdpProxy::open(server.local_addr().expect("an address"), Impairment::none(1)).expect("a proxy");
    let callers = [
        UdpSocket::bind("127.0.0.1:0").await.expect("a caller"),
        UdpSocket::bind("127.0.0.1:0").await.expect("a caller"),
    ];
    let mut buffer = [0; 256];
    for (n, caller) in callers.iter().enumerate() {
        let invite = format!("INVITE sip:112@x SIP/2.0\r\nCall-ID: call-{n}\r\n\r\n");
        for _ in 0..2 {
            caller.send_to(invite.as_bytes(), proxy.local()).await.expect("sent");
            let (bytes, from) =
                timeout(SOON, server.recv_from(&mut buffer)).await.expect("carried").expect("read");
            assert_eq!(&buffer[..bytes], invite.as_bytes());
            server.send_to(format!("answer {n}").as_bytes(), from).await.expect("answered");
            let (bytes, from) =
                timeout(SOON, caller.recv_from(&mut buffer)).await.expect("carried").expect("read");
            assert_eq!((&buffer[..bytes], from), (format!("answer {n}").as_bytes(), proxy.local()));
        }
    }
    let carried = proxy.carried();
    assert_eq!((carried.calls, carried.received, carried.sent, carried.lost), (2, 8, 8, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_late_and_in_pieces_and_a_cut_ends_both_sides() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a server");
    let server = listener.local_addr().expect("an address");
    let slow = StreamImpairment { delay: Duration::from_millis(5), cut: 0.0, piece_bytes: 7, seed: 1 };
    let proxy = TcpProxy::open(server, slow).await.expect("a proxy");
    let mut caller = TcpStream::connect(proxy.local()).await.expect("connected");
    let (mut inside, _) = timeout(SOON, listener.accept()).await.expect("carried").expect("accepted");
    caller.write_all(b"a message of some length").await.expect("written");
    let mut read = [0; 24];
    timeout(SOON, inside.read_exact(&mut read)).await.expect("carried").expect("read");
    assert_eq!(&read, b"a message of some length");
    assert_eq!(proxy.cuts(), 0);

    let proxy = TcpProxy::open(server, StreamImpairment { cut: 1.0, ..slow }).await.expect("a proxy");
    let mut caller = TcpStream::connect(proxy.local()).await.expect("connected");
    let (mut inside, _) = timeout(SOON, listener.accept()).await.expect("carried").expect("accepted");
    caller.write_all(b"lost").await.expect("written");
    assert_eq!(timeout(SOON, inside.read(&mut read)).await.expect("ended").unwrap_or(0), 0);
    assert_eq!(timeout(SOON, caller.read(&mut read)).await.expect("ended").unwrap_or(0), 0);
    // The count follows the end by a moment.
    for _ in 0..200 {
        if proxy.cuts() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the cut was not counted");
}

#[tokio::test]
async fn it_stands_before_nothing_but_this_machine() {
    let elsewhere: SocketAddr = "192.0.2.1:5060".parse().expect("an address");
    assert!(matches!(UdpProxy::open(elsewhere, BAD), Err(SimulatorError::NotLoopback(_))));
    let stream = StreamImpairment { delay: Duration::ZERO, cut: 0.0, piece_bytes: 1, seed: 1 };
    assert!(matches!(TcpProxy::open(elsewhere, stream).await, Err(SimulatorError::NotLoopback(_))));
}
