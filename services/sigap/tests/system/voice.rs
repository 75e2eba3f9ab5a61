//! Voice on the real binary: a recording that is played back is the file on the disk, and a telephone is a seat.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Api, DeskPhone, Kind, RtpEar, SOON, Server, UdpCaller, caller, calls_of, the_call_of};

/// A caller who is on the line, and what the console knows of the call.
async fn answered(server: &Server, taker: &Api, number: &str, ear: &RtpEar) -> (UdpCaller, String, Vec<u8>) {
    let phone = UdpCaller::new(server.sip).await;
    let invite = phone.invite(number, ear.port());
    phone.send(&invite.bytes()).await;
    let ringing = the_call_of(taker, number, "ringing", |call| !call.is_null()).await;
    let id = ringing["id"].as_str().expect("an id").to_owned();
    taker.post(&format!("/calls/{id}/answer"), &json!({})).await.expect(200);
    let ok = phone.expect("INVITE", 200, SOON).await;
    phone.send(&invite.ack(&ok)).await;
    (phone, id, invite.bye(&ok))
}

/// How often somebody's listening stands in the log.
async fn playbacks(auditor: &Api) -> usize {
    let log = auditor.get("/log?limit=1000").await.expect(200);
    let entries = log["entries"].as_array().expect("entries");
    entries.iter().filter(|entry| entry.to_string().contains("recording_played")).count()
}

#[tokio::test]
async fn what_is_played_is_the_file_and_who_heard_it_is_in_the_log() {
    let server = Server::demo(Kind::Sqlite).await;
    let (taker, number) = (server.log_in("petugas1").await, caller());
    let ear = RtpEar::new().await;
    let (phone, id, bye) = answered(&server, &taker, &number, &ear).await;
    assert!(ear.listen(Duration::from_secs(2)).await > 40, "the caller hears that somebody is there");
    phone.send(&bye).await;
    phone.expect("BYE", 200, SOON).await;
    let call = the_call_of(&taker, &number, "recorded", |call| !call["recording"].is_null()).await;
    assert_eq!((&call["state"], &call["without_recording"]), (&json!("ended"), &json!(false)));
    assert!(call["recording"]["seconds"].as_f64().expect("seconds") >= 1.5, "{}", call["recording"]);

    let path = format!("/calls/{id}/recording");
    let whole = taker.get(&path).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, "audio/wav"));
    let files = std::fs::read_dir(server.data_dir().join("recordings")).expect("the folder");
    let wavs = files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "wav"));
    let wavs: Vec<Vec<u8>> = wavs.map(|file| std::fs::read(file.path()).expect("a file")).collect();
    assert_eq!(wavs.len(), 1, "one call, one file");
    assert!(whole.bytes == wavs[0] && whole.bytes.starts_with(b"RIFF"), "byte for byte");
    let part = taker.must(taker.request("GET", &path).header("range", "bytes=100-199")).await;
    assert_eq!((part.status, part.bytes == wavs[0][100..200]), (206, true));
    let beyond = format!("bytes={}-", wavs[0].len());
    let outside = taker.must(taker.request("GET", &path).header("range", &beyond)).await;
    assert_eq!(outside.problem(416), "range_not_satisfiable");

    for name in ["petugas2", "damkar", "admin"] {
        assert_eq!(server.log_in(name).await.get(&path).await.problem(403), "forbidden", "{name}");
    }
    let auditor = server.log_in("auditor").await;
    assert_eq!(playbacks(&auditor).await, 1, "parts of one playback are one leaf");
    assert_eq!(auditor.get(&path).await.bytes, wavs[0]);
    assert_eq!(playbacks(&auditor).await, 2);
    assert!(server.verify().await > 0);
}

#[tokio::test]
async fn an_offer_that_is_none_is_refused_in_words_and_the_call_stays() {
    let server = Server::demo(Kind::Sqlite).await;
    let (taker, number) = (server.log_in("petugas1").await, caller());
    let garbage = taker.post("/seat", &json!({ "sdp": "\u{0}\u{1}bukan sdp" })).await;
    assert_eq!(garbage.problem(422), "invalid_fields");
    let no_audio = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
    assert_eq!(taker.post("/seat", &json!({ "sdp": no_audio })).await.problem(422), "unusable_sdp");
    let phone = UdpCaller::new(server.sip).await;
    phone.send(&phone.invite(&number, 40_000).bytes()).await;
    let call = the_call_of(&taker, &number, "ringing", |call| !call.is_null()).await;
    let path = format!("/calls/{}/answer", call["id"].as_str().expect("an id"));
    assert_eq!(taker.post(&path, &json!({ "sdp": no_audio })).await.problem(422), "unusable_sdp");
    let calls = calls_of(&taker, &number).await;
    assert_eq!(calls[0]["answered_by"], Value::Null, "a broken browser takes no call");
    assert_eq!(taker.get("/seat").await.expect(200), json!({ "connected": false, "page": null }));
}

#[tokio::test]
async fn a_telephone_is_a_seat_that_rings_when_the_call_is_answered() {
    let server = Server::demo(Kind::Sqlite).await;
    let (taker, number) = (server.log_in("petugas1").await, caller());
    let (desk_phone, desk_ear) = (DeskPhone::new().await, RtpEar::new().await);
    let duty = json!({ "state": "ready", "audio": { "kind": "phone", "uri": desk_phone.uri() } });
    taker.post("/duty", &duty).await.expect(200);
    let ear = RtpEar::new().await;
    let caller_phone = UdpCaller::new(server.sip).await;
    let invite = caller_phone.invite(&number, ear.port());
    caller_phone.send(&invite.bytes()).await;
    let ringing = the_call_of(&taker, &number, "ringing", |call| !call.is_null()).await;
    let id = ringing["id"].as_str().expect("an id").to_owned();
    // The trunk hears of the duty a moment after the console does, and nothing that a console sees tells when.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let given = taker.post(&format!("/calls/{id}/answer"), &json!({})).await.expect(200);
    assert_eq!(given["audio"], "phone");
    desk_phone.picks_up(desk_ear.port()).await;
    let ok = caller_phone.expect("INVITE", 200, SOON).await;
    caller_phone.send(&invite.ack(&ok)).await;
    assert!(desk_ear.listen(Duration::from_secs(2)).await > 40, "sound reaches the telephone");
    let held = taker.post(&format!("/calls/{id}/hold"), &json!({})).await.expect(200);
    assert_eq!(held["state"], "held");
    assert!(ear.listen(Duration::from_secs(1)).await > 20, "music for the caller");
    let resumed = taker.post(&format!("/calls/{id}/resume"), &json!({})).await.expect(200);
    assert_eq!(resumed["state"], "connected");
    caller_phone.send(&invite.bye(&ok)).await;
    caller_phone.expect("BYE", 200, SOON).await;
    desk_phone.expect_bye().await;
}
