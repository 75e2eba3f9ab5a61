//! Calls that break: each ends in one disposition and leaves a duty to call back, with a deadline.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Api, Kind, Server, Setup, Sipp, UdpCaller, caller, micros, the_call_of};

#[tokio::test]
async fn broken_off_calls_are_kept_and_called_back() {
    let server = Server::start(Setup::demo(Kind::Sqlite).flag("--queue-answer-after-s", "2")).await;
    let petugas = server.log_in("petugas1").await;
    tokio::join!(
        given_up_while_ringing(&server, &petugas),
        hung_up_in_the_early_dialog(&server, &petugas),
        hung_up_in_the_queue(&server, &petugas),
        the_ack_never_comes(&server, &petugas),
    );
    let owed = petugas.all("/calls?call_back=open").await;
    assert_eq!(owed.len(), 2, "two duties were done, two are open: {owed:?}");
    let wall = petugas.get("/wallboard").await.expect(200);
    assert_eq!(wall["call_backs_open"], 2);
    server.verify().await;
}

async fn given_up_while_ringing(server: &Server, petugas: &Api) {
    let number = caller();
    Sipp::start("uac_cancel", server.sip, &number, &["-d", "500"]).done(Duration::from_secs(20)).await;
    let call = is_abandoned(petugas, &number, "caller_cancelled").await;
    let path = format!("/calls/{}/call-back", call["id"].as_str().expect("an id"));
    let tried =
        petugas.post(&path, &json!({ "outcome": "no_answer", "note": "tidak diangkat" })).await.expect(200);
    assert_eq!(
        (&tried["call_back"]["state"], tried["call_back"]["attempts"].as_array().map(Vec::len)),
        (&json!("open"), Some(1))
    );
    let done = petugas.post(&path, &json!({ "outcome": "reached" })).await.expect(200);
    assert_eq!(done["call_back"]["state"], "done");
    assert_eq!(done["call_back"]["attempts"][1]["by"]["id"], petugas.user["id"]);
    let again = petugas.post(&path, &json!({ "outcome": "reached" })).await;
    assert_eq!(again.problem(409), "no_call_back_owed");
}

/// RFC 3261 section 15: the caller may end an early dialog with BYE; the INVITE still gets its 487.
async fn hung_up_in_the_early_dialog(server: &Server, petugas: &Api) {
    let number = caller();
    let phone = UdpCaller::new(server.sip).await;
    let invite = phone.invite(&number, 9);
    phone.send(&invite.bytes()).await;
    let ringing = phone.expect("INVITE", 180, Duration::from_secs(5)).await;
    phone.send(&invite.bye(&ringing)).await;
    // The 200 and the 487 may come in either order.
    let mut wanted = vec![("BYE", 200), ("INVITE", 487)];
    while !wanted.is_empty() {
        let heard = phone.hears(Duration::from_secs(5), |m| m.status >= 200).await;
        let heard = heard.unwrap_or_else(|| panic!("still missing: {wanted:?}"));
        if heard.status == 487 {
            phone.send(&invite.ack(&heard)).await;
        }
        wanted.retain(|(method, status)| (*method, *status) != (heard.method.as_str(), heard.status));
    }
    let call = is_abandoned(petugas, &number, "caller_cancelled").await;
    let path = format!("/calls/{}/call-back", call["id"].as_str().expect("an id"));
    let done =
        petugas.post(&path, &json!({ "outcome": "not_needed", "note": "menelepon lagi" })).await.expect(200);
    assert_eq!(done["call_back"]["state"], "done");
}

async fn hung_up_in_the_queue(server: &Server, petugas: &Api) {
    let number = caller();
    Sipp::start("uac_answered", server.sip, &number, &["-d", "500"]).done(Duration::from_secs(20)).await;
    let call = is_abandoned(petugas, &number, "caller_hung_up").await;
    assert!(call["queue_answered_at"].is_string() && call["answered_at"].is_null(), "{call}");
}

/// RFC 3261 section 13.3.1.4: 200 again and again for 64*T1, which is 32 s, then BYE.
async fn the_ack_never_comes(server: &Server, petugas: &Api) {
    let number = caller();
    Sipp::start("uac_lost_ack", server.sip, &number, &[]).done(Duration::from_secs(60)).await;
    let call = is_abandoned(petugas, &number, "ack_lost").await;
    assert_eq!(call["defects"], json!(["ack_lost"]));
}

/// The call is over, the system disposed of it, and somebody must call back within five minutes of its end.
async fn is_abandoned(petugas: &Api, number: &str, reason: &str) -> Value {
    let call = the_call_of(petugas, number, "abandoned", |c| c["disposition"]["kind"] == "abandoned").await;
    assert_eq!((&call["state"], &call["end_reason"]), (&json!("ended"), &json!(reason)), "{call}");
    assert_eq!(
        (&call["call_back"]["state"], &call["call_back"]["overdue"]),
        (&json!("open"), &json!(false)),
        "{call}"
    );
    let (ended, due) = (micros(&call["ended_at"]), micros(&call["call_back"]["due_at"]));
    assert_eq!(due - ended, 300_000_000, "{call}");
    call
}
