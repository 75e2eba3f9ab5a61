//! The feed over a real WebSocket.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::Client;
use crate::world::{World, fire, wait_for};

/// A console on the feed.
pub struct Console {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

async fn dial(client: &Client, after: &str, headers: &[(&'static str, &str)]) -> Result<Console, u16> {
    let mut request = format!("ws://{}/api/v1/feed{after}", client.address).into_client_request().unwrap();
    if let Some(token) = &client.token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(Console { socket }),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

/// A console that begins anew.
pub async fn open(client: &Client) -> Console {
    dial(client, "", &[]).await.unwrap()
}

impl Console {
    /// The next message that is no heartbeat.
    async fn next(&mut self) -> Option<Value> {
        loop {
            let message =
                timeout(Duration::from_secs(10), self.socket.next()).await.expect("a message in time")?;
            let Ok(Message::Text(text)) = message else {
                if matches!(message, Ok(Message::Ping(_) | Message::Pong(_))) {
                    continue;
                }
                return None;
            };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] != "heartbeat" {
                return Some(message);
            }
        }
    }

    async fn expect(&mut self, kind: &str) -> Value {
        let message = self.next().await.unwrap_or_else(|| panic!("closed instead of {kind}"));
        assert_eq!(message["type"], kind, "{message}");
        message
    }

    /// Passes messages over until one is like this.
    pub async fn until(&mut self, like: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await.expect("the feed is open");
            if like(&message) {
                return message;
            }
        }
    }

    async fn say(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.unwrap();
    }
}

fn cursor(message: &Value) -> u64 {
    message["cursor"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_own_pages_with_a_session_may_listen() {
    let world = World::new().await;
    let stranger = world.stranger();
    let taker = world.log_in("petugas1").await;
    let cookie = format!("__Host-sesi={}", taker.token.clone().unwrap());
    let own = format!("http://{}", world.address);
    let status = |result: Result<Console, u16>| result.err();
    assert_eq!(status(dial(&stranger, "", &[]).await), Some(401));
    assert_eq!(status(dial(&stranger, "", &[("origin", &own)]).await), Some(401));
    assert_eq!(
        status(dial(&stranger, "", &[("origin", "http://evil.example"), ("cookie", &cookie)]).await),
        Some(403)
    );
    assert_eq!(status(dial(&stranger, "", &[("origin", "http://evil.example")]).await), Some(403));
    assert_eq!(
        status(dial(&stranger, "", &[("cookie", &cookie)]).await),
        Some(403),
        "a browser names its origin"
    );
    assert_eq!(status(dial(&stranger, "", &[("origin", &own), ("cookie", &cookie)]).await), None);
    let listed = [("origin", "https://konsol.example"), ("cookie", cookie.as_str())];
    assert_eq!(status(dial(&stranger, "", &listed).await), None);
    assert_eq!(status(dial(&taker, "", &[]).await), None, "a program has no origin");
    assert_eq!(status(dial(&taker, "", &[("origin", "http://evil.example")]).await), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_gets_what_is_its_own_in_the_order_of_the_log() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut centre = dial(&taker, "", &[]).await.ok().unwrap();
    let mut damkar = dial(&world.log_in("damkar").await, "", &[]).await.ok().unwrap();
    let mut bpbd = dial(&world.log_in("bpbd").await, "", &[]).await.ok().unwrap();
    let begun = centre.expect("snapshot").await;
    damkar.expect("snapshot").await;
    bpbd.expect("snapshot").await;
    assert_eq!((&begun["mode"], &begun["calls"]), (&json!("normal"), &json!([])));

    world.trunk.ring("+628117000009").await;
    let rings = centre.expect("call.updated").await;
    assert_eq!(rings["call"]["caller"]["number"], "+628117000009");
    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let opened = centre.expect("incident.updated").await;
    let sent = centre.expect("assignment.updated").await;
    assert!(
        cursor(&begun) < cursor(&rings)
            && cursor(&rings) < cursor(&opened)
            && cursor(&opened) < cursor(&sent)
    );
    assert_eq!(sent["incident"]["status"], "dispatched");

    let arrived = damkar.expect("assignment.updated").await;
    assert_eq!(arrived, sent, "the same words for everybody who sees it in this form");
    assert_eq!(arrived["assignment"]["incident_number"], incident["number"]);
    damkar.say(json!({ "type": "delivered", "assignment_id": assignment })).await;
    assert_eq!(damkar.expect("assignment.updated").await["assignment"]["state"], "delivered");
    damkar.say(json!({ "type": "seen", "assignment_id": assignment })).await;
    assert!(damkar.expect("assignment.updated").await["assignment"]["seen_at"].is_string());
    for step in ["delivered", "seen"] {
        centre.expect("assignment.updated").await;
        bpbd.say(json!({ "type": step, "assignment_id": assignment })).await;
        assert_eq!(
            bpbd.expect("error").await["problem"]["code"],
            "not_found",
            "and nothing else reached bpbd"
        );
    }
    bpbd.say(json!({ "type": "dance" })).await;
    assert_eq!(bpbd.expect("error").await["problem"]["code"], "invalid_fields");
    bpbd.socket.send(Message::text("no json")).await.unwrap();
    assert_eq!(bpbd.expect("error").await["problem"]["code"], "malformed_json");
    centre.say(json!({ "type": "seen", "assignment_id": assignment })).await;
    assert_eq!(centre.expect("error").await["problem"]["code"], "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_comes_back_misses_nothing_and_gets_nothing_twice() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut first = dial(&taker, "", &[]).await.ok().unwrap();
    let begun = cursor(&first.expect("snapshot").await);
    taker.post("incidents", fire()).await.expect(201);
    let seen = cursor(&first.expect("incident.updated").await);
    drop(first);
    for _ in 0..3 {
        taker.post("incidents", fire()).await.expect(201);
    }
    let mut again = dial(&taker, &format!("?after={seen}"), &[]).await.ok().unwrap();
    assert_eq!(cursor(&again.expect("resumed").await), seen);
    let mut cursors = vec![seen];
    for _ in 0..3 {
        cursors.push(cursor(&again.expect("incident.updated").await));
    }
    assert!(cursors.windows(2).all(|pair| pair[0] < pair[1]), "{cursors:?}");
    assert!(begun < seen);
    for unknown in ["?after=99999999", "?after=-1", "?after=x", "?after="] {
        let mut console = dial(&taker, unknown, &[]).await.ok().unwrap();
        let snapshot = console.expect("snapshot").await;
        assert_eq!(snapshot["incidents"].as_array().unwrap().len(), 4, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn log_out_and_a_new_role_close_the_socket_within_two_seconds() {
    let world = World::new().await;
    let admin = world.log_in("admin").await;
    let (leaves, changes) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let mut leaving = dial(&leaves, "", &[]).await.ok().unwrap();
    let mut changing = dial(&changes, "", &[]).await.ok().unwrap();
    let mut staying = dial(&admin, "", &[]).await.ok().unwrap();
    for console in [&mut leaving, &mut changing, &mut staying] {
        console.expect("snapshot").await;
    }
    let begun = Instant::now();
    assert_eq!(leaves.send("DELETE", "session", None, &[]).await.status, 204);
    assert_eq!(leaving.next().await, None);
    assert!(begun.elapsed() < Duration::from_secs(2));
    let begun = Instant::now();
    let id = world.users["petugas2"];
    admin.patch(&format!("users/{id}"), json!({ "role": "auditor" })).await.expect(200);
    assert_eq!(changing.next().await, None);
    assert!(begun.elapsed() < Duration::from_secs(2));
    admin
        .post(
            "users",
            json!({ "username": "baru", "password": "panjang sekali", "name": "B", "role": "auditor" }),
        )
        .await
        .expect(201);
    let still = staying.socket.send(Message::text("{\"type\":\"seen\"}")).await;
    assert!(still.is_ok());
    assert_eq!(staying.expect("error").await["problem"]["errors"][0]["field"], "assignment_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_is_told_to_supervisors_and_to_oneself() {
    let world = World::new().await;
    let (taker, other) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let mut supervisor = dial(&world.log_in("pengawas").await, "", &[]).await.ok().unwrap();
    let mut own = dial(&taker, "", &[]).await.ok().unwrap();
    let mut colleague = dial(&other, "", &[]).await.ok().unwrap();
    for console in [&mut supervisor, &mut own, &mut colleague] {
        console.expect("snapshot").await;
    }
    taker.post("duty", json!({ "state": "ready" })).await.expect(200);
    let told = supervisor.expect("duty.updated").await;
    assert_eq!((&told["user"]["name"], &told["duty"]["state"]), (&json!("Nama petugas1"), &json!("ready")));
    assert_eq!(own.expect("duty.updated").await, told);
    world.trunk.ring("+628117000010").await;
    colleague.expect("call.updated").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_does_not_read_is_told_to_start_over_and_holds_nobody_up() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut slow = dial(&taker, "", &[]).await.ok().unwrap();
    slow.expect("snapshot").await;
    let mut body = fire();
    body["narrative"] = json!("x".repeat(16 * 1024));
    let incident = taker.post("incidents", body).await.expect(201);
    let incident = incident["id"].as_str().unwrap();
    // Each note sends the narrative again: far more than the sockets' buffers, and more than 256 messages. They come
    // many at once, because the server waits for a console that takes nothing for half a minute only.
    for n in 0..6 {
        world.write_notes(incident, &format!("catatan-{n}"), 100).await;
    }
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    world.write_notes(incident, "catatan-akhir", 1).await;
    let mut seen = 0;
    let last = loop {
        match slow.next().await {
            Some(message) if message["type"] == "resync" => break message,
            Some(message) => {
                let now = cursor(&message);
                assert!(now > seen, "never twice, never back");
                seen = now;
            }
            None => panic!("closed without a word"),
        }
    };
    assert!(last["at"].is_string());
    assert_eq!(slow.next().await, None, "and then it is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_more_than_64_kib_ends_the_socket_and_nothing_else() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut console = dial(&taker, "", &[]).await.ok().unwrap();
    console.expect("snapshot").await;
    console.say(json!({ "type": "seen", "assignment_id": "x".repeat(70_000) })).await;
    assert_eq!(console.next().await, None);
    taker.get("session").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_heard_on_a_call_reaches_who_has_it_and_supervisors() {
    let world = World::new().await;
    let (taker, other) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let pengawas = world.log_in("pengawas").await;
    let mut consoles = Vec::new();
    for person in [&taker, &pengawas, &other] {
        let mut console = dial(person, "", &[]).await.ok().unwrap();
        console.expect("snapshot").await;
        consoles.push(console);
    }
    let call = world.trunk.ring("+628117300001").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    for console in &mut consoles {
        console.until(|m| m["call"]["state"] == "connected").await;
    }
    world.trunk.press(call, '5');
    for console in &mut consoles[..2] {
        let pressed = console.expect("call.activity").await;
        assert_eq!((&pressed["call_id"], &pressed["digit"]), (&json!(call), &json!("5")));
        assert_eq!((&pressed["from"], &pressed["cursor"]), (&json!("caller"), &Value::Null));
    }
    // What comes next to the other call-taker is the queue: the key was not theirs to see.
    let waiting = vec![call_link::order::Waiting { call, position: 1, wait_estimate_s: Some(40) }];
    world.trunk.queue(waiting);
    for console in &mut consoles {
        let queue = console.expect("queue.updated").await;
        assert_eq!(queue["waiting"], json!([{ "call_id": call, "position": 1, "wait_estimate_s": 40 }]));
    }
    let offer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n";
    taker.post("seat", json!({ "sdp": offer })).await.expect(200);
    world.trunk.lose_seat(world.users["petugas1"]);
    for console in &mut consoles[..2] {
        let (up, gone) = (console.expect("seat.updated").await, console.expect("seat.updated").await);
        assert_eq!(up["user_id"], json!(world.users["petugas1"]));
        assert_eq!((&up["connected"], &gone["connected"]), (&json!(true), &json!(false)));
    }
    other.post("duty", json!({ "state": "paused" })).await.expect(200);
    consoles[2].expect("duty.updated").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trunk_knows_who_has_a_console_open_and_supervisors_see_who_has_none() {
    let world = World::new().await;
    let (taker, user) = (world.log_in("petugas1").await, world.users["petugas1"]);
    let mut pengawas = dial(&world.log_in("pengawas").await, "", &[]).await.unwrap();
    assert_eq!(pengawas.expect("snapshot").await["seats_away"], json!([]));
    taker.post("duty", json!({ "state": "ready" })).await.expect(200);
    wait_for(|| async { world.trunk.console_of(user) == Some(false) }).await;
    let mut first = dial(&taker, "", &[]).await.unwrap();
    first.expect("snapshot").await;
    wait_for(|| async { world.trunk.console_of(user) == Some(true) }).await;
    let second = dial(&taker, "", &[]).await.unwrap();
    drop(first);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.trunk.console_of(user), Some(true), "another page is still open");
    drop(second);
    wait_for(|| async { world.trunk.console_of(user) == Some(false) }).await;

    for away in [true, false] {
        world.trunk.goes_away(user, away);
        let told = pengawas.until(|message| message["type"] == "seat.away").await;
        assert_eq!((&told["user_id"], &told["away"]), (&json!(user.0), &json!(away)));
        let figures = world.log_in("pengawas").await.get("wallboard").await.expect(200);
        assert_eq!(figures["voice"]["seats_away"], json!(u8::from(away)));
    }
    world.trunk.goes_away(user, true);
    wait_for(|| async {
        let mut console = dial(&world.log_in("pengawas").await, "", &[]).await.unwrap();
        console.expect("snapshot").await["seats_away"] == json!([user.0])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_taker_learns_that_their_telephone_rings() {
    let world = World::new().await;
    let (taker, user) = (world.log_in("petugas1").await, world.users["petugas1"]);
    let mut console = dial(&taker, "", &[]).await.unwrap();
    assert_eq!(console.expect("snapshot").await["phone_rings"], false);
    let mut colleague = dial(&world.log_in("pengawas").await, "", &[]).await.unwrap();
    colleague.expect("snapshot").await;
    for rings in [true, false] {
        world.trunk.phone_rings(user, rings);
        let told = console.until(|message| message["type"] == "seat.rings").await;
        assert_eq!(told["rings"], rings);
        let mut again = dial(&taker, "", &[]).await.unwrap();
        assert_eq!(again.expect("snapshot").await["phone_rings"], rings);
    }
    // What came in between is not for a colleague.
    world.trunk.ring("+628117100041").await;
    let next = colleague.until(|message| message["type"] != "heartbeat").await;
    assert_ne!(next["type"], "seat.rings", "{next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_part_that_does_not_answer_is_told_to_those_who_see_calls() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut console = dial(&taker, "", &[]).await.unwrap();
    let snapshot = console.expect("snapshot").await;
    if snapshot["trunk_answers"] == json!(false) {
        // It was not asked yet.
        assert_eq!(console.until(|message| message["type"] == "trunk.answers").await["answers"], json!(true));
    }
    for answers in [false, true] {
        world.trunk.falls_silent(!answers);
        let told = console.until(|message| message["type"] == "trunk.answers").await;
        assert_eq!(told["answers"], json!(answers));
        let mut other = dial(&taker, "", &[]).await.unwrap();
        assert_eq!(other.expect("snapshot").await["trunk_answers"], json!(answers));
        // Whoever would not be told that it is back is not told that it is away.
        let mut agency = dial(&world.log_in("damkar").await, "", &[]).await.unwrap();
        let snapshot = agency.expect("snapshot").await;
        assert_eq!(snapshot["trunk_answers"], true);
        let at = format!("?after={}", snapshot["cursor"].as_str().unwrap());
        let mut again = dial(&world.log_in("damkar").await, &at, &[]).await.unwrap();
        assert_eq!(again.expect("resumed").await["trunk_answers"], true);
    }
}
