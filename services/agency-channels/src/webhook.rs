//! A signed HTTP POST to the agency's own system or to a gateway ([`crate::SignedDoor`]). The receiver refuses a time
//! stamp older than five minutes and an id that it has seen: then a recorded copy is worthless.
//!
//! A printer and a siren are webhooks with a small body of their own: a page of text, or for how long to sound.

use std::time::Duration;

use dispatch_core::category::Priority;

use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use serde_json::json;

use crate::{Client, Notification, Outcome, SignedDoor, text};

/// An agency's system that takes longer than this is as good as away; the courier tries again later.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Where to post, and the secret that both sides know.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// `https://…` or, inside Jaringan Intra, `http://…`.
    pub url: String,
    /// Shared secret of the signature.
    pub secret: Private<Vec<u8>>,
    /// What the body is.
    pub form: WebhookForm,
}

/// What is posted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WebhookForm {
    /// The task, field by field: [`Notification`].
    Task,
    /// A page: `{"kind":"print","id":…,"test":…,"text":…}`.
    Print,
    /// `{"kind":"siren","id":…,"test":…,"on":true,"seconds":…,"pattern":"P1"}`.
    Siren {
        /// How long it sounds.
        seconds: u32,
    },
}

impl WebhookForm {
    /// The channel's name in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "webhook",
            Self::Print => "printer",
            Self::Siren { .. } => "siren",
        }
    }

    fn body(self, notification: &Notification) -> Result<Vec<u8>, serde_json::Error> {
        let (id, test) = (&notification.id, notification.test);
        match self {
            Self::Task => serde_json::to_vec(notification),
            Self::Print => {
                let text = text::page(notification);
                serde_json::to_vec(&json!({ "kind": "print", "id": id, "test": test, "text": text }))
            }
            Self::Siren { seconds } => {
                // A test is the shortest sound, in the pattern of what can wait.
                let pattern = notification.task.as_ref().map_or(Priority::P0, |task| task.priority).code();
                let seconds = if test { 1 } else { seconds };
                serde_json::to_vec(&json!({
                    "kind": "siren", "id": id, "test": test, "on": true, "seconds": seconds, "pattern": pattern,
                }))
            }
        }
    }
}

pub(crate) async fn deliver(
    client: &Client,
    webhook: &Webhook,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let body = match webhook.form.body(notification) {
        Ok(body) => body,
        Err(error) => return Outcome::Refused { result: format!("not serialisable: {error}") },
    };
    let door = SignedDoor { url: webhook.url.clone(), secret: webhook.secret.clone(), ends: None };
    door.post(client, &notification.id, body, now).await
}

#[cfg(test)]
pub(crate) mod tests {
    use dispatch_core::ids::AgencyCode;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::text::tests::notification;
    use crate::{Channel, Networks, deliver};

    /// A receiver on a real socket that reads one request and answers with `status`; gives back what it read.
    pub(crate) async fn receiver(status: &'static str) -> (String, JoinHandle<String>) {
        receiver_with(status, "").await
    }

    /// The same with a body in its answer.
    pub(crate) async fn receiver_with(
        status: &'static str,
        answer: &'static str,
    ) -> (String, JoinHandle<String>) {
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
            let length = answer.len();
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}");
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(read).unwrap()
        });
        (url, task)
    }

    fn inside() -> Client {
        Client::new(Networks::and(["127.0.0.0/8".parse().unwrap()])).unwrap()
    }

    fn webhook(url: String, form: WebhookForm) -> Channel {
        Channel::Webhook(Webhook { url, secret: Private::new(b"rahasia".to_vec()), form })
    }

    async fn send(client: &Client, channel: &Channel, notification: &Notification) -> Outcome {
        let now = "2026-11-22T03:00:15Z".parse().unwrap();
        deliver(client, channel, &Private::new(String::new()), notification, now).await
    }

    async fn post(status: &'static str, form: WebhookForm, told: &Notification) -> (Outcome, String) {
        let (url, receiver) = receiver(status).await;
        let outcome = send(&inside(), &webhook(url, form), told).await;
        (outcome, receiver.await.unwrap())
    }

    #[tokio::test]
    async fn the_receiver_can_check_the_signature() {
        let (outcome, request) = post("204 No Content", WebhookForm::Task, &notification()).await;
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
            (told["number"].as_str(), told["step"].as_str(), told.get("test")),
            (Some("2026-000123"), Some("second_channel"), None)
        );
    }

    #[tokio::test]
    async fn a_printer_gets_a_page_and_a_siren_its_seconds_and_a_test_says_so() {
        let body = |request: String| -> serde_json::Value {
            serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
        };
        let (_, printed) = post("200 OK", WebhookForm::Print, &notification()).await;
        let printed = body(printed);
        assert_eq!((&printed["kind"], &printed["test"]), (&"print".into(), &false.into()));
        assert!(printed["text"].as_str().unwrap().contains("Insiden : 2026-000123"), "{printed}");
        let form = WebhookForm::Siren { seconds: 20 };
        let sounded = body(post("200 OK", form, &notification()).await.1);
        assert_eq!(
            (&sounded["on"], &sounded["seconds"], &sounded["pattern"]),
            (&true.into(), &20.into(), &"P1".into())
        );
        let test = Notification::test("uji-1".into(), AgencyCode::new("pln"), notification().sent_at);
        let sounded = body(post("200 OK", form, &test).await.1);
        assert_eq!((&sounded["test"], &sounded["seconds"]), (&true.into(), &1.into()));
    }

    #[tokio::test]
    async fn a_refusal_is_not_tried_again_and_a_fault_is() {
        let post = |status| async move { post(status, WebhookForm::Task, &notification()).await.0 };
        assert_eq!(post("403 Forbidden").await, Outcome::Refused { result: "403".into() });
        assert_eq!(post("302 Found").await, Outcome::Refused { result: "302".into() });
        assert_eq!(post("503 Service Unavailable").await, Outcome::TryAgain { result: "503".into() });
        let away = webhook("http://127.0.0.1:9/".into(), WebhookForm::Task);
        let away = send(&inside(), &away, &notification()).await;
        assert_eq!(away, Outcome::TryAgain { result: "no connection".into() });
    }

    /// `localhost` is a name that resolves to the inside: the same way as a name that somebody else's DNS turned there.
    #[tokio::test]
    async fn nothing_is_sent_to_an_address_that_is_internal_and_not_named() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let outside = Client::new(Networks::default()).unwrap();
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
            let channel = webhook(format!("http://{host}:{port}/"), WebhookForm::Task);
            let outcome = send(&outside, &channel, &notification()).await;
            assert_eq!(outcome, Outcome::Refused { result: "internal address".into() }, "{host}");
        }
        let knocked = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
        assert!(knocked.is_err(), "nobody may have connected");
        // The same name, where its network is named, is connected to.
        let (url, task) = receiver("200 OK").await;
        let by_name = url.replace("127.0.0.1", "localhost");
        let outcome = send(&inside(), &webhook(by_name, WebhookForm::Task), &notification()).await;
        assert_eq!(outcome, Outcome::Delivered { result: "200".into() });
        task.await.unwrap();
    }
}
