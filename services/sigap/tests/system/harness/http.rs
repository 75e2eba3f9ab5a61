//! A console's HTTP side: one connection a request, so that nothing hides in a kept one.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::handshake;
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{PASSWORD, unique};

/// Longest wait for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// One request, as exactly as a test wants it.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    /// A request without a body.
    pub fn new(method: &str, path: &str) -> Self {
        let method = method.parse().unwrap_or_else(|_| panic!("{method} is no method"));
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// One more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string().into_bytes())
    }

    /// Any body, called JSON.
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("content-type", "application/json")
    }

    /// Sends it; an error is a connection that was refused or broke.
    pub async fn send(self, server: SocketAddr) -> Result<Answer, String> {
        let what = format!("{} {}", self.method, self.path);
        match timeout(ANSWER_WITHIN, self.exchange(server, what.clone())).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("{what}: no answer within {} s", ANSWER_WITHIN.as_secs())),
        }
    }

    async fn exchange(self, server: SocketAddr, what: String) -> Result<Answer, String> {
        let broken = |error: &dyn std::fmt::Display| format!("{what}: {error}");
        let stream = TcpStream::connect(server).await.map_err(|error| broken(&error))?;
        let (mut sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        // Ends when the sender is dropped; what goes wrong shows at the sender.
        let connection = tokio::spawn(async move {
            let _ended = connection.await;
        });
        let mut request =
            Request::builder().method(self.method).uri(&self.path).header("host", server.to_string());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(self.body))).map_err(|error| broken(&error))?;
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| broken(&error))?.to_bytes().to_vec();
        connection.abort();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { what, status: head.status.as_u16(), headers: head.headers, body, bytes })
    }
}

/// What the server said.
#[derive(Clone, Debug)]
pub struct Answer {
    what: String,
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// The body as JSON; `Null` when it is none.
    pub body: Value,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        let text: String = String::from_utf8_lossy(&self.bytes).chars().take(1500).collect();
        assert_eq!(self.status, status, "{}: {text}", self.what);
        self.body
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Checks that this is a problem as the contract shapes it, and gives its code.
    #[track_caller]
    pub fn problem(&self, status: u16) -> &str {
        let text: String = self.text().chars().take(1500).collect();
        assert_eq!(self.status, status, "{}: {text}", self.what);
        let kind = self.header("content-type");
        assert!(kind.starts_with("application/problem+json"), "{}: {kind}: {text}", self.what);
        assert_eq!(self.body["status"], status, "{}: {text}", self.what);
        for part in ["code", "title", "detail", "title_en", "detail_en"] {
            let filled = self.body[part].as_str().is_some_and(|said| !said.trim().is_empty());
            assert!(filled, "{}: no {part} in {text}", self.what);
        }
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The fields that a problem names.
    pub fn fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["field"].as_str()).collect()
    }
}

/// One user's console.
#[derive(Clone, Debug)]
pub struct Api {
    /// Where the server was at log-in.
    pub server: SocketAddr,
    /// The session's token.
    pub token: String,
    /// The user, as the log-in told.
    pub user: Value,
}

impl Api {
    /// Logs in with the password of the demo.
    pub async fn log_in(server: SocketAddr, username: &str) -> Self {
        let credentials = json!({ "username": username, "password": PASSWORD });
        let sent = Call::new("POST", "/api/v1/session").json(&credentials).send(server).await;
        let session = sent.unwrap_or_else(|error| panic!("{error}")).expect(200);
        let token = session["token"].as_str().expect("a token").to_owned();
        Self { server, token, user: session["user"].clone() }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.must(self.request("GET", path)).await
    }

    /// Writes, with a new key.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(path, &new_key(), body).await
    }

    /// Writes with this key.
    pub async fn post_as(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.must(self.request("POST", path).header("idempotency-key", key).json(body)).await
    }

    /// Writes with this key; a broken connection is an answer too.
    pub async fn try_post_as(&self, path: &str, key: &str, body: &Value) -> Result<Answer, String> {
        self.request("POST", path).header("idempotency-key", key).json(body).send(self.server).await
    }

    /// Any request, with the session.
    pub fn request(&self, method: &str, path: &str) -> Call {
        Call::new(method, &format!("/api/v1{path}"))
            .header("authorization", &format!("Bearer {}", self.token))
    }

    /// Sends a request that must be answered somehow.
    pub async fn must(&self, call: Call) -> Answer {
        call.send(self.server).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Every item of a list, page by page, newest first. `path` has a query already.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut before = String::new();
        // 200 pages of 100 are more than any test makes.
        for _ in 0..200 {
            let page = self.get(&format!("{path}&limit=100{before}")).await.expect(200);
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => return items,
            }
        }
        panic!("{path}: no end of pages");
    }
}

/// An idempotency key that nobody has used.
pub fn new_key() -> String {
    format!("uji-{:x}", unique())
}
