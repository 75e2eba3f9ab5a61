//! SMS and WhatsApp through an HTTP interface. Gateways differ in nothing but words, so the configuration says them:
//! the method, the URL, the headers, the body, which answer means that it was taken.

use dispatch_core::private::Private;
use reqwest::Method;
use serde_json::Value;

use crate::template::{Escape, fill};
use crate::{Client, Notification, NumberForm, Outcome, judge, text};

/// Bytes of a gateway's answer that are read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Characters of a gateway's name for a message that are kept.
const REFERENCE_CHARS_MAX: usize = 100;

/// What a gateway sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Messenger {
    /// SMS.
    Sms,
    /// WhatsApp.
    Whatsapp,
}

impl Messenger {
    /// Its name in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
        }
    }
}

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyForm {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/plain`.
    Text,
}

impl BodyForm {
    /// What is said of it in `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// How values are written into it.
    pub const fn escape(self) -> Escape {
        match self {
            Self::Json => Escape::Json,
            Self::Form => Escape::Percent,
            Self::Text => Escape::Line,
        }
    }
}

/// One gateway, in its own words. `{to}`, `{text}`, `{id}` and `{secret}` stand in URL, headers and body.
#[derive(Clone, Debug)]
pub struct HttpGateway {
    /// What it sends.
    pub messenger: Messenger,
    /// GET, POST or PUT.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Name and value of each header.
    pub headers: Vec<(String, String)>,
    /// What is posted; nothing with GET.
    pub body: Option<String>,
    /// How that is written.
    pub form: BodyForm,
    /// What `{secret}` stands for.
    pub secret: Private<String>,
    /// How it writes numbers.
    pub numbers: NumberForm,
    /// The statuses that mean "taken"; any 2xx when empty.
    pub accepted: Vec<u16>,
    /// Where the answer must say what, besides its status: a JSON pointer (RFC 6901) and the text of the value there.
    pub accepted_if: Option<(String, String)>,
    /// Where the answer names the message: a JSON pointer.
    pub reference: Option<String>,
}

pub(crate) async fn deliver(
    client: &Client,
    gateway: &HttpGateway,
    to: &Private<String>,
    notification: &Notification,
) -> Outcome {
    let (to, text) = (gateway.numbers.of(to.reveal()), text::short(notification));
    let values = [
        ("to", to.as_str()),
        ("text", text.as_str()),
        ("id", notification.id.as_str()),
        ("secret", gateway.secret.reveal().as_str()),
    ];
    let url = fill(&gateway.url, Escape::Percent, &values);
    let mut request = client.http.request(gateway.method.clone(), url).header("X-Sigap-Id", &notification.id);
    for (name, value) in &gateway.headers {
        request = request.header(name, fill(value, Escape::Line, &values));
    }
    if let Some(body) = &gateway.body {
        let body = fill(body, gateway.form.escape(), &values);
        request = request.header("Content-Type", gateway.form.content_type()).body(body);
    }
    match client.send(request).await {
        Ok(response) => {
            let status = response.status().as_u16();
            read(gateway, status, &answer(response).await)
        }
        Err(outcome) => outcome,
    }
}

async fn answer(mut response: reqwest::Response) -> Vec<u8> {
    let mut read = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if read.len() + chunk.len() > ANSWER_BYTES_MAX {
            break;
        }
        read.extend_from_slice(&chunk);
    }
    read
}

/// What a gateway's answer means. That it was taken is all that it can say; delivery is reported later.
fn read(gateway: &HttpGateway, status: u16, body: &[u8]) -> Outcome {
    let taken = if gateway.accepted.is_empty() {
        (200..300).contains(&status)
    } else {
        gateway.accepted.contains(&status)
    };
    if !taken {
        return match judge(status) {
            Outcome::Delivered { result } => Outcome::Refused { result },
            other @ (Outcome::Accepted { .. } | Outcome::TryAgain { .. } | Outcome::Refused { .. }) => other,
        };
    }
    let said: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    if let Some((pointer, wanted)) = &gateway.accepted_if
        && said.pointer(pointer).map(in_words).as_ref() != Some(wanted)
    {
        return Outcome::Refused { result: format!("{status}, refused in the answer") };
    }
    let reference = gateway.reference.as_ref().and_then(|pointer| said.pointer(pointer)).map(in_words);
    let reference = reference.unwrap_or_default().chars().take(REFERENCE_CHARS_MAX).collect();
    Outcome::Accepted { result: status.to_string(), reference }
}

/// A value of JSON as a person would write it.
pub(crate) fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::notification;
    use crate::webhook::tests::{receiver, receiver_with};
    use crate::{Channel, Networks, deliver};

    fn gateway(url: String) -> HttpGateway {
        HttpGateway {
            messenger: Messenger::Sms,
            method: Method::POST,
            url,
            headers: vec![("Authorization".into(), "Bearer {secret}".into())],
            body: Some(r#"{"destination":"{to}","message":"{text}","ref":"{id}"}"#.into()),
            form: BodyForm::Json,
            secret: Private::new("token-uji".into()),
            numbers: NumberForm::Bare,
            accepted: vec![],
            accepted_if: None,
            reference: Some("/data/0/id".into()),
        }
    }

    async fn send(gateway: HttpGateway) -> Outcome {
        let client = Client::new(Networks::and(["127.0.0.0/8".parse().unwrap()])).unwrap();
        let now = "2026-11-22T03:00:15Z".parse().unwrap();
        let to = Private::new("0811 7170 112".to_owned());
        deliver(&client, &Channel::Http(Box::new(gateway)), &to, &notification(), now).await
    }

    #[tokio::test]
    async fn a_json_gateway_gets_its_own_words_and_names_the_message() {
        let (url, task) = receiver_with("202 Accepted", r#"{"data":[{"id":77}],"ok":true}"#).await;
        let outcome = send(gateway(url)).await;
        assert_eq!(outcome, Outcome::Accepted { result: "202".into(), reference: "77".into() });
        let request = task.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.to_ascii_lowercase().contains("authorization: bearer token-uji"), "{head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["destination"], &body["ref"]), (&"628117170112".into(), &"0193.0.1".into()));
        assert!(body["message"].as_str().unwrap().starts_with("112 P1 KEBAKARAN"));
    }

    #[tokio::test]
    async fn a_form_gateway_gets_a_form_and_a_no_in_a_200_is_a_no() {
        let (url, task) = receiver_with("200 OK", r#"{"status":"gagal"}"#).await;
        let form = HttpGateway {
            url: format!("{url}?pengirim=112"),
            body: Some("userkey=k&passkey={secret}&to={to}&message={text}}".into()),
            form: BodyForm::Form,
            numbers: NumberForm::Local,
            accepted_if: Some(("/status".into(), "sukses".into())),
            ..gateway(String::new())
        };
        let outcome = send(form).await;
        assert_eq!(outcome, Outcome::Refused { result: "200, refused in the answer".into() });
        let request = task.await.unwrap();
        assert!(request.starts_with("POST /tugas?pengirim=112 "), "{request}");
        assert!(request.contains("&to=08117170112&message=112%20P1%20KEBAKARAN%3A%20"), "{request}");
    }

    #[tokio::test]
    async fn what_is_not_taken_is_tried_again_only_when_it_may_help() {
        let (url, _task) = receiver("503 Service Unavailable").await;
        assert_eq!(send(gateway(url)).await, Outcome::TryAgain { result: "503".into() });
        let (url, _task) = receiver("401 Unauthorized").await;
        assert_eq!(send(gateway(url)).await, Outcome::Refused { result: "401".into() });
        let (url, _task) = receiver("200 OK").await;
        let other = HttpGateway { accepted: vec![201], ..gateway(url) };
        assert_eq!(send(other).await, Outcome::Refused { result: "200".into() });
    }
}
