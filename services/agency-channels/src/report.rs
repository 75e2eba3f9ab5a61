//! What a gateway says later: whether a message reached the telephone, and what its owner answered.

use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::gateway::in_words;

/// A signed report is taken this long after it was signed, in seconds either way.
pub(crate) const SIGNED_WITHIN_S: i64 = 300;
/// Characters of an answer that are read: it is a digit and a number.
const ANSWER_CHARS_MAX: usize = 160;

/// How a gateway writes its reports: where what stands, as JSON pointers; in a form `/name` is the field `name`.
#[derive(Clone, Debug)]
pub struct Reports {
    /// What both sides know.
    pub secret: Private<Vec<u8>>,
    /// Where the notification's own id stands.
    pub id: Option<String>,
    /// Where the gateway's name for the message stands.
    pub reference: Option<String>,
    /// Where the state stands.
    pub status: Option<String>,
    /// States that mean: on the telephone.
    pub delivered: Vec<String>,
    /// States that mean: never.
    pub failed: Vec<String>,
    /// Where the number stands that an answer comes from.
    pub reply_from: Option<String>,
    /// Where its words stand.
    pub reply_text: Option<String>,
}

/// What a report says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reported {
    /// A message reached the telephone, or never will.
    Delivery {
        /// The notification's own id; empty when the gateway does not give it back.
        id: String,
        /// The gateway's name for the message; empty when it has none.
        reference: String,
        /// Whether it did.
        delivered: bool,
        /// The gateway's word for it.
        status: String,
    },
    /// Somebody answered.
    Reply {
        /// The number.
        from: Private<String>,
        /// The words.
        text: Private<String>,
    },
    /// Nothing that anything follows from: on its way, or another kind of report.
    Nothing,
}

/// What a sender shows to prove that it is the gateway.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// The secret itself, in a header or in the URL that the gateway was given.
    Token(&'a str),
    /// An HMAC-SHA-256 over `timestamp LF body`, as `sha256=HEX`, and the time stamp (RFC 3339).
    Signature {
        /// The HMAC.
        signature: &'a str,
        /// The time stamp.
        stamp: &'a str,
    },
}

/// It is not proven that the gateway sent it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the report is not proven to come from the gateway")]
pub struct Unproven;

impl Reports {
    /// Checks who sent it. Both ways compare in constant time.
    ///
    /// # Errors
    /// [`Unproven`], also for a signature that is older than five minutes.
    pub fn check(&self, proof: Proof<'_>, body: &[u8], now: Timestamp) -> Result<(), Unproven> {
        match proof {
            Proof::Token(token) => {
                // Two codes of unequal texts differ; how far they agree tells nothing about the texts.
                let known = self.code(&[self.secret.reveal()])?;
                self.code(&[token.as_bytes()])?.verify(&known.finalize().into_bytes()).map_err(|_| Unproven)
            }
            Proof::Signature { signature, stamp } => {
                let at: Timestamp = stamp.parse().map_err(|_| Unproven)?;
                if at.millis_since(now).abs() > SIGNED_WITHIN_S * 1_000 {
                    return Err(Unproven);
                }
                let code = signature.strip_prefix("sha256=").ok_or(Unproven)?;
                let code = hex::decode(code).map_err(|_| Unproven)?;
                self.code(&[stamp.as_bytes(), b"\n", body])?.verify_slice(&code).map_err(|_| Unproven)
            }
        }
    }

    fn code(&self, parts: &[&[u8]]) -> Result<Hmac<Sha256>, Unproven> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.reveal()).map_err(|_| Unproven)?;
        for part in parts {
            mac.update(part);
        }
        Ok(mac)
    }

    /// Reads a body, JSON or form. What cannot be read is nothing.
    pub fn read(&self, body: &[u8]) -> Reported {
        let said = serde_json::from_slice(body).unwrap_or_else(|_| form(body));
        let at = |pointer: &Option<String>| {
            pointer.as_ref().and_then(|p| said.pointer(p)).map(in_words).filter(|text| !text.is_empty())
        };
        if let (Some(from), Some(text)) = (at(&self.reply_from), at(&self.reply_text)) {
            let text = text.chars().take(ANSWER_CHARS_MAX).collect();
            return Reported::Reply { from: Private::new(from), text: Private::new(text) };
        }
        let (id, reference) = (at(&self.id).unwrap_or_default(), at(&self.reference).unwrap_or_default());
        let Some(status) = at(&self.status) else { return Reported::Nothing };
        let is = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(&status));
        let delivered = is(&self.delivered);
        if (id.is_empty() && reference.is_empty()) || !(delivered || is(&self.failed)) {
            return Reported::Nothing;
        }
        Reported::Delivery { id, reference, delivered, status: status.chars().take(40).collect() }
    }
}

/// A form as one flat object.
fn form(body: &[u8]) -> Value {
    let query = String::from_utf8_lossy(body).into_owned();
    // The reader of URLs knows forms; the host is never used.
    let Ok(mut url) = reqwest::Url::parse("http://form.invalid/") else { return Value::Null };
    url.set_query(Some(&query));
    let pairs = url.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
    Value::Object(pairs.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reports() -> Reports {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Reports {
            secret: Private::new(b"rahasia".to_vec()),
            id: Some("/ref".into()),
            reference: Some("/message/id".into()),
            status: Some("/status".into()),
            delivered: words(&["delivered", "read"]),
            failed: words(&["failed", "expired"]),
            reply_from: Some("/sender".into()),
            reply_text: Some("/text".into()),
        }
    }

    #[test]
    fn reports_and_answers_are_read_from_json_and_from_forms() {
        let delivery = |id: &str, reference: &str, delivered, status: &str| Reported::Delivery {
            id: id.into(),
            reference: reference.into(),
            delivered,
            status: status.into(),
        };
        let reports = reports();
        assert_eq!(
            reports.read(br#"{"message":{"id":77},"status":"DELIVERED"}"#),
            delivery("", "77", true, "DELIVERED")
        );
        assert_eq!(reports.read(b"ref=12.0.1&status=expired"), delivery("12.0.1", "", false, "expired"));
        assert_eq!(reports.read(b"ref=12.0.1&status=sent"), Reported::Nothing, "on its way");
        assert_eq!(reports.read(b"status=delivered"), Reported::Nothing, "of what?");
        let Reported::Reply { from, text } = reports.read(b"sender=%2B62811&text=1+123") else { panic!() };
        assert_eq!((from.reveal().as_str(), text.reveal().as_str()), ("+62811", "1 123"));
        for garbage in [&b""[..], b"\xff\xfe", b"[1,2", b"null"] {
            assert_eq!(reports.read(garbage), Reported::Nothing);
        }
    }

    #[test]
    fn only_who_knows_the_secret_is_heard_and_not_for_ever() {
        let (reports, body) = (reports(), b"ref=1&status=read");
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(reports.check(Proof::Token("rahasia"), body, now), Ok(()));
        for token in ["", "rahasi", "rahasia1"] {
            assert_eq!(reports.check(Proof::Token(token), body, now), Err(Unproven), "{token}");
        }
        let stamp = "2026-11-22T02:58:00Z";
        let mut mac = Hmac::<Sha256>::new_from_slice(b"rahasia").unwrap();
        mac.update(format!("{stamp}\nref=1&status=read").as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let proof = Proof::Signature { signature: &signature, stamp };
        assert_eq!(reports.check(proof, body, now), Ok(()));
        assert_eq!(reports.check(proof, b"ref=2&status=read", now), Err(Unproven), "another body");
        let later = "2026-11-22T03:03:01Z".parse().unwrap();
        assert_eq!(reports.check(proof, body, later), Err(Unproven), "an old copy");
        let bare = Proof::Signature { signature: "sha256=zz", stamp };
        assert_eq!(reports.check(bare, body, now), Err(Unproven));
    }
}
