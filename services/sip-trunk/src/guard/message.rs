//! A SIP message read as leniently as possible: a start line, named values, a body. Nothing is refused here.

use std::borrow::Cow;

/// Headers kept of one message. A message through 70 proxies has 70 Vias; 2,000 is an attack, the rest is dropped.
pub(crate) const HEADERS_MAX: usize = 2_000;

/// One message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Message {
    /// The first line, spaces collapsed.
    pub(crate) start: String,
    /// Headers in their order, folded lines joined, names in their long form.
    pub(crate) headers: Vec<Header>,
    /// What follows the empty line.
    pub(crate) body: Vec<u8>,
    /// More headers than we keep.
    pub(crate) cut: bool,
    /// Lines among the headers that are none, or bytes that had to be replaced.
    pub(crate) mangled: bool,
}

/// One header line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    pub(crate) name: Cow<'static, str>,
    pub(crate) value: String,
}

impl Message {
    /// Reads the bytes. Line ends may be CRLF or LF; the empty line may be missing.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut message = Self::default();
        let mut rest = bytes;
        let mut first = true;
        while let Some((line, after)) = take_line(rest) {
            rest = after;
            if first {
                first = false;
                message.start = message.clean(line).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                continue;
            }
            if line.is_empty() {
                message.body = rest.to_vec();
                break;
            }
            message.header_line(line);
        }
        message
    }

    fn header_line(&mut self, line: &[u8]) {
        let text = self.clean(line);
        if line[0] == b' ' || line[0] == b'\t' {
            match self.headers.last_mut() {
                Some(header) => {
                    header.value.push(' ');
                    header.value.push_str(text.trim());
                }
                None => self.mangled = true,
            }
            return;
        }
        let Some((name, value)) = text.split_once(':').filter(|(name, _)| is_token(name.trim())) else {
            self.mangled = true;
            return;
        };
        if self.headers.len() == HEADERS_MAX {
            self.cut = true;
            return;
        }
        self.headers.push(Header { name: long_name(name.trim()), value: value.trim().to_owned() });
    }

    /// The line as text: what is not UTF-8 or is a control character becomes a space, because the stack would
    /// lose every header after it.
    fn clean(&mut self, line: &[u8]) -> String {
        if line.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return String::from_utf8_lossy(line).into_owned();
        }
        let text = String::from_utf8_lossy(line);
        let clean: String = text
            .chars()
            .map(|c| if (c.is_control() && c != '\t') || c == char::REPLACEMENT_CHARACTER { ' ' } else { c })
            .collect();
        self.mangled |= clean != text;
        clean
    }

    /// The first value of a header, by its long name in any case.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// Every value of a header.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    /// The first word of the start line, in capitals.
    pub(crate) fn method(&self) -> String {
        self.start.split(' ').next().unwrap_or_default().to_ascii_uppercase()
    }

    /// Whether the start line is a response's.
    pub(crate) fn is_response(&self) -> bool {
        self.start.len() >= 8 && self.start.as_bytes()[..8].eq_ignore_ascii_case(b"SIP/2.0 ")
    }

    /// Whether the start line is a request's: method, URI, version.
    pub(crate) fn is_request(&self) -> bool {
        let mut words = self.start.split(' ');
        let (method, uri, version) = (words.next(), words.next(), words.next_back());
        method.is_some_and(is_token)
            && uri.is_some()
            && version.is_some_and(|version| version.eq_ignore_ascii_case("SIP/2.0"))
    }

    /// Whether the start line is a request's of a SIP that is not ours.
    pub(crate) fn is_of_another_version(&self) -> bool {
        let mut words = self.start.split(' ');
        let (method, uri, version) = (words.next(), words.next(), words.next_back());
        method.is_some_and(is_token)
            && uri.is_some()
            && version.is_some_and(|version| {
                version.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("SIP/"))
                    && !version.eq_ignore_ascii_case("SIP/2.0")
            })
    }

    /// Calls the request a SIP/2.0 one, which counts as a repair.
    pub(crate) fn set_our_version(&mut self) {
        if let Some((rest, _)) = self.start.rsplit_once(' ') {
            self.start = format!("{rest} SIP/2.0");
            self.mangled = true;
        }
    }

    /// Whether the Request-URI names something that a telephone system can reach (RFC 3261 section 8.2.2.1).
    pub(crate) fn has_known_scheme(&self) -> bool {
        let uri = self.start.split(' ').nth(1).unwrap_or_default();
        let scheme = uri.trim_start_matches('<').split(':').next().unwrap_or_default();
        ["sip", "sips", "tel", "urn"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    }

    /// The message as bytes, Content-Length as the body is.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 64 * (self.headers.len() + 2));
        out.extend_from_slice(self.start.as_bytes());
        out.extend_from_slice(b"\r\n");
        for header in self.headers.iter().filter(|header| header.name != "Content-Length") {
            out.extend_from_slice(header.name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(header.value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes());
        out.extend_from_slice(&self.body);
        out
    }
}

/// The next line without its end, and what follows.
fn take_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let line = &bytes[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), bytes.get(end + 1..).unwrap_or_default()))
}

/// A token of RFC 3261 section 25.1.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

/// Names in the capitals of RFC 3261, most frequent first.
const USUAL: [&str; 14] = [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Max-Forwards",
    "Content-Length",
    "Content-Type",
    "Allow",
    "Supported",
    "User-Agent",
    "P-Asserted-Identity",
    "Subject",
];

/// The long form of a header name (RFC 3261 section 7.3.3 and the IANA registry), in its usual capitals where the
/// guard looks at it.
fn long_name(name: &str) -> Cow<'static, str> {
    // The usual capitals need no look at the rest.
    if let Some(usual) = USUAL.iter().find(|usual| **usual == name) {
        return Cow::Borrowed(usual);
    }
    let long = match name.to_ascii_lowercase().as_str() {
        "i" | "call-id" => "Call-ID",
        "m" | "contact" => "Contact",
        "f" | "from" => "From",
        "t" | "to" => "To",
        "v" | "via" => "Via",
        "l" | "content-length" => "Content-Length",
        "c" | "content-type" => "Content-Type",
        "cseq" => "CSeq",
        "max-forwards" => "Max-Forwards",
        "e" => "Content-Encoding",
        "k" => "Supported",
        "s" => "Subject",
        "x" => "Session-Expires",
        "o" => "Event",
        "r" => "Refer-To",
        "b" => "Referred-By",
        "y" => "Identity",
        _ => return Cow::Owned(name.to_owned()),
    };
    Cow::Borrowed(long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_folds_compact_forms_and_bare_line_feeds() {
        let read =
            Message::read(b"INVITE   sip:112@x  SIP/2.0\nf: <sip:a@b>\r\n ;tag=1\nv:SIP/2.0/UDP h\n\nbody\n");
        assert_eq!(read.start, "INVITE sip:112@x SIP/2.0");
        assert!(read.is_request() && !read.is_response());
        assert_eq!(
            (read.value("from"), read.value("Via")),
            (Some("<sip:a@b> ;tag=1"), Some("SIP/2.0/UDP h"))
        );
        assert_eq!(read.body, b"body\n");
        assert!(!read.mangled);
        assert!(read.write().ends_with(b"\r\nContent-Length: 5\r\n\r\nbody\n"));
    }

    #[test]
    fn a_byte_that_is_no_text_costs_one_place_and_not_the_rest() {
        let read =
            Message::read(b"BYE sip:x SIP/2.0\r\nFrom: \xFF\x00Budi <sip:a@b>\r\nno header\r\nTo: <sip:c@d>");
        assert!(read.mangled);
        assert_eq!(read.value("To"), Some("<sip:c@d>"));
        assert!(read.value("From").unwrap().ends_with("Budi <sip:a@b>"));
        assert_eq!(read.headers.len(), 2);
    }

    #[test]
    fn headers_beyond_the_limit_are_dropped_and_told() {
        let mut bytes = b"INVITE sip:x SIP/2.0\r\n".to_vec();
        for n in 0..HEADERS_MAX + 5 {
            bytes.extend_from_slice(format!("v: SIP/2.0/UDP h{n}\r\n").as_bytes());
        }
        let read = Message::read(&bytes);
        assert_eq!((read.headers.len(), read.cut), (HEADERS_MAX, true));
    }
}
