//! Following the WebSocket feed: one cursor, resumed after every break, and the check that nothing comes
//! twice or out of order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::api::Api;
use crate::SimulatorError;

/// Heartbeats come every 5 s; three missed ones are a dead feed.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// A console that lost its feed tries again after this long.
const CONNECT_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// What went wrong on the feeds of a run. Zero everywhere, or the server broke its promise.
#[derive(Debug, Default)]
pub struct FeedFaults {
    /// A cursor was below one that had been seen.
    pub backwards: AtomicU64,
    /// The same change came twice.
    pub repeated: AtomicU64,
    /// The server told the console to start anew.
    pub resyncs: AtomicU64,
    /// Connections that were opened.
    pub connections: AtomicU64,
    /// Changes that were read.
    pub messages: AtomicU64,
}

/// One feed, connected.
#[derive(Debug)]
pub struct Feed {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    order: OrderCheck,
    faults: Arc<FeedFaults>,
}

impl Feed {
    /// Connects after `cursor`, or for a snapshot.
    pub async fn connect(
        api: &Api,
        cursor: Option<u64>,
        faults: Arc<FeedFaults>,
    ) -> Result<Self, SimulatorError> {
        let after = cursor.map(|cursor| format!("?after={cursor}")).unwrap_or_default();
        let what = format!("GET /feed{after}");
        let no_answer = |cause: String| SimulatorError::NoAnswer { what: what.clone(), cause };
        let url = format!("ws://{}/api/v1/feed{after}", api.server());
        let mut request = url.into_client_request().map_err(|error| no_answer(error.to_string()))?;
        let own = [
            ("authorization", format!("Bearer {}", api.token().unwrap_or_default())),
            ("origin", format!("http://{}", api.server())),
        ];
        for (name, value) in own {
            let value = HeaderValue::from_str(&value).map_err(|error| no_answer(error.to_string()))?;
            request.headers_mut().insert(name, value);
        }
        let connecting = timeout(SILENCE_MAX, tokio_tungstenite::connect_async(request)).await;
        let (socket, _response) = connecting
            .map_err(|_elapsed| no_answer("no handshake".into()))?
            .map_err(|error| no_answer(error.to_string()))?;
        faults.connections.fetch_add(1, Ordering::Relaxed);
        Ok(Self { socket, order: OrderCheck::after(cursor), faults })
    }

    /// The next message; `None` when the feed broke or told us to start anew.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = timeout(SILENCE_MAX, self.socket.next()).await.ok()??.ok()?;
            match message {
                Message::Text(text) => {
                    let value: Value = serde_json::from_str(&text).ok()?;
                    if value["type"] == "resync" {
                        self.faults.resyncs.fetch_add(1, Ordering::Relaxed);
                        self.order = OrderCheck::default();
                        return None;
                    }
                    self.check(&value);
                    return Some(value);
                }
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Sends a client message.
    pub async fn send(&mut self, message: &Value) {
        // A feed that broke shows at the next read, which connects anew and repeats what is owed.
        let _sent = self.socket.send(Message::text(message.to_string())).await;
    }

    /// Where to resume; `None` to begin with a snapshot.
    pub fn cursor(&self) -> Option<u64> {
        self.order.cursor
    }

    fn check(&mut self, value: &Value) {
        match self.order.take(value) {
            Seen::InOrder => self.faults.messages.fetch_add(1, Ordering::Relaxed),
            Seen::Backwards => self.faults.backwards.fetch_add(1, Ordering::Relaxed),
            Seen::Repeated => self.faults.repeated.fetch_add(1, Ordering::Relaxed),
            Seen::NoChange => 0,
        };
    }
}

/// Follows the feed until told to stop: connects, resumes after the last cursor, logs in again when the session
/// is gone. `on_message` sees every message with the time it came, and gives back what the program replies.
pub async fn follow(
    api: Arc<Api>,
    faults: Arc<FeedFaults>,
    mut stop: watch::Receiver<bool>,
    mut on_message: impl FnMut(&Value, Instant) -> Option<Value>,
) {
    let mut cursor = None;
    loop {
        let connected = tokio::select! {
            connected = Feed::connect(&api, cursor, Arc::clone(&faults)) => connected,
            () = stopped(&mut stop) => return,
        };
        let Ok(mut feed) = connected else {
            sleep(CONNECT_AGAIN_AFTER).await;
            // The refusal may mean that the session is gone; when it is not, this costs one request.
            let _user = api.log_in().await;
            continue;
        };
        loop {
            let message = tokio::select! {
                message = feed.next() => message,
                () = stopped(&mut stop) => return,
            };
            let Some(message) = message else { break };
            if let Some(reply) = on_message(&message, Instant::now()) {
                feed.send(&reply).await;
            }
        }
        cursor = feed.cursor();
    }
}

/// Waits until the work is over; a run that has gone away is over too.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ended = stop.wait_for(|stopped| *stopped).await;
}

/// Follows the cursor of one console.
#[derive(Debug, Default)]
struct OrderCheck {
    cursor: Option<u64>,
    /// What came with the present cursor: one log entry may give a message for the incident and one for
    /// the assignment, but none twice.
    with_cursor: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Seen {
    InOrder,
    Backwards,
    Repeated,
    /// Snapshot, heartbeat: they carry a cursor but no change.
    NoChange,
}

impl OrderCheck {
    fn after(cursor: Option<u64>) -> Self {
        Self { cursor, with_cursor: BTreeSet::new() }
    }

    fn take(&mut self, message: &Value) -> Seen {
        let Some(cursor) = message["cursor"].as_str().and_then(|text| text.parse::<u64>().ok()) else {
            return Seen::NoChange;
        };
        let kind = message["type"].as_str().unwrap_or_default();
        if matches!(kind, "snapshot" | "resumed" | "heartbeat") {
            if kind == "snapshot" {
                self.cursor = Some(cursor);
                self.with_cursor.clear();
            }
            return Seen::NoChange;
        }
        // After a resume the cursor itself has been seen whole, so nothing of it may come again.
        let before = self.cursor.unwrap_or(0);
        if cursor < before || (cursor == before && self.with_cursor.is_empty() && self.cursor.is_some()) {
            return if cursor < before { Seen::Backwards } else { Seen::Repeated };
        }
        if cursor > before {
            self.cursor = Some(cursor);
            self.with_cursor.clear();
        }
        let subject = ["call", "incident", "assignment", "escalation", "user"]
            .iter()
            .filter_map(|part| message[part]["id"].as_str())
            .next()
            .unwrap_or_default();
        if self.with_cursor.insert(format!("{kind} {subject}")) { Seen::InOrder } else { Seen::Repeated }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(kind: &str, cursor: u64, id: &str) -> Value {
        let part = kind.split('.').next().unwrap_or_default();
        json!({ "type": kind, "cursor": cursor.to_string(), part: { "id": id } })
    }

    #[test]
    fn a_planted_repeat_and_a_step_back_are_found() {
        let mut order = OrderCheck::default();
        assert_eq!(order.take(&json!({ "type": "snapshot", "cursor": "7" })), Seen::NoChange);
        assert_eq!(order.take(&change("call.updated", 7, "a")), Seen::Repeated, "the snapshot has it");
        assert_eq!(order.take(&change("call.updated", 8, "a")), Seen::InOrder);
        assert_eq!(order.take(&change("incident.updated", 9, "i")), Seen::InOrder);
        assert_eq!(order.take(&change("assignment.updated", 9, "x")), Seen::InOrder);
        assert_eq!(order.take(&change("assignment.updated", 9, "y")), Seen::InOrder);
        assert_eq!(order.take(&change("assignment.updated", 9, "x")), Seen::Repeated);
        assert_eq!(order.take(&change("call.updated", 8, "a")), Seen::Backwards);
        assert_eq!(order.take(&json!({ "type": "heartbeat", "cursor": "9" })), Seen::NoChange);
    }

    #[test]
    fn a_resumed_feed_must_go_on_after_its_cursor() {
        let mut order = OrderCheck::after(Some(20));
        assert_eq!(order.take(&json!({ "type": "resumed", "cursor": "20" })), Seen::NoChange);
        assert_eq!(order.take(&change("call.updated", 20, "a")), Seen::Repeated);
        assert_eq!(order.take(&change("call.updated", 21, "a")), Seen::InOrder);
    }
}
