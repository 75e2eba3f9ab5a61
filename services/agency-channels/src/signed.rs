//! A signed HTTP POST, and how a receiver checks one.
//!
//! Headers: `X-Sigap-Id` (the same on every try), `X-Sigap-Timestamp` (RFC 3339) and
//! `X-Sigap-Signature: sha256=HEX`, an HMAC-SHA-256 (RFC 2104) over `timestamp LF id LF body`. Where two centres talk to
//! each other, `sigap-neighbour-2 LF sender LF receiver LF` stands before it: what one of them sent proves nothing when it
//! is sent back to it, or on to another one. The receiver refuses a time stamp older than five minutes; what it does
//! about an id that it has seen is its own matter.

use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::report::{SIGNED_WITHIN_S, Unproven};
use crate::{Client, Outcome, judge};

/// The version of what is signed.
const VERSION: &str = "sigap-neighbour-2";

/// Where signed messages go, and the secret that both sides know.
#[derive(Clone, Debug)]
pub struct SignedDoor {
    /// `https://…` or, inside Jaringan Intra, `http://…`.
    pub url: String,
    /// Shared secret of the signature, of both directions.
    pub secret: Private<Vec<u8>>,
    /// Who talks to whom, where both sides send.
    pub ends: Option<Ends>,
}

/// The two ends of an exchange.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ends {
    /// Who we are to them.
    pub us: String,
    /// Who they are to us.
    pub them: String,
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
            .header("X-Sigap-Signature", self.signature(&stamp, id, &body))
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
        let way = self.ends.as_ref().map(|ends| [ends.them.as_str(), ends.us.as_str()]);
        let mac = self.code_of(way, seal.stamp, seal.id, body).ok_or(Unproven)?;
        mac.verify_slice(&code).map_err(|_| Unproven)
    }

    fn signature(&self, stamp: &str, id: &str, body: &[u8]) -> String {
        let way = self.ends.as_ref().map(|ends| [ends.us.as_str(), ends.them.as_str()]);
        let mac = self.code_of(way, stamp, id, body);
        mac.map_or_else(String::new, |mac| format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
    }

    /// HMAC takes a key of any length (RFC 2104 section 2), so there always is one.
    fn code_of(&self, way: Option<[&str; 2]>, stamp: &str, id: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.reveal()).ok()?;
        let way = way.map(|[sender, receiver]| [VERSION, sender, receiver]);
        for line in way.into_iter().flatten().chain([stamp, id]) {
            mac.update(line.as_bytes());
            mac.update(b"\n");
        }
        mac.update(body);
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_message_of_who_knows_the_secret_is_proven_and_not_for_ever() {
        let door = |us: &str, them: &str| {
            let secret = Private::new(b"rahasia".to_vec());
            let ends = Some(Ends { us: us.to_owned(), them: them.to_owned() });
            SignedDoor { url: String::new(), secret, ends }
        };
        let (sender, door) = (door("19.04", "19.03"), door("19.03", "19.04"));
        let (stamp, id, body) = ("2026-11-22T03:00:00Z", "7.offer", b"{}");
        let signature = sender.signature(stamp, id, body);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let seal = Seal { id, stamp, signature: &signature };
        assert_eq!(door.check(seal, body, at("2026-11-22T03:04:59Z")), Ok(()));
        assert_eq!(door.check(seal, body, at("2026-11-22T03:05:01Z")), Err(Unproven), "an old copy");
        assert_eq!(door.check(seal, b"{ }", at(stamp)), Err(Unproven), "another body");
        assert_eq!(sender.check(seal, body, at(stamp)), Err(Unproven), "its own message, sent back to it");
        let ends = Some(Ends { us: "19.05".to_owned(), them: "19.04".to_owned() });
        let third = SignedDoor { ends, ..door.clone() };
        assert_eq!(third.check(seal, body, at(stamp)), Err(Unproven), "a message to somebody else");
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
