//! A letter as it goes over the wire (RFC 5322, RFC 2045, RFC 2047).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dispatch_core::time::Timestamp;

use crate::{Notification, text};

/// Characters of a line of base64 (RFC 2045 section 6.8).
const BASE64_LINE: usize = 76;
/// Bytes of UTF-8 in one encoded word, so that it stays under 75 characters (RFC 2047 section 2).
const WORD_BYTES: usize = 45;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Whether a text may stand between the angle brackets of a command: one mailbox, and nothing that ends it early.
pub(super) fn is_address(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    let plain = text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ',' | '\\'));
    plain && text.len() <= 254 && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
}

/// The letter, ready for DATA: lines end in CR LF, and none begins with a lone dot (RFC 5321 section 4.5.2). Its
/// Message-ID is the notification's, so that a second copy can be told.
pub(super) fn write(from: &str, to: &str, host: &str, notification: &Notification, now: Timestamp) -> String {
    let body = text::page(notification);
    let (encoding, body) = if body.is_ascii() { ("7bit", body) } else { ("base64", wrapped(&body)) };
    let id: String =
        notification.id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '.' }).collect();
    let mut letter = [
        format!("From: Pusat 112 <{from}>"),
        format!("To: <{to}>"),
        format!("Subject: {}", encoded(&text::subject(notification))),
        format!("Date: {}", date(now)),
        format!("Message-ID: <{id}@{host}>"),
        "Auto-Submitted: auto-generated".to_owned(),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        format!("Content-Transfer-Encoding: {encoding}"),
    ]
    .join("\r\n");
    letter.push_str("\r\n\r\n");
    letter.push_str(&data(&body));
    letter
}

/// A body as DATA takes it: a dot before one that begins a line, and no CR but in CR LF (RFC 5321 section 2.3.8).
fn data(body: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('\r', " ");
        if line.starts_with('.') { format!(".{line}") } else { line }
    };
    body.lines().map(line).collect::<Vec<_>>().join("\r\n")
}

/// A header's words; what is not ASCII as encoded words.
fn encoded(words: &str) -> String {
    if words.is_ascii() {
        return words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    }
    let mut parts = vec![String::new()];
    for c in words.chars() {
        if parts.last().is_some_and(|part| part.len() + c.len_utf8() > WORD_BYTES) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let word = |part: &String| format!("=?utf-8?B?{}?=", STANDARD.encode(part));
    parts.iter().map(word).collect::<Vec<_>>().join("\r\n ")
}

fn wrapped(body: &str) -> String {
    let code = STANDARD.encode(body.replace('\n', "\r\n"));
    let lines: Vec<&str> =
        (0..code.len()).step_by(BASE64_LINE).map(|at| &code[at..code.len().min(at + BASE64_LINE)]).collect();
    lines.join("\n")
}

/// `2026-11-22T03:00:15Z` as `22 Nov 2026 03:00:15 +0000` (RFC 5322 section 3.3; the weekday may be left out).
fn date(at: Timestamp) -> String {
    let text = at.to_string();
    let month = text.get(5..7).and_then(|month| month.parse::<usize>().ok()).unwrap_or(1);
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or("Jan");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{} {month} {} {} +0000", part(8, 10), part(0, 4), part(11, 19))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::notification;

    #[test]
    fn an_address_that_could_end_a_command_is_none() {
        for good in ["piket@damkar.example", "a.b+c@x"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "piket", "@x", "a@", "a@b>\r\nDATA", "a b@c", "a@b,c@d", "é@x"] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_letter_is_readable_whatever_is_in_it() {
        let now = "2026-11-22T03:00:15Z".parse().unwrap();
        let mut told = notification();
        let letter = write("a@b", "c@d", "surel.example", &told, now);
        let (head, body) = letter.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("Date: 22 Nov 2026 03:00:15 +0000"), "{head}");
        assert!(head.contains("Message-ID: <0193.0.1@surel.example>"), "{head}");
        assert!(
            head.contains("Content-Transfer-Encoding: base64"),
            "the quotation marks are not ASCII: {head}"
        );
        let read = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        assert!(String::from_utf8(read).unwrap().contains("simpang tiga \u{201C}Pasar\u{201D}"));

        if let Some(task) = &mut told.task {
            (task.landmark, task.category_label) = (Some("x\n.lone\r\n..two".into()), "Kebakaran é".into());
            task.category_label = "Kebakaran".into();
        }
        let letter = write("a@b", "c@d", "h", &told, now);
        assert!(letter.contains("\r\nPatokan : x .lone  ..two\r\n"), "{letter}");
        assert!(letter.contains("\r\nDikirim : 22-11-2026 10.00 WIB\r\n"), "{letter}");
        assert!(!letter.replace("\r\n", "").contains(['\r', '\n']), "no line end but CR LF: {letter:?}");
        assert_eq!(data("x\n.lone\r\n..two\ry\n\r.z\r"), "x\r\n..lone\r\n...two y\r\n .z ");
        assert_eq!(encoded("Gunung é"), "=?utf-8?B?R3VudW5nIMOp?=");
        assert!(encoded(&"é".repeat(100)).lines().all(|line| line.len() <= 76));
    }
}
