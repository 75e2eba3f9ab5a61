use std::time::Duration;

use call_link::order::OrderError;
use dispatch_core::call::fact::EndReason;

use crate::client::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_ends_a_ringing_call_and_keeps_it_for_a_call_back() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    let (call, _) = centre.arrival(0).await;
    // A CANCEL has the branch of its INVITE, and no To tag.
    let to = std::mem::replace(&mut phone.to, "<sip:112@centre>".to_owned());
    let cancel = format!("{}Content-Length: 0\r\n\r\n", phone.head("CANCEL", &phone.branch));
    phone.send(&cancel).await;
    let first = phone.receive().await;
    let second = phone.receive().await;
    let mut answers =
        [(first.start.clone(), first.value("CSeq")), (second.start.clone(), second.value("CSeq"))];
    answers.sort();
    assert!(answers[0].0.starts_with("SIP/2.0 200") && answers[0].1 == "1 CANCEL", "{answers:?}");
    assert!(answers[1].0.starts_with("SIP/2.0 487") && answers[1].1 == "1 INVITE", "{answers:?}");
    phone.to = to;
    phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("ACK", &phone.branch))).await;
    let (reason, facts) = centre.end_of(call).await;
    assert_eq!((reason, facts.len()), (EndReason::CallerCancelled, 2));
    assert!(matches!(
        centre.orders().answer(call, petugas(1)).await,
        Err(OrderError::UnknownCall | OrderError::Ended)
    ));
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_that_crosses_the_answer_leaves_one_end() {
    let centre = centre().await;
    for n in 0..20 {
        let mut phone = Phone::new(&centre).await;
        phone.ring().await;
        let (call, _) = centre.arrival(n).await;
        phone.to = "<sip:112@centre>".to_owned();
        let cancel = format!("{}Content-Length: 0\r\n\r\n", phone.head("CANCEL", &phone.branch));
        let (answer, ()) = tokio::join!(centre.orders().answer(call, petugas(1)), phone.send(&cancel));
        if answer.is_ok() {
            // The caller lost the race: it acknowledges and hangs up.
            let ok = phone.expect("SIP/2.0 200").await;
            if ok.value("CSeq") == "1 INVITE" || phone.expect("SIP/2.0 ").await.value("CSeq") == "1 INVITE" {
                phone.ack().await;
                phone.cseq += 1;
                phone.send(phone.request("BYE", "", "")).await;
            }
        }
        let (reason, _) = centre.end_of(call).await;
        assert!(
            matches!(reason, EndReason::CallerCancelled | EndReason::CallerHungUp | EndReason::AckLost),
            "{reason:?}"
        );
    }
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_200_without_ack_is_repeated_and_then_ended_with_bye() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let mut repeats = 0;
    loop {
        let received = phone.receive().await;
        if received.start.starts_with("BYE") {
            break;
        }
        assert!(received.start.starts_with("SIP/2.0 200"), "{}", received.start);
        repeats += 1;
    }
    assert!(repeats >= 4, "only {repeats} times");
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(names_of(&facts), ["arrived", "answered", "defect AckLost", "ended AckLost"]);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bye_before_the_answer_and_before_the_ack_end_the_call() {
    let centre = centre().await;
    let mut early = Phone::new(&centre).await;
    early.ring().await;
    early.cseq += 1;
    early.send(early.request("BYE", "", "")).await;
    let answers = [early.receive().await, early.receive().await];
    let start = |code: &str| {
        answers.iter().find(|a| a.start.starts_with(&format!("SIP/2.0 {code}"))).map(|a| a.value("CSeq"))
    };
    assert_eq!((start("200").as_deref(), start("487").as_deref()), (Some("2 BYE"), Some("1 INVITE")));
    early.cseq = 1;
    early.send(format!("{}Content-Length: 0\r\n\r\n", early.head("ACK", &early.branch))).await;
    let (call, _) = centre.arrival(0).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerCancelled);

    let mut hasty = Phone::new(&centre).await;
    hasty.ring().await;
    let (call, _) = centre.arrival(1).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    hasty.expect("SIP/2.0 200").await;
    hasty.bye().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    tokio::time::sleep(Duration::from_millis(100)).await;
    // Whatever was on its way has come; from here on the 200 must not be repeated.
    while hasty.socket.try_recv_from(&mut [0; 4_096]).is_ok() {}
    hasty.expect_silence(Duration::from_millis(300), "").await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bye_that_crossed_ours_gets_200_and_one_for_nothing_481() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    centre.orders().hangup(call, petugas(1)).await.unwrap();
    let ours = phone.expect("BYE").await;
    phone.reply(&ours, 200, "OK").await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    // The caller put the telephone down in the same moment.
    phone.bye().await;
    phone.to = phone.to.replace("tag=", "tag=never-ours-");
    phone.cseq += 1;
    phone.send(phone.request("BYE", "", "")).await;
    phone.expect("SIP/2.0 481").await;
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bye_with_an_old_number_ends_the_call_too() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.cseq = 100;
    phone.ring().await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.cseq = 5;
    phone.send(phone.request("BYE", "", "")).await;
    phone.expect("SIP/2.0 200").await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retransmission_is_the_same_call_and_another_path_is_refused() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    for _ in 0..3 {
        phone.send(phone.invite()).await;
    }
    phone.expect("SIP/2.0 180").await;
    phone.send(phone.invite()).await;
    phone.expect("SIP/2.0 180").await;
    let first = std::mem::replace(&mut phone.branch, "z9hG4bKother".to_owned());
    phone.to = "<sip:112@centre>".to_owned();
    phone.send(phone.invite()).await;
    let merged = phone.expect("SIP/2.0 482").await;
    assert!(merged.value("Via").contains("z9hG4bKother"));
    phone.send(format!("{}Content-Length: 0\r\n\r\n", phone.head("ACK", "z9hG4bKother"))).await;
    phone.branch = first;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(arrivals(&centre.facts().await).count(), 1);
    assert_eq!((centre.trunk.snapshot().invites_trusted, centre.trunk.snapshot().merged), (1, 1));
}
