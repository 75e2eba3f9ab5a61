//! A console's WebSocket side: reads everything as it comes, keeps it, and checks the order of the cursors.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

use super::{Api, SOON};

/// One message, and when it came by the test's own clock.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The message.
    pub message: Value,
    /// When it came.
    pub at: SystemTime,
}

#[derive(Default)]
struct Heap {
    heard: Vec<Heard>,
    closed: bool,
    fault: Option<String>,
}

/// A feed that is being read.
pub struct Feed {
    heap: Arc<Mutex<Heap>>,
    news: Arc<Notify>,
    outgoing: mpsc::Sender<Value>,
    reader: JoinHandle<()>,
}

/// A socket that is open and not read by anybody.
type Socket = WebSocketStream<TcpStream>;

impl Feed {
    /// Connects for a snapshot, and waits for it.
    pub async fn open(api: &Api) -> Self {
        let feed = Self::connect(api, None).await;
        feed.expect("a snapshot", |m| m["type"] == "snapshot").await;
        feed
    }

    /// Connects after a cursor.
    pub async fn resume(api: &Api, cursor: u64) -> Self {
        Self::connect(api, Some(cursor)).await
    }

    async fn connect(api: &Api, cursor: Option<u64>) -> Self {
        let origin = format!("http://{}", api.server);
        let socket = Self::socket(api.server, Some(&api.token), Some(&origin), cursor, None).await;
        let socket = socket.unwrap_or_else(|error| panic!("the feed: {error}"));
        let heap = Arc::new(Mutex::new(Heap::default()));
        let news = Arc::new(Notify::new());
        let (outgoing, orders) = mpsc::channel(16);
        let reader =
            tokio::spawn(read(socket, orders, Arc::clone(&heap), Arc::clone(&news), cursor.unwrap_or(0)));
        Self { heap, news, outgoing, reader }
    }

    /// Opens a socket as exactly as a test wants it; the error is the refusal's status where there is one.
    ///
    /// `room` is the size of the kernel's receive buffer, its own choice when absent.
    pub async fn socket(
        server: SocketAddr,
        token: Option<&str>,
        origin: Option<&str>,
        cursor: Option<u64>,
        room: Option<u32>,
    ) -> Result<Socket, Refused> {
        let after = cursor.map(|cursor| format!("?after={cursor}")).unwrap_or_default();
        let mut request =
            format!("ws://{server}/api/v1/feed{after}").into_client_request().expect("a request");
        let headers = request.headers_mut();
        if let Some(token) = token {
            headers.insert("authorization", format!("Bearer {token}").parse().expect("a header"));
        }
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().expect("a header"));
        }
        let plain = TcpSocket::new_v4().expect("a socket");
        if let Some(room) = room {
            plain.set_recv_buffer_size(room).expect("an option");
        }
        let no_answer = |cause: String| Refused { status: 0, body: Value::Null, cause };
        let stream = plain.connect(server).await.map_err(|error| no_answer(error.to_string()))?;
        match timeout(SOON, tokio_tungstenite::client_async(request, stream)).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(response))) => {
                let body = response.body().clone().unwrap_or_default();
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                Err(Refused { status: response.status().as_u16(), body, cause: "refused".into() })
            }
            Ok(Err(error)) => Err(no_answer(error.to_string())),
            Err(_) => Err(no_answer("no handshake".into())),
        }
    }

    /// The first message, seen already or yet to come, that is like this.
    pub async fn expect(&self, what: &str, like: impl Fn(&Value) -> bool) -> Value {
        self.within(SOON, what, like).await.message
    }

    /// The same with a limit of its own, and when it came.
    pub async fn within(&self, limit: Duration, what: &str, like: impl Fn(&Value) -> bool) -> Heard {
        let until = Instant::now() + limit;
        loop {
            let waiting = self.news.notified();
            tokio::pin!(waiting);
            waiting.as_mut().enable();
            let (found, closed) = {
                let heap = self.heap.lock().unwrap_or_else(PoisonError::into_inner);
                (heap.heard.iter().find(|heard| like(&heard.message)).cloned(), heap.closed)
            };
            if let Some(found) = found {
                return found;
            }
            let over = closed || timeout_at(until, waiting).await.is_err();
            assert!(!over, "{what}: not on the feed within {limit:?} (closed: {closed}); {}", self.summary());
        }
    }

    /// Everything that came so far.
    pub fn heard(&self) -> Vec<Value> {
        let heap = self.heap.lock().unwrap_or_else(PoisonError::into_inner);
        heap.heard.iter().map(|heard| heard.message.clone()).collect()
    }

    /// The last cursor.
    pub fn cursor(&self) -> u64 {
        self.heard().iter().rev().find_map(cursor_of).unwrap_or(0)
    }

    /// Waits until the server closes the socket.
    pub async fn closed(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        loop {
            let waiting = self.news.notified();
            tokio::pin!(waiting);
            waiting.as_mut().enable();
            if self.heap.lock().unwrap_or_else(PoisonError::into_inner).closed {
                return true;
            }
            if timeout_at(until, waiting).await.is_err() {
                return false;
            }
        }
    }

    /// Says something.
    pub async fn say(&self, message: Value) {
        self.outgoing.send(message).await.expect("the feed is open");
    }

    fn summary(&self) -> String {
        let heard = self.heard();
        let kinds: Vec<&str> = heard.iter().filter_map(|m| m["type"].as_str()).collect();
        let last = heard.last().map(|m| m.to_string().chars().take(600).collect::<String>());
        format!("heard {kinds:?}, last {last:?}")
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
        if !std::thread::panicking() {
            let heap = self.heap.lock().unwrap_or_else(PoisonError::into_inner);
            assert_eq!(heap.fault, None, "the feed broke its promise");
        }
    }
}

/// Why a socket was not opened.
#[derive(Debug)]
pub struct Refused {
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// The body, when it is JSON.
    pub body: Value,
    cause: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (status {}) {}", self.cause, self.status, self.body)
    }
}

async fn read(
    mut socket: Socket,
    mut orders: mpsc::Receiver<Value>,
    heap: Arc<Mutex<Heap>>,
    news: Arc<Notify>,
    start: u64,
) {
    let mut cursor = start;
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            Some(order) = orders.recv() => {
                // A broken socket shows at the next read.
                let _sent = socket.send(Message::text(order.to_string())).await;
                continue;
            }
        };
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {
                continue;
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
        };
        let mut heap = heap.lock().unwrap_or_else(PoisonError::into_inner);
        match serde_json::from_str::<Value>(&text) {
            Ok(message) => {
                if let Some(fault) = order_fault(&heap.heard, start, cursor, &message) {
                    heap.fault.get_or_insert(fault);
                }
                cursor = cursor.max(cursor_of(&message).unwrap_or(0));
                heap.heard.push(Heard { message, at: SystemTime::now() });
            }
            Err(error) => heap.fault = Some(format!("no JSON: {error}")),
        }
        drop(heap);
        news.notify_waiters();
    }
    heap.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
    news.notify_waiters();
}

/// What is wrong with the order: a step back, a change from before the resume, the same change twice.
fn order_fault(heard: &[Heard], start: u64, cursor: u64, message: &Value) -> Option<String> {
    let next = cursor_of(message)?;
    let frame = matches!(message["type"].as_str(), Some("snapshot" | "resumed" | "heartbeat"));
    if next < cursor {
        return Some(format!("cursor {next} after {cursor}: {message}"));
    }
    if frame {
        return None;
    }
    if next <= start {
        return Some(format!("cursor {next} came again after a resume at {start}: {message}"));
    }
    let same = heard.iter().rev().take_while(|old| cursor_of(&old.message).is_none_or(|c| c >= next));
    let twice = same.into_iter().any(|old| old.message == *message);
    twice.then(|| format!("twice: {message}"))
}

/// The cursor of a message.
pub fn cursor_of(message: &Value) -> Option<u64> {
    message["cursor"].as_str()?.parse().ok()
}
