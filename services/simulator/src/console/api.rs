//! A small keep-alive HTTP/1.1 client for the console's API.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::SimulatorError;
use crate::seeded::Seeded;

/// A console waits this long for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// … and tries a write again after this long when none came.
const RETRY_AFTER: Duration = Duration::from_millis(100);
/// Bytes of an error that are worth printing.
const ERROR_BYTES_MAX: usize = 400;

/// One user's session.
#[derive(Debug)]
pub struct Api {
    server: SocketAddr,
    username: String,
    password: String,
    token: Mutex<Option<String>>,
    connection: tokio::sync::Mutex<Option<SendRequest<Full<Bytes>>>>,
    keys: Mutex<Seeded>,
}

/// What the server said.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; `Null` when empty or not JSON.
    pub body: Value,
}

impl Answer {
    /// Whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The stable `code` of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body of a success, or what was unexpected.
    pub fn ok(self, what: &str) -> Result<Value, SimulatorError> {
        if self.is_success() {
            return Ok(self.body);
        }
        let body = self.body.to_string().chars().take(ERROR_BYTES_MAX).collect();
        Err(SimulatorError::Unexpected { what: what.to_owned(), status: self.status, body })
    }
}

impl Api {
    /// A console of this user. `seed` and the time of day make its idempotency keys: a second run on the
    /// same store must not repeat the keys of the first.
    pub fn new(server: SocketAddr, username: &str, password: &str, seed: u64) -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self {
            server,
            username: username.to_owned(),
            password: password.to_owned(),
            token: Mutex::new(None),
            connection: tokio::sync::Mutex::new(None),
            keys: Mutex::new(Seeded::new(seed ^ now.as_nanos() as u64)),
        }
    }

    /// The server.
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Who logs in here.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The session's token, once logged in.
    pub fn token(&self) -> Option<String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Logs in; gives the user.
    pub async fn log_in(&self) -> Result<Value, SimulatorError> {
        let credentials = json!({ "username": self.username, "password": self.password });
        let session =
            self.once(&Method::POST, "/session", None, Some(&credentials)).await?.ok("POST /session")?;
        let token = session["token"].as_str().map(str::to_owned);
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        Ok(session["user"].clone())
    }

    /// Reads. A lost connection is opened again once: the server may have restarted since the last use.
    pub async fn get(&self, path: &str) -> Result<Answer, SimulatorError> {
        match self.once(&Method::GET, path, None, None).await {
            Err(SimulatorError::NoAnswer { .. }) => self.once(&Method::GET, path, None, None).await,
            answer => answer,
        }
    }

    /// A new idempotency key.
    pub fn new_key(&self) -> String {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).uuid()
    }

    /// Writes once, with a new key.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, SimulatorError> {
        self.once(&Method::POST, path, Some(&self.new_key()), Some(body)).await
    }

    /// Writes, and sends the same request with the same key again until it is answered or `until` has
    /// passed. An answer of 5xx is none: the server says that it could not.
    pub async fn post_until_answered(
        &self,
        path: &str,
        key: &str,
        body: &Value,
        until: Instant,
    ) -> Result<Answer, SimulatorError> {
        loop {
            let answer = self.once(&Method::POST, path, Some(key), Some(body)).await;
            let tired = Instant::now() >= until;
            match answer {
                Ok(answer) if answer.status == 401 && !tired => {
                    let _user = self.log_in().await;
                }
                Ok(answer) if answer.status < 500 || tired => return Ok(answer),
                Err(error) if tired => return Err(error),
                Ok(_) | Err(_) => {}
            }
            sleep(RETRY_AFTER).await;
        }
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, SimulatorError> {
        let no_answer = |cause: String| SimulatorError::NoAnswer { what: format!("{method} {path}"), cause };
        let request = self.request(method, path, key, body).map_err(|error| no_answer(error.to_string()))?;
        match timeout(ANSWER_WITHIN, self.exchange(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(cause)) => Err(no_answer(cause)),
            Err(_elapsed) => Err(no_answer(format!("nothing within {} s", ANSWER_WITHIN.as_secs()))),
        }
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", self.server.to_string());
        if let Some(token) = self.token() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        if !bytes.is_empty() {
            request = request.header("content-type", "application/json");
        }
        request.body(Full::new(bytes))
    }

    /// One exchange on the kept connection. The connection is taken out meanwhile, so an exchange that is
    /// dropped half-way drops it and cannot leave somebody else's answer behind.
    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let mut kept = self.connection.lock().await;
        let mut sender = match kept.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        sender.ready().await.map_err(|error| error.to_string())?;
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        *kept = Some(sender);
        Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = TcpStream::connect(self.server).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        // Ends by itself when the sender is dropped or the server closes; its error shows at the sender.
        tokio::spawn(async move {
            let _ended = connection.await;
        });
        Ok(sender)
    }
}
