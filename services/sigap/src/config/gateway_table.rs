//! `[[gateway]]`: an HTTP interface for SMS or WhatsApp, a webhook, a printer, a siren, a mail server, our own trunks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use agency_channels::{
    BodyForm, Channel, HttpGateway, Messenger, NumberForm, Reports, Smtp, SmtpTls, Webhook, WebhookForm, fill,
};
use dispatch_core::private::Private;

use super::channels_table::{Carrier, Gateway};
use super::toml_file::{only_known, text, texts};
use super::trunk_table::{choice, number, optional_text};

/// Tries of one gateway under way at once, unless it says otherwise.
pub(super) const AT_ONCE: u64 = 4;
/// How long the next channel waits for the proof of the one before, in seconds.
pub(super) const CONFIRM_S: u64 = 30;
/// The same for a call: ringing, the words twice, a moment to think.
const CONFIRM_VOICE_S: u64 = 120;

/// Reads a gateway; every mistake is noted, and the rest is read on.
pub(super) fn read(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<Gateway> {
    let name = text(table, "name", mistakes);
    if let Some(name) = &name
        && !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    {
        mistakes.push(format!("name: \"{name}\" may have letters, digits, - and _"));
    }
    let kind = text(table, "kind", mistakes)?;
    let carrier = match kind.as_str() {
        "sms" => http(table, Messenger::Sms, mistakes),
        "whatsapp" => http(table, Messenger::Whatsapp, mistakes),
        "webhook" => webhook(table, WebhookForm::Task, mistakes),
        "printer" => webhook(table, WebhookForm::Print, mistakes),
        "siren" => {
            let seconds = number(table, "seconds", 1..=600, mistakes).unwrap_or(10);
            webhook(table, WebhookForm::Siren { seconds: u32::try_from(seconds).unwrap_or(10) }, mistakes)
        }
        "smtp" => smtp(table, mistakes),
        "voice" => {
            only_known(table, &["name", "kind", "at_once", "confirm_s"], mistakes);
            Some(Carrier::Voice)
        }
        _ => {
            mistakes.push(format!(
                "kind: \"{kind}\" is none of sms, whatsapp, webhook, printer, siren, smtp, voice"
            ));
            None
        }
    };
    let confirm = if kind == "voice" { CONFIRM_VOICE_S } else { CONFIRM_S };
    let confirm = number(table, "confirm_s", 5..=3_600, mistakes).unwrap_or(confirm);
    let at_once = number(table, "at_once", 1..=64, mistakes).unwrap_or(AT_ONCE);
    let reports = table.get("reports").and_then(|reports| match reports.as_table() {
        Some(reports) => read_reports(reports, mistakes),
        None => {
            mistakes.push("reports: a table is needed".into());
            None
        }
    });
    Some(Gateway {
        name: name?,
        carrier: carrier?,
        at_once: usize::try_from(at_once).unwrap_or(1),
        confirm: Duration::from_secs(confirm),
        reports,
    })
}

fn http(table: &toml::Table, messenger: Messenger, mistakes: &mut Vec<String>) -> Option<Carrier> {
    const KEYS: [&str; 15] = [
        "name",
        "kind",
        "at_once",
        "confirm_s",
        "url",
        "method",
        "headers",
        "body",
        "form",
        "secret_file",
        "numbers",
        "accepted",
        "accepted_if",
        "message_id",
        "reports",
    ];
    only_known(table, &KEYS, mistakes);
    let url = url(table, mistakes);
    let method = choice(
        table,
        "method",
        mistakes,
        &[("GET", Method::Get), ("POST", Method::Post), ("PUT", Method::Put)],
    );
    let form = choice(
        table,
        "form",
        mistakes,
        &[("json", BodyForm::Json), ("form", BodyForm::Form), ("text", BodyForm::Text)],
    );
    let numbers = choice(
        table,
        "numbers",
        mistakes,
        &[("+62", NumberForm::Plus), ("62", NumberForm::Bare), ("0", NumberForm::Local)],
    );
    let (method, form) = (method.unwrap_or(Method::Post), form.unwrap_or(BodyForm::Json));
    let body = body(table, method, form, mistakes);
    for place in ["{to}", "{text}"] {
        let is_in = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(place));
        if !(is_in(&url) || is_in(&body)) {
            mistakes.push(format!("url, body: {place} is in neither"));
        }
    }
    let secret = table.get("secret_file").and_then(|_| secret(table, "secret_file", mistakes));
    Some(Carrier::Net(Channel::Http(Box::new(HttpGateway {
        messenger,
        method: method.into(),
        url: url?,
        headers: headers(table, mistakes),
        body,
        form,
        secret: Private::new(secret.map(|bytes| in_text(&bytes)).unwrap_or_default()),
        numbers: numbers.unwrap_or_default(),
        accepted: accepted(table, mistakes),
        accepted_if: accepted_if(table, mistakes),
        reference: pointer(table, "message_id", mistakes),
    }))))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
    Put,
}

impl From<Method> for agency_channels::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
        }
    }
}

/// A body that would not be JSON when it is filled in is found now, not at night.
fn body(table: &toml::Table, method: Method, form: BodyForm, mistakes: &mut Vec<String>) -> Option<String> {
    if method == Method::Get {
        if table.contains_key("body") {
            mistakes.push("body: GET has none; write {to} and {text} into url".into());
        }
        return None;
    }
    let body = text(table, "body", mistakes)?;
    let sample = ["to", "text", "id", "secret"].map(|name| (name, "\"x\""));
    let filled = fill(&body, form.escape(), &sample);
    if form == BodyForm::Json && serde_json::from_str::<serde_json::Value>(&filled).is_err() {
        mistakes.push("body: is no JSON; or form = \"form\"".into());
    }
    Some(body)
}

fn headers(table: &toml::Table, mistakes: &mut Vec<String>) -> Vec<(String, String)> {
    let Some(value) = table.get("headers") else { return Vec::new() };
    let pairs = value.as_table().and_then(|headers| {
        headers.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    });
    pairs.unwrap_or_else(|| {
        mistakes.push("headers: a table of texts is needed".into());
        Vec::new()
    })
}

fn accepted(table: &toml::Table, mistakes: &mut Vec<String>) -> Vec<u16> {
    let Some(value) = table.get("accepted") else { return Vec::new() };
    let status = |value: &toml::Value| {
        value.as_integer().and_then(|n| u16::try_from(n).ok()).filter(|n| (100..600).contains(n))
    };
    let found = value.as_array().and_then(|items| items.iter().map(status).collect());
    found.unwrap_or_else(|| {
        mistakes.push("accepted: a list of HTTP statuses is needed".into());
        Vec::new()
    })
}

fn accepted_if(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<(String, String)> {
    let condition = table.get("accepted_if")?;
    let Some(condition) = condition.as_table() else {
        mistakes.push("accepted_if: { at = \"/status\", is = \"…\" } is needed".into());
        return None;
    };
    only_known(condition, &["at", "is"], mistakes);
    pointer(condition, "at", mistakes).zip(text(condition, "is", mistakes))
}

/// A JSON pointer (RFC 6901): begins with a slash.
fn pointer(table: &toml::Table, key: &str, mistakes: &mut Vec<String>) -> Option<String> {
    let pointer = optional_text(table, key, mistakes)?;
    if !pointer.starts_with('/') {
        mistakes.push(format!("{key}: \"{pointer}\" is no JSON pointer; it begins with /"));
    }
    Some(pointer)
}

fn read_reports(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<Reports> {
    const KEYS: [&str; 8] =
        ["secret_file", "id", "message_id", "status", "delivered", "failed", "reply_from", "reply_text"];
    let mut own = Vec::new();
    only_known(table, &KEYS, &mut own);
    let reports = secret(table, "secret_file", &mut own).map(|secret| Reports {
        secret: Private::new(secret),
        id: pointer(table, "id", &mut own),
        reference: pointer(table, "message_id", &mut own),
        status: pointer(table, "status", &mut own),
        delivered: texts(table, "delivered", &mut own),
        failed: texts(table, "failed", &mut own),
        reply_from: pointer(table, "reply_from", &mut own),
        reply_text: pointer(table, "reply_text", &mut own),
    });
    mistakes.extend(own.into_iter().map(|mistake| format!("reports: {mistake}")));
    reports
}

fn webhook(table: &toml::Table, form: WebhookForm, mistakes: &mut Vec<String>) -> Option<Carrier> {
    let keys = ["name", "kind", "at_once", "confirm_s", "url", "secret_file", "seconds"];
    let known = if matches!(form, WebhookForm::Siren { .. }) { &keys[..] } else { &keys[..6] };
    only_known(table, known, mistakes);
    let url = url(table, mistakes);
    let secret = Private::new(secret(table, "secret_file", mistakes)?);
    Some(Carrier::Net(Channel::Webhook(Webhook { url: url?, secret, form })))
}

fn smtp(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<Carrier> {
    const KEYS: [&str; 11] = [
        "name",
        "kind",
        "at_once",
        "confirm_s",
        "host",
        "port",
        "tls",
        "user",
        "password_file",
        "from",
        "ca_file",
    ];
    only_known(table, &KEYS, mistakes);
    let host = text(table, "host", mistakes);
    let from = text(table, "from", mistakes);
    let way = choice(table, "tls", mistakes, &[("implicit", 465), ("starttls", 587), ("none", 25)]);
    let way: u16 = way.unwrap_or(587);
    let port = number(table, "port", 1..=65_535, mistakes).and_then(|n| u16::try_from(n).ok());
    let user = optional_text(table, "user", mistakes);
    let password = table.get("password_file").and_then(|_| secret(table, "password_file", mistakes));
    if user.is_some() != table.contains_key("password_file") {
        mistakes.push("user, password_file: both or neither".into());
    }
    if way == 25 && user.is_some() {
        mistakes.push("tls: a password is not sent over a line that is not encrypted".into());
    }
    let authorities = table.get("ca_file").and_then(|_| secret(table, "ca_file", mistakes));
    let trust = match SmtpTls::trust(authorities.as_deref()) {
        Ok(trust) => Some(trust),
        Err(error) => {
            mistakes.push(format!("ca_file: {error}"));
            None
        }
    };
    let tls = match way {
        465 => SmtpTls::Implicit(trust?),
        25 => SmtpTls::Plain,
        _starttls => SmtpTls::Starttls(trust?),
    };
    let login = user.zip(password).map(|(user, secret)| (Private::new(user), Private::new(in_text(&secret))));
    let server = Smtp { host: host?, port: port.unwrap_or(way), tls, login, from: from? };
    Some(Carrier::Net(Channel::Smtp(Box::new(server))))
}

fn in_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn url(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<String> {
    let url = text(table, "url", mistakes)?;
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        mistakes.push(format!("url: \"{url}\" must begin with https:// or http://"));
    }
    Some(url)
}

/// What a file holds, without its last line break.
pub(super) fn secret(table: &toml::Table, key: &str, mistakes: &mut Vec<String>) -> Option<Vec<u8>> {
    let path = text(table, key, mistakes).map(PathBuf::from)?;
    match read_secret(&path) {
        Ok(bytes) if bytes.is_empty() => {
            mistakes.push(format!("{key} {}: is empty", path.display()));
            None
        }
        Ok(bytes) => Some(bytes),
        Err(error) => {
            mistakes.push(format!("{key} {}: {error}", path.display()));
            None
        }
    }
}

fn read_secret(path: &Path) -> std::io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.strip_suffix(b"\n").unwrap_or(&bytes).to_vec())
}
