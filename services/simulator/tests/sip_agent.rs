//! The SIP caller against sipp's own answering side, and against a scripted server for what sipp never does.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use simulator::callers;
use simulator::city::{self, CityOptions, Mix, Patience};
use simulator::sip_agent::{CallOrder, CallRecord, Ending, HungUpBy, SipAgent, Transport};
use simulator::stopwatch::Stopwatch;
use simulator::{SimulateOptions, SimulateReport, SimulatorError, simulate};
use tokio::net::{TcpListener, UdpSocket};

fn order() -> CallOrder {
    CallOrder {
        number: "+6281200000001".into(),
        location: None,
        unanswered_for: Duration::from_secs(30),
        stays: Duration::from_millis(50),
    }
}

async fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    socket.local_addr().expect("an address").port()
}

/// A city in which everybody stays on the line for a moment.
fn patient_city(calls: usize, rate_per_s: f64) -> CityOptions {
    let patience =
        Patience { break_off_after_s: (5.0, 6.0), stays_s: (0.05, 0.2), unanswered_s: (20.0, 30.0) };
    let mix = Mix { break_off: 0.0, ..Mix::default() };
    CityOptions { mix, patience, ..CityOptions::new(21, calls, rate_per_s) }
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_counts_the_same_calls() {
    if Command::new("sipp").arg("-v").stdout(Stdio::null()).status().is_err() {
        println!("skipped: sipp is not installed");
        return;
    }
    const CALLS: usize = 200;
    let folder = tempfile::tempdir().expect("a folder");
    for transport in [Transport::Udp, Transport::Tcp] {
        let port = free_port().await.to_string();
        let statistics = folder.path().join(format!("{transport:?}.csv"));
        let mode = if transport == Transport::Udp { "u1" } else { "t1" };
        let mut sipp = Command::new("sipp")
            .args([
                "-sn",
                "uas",
                "-i",
                "127.0.0.1",
                "-p",
                &port,
                "-t",
                mode,
                "-nostdin",
                "-trace_stat",
                "-fd",
                "1",
            ])
            .args(["-m", &CALLS.to_string(), "-timeout", "60s", "-stf"])
            .arg(&statistics)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp starts");
        let to: SocketAddr = format!("127.0.0.1:{port}").parse().expect("an address");
        let agent = open_when_listening(to, transport).await;
        let plans = city::calls(&patient_city(CALLS, 100.0));
        let report = SimulateReport::of(
            &callers::place(Arc::clone(&agent), &plans, &Arc::new(Stopwatch::default())).await,
        );
        let status = sipp.wait().expect("sipp ends");
        // Kept open until now: sipp waits some seconds for late messages and counts a closed stream as a failure.
        drop(agent);

        assert_eq!((report.offered, report.answered, report.failed_count()), (CALLS, CALLS, 0), "{report}");
        assert!(status.success(), "sipp ends with 0 when all {CALLS} calls succeeded");
        let text = std::fs::read_to_string(&statistics).expect("sipp's statistics");
        let column = |name: &str| {
            let at = text.lines().next().and_then(|head| head.split(';').position(|known| known == name));
            text.lines()
                .last()
                .and_then(|line| line.split(';').nth(at?).map(str::to_owned))
                .unwrap_or_default()
        };
        assert_eq!(column("SuccessfulCall(C)"), CALLS.to_string());
        assert_eq!(column("FailedCall(C)"), "0");
    }
}

async fn open_when_listening(to: SocketAddr, transport: Transport) -> Arc<SipAgent> {
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if let Ok(agent) = SipAgent::open(to, transport, 1).await {
            return Arc::new(agent);
        }
    }
    panic!("sipp did not listen within 5 s");
}

/// A server that does what a script says: for each message received, the replies to send.
async fn against(
    script: impl Fn(usize, &str) -> Vec<String> + Send + 'static,
    order: CallOrder,
) -> (CallRecord, Vec<String>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let to = socket.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let mut seen: Vec<String> = Vec::new();
        let mut buffer = vec![0; 65_535];
        while let Ok(Ok((length, from))) =
            tokio::time::timeout(Duration::from_secs(2), socket.recv_from(&mut buffer)).await
        {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            for reply in script(seen.len(), &text) {
                socket.send_to(reply.as_bytes(), from).await.expect("sends");
            }
            seen.push(text);
        }
        seen
    });
    let agent = SipAgent::open(to, Transport::Udp, 3).await.expect("opens");
    let record = agent.call(&order).await;
    (record, server.await.expect("the server ends"))
}

fn line<'a>(request: &'a str, name: &str) -> &'a str {
    request.lines().find(|line| line.starts_with(name)).unwrap_or_default()
}

/// A response to `request`, with a To tag and a Contact.
fn response(request: &str, status: &str) -> String {
    format!(
        "SIP/2.0 {status}\r\n{}\r\n{}\r\n{};tag=srv\r\n{}\r\n{}\r\nContact: <sip:meja@127.0.0.1:1>\r\nContent-Length: 0\r\n\r\n",
        line(request, "Via:"),
        line(request, "From:"),
        line(request, "To:").split(";tag=").next().unwrap_or_default(),
        line(request, "Call-ID:"),
        line(request, "CSeq:"),
    )
}

fn methods(seen: &[String]) -> Vec<&str> {
    seen.iter().map(|text| text.split(' ').next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn an_unheard_invite_is_sent_again_and_an_answer_repeated_is_acknowledged_again() {
    let (record, seen) = against(
        |n, text| match (n, text.split(' ').next()) {
            (0, _) => Vec::new(),
            (_, Some("INVITE")) => {
                let ok = response(text, "200 OK");
                vec![response(text, "100 Trying"), response(text, "180 Ringing"), ok.clone(), ok]
            }
            (_, Some("BYE")) => vec![response(text, "200 OK")],
            _ => Vec::new(),
        },
        order(),
    )
    .await;
    assert_eq!(methods(&seen), ["INVITE", "INVITE", "ACK", "ACK", "BYE"]);
    assert_eq!(seen[0], seen[1], "a retransmission is the same message");
    assert!(seen[2].starts_with("ACK sip:meja@127.0.0.1:1 "), "the ACK goes to the Contact: {}", seen[2]);
    assert!(line(&seen[2], "To:").ends_with(";tag=srv"));
    assert_ne!(line(&seen[2], "Via:"), line(&seen[0], "Via:"), "the ACK of a 2xx is its own transaction");
    assert_eq!(record.ending, Ending::HungUp(HungUpBy::Caller));
    assert_eq!(record.retransmissions, 2);
    assert!(record.answered.is_some_and(|after| after >= Duration::from_millis(500)));
}

#[tokio::test]
async fn an_impatient_caller_cancels_and_acknowledges_the_487() {
    let invite = std::sync::Mutex::new(String::new());
    let (record, seen) = against(
        move |_, text| {
            let mut invite = invite.lock().expect("not poisoned");
            match text.split(' ').next() {
                Some("INVITE") => {
                    *invite = text.to_owned();
                    vec![response(text, "180 Ringing")]
                }
                Some("CANCEL") => vec![response(text, "200 OK"), response(&invite, "487 Request Terminated")],
                _ => Vec::new(),
            }
        },
        CallOrder { unanswered_for: Duration::from_millis(200), ..order() },
    )
    .await;
    assert_eq!(methods(&seen), ["INVITE", "CANCEL", "ACK"]);
    assert_eq!(line(&seen[1], "Via:"), line(&seen[0], "Via:"), "CANCEL carries the INVITE's branch");
    assert_eq!(line(&seen[1], "CSeq:"), "CSeq: 1 CANCEL");
    assert_eq!(line(&seen[2], "Via:"), line(&seen[0], "Via:"), "so does the ACK of a refusal");
    assert_eq!(record.ending, Ending::Cancelled);
    assert_eq!(record.answered, None);
}

#[tokio::test]
async fn a_200_that_crosses_the_cancel_is_acknowledged_and_hung_up() {
    let (record, seen) = against(
        |_, text| match text.split(' ').next() {
            Some("INVITE") => vec![response(text, "180 Ringing")],
            Some("CANCEL") => {
                let invite = text.replace("CANCEL", "INVITE");
                vec![response(&invite, "200 OK"), response(text, "200 OK")]
            }
            Some("BYE") => vec![response(text, "200 OK")],
            _ => Vec::new(),
        },
        CallOrder { unanswered_for: Duration::from_millis(100), stays: Duration::from_secs(60), ..order() },
    )
    .await;
    assert_eq!(methods(&seen), ["INVITE", "CANCEL", "ACK", "BYE"]);
    assert_eq!(record.ending, Ending::HungUp(HungUpBy::Caller));
}

#[tokio::test]
async fn the_server_may_hang_up_first() {
    let (record, seen) = against(
        |_, text| match text.split(' ').next() {
            Some("INVITE") => vec![response(text, "200 OK")],
            Some("ACK") => vec![format!(
                "BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKx\r\n{}\r\n{}\r\n{}\r\nCSeq: 9 BYE\r\n\r\n",
                line(text, "To:").replace("To:", "From:"),
                line(text, "From:").replace("From:", "To:"),
                line(text, "Call-ID:")
            )],
            _ => Vec::new(),
        },
        CallOrder { stays: Duration::from_secs(60), ..order() },
    )
    .await;
    assert_eq!(methods(&seen), ["INVITE", "ACK", "SIP/2.0"]);
    assert!(seen[2].starts_with("SIP/2.0 200 OK") && line(&seen[2], "cseq:") == "cseq: 9 BYE", "{}", seen[2]);
    assert_eq!(record.ending, Ending::HungUp(HungUpBy::Server));
}

#[tokio::test]
async fn a_refusal_and_a_forgotten_call_are_failures() {
    let (refused, seen) = against(
        |n, text| if n == 0 { vec![response(text, "503 Service Unavailable")] } else { Vec::new() },
        order(),
    )
    .await;
    assert_eq!((methods(&seen), refused.ending), (vec!["INVITE", "ACK"], Ending::Refused(503)));

    let (forgotten, _seen) = against(
        |_, text| match text.split(' ').next() {
            Some("INVITE") => vec![response(text, "200 OK")],
            Some("BYE") => vec![response(text, "481 Call/Transaction Does Not Exist")],
            _ => Vec::new(),
        },
        order(),
    )
    .await;
    assert_eq!(forgotten.ending, Ending::Forgotten);
    assert!(!refused.ending.is_proper() && !forgotten.ending.is_proper());
}

#[tokio::test(start_paused = true)]
async fn a_dead_server_is_given_up_after_64_t1() {
    // A TCP listener that never answers: no datagrams, so that the paused clock may run ahead.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let to = listener.local_addr().expect("an address");
    let agent = SipAgent::open(to, Transport::Tcp, 3).await.expect("opens");
    let record = agent.call(&order()).await;
    assert_eq!(record.ending, Ending::NoResponse);
    assert_eq!(record.ended.as_secs(), 32);
}

#[tokio::test]
async fn only_this_machine_is_ever_called() {
    let to: SocketAddr = "192.0.2.112:5060".parse().expect("an address");
    let refused = simulate(SimulateOptions::new(1, 10, 1.0, to)).await;
    assert!(matches!(refused, Err(SimulatorError::NotLoopback(address)) if address == to), "{refused:?}");

    let home: SocketAddr = "127.0.0.1:5060".parse().expect("an address");
    for (calls, rate) in [(0, 1.0), (1_000_000, 1.0), (10, 0.0), (10, 100_000.0), (10, f64::NAN)] {
        let refused = simulate(SimulateOptions::new(1, calls, rate, home)).await;
        assert!(
            matches!(refused, Err(SimulatorError::OutOfRange { .. })),
            "{calls} calls at {rate}: {refused:?}"
        );
    }
}
