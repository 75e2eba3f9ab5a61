//! A repaired message in the stack's own shape.
//!
//! The stack would read it from bytes; the guard has taken it apart already, so what it has is handed on as it is.
//! `tests` holds both ways against each other.

use rsipstack::sip::headers::make_header;
use rsipstack::sip::{ContentLength, Error, Header as StackHeader, Headers, Request, SipMessage, Uri};

use super::message::Message;

/// What the stack makes of `message`; the message again when that is nothing. Content-Length is as the body is.
pub(super) fn into_stack(message: Message) -> Result<SipMessage, Message> {
    if !message.is_request() {
        // Seldom: answers to what we send.
        return SipMessage::try_from(message.write().as_slice()).map_err(|_| message);
    }
    let Ok(mut request) = request_line(&message.start) else { return Err(message) };
    let Message { headers, body, .. } = message;
    let mut kept = Vec::with_capacity(headers.len() + 1);
    kept.extend(
        headers
            .into_iter()
            .filter(|header| header.name != "Content-Length")
            .map(|header| make_header(&header.name, header.value)),
    );
    kept.push(StackHeader::ContentLength(ContentLength::new(body.len().to_string())));
    request.headers = Headers::from(kept);
    request.body = body;
    Ok(SipMessage::Request(request))
}

fn request_line(start: &str) -> Result<Request, Error> {
    let mut words = start.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    Ok(Request {
        method: word().parse()?,
        uri: Uri::try_from(word())?,
        version: word().parse()?,
        headers: Headers::default(),
        body: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both_ways(message: &Message) -> (Option<SipMessage>, Option<SipMessage>) {
        (into_stack(message.clone()).ok(), SipMessage::try_from(message.write().as_slice()).ok())
    }

    #[test]
    fn it_is_what_the_stack_would_read() {
        for text in [
            "INVITE sip:112@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\n\
             i: x\r\nCSeq: 1 INVITE\r\nX-Own: y\r\nSubject:\r\nl: 3\r\n\r\nv=0",
            "BYE <sip:112@x;lr?a=b> SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n ;branch=z9hG4bK1\r\n\r\n",
            "ACK tel:112 sip/2.0\r\nCall-ID: x\r\n\r\n",
            "BYE two words SIP/2.0\r\n\r\n",
            "BYE  SIP/2.0\r\n\r\n",
            "NOPE sip:112@x SIP/2.0\r\n\r\n",
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\nContent-Length: 0\r\n\r\n",
        ] {
            let (ours, theirs) = both_ways(&Message::read(text.as_bytes()));
            assert_eq!(ours, theirs, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_that_for_any_message(
            start in "(INVITE|BYE|OPTIONS|FOO) (sip:|tel:|<sip:)?[a-z0-9@.:;?=>% ]{0,30} SIP/2.0",
            headers in prop::collection::vec("(Via|To|m|X-[A-Za-z]{1,6}|content-length): ?\\PC{0,40}", 0..8),
            body in "\\PC{0,40}",
        ) {
            let text = format!("{start}\r\n{}\r\n\r\n{body}", headers.join("\r\n"));
            let (ours, theirs) = both_ways(&Message::read(text.as_bytes()));
            prop_assert_eq!(ours, theirs);
        }
    }
}
