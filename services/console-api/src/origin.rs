//! Which pages may talk to us: our own.
//!
//! A browser sends the session cookie to us from any page that asks it to; the `Origin` header says which page
//! that was (RFC 6454, fetch standard). Compared exactly, never by prefix.

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use crate::problem::{Code, Problem};

/// The origins whose pages may use a session. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    allowed: Arc<[String]>,
}

impl Origins {
    /// These (`https://112.example.go.id`) besides the address that the request itself names as its host.
    pub fn new(allowed: Vec<String>) -> Self {
        Self { allowed: allowed.into() }
    }

    /// For a request that may come without an `Origin`.
    ///
    /// # Errors
    /// `foreign_origin` when it has a foreign one.
    pub fn require_own_or_none(&self, headers: &HeaderMap) -> Result<(), Problem> {
        match headers.get(header::ORIGIN) {
            None => Ok(()),
            Some(_) => self.require_own(headers),
        }
    }

    /// For a request that a browser always sends with an `Origin`.
    ///
    /// # Errors
    /// `foreign_origin` when it has none or a foreign one.
    pub fn require_own(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let listed = self.allowed.iter().any(|allowed| allowed == origin);
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if listed || is_same_host(origin, host) { Ok(()) } else { Err(Problem::new(Code::ForeignOrigin)) }
    }
}

/// Whether an origin names this host and port. Behind a proxy that ends TLS we see plain HTTP, so that both
/// schemes are ours; a page on another port is another origin.
fn is_same_host(origin: &str, host: &str) -> bool {
    let (authority, standard_port) = match (origin.strip_prefix("http://"), origin.strip_prefix("https://")) {
        (Some(authority), _) => (authority, ":80"),
        (None, Some(authority)) => (authority, ":443"),
        (None, None) => return false,
    };
    let without = |text: &str| text.strip_suffix(standard_port).unwrap_or(text).to_ascii_lowercase();
    !host.is_empty() && without(authority) == without(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn ask(origins: &Origins, origin: Option<&'static str>, host: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        origins.require_own(&headers).is_ok()
    }

    #[test]
    fn only_the_exact_host_and_port_or_a_listed_origin() {
        let none = Origins::default();
        assert!(ask(&none, Some("http://127.0.0.1:8112"), "127.0.0.1:8112"));
        assert!(ask(&none, Some("https://112.basel.example"), "112.basel.example:443"));
        assert!(ask(&none, Some("https://112.BASEL.example"), "112.basel.example"));
        for foreign in [
            "http://127.0.0.1:81120",
            "http://127.0.0.1:811",
            "http://127.0.0.1",
            "http://evil.example",
            "http://127.0.0.1:8112.evil.example",
            "ws://127.0.0.1:8112",
            "null",
            "",
        ] {
            assert!(!ask(&none, Some(foreign), "127.0.0.1:8112"), "{foreign}");
        }
        assert!(!ask(&none, None, "127.0.0.1:8112"));
        assert!(none.require_own_or_none(&HeaderMap::new()).is_ok());
        let listed = Origins::new(vec!["https://konsol.example".into()]);
        assert!(ask(&listed, Some("https://konsol.example"), "127.0.0.1:8112"));
        assert!(!ask(&listed, Some("https://konsol.example:444"), "127.0.0.1:8112"));
    }
}
