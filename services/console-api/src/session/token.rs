//! The token and the cookie that carries it.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::random;

/// The cookie's name. `__Host-`: only this host, only secure, only for `/` (RFC 6265bis section 4.1.3.2).
pub const COOKIE: &str = "__Host-sesi";

/// Where the token came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carrier {
    /// `Authorization: Bearer`: a program; no browser adds it by itself.
    Bearer,
    /// The cookie: a browser adds it to every request.
    Cookie,
}

/// What a session is known by: 32 random bytes.
#[derive(Clone)]
pub struct Token {
    text: String,
    /// How it came.
    pub carrier: Carrier,
}

impl Token {
    /// A new one.
    pub fn random() -> Self {
        Self { text: URL_SAFE_NO_PAD.encode(random::bytes::<32>()), carrier: Carrier::Bearer }
    }

    /// The token of a request, if it carries one. `Authorization` goes before the cookie.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        if let Some(text) = bearer_of(headers) {
            return Some(Self { text, carrier: Carrier::Bearer });
        }
        let text = cookie_of(headers, COOKIE)?;
        Some(Self { text, carrier: Carrier::Cookie })
    }

    /// The text, for its owner.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the store knows it by. A token is random, so a fast hash is enough.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

/// What a program says in `Authorization: Bearer`.
pub(super) fn bearer_of(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The value of a cookie.
pub(super) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Prints nothing: a token in a log line is a session for whoever reads it.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// The header that sets the cookie.
pub fn cookie(token: &Token, seconds: i64) -> HeaderValue {
    let text =
        format!("{COOKIE}={}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}", token.text);
    // The token is base64url: always a valid header value.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// The header that takes the cookie away.
pub fn clearing_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-sesi=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_token_and_prefers_the_header() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; __Host-sesi=abc; b=2"));
        let token = Token::of(&headers).unwrap();
        assert_eq!((token.text(), token.carrier), ("abc", Carrier::Cookie));
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("bearer xyz"));
        let token = Token::of(&headers).unwrap();
        assert_eq!((token.text(), token.carrier), ("xyz", Carrier::Bearer));
        assert_eq!(format!("{token:?}"), "Token");
    }
}
