//! Splits a multipart body (RFC 2046 section 5.1) into its parts, with limits.

use dispatch_core::call::fact::Defect;

use super::note;
use crate::guard::message::Message;

/// Parts that are kept. SDP, location, and what an eSRVCC adds.
const PARTS_MAX: usize = 16;
/// A boundary has at most 70 characters (RFC 2046 section 5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;
/// Multipart in multipart; deeper is a game.
const DEPTH_MAX: usize = 3;

/// One body part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Part<'a> {
    /// Content type without parameters, lower case.
    pub(crate) kind: String,
    /// Content-ID without its brackets.
    pub(crate) id: Option<String>,
    pub(crate) body: &'a [u8],
}

impl Part<'_> {
    pub(crate) fn is_pidf(&self) -> bool {
        self.kind == "application/pidf+xml"
    }

    pub(crate) fn is_sdp(&self) -> bool {
        self.kind == "application/sdp"
    }
}

/// The body of a message as parts; one part when it is not multipart.
pub(crate) fn parts<'a>(message: &'a Message, defects: &mut Vec<Defect>) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    if message.body.is_empty() {
        return parts;
    }
    let content_type = message.value("Content-Type").unwrap_or_default();
    let id = message.value("Content-ID").map(unbracketed);
    collect(content_type, id, &message.body, 0, &mut parts, defects);
    parts
}

fn collect<'a>(
    content_type: &str,
    id: Option<String>,
    body: &'a [u8],
    depth: usize,
    parts: &mut Vec<Part<'a>>,
    defects: &mut Vec<Defect>,
) {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !kind.starts_with("multipart/") {
        // A body without a type that begins like a session description is one.
        let kind =
            if kind.is_empty() && body.starts_with(b"v=0") { "application/sdp".to_owned() } else { kind };
        if parts.len() == PARTS_MAX {
            note(defects, Defect::TooMuch);
        } else {
            parts.push(Part { kind, id, body });
        }
        return;
    }
    let Some(boundary) = boundary(content_type).filter(|_| depth < DEPTH_MAX) else {
        note(defects, Defect::BrokenMultipart);
        return;
    };
    let (pieces, closed) = split(body, boundary.as_bytes());
    if pieces.is_empty() || !closed {
        note(defects, Defect::BrokenMultipart);
    }
    for piece in pieces {
        let (headers, content) = split_headers(piece);
        let headers = Message::read(&[b"part\r\n", headers].concat());
        let content_type = headers.value("Content-Type").unwrap_or("text/plain").to_owned();
        collect(
            &content_type,
            headers.value("Content-ID").map(unbracketed),
            content,
            depth + 1,
            parts,
            defects,
        );
    }
}

fn unbracketed(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

fn boundary(content_type: &str) -> Option<String> {
    let value = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    })?;
    (!value.is_empty() && value.len() <= BOUNDARY_BYTES_MAX).then_some(value)
}

/// The pieces between delimiter lines, and whether the closing delimiter came.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> (Vec<&'a [u8]>, bool) {
    let mut pieces = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let end = body[at..].iter().position(|b| *b == b'\n').map_or(body.len(), |end| at + end + 1);
        let line = body[at..end].trim_ascii_end();
        let after = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        if let Some(after) = after.filter(|after| after.is_empty() || *after == b"--") {
            if let Some(begin) = begun {
                // The line end before a delimiter belongs to the delimiter.
                let piece = &body[begin..at.max(begin)];
                let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
                pieces.push(piece.strip_suffix(b"\r").unwrap_or(piece));
            }
            begun = Some(end);
            if !after.is_empty() {
                return (pieces, true);
            }
            if pieces.len() > PARTS_MAX {
                return (pieces, false);
            }
        }
        at = end;
    }
    if let Some(begin) = begun {
        pieces.push(&body[begin..]);
    }
    (pieces, false)
}

fn split_headers(piece: &[u8]) -> (&[u8], &[u8]) {
    if let Some(content) = piece.strip_prefix(b"\r\n").or_else(|| piece.strip_prefix(b"\n")) {
        return (b"", content);
    }
    let windows = || 0..piece.len();
    let found = windows().find_map(|at| match &piece[at..] {
        [b'\r', b'\n', b'\r', b'\n', ..] => Some((at, at + 4)),
        [b'\n', b'\n', ..] => Some((at, at + 2)),
        _ => None,
    });
    found.map_or((piece, b"".as_slice()), |(end, begin)| (&piece[..end], &piece[begin..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown = (String, Option<String>, String);

    fn read(content_type: &str, body: &str) -> (Vec<Shown>, Vec<Defect>) {
        let message = Message::read(
            format!("INVITE sip:x SIP/2.0\r\nContent-Type: {content_type}\r\n\r\n{body}").as_bytes(),
        );
        let mut defects = Vec::new();
        let shown = parts(&message, &mut defects)
            .into_iter()
            .map(|part| (part.kind, part.id, String::from_utf8_lossy(part.body).into_owned()))
            .collect();
        (shown, defects)
    }

    #[test]
    fn splits_with_preamble_ids_and_quoted_boundary() {
        let body = "preamble\r\n--a b\r\nContent-Type: application/SDP\r\n\r\nv=0\r\n\r\n--a b\r\ncontent-id: <x@y>\r\n\
                    c: application/pidf+xml\r\n\r\n<p/>\r\n--a b--\r\nepilogue";
        let (parts, defects) = read("multipart/mixed; boundary=\"a b\"", body);
        assert_eq!(
            parts,
            [
                ("application/sdp".to_owned(), None, "v=0\r\n".to_owned()),
                ("application/pidf+xml".to_owned(), Some("x@y".to_owned()), "<p/>".to_owned()),
            ]
        );
        assert_eq!(defects, []);
    }

    #[test]
    fn what_is_cut_off_is_kept_as_far_as_it_came() {
        let (parts, defects) =
            read("multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nm=aud");
        assert_eq!(parts[0].2, "v=0\r\nm=aud");
        assert_eq!(defects, [Defect::BrokenMultipart]);
        for (content_type, body) in
            [("multipart/mixed", "--b"), ("multipart/mixed;boundary=b", "no delimiter")]
        {
            assert_eq!(read(content_type, body), (vec![], vec![Defect::BrokenMultipart]));
        }
    }

    #[test]
    fn parts_and_depth_are_bounded() {
        let many = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(10_000);
        let (parts, defects) = read("multipart/mixed;boundary=b", &many);
        assert_eq!(parts.len(), PARTS_MAX);
        assert!(defects.contains(&Defect::TooMuch));
        let nested = "--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n".repeat(1_000);
        assert!(read("multipart/mixed;boundary=b", &nested).1.contains(&Defect::BrokenMultipart));
    }
}
