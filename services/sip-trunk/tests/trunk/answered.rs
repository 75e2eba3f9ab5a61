use std::time::Duration;

use call_link::order::{LiveState, OrderError};
use dispatch_core::call::fact::{EndReason, IdentitySource};

use crate::client::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_recorded_answered_by_one_and_ended_once() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite()).await;
    phone.expect("SIP/2.0 100").await;
    phone.expect("SIP/2.0 180").await;
    let (call, arrival) = centre.arrival(0).await;
    assert_eq!((arrival.trunk.as_str(), arrival.dialled.as_str()), ("telco", "sip:112@centre"));
    let caller = arrival.caller.as_ref().unwrap();
    assert_eq!((caller.number.reveal().as_str(), caller.source), ("+62811717171", IdentitySource::From));
    assert_defects(&arrival, &[]);
    assert_eq!(centre.live().await[0].state, LiveState::Ringing);

    let answered = centre.orders().answer(call, petugas(1)).await.unwrap();
    assert!(!answered.was_queued);
    let ok = phone.expect("SIP/2.0 200").await;
    assert!(ok.audio_port() > 0 && ok.body.contains("PCMA/8000") && ok.body.contains("telephone-event"));
    assert!(ok.value("Contact").contains(&centre.trunk.sip_udp.to_string()), "{}", ok.value("Contact"));
    phone.ack().await;
    let loser = centre.orders().answer(call, petugas(2)).await;
    assert_eq!(loser, Err(OrderError::AlreadyAnswered { by: petugas(1) }));
    let live = centre.live().await;
    assert_eq!((live[0].state, live[0].answered_by), (LiveState::Connected, Some(petugas(1))));
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.bye().await;
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(names_of(&facts), ["arrived", "answered", "confirmed", "ended CallerHungUp"]);
    centre.assert_clean().await;
    assert_eq!(centre.orders().answer(call, petugas(3)).await, Err(OrderError::UnknownCall));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_whom_nobody_answers_hears_the_queue_and_gets_no_second_200() {
    let centre =
        centre_with(sip_trunk::TrunkConfig { queue_answer_after: Duration::from_millis(300), ..config() })
            .await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    let (call, _) = centre.arrival(0).await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    assert_eq!(centre.live().await[0].state, LiveState::Queued);
    // A 200 that was repeated before its ACK came is none of the answer's.
    while phone.socket.try_recv_from(&mut [0; 8_192]).is_ok() {}
    assert!(centre.orders().answer(call, petugas(1)).await.unwrap().was_queued);
    phone.expect_silence(Duration::from_millis(300), "").await;
    phone.bye().await;
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(names_of(&facts), ["arrived", "queued", "confirmed", "answered", "ended CallerHungUp"]);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_call_takers_race_and_one_wins() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    let (call, _) = centre.arrival(0).await;
    let racers: Vec<_> = (1..=20)
        .map(|n| {
            let orders = centre.orders().clone();
            tokio::spawn(async move { (petugas(n), orders.answer(call, petugas(n)).await) })
        })
        .collect();
    let mut winners = Vec::new();
    let mut named = Vec::new();
    for racer in racers {
        match racer.await.unwrap() {
            (by, Ok(_)) => winners.push(by),
            (_, Err(OrderError::AlreadyAnswered { by })) => named.push(by),
            (_, Err(other)) => {
                assert_eq!(other, OrderError::TrunkBusy, "only the queue's bound may refuse otherwise")
            }
        }
    }
    assert_eq!(winners.len(), 1);
    assert!(!named.is_empty() && named.iter().all(|by| *by == winners[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_centre_hangs_up_a_ringing_and_an_answered_call() {
    let centre = centre().await;
    let mut ringing = Phone::new(&centre).await;
    ringing.ring().await;
    let (first, _) = centre.arrival(0).await;
    centre.orders().hangup(first, petugas(1)).await.unwrap();
    ringing.expect("SIP/2.0 603").await;
    assert_eq!(centre.end_of(first).await.0, EndReason::CentreHungUp);

    let mut talking = Phone::new(&centre).await;
    talking.ring().await;
    let (second, _) = centre.arrival(1).await;
    centre.orders().answer(second, petugas(1)).await.unwrap();
    talking.expect("SIP/2.0 200").await;
    // The order comes before the ACK: the BYE has to wait for it.
    centre.orders().hangup(second, petugas(1)).await.unwrap();
    talking.ack().await;
    let bye = talking.expect("BYE").await;
    let headers: String = ["Via", "From", "To", "Call-ID", "CSeq"]
        .iter()
        .map(|n| format!("{n}: {}\r\n", bye.value(n)))
        .collect();
    talking.send(format!("SIP/2.0 200 OK\r\n{headers}Content-Length: 0\r\n\r\n")).await;
    let (reason, facts) = centre.end_of(second).await;
    assert_eq!(reason, EndReason::CentreHungUp, "{:?}", names_of(&facts));
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_hard_cap_and_while_draining_the_call_is_refused_but_on_record() {
    let centre = centre_with(sip_trunk::TrunkConfig { live_calls_max: 1, ..config() }).await;
    let mut first = Phone::new(&centre).await;
    first.ring().await;
    let mut second = Phone::new(&centre).await;
    second.send(second.invite()).await;
    let refused = second.expect("SIP/2.0 503").await;
    assert!(refused.values("Retry-After").is_empty());
    second.ack().await;
    let (call, _) = centre.arrival(1).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Overloaded);

    let mut asking = Phone::new(&centre).await;
    asking.send(asking.request("OPTIONS", "", "")).await;
    asking.expect("SIP/2.0 503").await;
    let (ringing, _) = centre.arrival(0).await;
    centre.orders().hangup(ringing, petugas(1)).await.unwrap();
    centre.end_of(ringing).await;
    let mut asking = Phone::new(&centre).await;
    // Its place is given back a moment after its end is on record.
    tokio::time::sleep(Duration::from_millis(300)).await;
    asking.send(asking.request("OPTIONS", "", "")).await;
    asking.expect("SIP/2.0 200").await;
    centre.orders().drain().await.unwrap();
    let mut asking = Phone::new(&centre).await;
    asking.send(asking.request("OPTIONS", "", "")).await;
    asking.expect("SIP/2.0 503").await;
    let mut third = Phone::new(&centre).await;
    third.send(third.invite()).await;
    third.expect("SIP/2.0 503").await;
    assert_eq!(centre.trunk.snapshot().overload, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_fails_stops_no_call_and_the_desk_still_sees_it() {
    let dir = tempfile::TempDir::new().unwrap();
    // Each fact begins a new file, and none can be made once the directory has gone.
    let (journal, recovery) =
        call_link::journal::Journal::open_with_segments_of(dir.path(), clock(), 1).unwrap();
    let trunk = sip_trunk::start(config(), journal.clone(), &recovery, clock()).await.unwrap();
    let centre = Centre { trunk, journal, dir };
    std::fs::remove_dir_all(centre.dir.path()).unwrap();
    let mut phone = Phone::new(&centre).await;
    // The first fact still goes into the file that is open.
    for n in 0..2 {
        phone = Phone::new(&centre).await;
        phone.ring().await;
        let (call, _) = centre.arrival(n).await;
        centre.orders().answer(call, petugas(1)).await.unwrap();
        phone.expect("SIP/2.0 200").await;
    }
    phone.ack().await;
    phone.bye().await;
    let (call, _) = centre.arrival(1).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    // All but the first arrival: an answer, an arrival, an answer and an end at least.
    centre.wait_for(|_| (centre.trunk.snapshot().journal_failed > 3).then_some(())).await;
    assert!(centre.journal.stats().failed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_over_ipv6() {
    let base = config();
    let trunk =
        sip_trunk::TrunkProfile { sources: vec!["::1/128".parse().unwrap()], ..base.trunks[0].clone() };
    let bind = "[::1]:0".parse().unwrap();
    let centre = centre_with(sip_trunk::TrunkConfig { bind, trunks: vec![trunk], ..base }).await;
    let mut phone = Phone::at("[::1]:0", &centre).await;
    let rtp = tokio::net::UdpSocket::bind("[::1]:0").await.unwrap();
    let port = rtp.local_addr().unwrap().port();
    let sdp = format!("v=0\r\nc=IN IP6 ::1\r\nm=audio {port} RTP/AVP 8\r\n");
    phone.send(phone.invite_with("", "application/sdp", &sdp)).await;
    phone.expect("SIP/2.0 180").await;
    let (call, arrival) = centre.arrival(0).await;
    assert_defects(&arrival, &[]);
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ok = phone.expect("SIP/2.0 200").await;
    assert!(ok.body.contains("c=IN IP6 ::1") && ok.value("Contact").contains("[::1]"), "{ok:?}");
    phone.ack().await;
    let mut packet = [0; 200];
    assert_eq!(tokio::time::timeout(PATIENCE, rtp.recv(&mut packet)).await.unwrap().unwrap(), 172);
    phone.bye().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_what_is_left() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    let Centre { trunk, journal, dir: _dir } = centre;
    trunk.shutdown(Duration::ZERO).await;
    phone.expect("SIP/2.0 503").await;
    let facts = journal.read_after(0, 10).await.unwrap();
    assert_eq!(names(&facts), ["arrived", "ended Restarted"]);
}
