//! The second channels on the real binary: an SMS that nobody reports on, the call after it, the key that takes the
//! task; reports and answers of a gateway; and the test that tries it all without a task.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dispatch_core::time::{Seconds, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::{Instant, timeout_at};

use super::harness::{
    Api, Call, DeskPhone, Kind, SOON, Server, Setup, dispatch, eventually, fire, open_incident,
};

const TOKEN: &str = "rahasia-gerbang";

/// An SMS gateway: takes everything, and names it by its number.
#[derive(Clone, Default)]
struct Gateway(Arc<Mutex<Vec<Value>>>);

impl Gateway {
    async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/kirim", listener.local_addr().expect("an address"));
        let gateway = Self::default();
        let taken = gateway.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a connection");
                tokio::spawn(taken.clone().serve(socket));
            }
        });
        (gateway, url)
    }

    async fn serve(self, mut socket: tokio::net::TcpStream) {
        let (mut read, mut chunk) = (String::new(), [0; 4096]);
        loop {
            let length = socket.read(&mut chunk).await.unwrap_or(0);
            read.push_str(&String::from_utf8_lossy(&chunk[..length]));
            let body = read.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
            if let Some(body) = body {
                let number = {
                    let mut taken = self.0.lock().expect("no panic");
                    taken.push(body);
                    taken.len()
                };
                let answer = format!("{{\"id\":\"m-{number}\"}}");
                let head = format!("HTTP/1.1 202 Accepted\r\nContent-Length: {}\r\n\r\n", answer.len());
                socket.write_all((head + &answer).as_bytes()).await.expect("the answer goes out");
                read.clear();
            }
            if length == 0 {
                return;
            }
        }
    }

    /// The first message to this number with these words, and the gateway's name for it.
    async fn message(&self, to: &str, words: &str) -> (Value, String) {
        eventually(&format!("an SMS \"{words}\" to {to}"), Duration::from_secs(30), || async {
            let taken = self.0.lock().expect("no panic");
            let is = |body: &&Value| {
                body["to"] == to && body["text"].as_str().is_some_and(|text| text.contains(words))
            };
            let place = taken.iter().position(|body| is(&body))?;
            Some((taken[place].clone(), format!("m-{}", place + 1)))
        })
        .await
    }

    fn count(&self, to: &str) -> usize {
        self.0.lock().expect("no panic").iter().filter(|body| body["to"] == to).count()
    }
}

fn settings(url: &str, secret: &std::path::Path, duty_phone: &str) -> String {
    let secret = secret.display();
    format!(
        r#"
[[gateway]]
name = "sms-uji"
kind = "sms"
url = "{url}"
body = '{{"to":"{{to}}","text":"{{text}}","ref":"{{id}}"}}'
message_id = "/id"
confirm_s = 6
[gateway.reports]
secret_file = "{secret}"
message_id = "/id"
status = "/status"
delivered = ["delivered"]
failed = ["failed"]
reply_from = "/from"
reply_text = "/text"

[[gateway]]
name = "telepon"
kind = "voice"

[[channel]]
agency = "damkar"
gateway = "sms-uji"
to = "0811-1111"

[[channel]]
agency = "damkar"
gateway = "telepon"
to = "{duty_phone}"
test = false

[[channel]]
agency = "pln"
gateway = "sms-uji"
to = "duty_officer"

[[channel]]
agency = "pln"
gateway = "telepon"
to = "sip:tidak-ada@127.0.0.1:9"
test = false
"#
    )
}

#[tokio::test]
async fn what_an_sms_does_not_prove_a_call_does_and_answers_come_back() {
    let (gateway, url) = Gateway::start().await;
    let answer = signature(&json!({ "from": "628112222", "text": "1" }));
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), format!("{TOKEN}\n")).expect("the secret can be written");
    let phone = DeskPhone::new().await;
    let setup = Setup::demo(Kind::Sqlite).toml(&settings(&url, secret.path(), &phone.uri()));
    let server = Server::start(setup).await;
    let petugas = server.log_in("petugas1").await;
    let pengawas = server.log_in("pengawas").await;
    // The officer of PLN stands in the roster, that of the fire brigade in the configuration.
    puts_on_duty(&pengawas, "pln", "+628112222").await;
    // Not so urgent that a rung of the ladder comes in between on a slow machine.
    let mut fire = fire();
    fire["priority"] = "P2".into();
    let incident = open_incident(&petugas, &fire).await;
    dispatch(&petugas, &incident, &["damkar", "pln"]).await;

    let pln = async {
        let (told, name) = gateway.message("+628112222", "KEBAKARAN").await;
        let text = told["text"].as_str().expect("a text");
        assert!(text.len() <= 160 && text.is_ascii(), "{text}");
        assert!(!text.contains("Samsudin") && !text.contains("62811"), "no person: {text}");
        reports_and_answers(&petugas, &incident, &name).await;
        assert_eq!(signed(&petugas, &answer).await, "acknowledged");
    };
    let damkar = async {
        gateway.message("+628111111", "KEBAKARAN").await;
        presses_one(&phone).await;
    };
    tokio::join!(pln, damkar);

    let taken = eventually("both agencies have taken it", SOON, || async {
        let whole = whole(&petugas, &incident).await;
        let both = ["damkar", "pln"].map(|code| assignment(&whole, code));
        both.iter().all(|a| a["state"] == "acknowledged").then_some((whole, both))
    })
    .await;
    let (whole, [damkar, pln]) = taken;
    assert_eq!(
        (&damkar["acknowledged_by"], &damkar["relayed"][0]["source"]),
        (&Value::Null, &json!("voice"))
    );
    assert_eq!((&pln["acknowledged_by"], &pln["relayed"][0]["source"]), (&Value::Null, &json!("sms")));
    let words: Vec<_> = whole["timeline"].as_array().expect("a timeline").iter().collect();
    let said =
        |part: &str| words.iter().filter(|e| e["text_id"].as_str().is_some_and(|t| t.contains(part))).count();
    assert_eq!(said("lewat SMS: dikirim, menunggu laporan"), 2, "{words:#?}");
    assert_eq!(said("lewat SMS: sampai (delivered)"), 1, "a second report is written down once: {words:#?}");
    assert_eq!(said("lewat panggilan otomatis: sampai (key 1)"), 1, "{words:#?}");
    assert_eq!(said("lewat tombol di panggilan otomatis"), 1, "{words:#?}");
    assert_eq!((gateway.count("+628111111"), phone.calls()), (1, 1), "nobody was told or rung twice");

    // A recorded copy of the answer does not take the next task.
    let next = open_incident(&petugas, &fire).await;
    dispatch(&petugas, &next, &["pln"]).await;
    let told = || async { (gateway.count("+628112222") > 1).then_some(()) };
    eventually("the next task goes out", Duration::from_secs(30), told).await;
    // The gateway has it a moment before it is written down whom it went to.
    eventually("it is written down", SOON, || async {
        let sent = self::whole(&petugas, &next).await["timeline"].to_string().contains("lewat SMS: dikirim");
        sent.then_some(())
    })
    .await;
    assert_eq!(signed(&petugas, &answer).await, "noted");
    assert_ne!(assignment(&self::whole(&petugas, &next).await, "pln")["state"], "acknowledged");
    merged_and_said_again(&petugas, &next, &fire).await;

    tests_are_reported(&pengawas, &gateway, (&petugas, &fire)).await;
    assert!(server.verify().await > 0);
}

/// A gateway without signatures that says "1" once more takes no other task; an answer with the number of an incident that
/// was merged meanwhile takes the task that goes on.
async fn merged_and_said_again(petugas: &Api, next: &Value, fire: &Value) {
    let says = |text: String| async move {
        let answer = report(petugas, TOKEN, &json!({ "from": "08112222", "text": text })).await;
        answer.expect(200)["result"].as_str().expect("a word").to_owned()
    };
    assert_eq!(says("1".to_owned()).await, "ambiguous", "it may be the first answer again");
    assert_ne!(assignment(&whole(petugas, next).await, "pln")["state"], "acknowledged");
    let other = open_incident(petugas, fire).await;
    let path = format!("/incidents/{}/merge", next["id"].as_str().expect("an id"));
    petugas.post(&path, &json!({ "into": other["id"] })).await.expect(200);
    let number = next["number"].as_str().expect("a number").rsplit('-').next().expect("its end").to_owned();
    assert_eq!(says(format!("1 {number}")).await, "acknowledged");
    assert_eq!(assignment(&whole(petugas, &other).await, "pln")["state"], "acknowledged");
    // Nobody sent these: they are known as unknown without a look at every open incident, and soon.
    for id in ["999999999.0.0", "uji-1-pln-0"] {
        let nobody = report(petugas, TOKEN, &json!({ "id": id, "status": "delivered" })).await;
        assert_eq!(nobody.problem(404), "not_found");
    }
}

/// Somebody whose shift runs: they come before those who can be rung at any hour.
async fn puts_on_duty(pengawas: &Api, agency: &str, phone: &str) {
    let name = "Piket Uji";
    let officer = json!({
        "action": "set_person", "agency": agency, "post": "duty_officer", "name": name, "phone": phone,
    });
    let roster = pengawas.post("/roster", &officer).await.expect(200);
    let people = roster["people"].as_array().expect("people");
    let person = people.iter().find(|person| person["name"] == name).expect("the officer");
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros();
    let now = Timestamp::from_micros(i64::try_from(since).expect("before 294247"));
    let (from, to) = (now.before(Seconds(60)).to_string(), now.after(Seconds(3_600)).to_string());
    let shift = json!({ "person_id": person["id"], "from": from, "to": to });
    pengawas.post("/roster", &json!({ "action": "plan", "shifts": [shift] })).await.expect(200);
}

/// A delivery, twice; one that nobody sent; a stranger; answers from elsewhere and from the right telephone.
async fn reports_and_answers(petugas: &Api, incident: &Value, name: &str) {
    let delivered = json!({ "id": name, "status": "delivered" });
    for _ in 0..2 {
        let answer = report(petugas, TOKEN, &delivered).await;
        assert_eq!(answer.expect(200)["result"], "noted");
    }
    assert_eq!(assignment(&whole(petugas, incident).await, "pln")["state"], "delivered");
    let nobody = report(petugas, TOKEN, &json!({ "id": "m-999", "status": "delivered" })).await;
    assert_eq!(nobody.problem(404), "not_found");
    assert_eq!(report(petugas, "salah", &delivered).await.problem(401), "unproven_report");

    let says = |from: &'static str, text: &'static str| async move {
        let answer = report(petugas, TOKEN, &json!({ "from": from, "text": text })).await;
        answer.expect(200)["result"].as_str().expect("a word").to_owned()
    };
    assert_eq!(says("+628119999", "1").await, "nothing_waits", "another telephone");
    assert_eq!(says("08112222", "siapa ini?").await, "not_understood");
    assert_eq!(says("08112222", "1 999999").await, "nothing_waits", "another incident");
}

/// A test: a message marked UJI, its report, a person's "1", and what the supervisor sees of it.
async fn tests_are_reported(pengawas: &Api, gateway: &Gateway, late: (&Api, &Value)) {
    let begun = pengawas.post("/channels/tests", &json!({ "agency": "pln" })).await.expect(202);
    assert_eq!(begun["begun"], true);
    let (told, name) = gateway.message("+628112222", "UJI").await;
    assert!(told["ref"].as_str().is_some_and(|id| id.starts_with("uji-")), "{told}");
    let state = |wanted: &'static str| async move {
        eventually(wanted, Duration::from_secs(20), || async {
            let found = pengawas.get("/channels").await.expect(200);
            let lines = found["channels"].as_array().expect("lines").clone();
            let line = lines.into_iter().find(|line| line["agency"] == "pln" && line["place"] == 0)?;
            (line["last_test"]["state"] == wanted).then_some(line)
        })
        .await
    };
    state("accepted").await;
    let failed = report(pengawas, TOKEN, &json!({ "id": name, "status": "failed" })).await;
    assert_eq!(failed.expect(200)["result"], "noted");
    assert_eq!(state("failed").await["failing"], true);
    let reply = report(pengawas, TOKEN, &json!({ "from": "08112222", "text": "1" })).await;
    assert_eq!(reply.expect(200)["result"], "confirmed");
    let line = state("delivered").await;
    assert_eq!((&line["failing"], &line["last_test"]["confirmed"]), (&json!(false), &json!(true)));
    assert_eq!(gateway.count("+628111111"), 1, "the other agency was not tested");
    // A task went to the same telephone after the test and was called off: a "1" that comes now was meant for it.
    let (petugas, fire) = late;
    let task = open_incident(petugas, fire).await;
    let sent = gateway.count("+628112222");
    dispatch(petugas, &task, &["pln"]).await;
    let told = || async { (gateway.count("+628112222") > sent).then_some(()) };
    eventually("the task goes out", Duration::from_secs(30), told).await;
    eventually("it is written down", SOON, || async {
        let sent = whole(petugas, &task).await["timeline"].to_string().contains("lewat SMS: dikirim");
        sent.then_some(())
    })
    .await;
    let path = format!("/incidents/{}/cancel", task["id"].as_str().expect("an id"));
    petugas.post(&path, &json!({ "reason": "salah lapor" })).await.expect(200);
    let late = report(pengawas, TOKEN, &json!({ "from": "08112222", "text": "1" })).await;
    assert_eq!(late.expect(200)["result"], "ended");
    let metrics = pengawas.must(Call::new("GET", "/metrics")).await.text();
    assert!(
        metrics.contains("sigap_channel_tries_total{channel=\"voice\",outcome=\"delivered\"} 1"),
        "{metrics}"
    );
}

/// A report with the proof that its gateway wrote it just now.
struct Signed {
    body: Value,
    stamp: String,
    signature: String,
}

fn signature(body: &Value) -> Signed {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros();
    let stamp = Timestamp::from_micros(i64::try_from(since).expect("before 294247")).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).expect("any length");
    mac.update(format!("{stamp}\n{body}").as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    Signed { body: body.clone(), stamp, signature }
}

async fn signed(api: &Api, report: &Signed) -> String {
    let call = Call::new("POST", "/api/v1/channels/reports/sms-uji")
        .header("X-Sigap-Timestamp", &report.stamp)
        .header("X-Sigap-Signature", &report.signature)
        .json(&report.body);
    api.must(call).await.expect(200)["result"].as_str().expect("a word").to_owned()
}

async fn report(api: &Api, token: &str, body: &Value) -> super::harness::Answer {
    // Without a session: a gateway has none.
    api.must(Call::new("POST", &format!("/api/v1/channels/reports/sms-uji?token={token}")).json(body)).await
}

async fn whole(api: &Api, incident: &Value) -> Value {
    api.get(&format!("/incidents/{}", incident["id"].as_str().expect("an id"))).await.expect(200)
}

fn assignment(whole: &Value, code: &str) -> Value {
    let all = whole["assignments"].as_array().expect("assignments");
    all.iter().find(|a| a["agency"]["code"] == code).cloned().expect("its assignment")
}

/// Picks up, hears words, and presses 1 (RFC 4733).
async fn presses_one(phone: &DeskPhone) {
    let media = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    phone.picks_up_with_keys(media.local_addr().expect("an address").port()).await;
    let (mut heard, mut buffer) = (0, [0; 2_048]);
    let until = Instant::now() + SOON;
    let centre = loop {
        let packet = timeout_at(until, media.recv_from(&mut buffer)).await.expect("words").expect("a packet");
        heard += 1;
        if heard == 25 {
            break packet.1;
        }
    };
    // Key 1 for 100 ms, its end three times: one event, whatever is lost.
    for (sequence, (end, duration)) in
        [(0x0A, 160), (0x0A, 480), (0x8A, 800), (0x8A, 800), (0x8A, 800)].into_iter().enumerate()
    {
        let mut packet =
            vec![0x80, 101, 0, u8::try_from(sequence).expect("small"), 0, 0, 4, 0, 9, 9, 9, 9, 1, end];
        packet.extend_from_slice(&u16::to_be_bytes(duration));
        media.send_to(&packet, centre).await.expect("it goes out");
    }
    phone.expect_bye().await;
}
