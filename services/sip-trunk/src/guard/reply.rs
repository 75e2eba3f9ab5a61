//! Answers that need no transaction: refusals, and what cannot be handed to the stack.

use std::net::SocketAddr;

use super::message::Message;
use super::repair::stable_hash;

/// Methods that we take.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK";

/// Extensions that we speak.
pub(crate) const SUPPORTED: &str = "timer, 100rel";

/// A response to `request`, built from whatever headers it has (RFC 3261 section 8.2.6.2).
pub(super) fn response(request: &Message, source: SocketAddr, code: u16, reason: &str) -> Vec<u8> {
    let mut answer = Message { start: format!("SIP/2.0 {code} {reason}"), ..Message::default() };
    let mut vias = request.headers.iter().filter(|header| header.name == "Via");
    if let Some(top) = vias.next() {
        let mut top = top.clone();
        top.value = with_received(&top.value, source);
        answer.headers.push(top);
    }
    answer.headers.extend(vias.cloned());
    for name in ["From", "To", "Call-ID", "CSeq"] {
        let Some(header) = request.headers.iter().find(|header| header.name == name) else { continue };
        let mut header = header.clone();
        if name == "To" && !header.value.contains("tag=") {
            // The same request gets the same tag, without any state (RFC 3261 section 8.2.7).
            let tag = stable_hash(&[&header.value, &source.to_string()]);
            header.value = format!("{};tag={tag:016x}", header.value);
        }
        answer.headers.push(header);
    }
    if code == 405 {
        answer.headers.push(super::message::Header { name: "Allow".into(), value: ALLOW.to_owned() });
    }
    answer.write()
}

/// The top Via with `received` and, where asked for, `rport` (RFC 3261 section 18.2.1, RFC 3581 section 4).
fn with_received(via: &str, source: SocketAddr) -> String {
    let mut parts: Vec<String> = via.split(';').map(|part| part.trim().to_owned()).collect();
    for part in &mut parts {
        if part.eq_ignore_ascii_case("rport") {
            *part = format!("rport={}", source.port());
        }
    }
    parts.retain(|part| !part.to_ascii_lowercase().starts_with("received="));
    parts.push(format!("received={}", source.ip()));
    parts.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_what_the_sender_needs_to_match_it() {
        let request = Message::read(
            b"FOO sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h:5060;rport;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP g\r\n\
              From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 4 FOO\r\n\r\n",
        );
        let answer =
            Message::read(&response(&request, "192.0.2.9:7777".parse().unwrap(), 405, "Method Not Allowed"));
        assert_eq!(answer.start, "SIP/2.0 405 Method Not Allowed");
        let vias: Vec<_> = answer.values("via").collect();
        assert_eq!(
            vias,
            ["SIP/2.0/UDP h:5060;rport=7777;branch=z9hG4bK1;received=192.0.2.9", "SIP/2.0/UDP g"]
        );
        assert!(answer.value("To").unwrap().starts_with("<sip:c@d>;tag="));
        assert_eq!((answer.value("CSeq"), answer.value("Allow")), (Some("4 FOO"), Some(ALLOW)));
    }
}
