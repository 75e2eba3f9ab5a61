//! Reading SIP messages: just enough for a caller. A message that cannot be read is dropped and counted.

use bytes::Bytes;

/// A message from the other side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// What kind.
    pub start: Start,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// First line of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// A request.
    Request {
        /// `BYE`, `OPTIONS` …
        method: String,
    },
    /// A response.
    Response {
        /// 100 to 699.
        status: u16,
    },
}

/// Headers of one message beyond which it is not read: no honest peer comes near.
const HEADERS_MAX: usize = 256;

impl Message {
    /// Reads one whole message (a datagram, or a frame that was cut out of a stream).
    pub fn parse(datagram: &[u8]) -> Option<Self> {
        let end = head_end(datagram)?;
        let head = std::str::from_utf8(&datagram[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let start = parse_start(lines.next()?)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.take(HEADERS_MAX) {
            // A folded line continues the header before it (RFC 3261 section 7.3.1).
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut()?;
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            let (name, value) = line.split_once(':')?;
            headers.push((long_name(name.trim()), value.trim().to_owned()));
        }
        Some(Self { start, headers, body: Bytes::copy_from_slice(&datagram[end + 4..]) })
    }

    /// First value of a header, by its long name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a header, in order.
    pub fn header_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method that the CSeq header names: what a response answers.
    pub fn cseq_method(&self) -> Option<&str> {
        self.header("cseq")?.split_whitespace().nth(1)
    }

    /// URI of the Contact header, without brackets and parameters outside of them.
    pub fn contact_uri(&self) -> Option<&str> {
        let contact = self.header("contact")?;
        match contact.split_once('<') {
            Some((_, rest)) => rest.split_once('>').map(|(uri, _)| uri),
            None => contact.split(';').next(),
        }
    }
}

/// Length of the first message of a stream, once all of it is there (RFC 3261 section 18.3). Leading CRLFs
/// are keep-alives (RFC 5626 section 4.4.1) and are counted by `skip`.
pub fn frame_length(stream: &[u8]) -> Option<usize> {
    let end = head_end(stream)?;
    let head = std::str::from_utf8(&stream[..end]).ok()?;
    let length = head
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| long_name(name.trim()) == "content-length")
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    let whole = end + 4 + length;
    (stream.len() >= whole).then_some(whole)
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n")
}

fn parse_start(line: &str) -> Option<Start> {
    if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
        let status = rest.get(..3)?.parse().ok()?;
        return (100..700).contains(&status).then_some(Start::Response { status });
    }
    let (method, rest) = line.split_once(' ')?;
    rest.ends_with(" SIP/2.0").then(|| Start::Request { method: method.to_owned() })
}

/// Lower case, and compact forms written out (RFC 3261 section 7.3.3).
fn long_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "v" => "via".into(),
        "f" => "from".into(),
        "t" => "to".into(),
        "i" => "call-id".into(),
        "m" => "contact".into(),
        "l" => "content-length".into(),
        "c" => "content-type".into(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_response_with_compact_headers() {
        let text = b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 127.0.0.1:5;branch=z9hG4bKa\r\ni: abc\r\nCSeq: 1 INVITE\r\n\
                     m: \"x\" <sip:112@127.0.0.1:5060;transport=udp>;expires=1\r\nSubject: one\r\n  two\r\nl: 2\r\n\r\nhi";
        let message = Message::parse(text).expect("readable");
        assert_eq!(message.start, Start::Response { status: 200 });
        assert_eq!(message.header("call-id"), Some("abc"));
        assert_eq!(message.cseq_method(), Some("INVITE"));
        assert_eq!(message.contact_uri(), Some("sip:112@127.0.0.1:5060;transport=udp"));
        assert_eq!(message.header("subject"), Some("one two"));
        assert_eq!(&message.body[..], b"hi");
    }

    #[test]
    fn what_is_not_sip_is_nothing() {
        for text in [
            "",
            "\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "SIP/2.0 abc\r\n\r\n",
            "SIP/2.0 99 \r\n\r\n",
            "BYE x SIP/2.0\r\nno colon\r\n\r\n",
        ] {
            assert_eq!(Message::parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_frame_is_complete_with_its_last_byte() {
        let text = b"BYE sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbodyBYE sip:b SIP/2.0\r\n";
        let whole = text.windows(4).position(|window| window == b"body").map(|at| at + 4);
        assert_eq!(frame_length(text), whole);
        assert_eq!(frame_length(&text[..whole.unwrap_or(0) - 1]), None);
    }
}
