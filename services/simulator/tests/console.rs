//! The console's client against a tiny server of our own: retries keep their key, the session is renewed,
//! the feed is resumed at its cursor.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use simulator::SimulatorError;
use simulator::console::{Api, FeedFaults, follow, read_calls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

/// One request as the fake saw it.
#[derive(Clone, Debug)]
struct Seen {
    line: String,
    head: String,
    body: Value,
}

impl Seen {
    fn header(&self, name: &str) -> Option<String> {
        let line =
            self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        Some(line[name.len() + 1..].trim().to_owned())
    }
}

/// An HTTP server that answers request n with what the script says; `None` closes the connection instead.
async fn fake_http(
    script: impl Fn(usize, &Seen) -> Option<(u16, Value)> + Send + Sync + 'static,
) -> (SocketAddr, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, script) = (Arc::clone(&seen), Arc::new(script));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
        }
    });
    (address, seen)
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<impl Fn(usize, &Seen) -> Option<(u16, Value)>>,
    log: Arc<Mutex<Vec<Seen>>>,
) {
    while let Some(request) = read_request(&mut stream).await {
        let n = {
            let mut log = log.lock().expect("not poisoned");
            log.push(request.clone());
            log.len() - 1
        };
        let Some((status, body)) = script(n, &request) else { return };
        let body = body.to_string();
        let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let seen = Seen {
                line: head.lines().next().unwrap_or_default().to_owned(),
                head: head.to_owned(),
                body: Value::Null,
            };
            let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(Seen { body: serde_json::from_str(body).unwrap_or(Value::Null), ..seen });
            }
        }
        let mut buffer = [0; 4_096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}

#[tokio::test]
async fn a_write_is_sent_again_with_its_key_until_it_is_answered() {
    let (address, seen) = fake_http(|n, request| match n {
        0 => Some((503, json!({ "code": "store_away" }))),
        1 => None,
        2 => Some((401, json!({ "code": "no_session" }))),
        3 => {
            assert!(request.line.starts_with("POST /api/v1/session "), "{}", request.line);
            Some((200, json!({ "token": "t2", "user": { "name": "Petugas" } })))
        }
        _ => Some((201, json!({ "id": "i1" }))),
    })
    .await;
    let api = Api::new(address, "petugas1", "sigap-demo", 1);
    let until = Instant::now() + Duration::from_secs(10);
    let key = api.new_key();
    let answer = api.post_until_answered("/incidents", &key, &json!({ "category": "a" }), until).await;
    assert_eq!(answer.expect("an answer").body["id"], "i1");

    let seen = seen.lock().expect("not poisoned").clone();
    let writes: Vec<&Seen> = seen.iter().filter(|request| request.line.contains("/incidents")).collect();
    assert_eq!(writes.len(), 4);
    for write in &writes {
        assert_eq!(write.header("idempotency-key"), Some(key.clone()));
        assert_eq!(write.body, json!({ "category": "a" }));
    }
    assert_eq!(writes[3].header("authorization").as_deref(), Some("Bearer t2"));
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let (address, _seen) = fake_http(|_, _| None).await;
    let api = Api::new(address, "petugas1", "sigap-demo", 1);
    let until = Instant::now() + Duration::from_millis(300);
    let answer = api.post_until_answered("/incidents", "k", &json!({}), until).await;
    assert!(matches!(answer, Err(SimulatorError::NoAnswer { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let (address, _seen) = fake_http(|_, request| {
        let second = request.line.contains("before=c2");
        assert!(request.line.contains("from=2026-01-01T00:00:00Z"), "{}", request.line);
        let call =
            |id: &str| json!({ "id": id, "state": "ended", "caller": { "number": id }, "disposition": null });
        Some(if second {
            (200, json!({ "items": [call("c3")], "next": null }))
        } else {
            (200, json!({ "items": [call("c1"), call("c2")], "next": "c2" }))
        })
    })
    .await;
    let api = Api::new(address, "pengawas", "sigap-demo", 1);
    let calls = read_calls(&api, Some("2026-01-01T00:00:00Z")).await.expect("reads");
    let ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["c1", "c2", "c3"]);
}

#[tokio::test]
async fn a_broken_feed_is_resumed_at_its_cursor_and_replies_are_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let mut asked = Vec::new();
        let mut replies = Vec::new();
        for connection in [
            vec![json!({ "type": "snapshot", "cursor": "4" }), change(5), change(6)],
            // 6 again: a repeat that must be counted.
            vec![json!({ "type": "resumed", "cursor": "6" }), change(6), change(7)],
        ] {
            let (stream, _) = listener.accept().await.expect("a connection");
            let mut path = String::new();
            #[allow(clippy::result_large_err)]
            let remember = |request: &Request, response: Response| {
                path = request.uri().to_string();
                Ok(response)
            };
            let mut socket =
                tokio_tungstenite::accept_hdr_async(stream, remember).await.expect("a handshake");
            asked.push(path);
            for message in &connection {
                socket.send(Message::text(message.to_string())).await.expect("sends");
            }
            for _ in connection.iter().filter(|message| message["type"] == "assignment.updated") {
                let reply = socket.next().await.expect("a reply").expect("readable");
                replies.push(reply.to_text().expect("text").to_owned());
            }
        }
        (asked, replies)
    });

    let faults = Arc::new(FeedFaults::default());
    let (stop, stopped) = watch::channel(false);
    let api = Arc::new(Api::new(address, "damkar", "sigap-demo", 1));
    let following = tokio::spawn(follow(api, Arc::clone(&faults), stopped, |message, _| {
        (message["type"] == "assignment.updated").then(|| json!({ "type": "delivered" }))
    }));
    let (asked, replies) =
        timeout(Duration::from_secs(10), server).await.expect("in time").expect("no panic");
    stop.send_replace(true);
    timeout(Duration::from_secs(5), following).await.expect("stops when told").expect("no panic");

    assert_eq!(asked, ["/api/v1/feed", "/api/v1/feed?after=6"]);
    assert_eq!(replies.len(), 4);
    assert_eq!(faults.messages.load(Ordering::Relaxed), 3);
    assert_eq!(faults.repeated.load(Ordering::Relaxed), 1);
    assert_eq!(faults.backwards.load(Ordering::Relaxed), 0);
}

fn change(cursor: u64) -> Value {
    json!({ "type": "assignment.updated", "cursor": cursor.to_string(), "assignment": { "id": "a" } })
}
