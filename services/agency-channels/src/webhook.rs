//! A signed HTTP POST to the agency's own system or to a gateway.
//!
//! Headers: `X-Sigap-Id` (the same on every try), `X-Sigap-Timestamp` (RFC 3339) and
//! `X-Sigap-Signature: sha256=HEX`, an HMAC-SHA-256 (RFC 2104) over `timestamp LF id LF body`. The receiver
//! refuses a time stamp older than five minutes and an id that it has seen: then a recorded copy is worthless.

use std::time::Duration;

use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Client, Notification, Outcome};

/// An agency's system that takes longer than this is as good as away; the courier tries again later.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Where to post, and the secret that both sides know.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// `https://…` or, inside Jaringan Intra, `http://…`.
    pub url: String,
    /// Shared secret of the signature.
    pub secret: Private<Vec<u8>>,
}

pub(crate) async fn deliver(
    client: &Client,
    webhook: &Webhook,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let body = match serde_json::to_vec(notification) {
        Ok(body) => body,
        Err(error) => return Outcome::Refused { result: format!("not serialisable: {error}") },
    };
    let stamp = now.to_string();
    let request = client
        .0
        .post(&webhook.url)
        .header("Content-Type", "application/json")
        .header("X-Sigap-Id", &notification.id)
        .header("X-Sigap-Signature", signature(webhook, &stamp, &notification.id, &body))
        .header("X-Sigap-Timestamp", stamp)
        .body(body);
    match request.send().await {
        Ok(response) => judge(response.status().as_u16()),
        Err(error) if error.is_timeout() => Outcome::TryAgain { result: "timeout".into() },
        Err(error) if error.is_builder() => Outcome::Refused { result: "bad url".into() },
        Err(_) => Outcome::TryAgain { result: "no connection".into() },
    }
}

fn judge(status: u16) -> Outcome {
    let result = status.to_string();
    match status {
        200..=299 => Outcome::Delivered { result },
        408 | 425 | 429 | 500..=599 => Outcome::TryAgain { result },
        _ => Outcome::Refused { result },
    }
}

fn signature(webhook: &Webhook, stamp: &str, id: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length (RFC 2104 section 2), so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(webhook.secret.reveal()) else { return String::new() };
    for part in [stamp.as_bytes(), b"\n", id.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use dispatch_core::category::{Category, Priority};
    use dispatch_core::escalation::Step;
    use dispatch_core::ids::{AgencyCode, AssignmentId, IncidentId};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{Channel, deliver};

    fn notification() -> Notification {
        Notification {
            id: "0193-1".into(),
            agency: AgencyCode::new("pln"),
            assignment_id: AssignmentId("01935a00-0000-7abc-8123-456789abcdef".parse().unwrap()),
            incident_id: IncidentId("01935a00-0000-7abc-8123-456789abcdee".parse().unwrap()),
            number: "2026-000001".into(),
            category: Category::B,
            kind: None,
            priority: Priority::P1,
            area_code: Some("19.03.01".into()),
            landmark: Some("simpang tiga".into()),
            step: Step::SecondChannel,
            sent_at: "2026-11-22T03:00:00Z".parse().unwrap(),
        }
    }

    /// A receiver on a real socket that reads one request and answers with `status`; gives back what it read.
    async fn receiver(status: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tugas", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            let mut chunk = [0; 4096];
            loop {
                let n = socket.read(&mut chunk).await.unwrap();
                read.extend_from_slice(&chunk[..n]);
                let text = String::from_utf8_lossy(&read);
                if n == 0 || text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.ends_with('}')) {
                    break;
                }
            }
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(read).unwrap()
        });
        (url, task)
    }

    async fn post(status: &'static str) -> (Outcome, String) {
        let (url, receiver) = receiver(status).await;
        let webhook = Webhook { url, secret: Private::new(b"rahasia".to_vec()) };
        let client = Client::new().unwrap();
        let now = "2026-11-22T03:00:15Z".parse().unwrap();
        let outcome = deliver(&client, &Channel::Webhook(webhook), &notification(), now).await;
        (outcome, receiver.await.unwrap())
    }

    #[tokio::test]
    async fn the_receiver_can_check_the_signature() {
        let (outcome, request) = post("204 No Content").await;
        assert_eq!(outcome, Outcome::Delivered { result: "204".into() });
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with(name)).unwrap();
            line.split_once(": ").unwrap().1.to_owned()
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(b"rahasia").unwrap();
        mac.update(format!("{}\n{}\n{body}", header("x-sigap-timestamp"), header("x-sigap-id")).as_bytes());
        assert_eq!(
            header("x-sigap-signature"),
            format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
        );
        let told: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (told["number"].as_str(), told["step"].as_str()),
            (Some("2026-000001"), Some("second_channel"))
        );
    }

    #[tokio::test]
    async fn a_refusal_is_not_tried_again_and_a_fault_is() {
        assert_eq!(post("403 Forbidden").await.0, Outcome::Refused { result: "403".into() });
        assert_eq!(post("302 Found").await.0, Outcome::Refused { result: "302".into() });
        assert_eq!(post("503 Service Unavailable").await.0, Outcome::TryAgain { result: "503".into() });
        let webhook = Webhook { url: "http://127.0.0.1:9/".into(), secret: Private::new(vec![1]) };
        let client = Client::new().unwrap();
        let now = Timestamp::from_micros(0);
        let away = deliver(&client, &Channel::Webhook(webhook), &notification(), now).await;
        assert_eq!(away, Outcome::TryAgain { result: "no connection".into() });
    }
}
