//! Cuts a TCP stream into messages (RFC 3261 section 18.3), also when Content-Length lies.
//!
//! A length that is missing or not a number, and one that ends in the middle of something that is no start line,
//! are not believed: the body then reaches to the next start line, or to where the sender pauses.

use bytes::BytesMut;
use dispatch_core::limits::SIP_MESSAGE_BYTES_MAX;

/// One piece of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// One message; its body may be shorter or longer than it says.
    Message(Vec<u8>),
    /// A double line end between messages.
    KeepAlive,
    /// Bytes that begin no message.
    Garbage(usize),
}

/// The bytes that are not cut yet, and what is known of them: however small the pieces of a stream are, no byte is
/// searched again and again.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    buffer: BytesMut,
    /// Up to here there is no end of the first line, and then no end of headers.
    searched: usize,
    /// The first line begins a message.
    begun: bool,
    /// The headers have ended.
    head: Option<Head>,
}

/// What the headers of the first message say of its end.
#[derive(Clone, Copy, Debug)]
struct Head {
    body_at: usize,
    /// The length that is stated, as long as it can be believed.
    stated: Option<usize>,
    has_content: bool,
    /// No line before this one begins the next message.
    line_at: usize,
    /// That line does not end before here.
    searched: usize,
}

impl Framer {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether part of a message is waiting for the rest.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The next piece. `paused` says that the sender has sent nothing for a while.
    pub(crate) fn next(&mut self, paused: bool) -> Option<Piece> {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.take(4);
            return Some(Piece::KeepAlive);
        }
        while self.buffer.starts_with(b"\r\n") || self.buffer.starts_with(b"\n") {
            let line_end = if self.buffer[0] == b'\n' { 1 } else { 2 };
            if self.buffer.len() == line_end && !paused {
                // It may become a double one.
                return None;
            }
            self.take(line_end);
        }
        if self.buffer.is_empty() || (self.buffer[..] == *b"\r" && !paused) {
            return None;
        }
        if self.begun {
            return self.message(paused);
        }
        let line_end = position_of(b'\n', &self.buffer, self.searched);
        match begins_message(&self.buffer, line_end) {
            Start::Yes => {
                self.begun = true;
                self.message(paused)
            }
            Start::Perhaps if self.buffer.len() <= SIP_MESSAGE_BYTES_MAX && !paused => {
                self.searched = self.buffer.len();
                None
            }
            Start::Perhaps => Some(self.garbage(self.buffer.len())),
            Start::No => Some(self.garbage(line_end.map_or(self.buffer.len(), |end| end + 1))),
        }
    }

    fn message(&mut self, paused: bool) -> Option<Piece> {
        let Some(mut head) = self.head.or_else(|| self.end_of_headers()) else {
            return match (paused, self.buffer.len() > SIP_MESSAGE_BYTES_MAX) {
                (false, false) => None,
                (true, false) => Some(Piece::Message(self.take(self.buffer.len()))),
                (_, true) => Some(self.garbage(self.buffer.len())),
            };
        };
        let available = self.buffer.len() - head.body_at;
        if let Some(length) = head.stated {
            if available < length {
                self.head = Some(head);
                return paused.then(|| Piece::Message(self.take(self.buffer.len())));
            }
            if plausible_rest(&self.buffer[head.body_at + length..]) {
                return Some(Piece::Message(self.take(head.body_at + length)));
            }
        }
        let nothing_to_come = head.stated.take().is_none() && !head.has_content;
        let end = match self.next_start(&mut head) {
            Some(next) => next,
            None if paused || (available == 0 && nothing_to_come) || available > SIP_MESSAGE_BYTES_MAX => {
                self.buffer.len()
            }
            None => {
                self.head = Some(head);
                return None;
            }
        };
        Some(Piece::Message(self.take(end)))
    }

    /// Where the body begins, and what the headers say of it.
    fn end_of_headers(&mut self) -> Option<Head> {
        let from = self.searched.saturating_sub(3).min(self.buffer.len());
        let found = (from..self.buffer.len()).find_map(|at| match &self.buffer[at..] {
            [b'\r', b'\n', b'\r', b'\n', ..] => Some(at + 4),
            [b'\n', b'\n', ..] => Some(at + 2),
            _ => None,
        });
        self.searched = self.buffer.len();
        let body_at = found?;
        let headers = &self.buffer[..body_at];
        let has_content = header_values(headers, b"content-type", b"c").next().is_some();
        Some(Head {
            body_at,
            stated: content_length(headers),
            has_content,
            line_at: body_at,
            searched: body_at,
        })
    }

    /// The first line in the body that begins a message. Lines that are whole are looked at once.
    fn next_start(&self, head: &mut Head) -> Option<usize> {
        while let Some(end) = position_of(b'\n', &self.buffer, head.searched) {
            let at = head.line_at;
            if matches!(begins_message(&self.buffer[at..], Some(end - at)), Start::Yes) {
                return Some(at);
            }
            (head.line_at, head.searched) = (end + 1, end + 1);
        }
        head.searched = self.buffer.len();
        None
    }

    fn take(&mut self, bytes: usize) -> Vec<u8> {
        (self.searched, self.begun, self.head) = (0, false, None);
        // What follows stays where it is, however many pieces one read brought.
        self.buffer.split_to(bytes).to_vec()
    }

    fn garbage(&mut self, bytes: usize) -> Piece {
        Piece::Garbage(self.take(bytes).len())
    }
}

/// Where a byte is, at `from` or behind it.
fn position_of(byte: u8, bytes: &[u8], from: usize) -> Option<usize> {
    let at = bytes.get(from..)?.iter().position(|b| *b == byte)?;
    Some(from + at)
}

/// A longer first word is no method. RFC 4475 section 3.1.1.2 has one of 44.
const METHOD_BYTES_MAX: usize = 64;

enum Start {
    Yes,
    No,
    Perhaps,
}

/// Whether the bytes begin with a request line or a status line, which ends at `line_end` if it is whole.
fn begins_message(bytes: &[u8], line_end: Option<usize>) -> Start {
    let line = &bytes[..line_end.unwrap_or(bytes.len())];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_token = |b: &&u8| b.is_ascii_alphanumeric() || b"-.!%*_+`'~/".contains(b);
    let token = line.iter().take(METHOD_BYTES_MAX + 1).take_while(is_token).count();
    if token == 0 || token > METHOD_BYTES_MAX || line.get(token).is_some_and(|b| *b != b' ') {
        return Start::No;
    }
    if line_end.is_none() {
        return Start::Perhaps;
    }
    let trimmed = line.trim_ascii_end();
    // Another version is a request too; the guard says that it is not ours.
    let last = trimmed.rsplit(|b| *b == b' ').next().unwrap_or_default();
    let version_last =
        last.len() < trimmed.len() && last.len() >= 4 && last[..4].eq_ignore_ascii_case(b"SIP/");
    let response = line.len() > 8 && line[..8].eq_ignore_ascii_case(b"SIP/2.0 ");
    // An INVITE without a version is still an emergency; the guard records it.
    let invite = line.len() > 7 && line[..7].eq_ignore_ascii_case(b"INVITE ");
    if version_last || response || invite { Start::Yes } else { Start::No }
}

/// Whether what follows a message can follow one.
fn plausible_rest(rest: &[u8]) -> bool {
    let begin = rest.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
    let rest = &rest[begin..];
    rest.is_empty() || !matches!(begins_message(rest, position_of(b'\n', rest, 0)), Start::No)
}

/// The length that is stated, when it is one number that a message can have.
fn content_length(headers: &[u8]) -> Option<usize> {
    let mut values = header_values(headers, b"content-length", b"l");
    let parsed =
        values.next().and_then(|value| std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok());
    parsed.filter(|length| *length <= SIP_MESSAGE_BYTES_MAX)
}

fn header_values<'a>(headers: &'a [u8], long: &'a [u8], short: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    headers.split(|b| *b == b'\n').filter_map(move |line| {
        let colon = line.iter().position(|b| *b == b':')?;
        let name = line[..colon].trim_ascii();
        (name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short)).then(|| &line[colon + 1..])
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn all(framer: &mut Framer, paused: bool) -> Vec<Piece> {
        std::iter::from_fn(|| framer.next(paused)).collect()
    }

    fn invite(length: &str, body: &str) -> Vec<u8> {
        let length = if length.is_empty() { String::new() } else { format!("Content-Length: {length}\r\n") };
        format!("INVITE sip:112@x SIP/2.0\r\nContent-Type: application/sdp\r\n{length}\r\n{body}")
            .into_bytes()
    }

    #[test]
    fn pieces_of_any_size_give_the_same_messages() {
        let stream =
            [invite("5", "v=0\r\n"), b"\r\n\r\n".to_vec(), b"BYE sip:x SIP/2.0\r\nl: 0\r\n\r\n".to_vec()]
                .concat();
        let mut whole = Framer::default();
        whole.push(&stream);
        let wanted = all(&mut whole, false);
        assert_eq!(wanted.len(), 3);
        for size in 1..stream.len() {
            let mut framer = Framer::default();
            let mut got = Vec::new();
            for piece in stream.chunks(size) {
                framer.push(piece);
                got.extend(all(&mut framer, false));
            }
            // A line end that stands alone at the end of a piece is no keep-alive yet; both readings are right.
            got.retain(|piece| *piece != Piece::KeepAlive);
            assert_eq!(got, [wanted[0].clone(), wanted[2].clone()], "pieces of {size}");
        }
    }

    #[test]
    fn a_length_that_lies_costs_neither_the_body_nor_the_next_message() {
        let body = "v=0\r\no=- 1 1 IN IP4 h\r\nm=audio 1 RTP/AVP 8\r\n";
        let next = b"BYE sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n".to_vec();
        for length in ["", "-1", "abc", "18446744073709551616", "99999999", "7", "0"] {
            let mut framer = Framer::default();
            framer.push(&invite(length, body));
            framer.push(&next);
            let got = all(&mut framer, true);
            assert_eq!(
                got,
                [Piece::Message(invite(length, body)), Piece::Message(next.clone())],
                "length {length:?}"
            );
        }
    }

    #[test]
    fn a_length_beyond_the_body_is_waited_for_and_then_let_go() {
        let mut framer = Framer::default();
        framer.push(&invite("5000", "v=0\r\n"));
        assert_eq!(framer.next(false), None);
        assert_eq!(framer.next(true), Some(Piece::Message(invite("5000", "v=0\r\n"))));
        assert!(framer.is_empty());
    }

    #[test]
    fn garbage_is_skipped_line_by_line_until_a_message_begins() {
        let mut framer = Framer::default();
        framer.push(b"\x16\x03\x01\x02 tls\nGET / HTTP/1.1\r\n");
        framer.push(&invite("0", ""));
        let got = all(&mut framer, false);
        assert_eq!(got, [Piece::Garbage(9), Piece::Garbage(16), Piece::Message(invite("0", ""))]);
    }

    /// The shortest time in which as many bytes come in streams of this length, byte by byte or each at once. The same
    /// work for every length, so that a busy machine is as unkind to one as to the other.
    fn time_of(bytes_in_all: usize, piece: usize, stream: &str) -> Duration {
        let once = || {
            let began = Instant::now();
            for _ in 0..bytes_in_all / stream.len() {
                let mut framer = Framer::default();
                for piece in stream.as_bytes().chunks(piece) {
                    framer.push(piece);
                    while framer.next(false).is_some() {}
                }
            }
            began.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap()
    }

    #[test]
    fn the_time_for_a_stream_is_as_its_length_and_not_as_the_square() {
        let head = "INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\n";
        let streams: [(usize, &dyn Fn(usize) -> String); 6] = [
            (1, &|bytes| format!("INVITE {}", "x".repeat(bytes))),
            (1, &|bytes| format!("{head}Subject: {}", "x".repeat(bytes))),
            (1, &|bytes| format!("{head}\r\n{}", "a line\r\n".repeat(bytes / 8))),
            (1, &|bytes| format!("{head}\r\n{}", "x".repeat(bytes))),
            (1, &|bytes| format!("{head}Content-Length: 65000\r\n\r\n{}", "x".repeat(bytes))),
            (usize::MAX, &|bytes| "?\n".repeat(bytes / 2)),
        ];
        for (n, (piece, stream)) in streams.iter().enumerate() {
            let [short, long] = [3_750, 60_000].map(|bytes| time_of(120_000, *piece, &stream(bytes)));
            // The square would take sixteen times as long.
            assert!(long < short * 6, "stream {n}: {short:?}, {long:?}");
        }
    }

    #[test]
    fn headers_without_end_are_bounded() {
        let mut framer = Framer::default();
        framer.push(b"INVITE sip:x SIP/2.0\r\n");
        for _ in 0..7_000 {
            framer.push(b"Via: xxxxx\r\n");
        }
        assert!(matches!(framer.next(false), Some(Piece::Garbage(_))));
        assert!(framer.is_empty());
    }
}
