//! A signed HTTP POST, and how a receiver checks one.
//!
//! Headers: `X-Sigap-Id` (the same on every try), `X-Sigap-Timestamp` (RFC 3339) and
//! `X-Sigap-Signature: sha256=HEX`, an HMAC-SHA-256 (RFC 2104) over `timestamp LF id LF body`. The receiver
//! refuses a time stamp older than five minutes; what it does about an id that it has seen is its own matter.

use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::report::{SIGNED_WITHIN_S, Unproven};
use crate::{Client, Outcome, judge};

/// Where signed messages go, and the secret that both sides know.
#[derive(Clone, Debug)]
pub struct SignedDoor {
    /// `https://…` or, inside Jaringan Intra, `http://…`.
    pub url: String,
    /// Shared secret of the signature, of both directions.
    pub secret: Private<Vec<u8>>,
}

/// What a sender shows besides the body.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'a> {
    /// `X-Sigap-Id`.
    pub id: &'a str,
    /// `X-Sigap-Timestamp`.
    pub stamp: &'a str,
    /// `X-Sigap-Signature`.
    pub signature: &'a str,
}

impl SignedDoor {
    /// Tries once to post a JSON body. `id` is the same on every try of the same message.
    pub async fn post(&self, client: &Client, id: &str, body: Vec<u8>, now: Timestamp) -> Outcome {
        let stamp = now.to_string();
        let request = client
            .http
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("X-Sigap-Id", id)
            .header("X-Sigap-Signature", signature(&self.secret, &stamp, id, &body))
            .header("X-Sigap-Timestamp", stamp)
            .body(body);
        match client.send(request).await {
            Ok(response) => judge(response.status().as_u16()),
            Err(outcome) => outcome,
        }
    }

    /// Checks that whoever knows the secret sent this, and not long ago. Compares in constant time.
    ///
    /// # Errors
    /// [`Unproven`], also for a signature that is older than five minutes.
    pub fn check(&self, seal: Seal<'_>, body: &[u8], now: Timestamp) -> Result<(), Unproven> {
        let at: Timestamp = seal.stamp.parse().map_err(|_| Unproven)?;
        if at.millis_since(now).abs() > SIGNED_WITHIN_S * 1_000 {
            return Err(Unproven);
        }
        let code = seal.signature.strip_prefix("sha256=").ok_or(Unproven)?;
        let code = hex::decode(code).map_err(|_| Unproven)?;
        let mac = code_of(&self.secret, seal.stamp, seal.id, body).ok_or(Unproven)?;
        mac.verify_slice(&code).map_err(|_| Unproven)
    }
}

fn signature(secret: &Private<Vec<u8>>, stamp: &str, id: &str, body: &[u8]) -> String {
    let Some(mac) = code_of(secret, stamp, id, body) else { return String::new() };
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// HMAC takes a key of any length (RFC 2104 section 2), so there always is one.
fn code_of(secret: &Private<Vec<u8>>, stamp: &str, id: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal()).ok()?;
    for part in [stamp.as_bytes(), b"\n", id.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_message_of_who_knows_the_secret_is_proven_and_not_for_ever() {
        let door = SignedDoor { url: String::new(), secret: Private::new(b"rahasia".to_vec()) };
        let (stamp, id, body) = ("2026-11-22T03:00:00Z", "7.offer", b"{}");
        let signature = signature(&door.secret, stamp, id, body);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let seal = Seal { id, stamp, signature: &signature };
        assert_eq!(door.check(seal, body, at("2026-11-22T03:04:59Z")), Ok(()));
        assert_eq!(door.check(seal, body, at("2026-11-22T03:05:01Z")), Err(Unproven), "an old copy");
        assert_eq!(door.check(seal, b"{ }", at(stamp)), Err(Unproven), "another body");
        assert_eq!(door.check(Seal { id: "8.offer", ..seal }, body, at(stamp)), Err(Unproven));
        assert_eq!(
            door.check(Seal { stamp: "2026-11-22T03:00:01Z", ..seal }, body, at(stamp)),
            Err(Unproven)
        );
        let other = SignedDoor { secret: Private::new(b"lain".to_vec()), ..door };
        assert_eq!(other.check(seal, body, at(stamp)), Err(Unproven));
        for signature in ["", "sha256=", "sha256=zz", "md5=00"] {
            assert_eq!(other.check(Seal { signature, ..seal }, body, at(stamp)), Err(Unproven));
        }
    }
}
