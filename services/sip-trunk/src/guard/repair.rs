//! Makes a message of a trusted trunk readable for the stack, and notes what was wrong with it.
//!
//! What is missing is made up **deterministically** from what is there, so that a retransmission gets the same
//! made-up Call-ID, tag and branch and is recognised as one.
//!
//! The notes travel with the message in headers of our own (`X-Sigap-…`); such headers from outside are removed
//! first, so that nobody can write them but us.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

use dispatch_core::call::fact::Defect;
use rsipstack::sip;
use rsipstack::sip::prelude::ToTypedHeader;

use super::message::{Header, Message};
use super::plain;

/// Names of the defects that the guard found, separated by commas.
pub(crate) const DEFECTS: &str = "X-Sigap-Defects";
/// Where the message came from, and over which of the trunk profiles: `index address transport`.
pub(crate) const SOURCE: &str = "X-Sigap-Source";
/// The Request-URI as sent.
pub(crate) const DIALLED: &str = "X-Sigap-Dialled";
/// The From header as sent, when it had to be replaced.
pub(crate) const FROM_AS_SENT: &str = "X-Sigap-From";
const OUR_PREFIX: &str = "x-sigap-";
const TEST_MARK: &str = "x-sigap-test";

/// Over what a message came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wire {
    /// One datagram, one message.
    Udp,
    /// A stream; the framer cut the messages.
    Tcp,
    /// The same, encrypted.
    Tls,
}

impl Wire {
    /// As a note names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls].into_iter().find(|wire| wire.name() == name)
    }

    /// As the stack names it.
    pub(crate) fn transport(self) -> sip::Transport {
        match self {
            Self::Udp => sip::Transport::Udp,
            Self::Tcp => sip::Transport::Tcp,
            Self::Tls => sip::Transport::Tls,
        }
    }

    /// The parameter of a URI that is reached over it (RFC 3261 section 19.1.1).
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls => ";transport=tls",
        }
    }
}

/// Which trunk a message came from: profile, address, transport.
pub(crate) fn origin(message: &Message) -> Option<(usize, SocketAddr, Wire)> {
    let mut words = message.value(SOURCE)?.split(' ');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, Wire::by_name(words.next()?)?))
}

/// Headers of which there is one (RFC 3261 section 7.3.1); the first stays.
const SINGLE: [&str; 6] = ["Call-ID", "From", "To", "CSeq", "Max-Forwards", "Content-Type"];

/// Repairs `message` in place and gives the defects. Whether the stack can read it then is for the caller to see.
pub(super) fn repair(
    message: &mut Message,
    wire: Wire,
    source: SocketAddr,
    known_call_id: Option<String>,
) -> Vec<Defect> {
    let mut defects = Vec::new();
    message.headers.retain(|header| {
        let ours = header.name.get(..OUR_PREFIX.len());
        // The mark of a test call has a secret for its value.
        !ours.is_some_and(|ours| ours.eq_ignore_ascii_case(OUR_PREFIX))
            || header.name.eq_ignore_ascii_case(TEST_MARK)
    });
    if message.cut {
        defects.push(Defect::TooMuch);
    }
    repair_length(message, wire, &mut defects);
    let method = message.method();
    if message.is_request() {
        let broken_before = message.mangled;
        let mut repaired = keep_first_of_single(message);
        repaired |= repair_via(message, wire, source);
        repair_call_id(message, known_call_id, source, &mut defects);
        repaired |= repair_from_and_to(message);
        repaired |= repair_cseq(message, &method);
        repair_max_forwards(message, &mut repaired, &mut defects);
        if method == "INVITE" {
            repaired |= repair_contact(message, wire, source);
            repair_request_uri(message, &mut repaired);
        } else {
            message.start = format!("{method}{}", &message.start[method.len()..]);
        }
        if repaired || broken_before {
            defects.push(Defect::RepairedHeader);
        }
    }
    defects
}

/// The headers that tell the rest of the trunk what the guard knows.
pub(super) fn annotate(
    message: &mut Message,
    defects: &[Defect],
    profile: usize,
    source: SocketAddr,
    wire: Wire,
) {
    let names: Vec<_> = defects.iter().map(|defect| defect_name(*defect)).collect();
    let value = format!("{profile} {source} {}", wire.name());
    message.headers.push(Header { name: Cow::Borrowed(SOURCE), value });
    if !names.is_empty() {
        message.headers.push(Header { name: Cow::Borrowed(DEFECTS), value: names.join(",") });
    }
}

/// The defects that the guard can find, by the name they travel under.
const NOTED: [(Defect, &str); 6] = [
    (Defect::NoCallId, "no-call-id"),
    (Defect::RepairedHeader, "repaired-header"),
    (Defect::WrongContentLength, "wrong-content-length"),
    (Defect::MaxForwards, "max-forwards"),
    (Defect::TooMuch, "too-much"),
    (Defect::Unreadable, "unreadable"),
];

fn defect_name(defect: Defect) -> &'static str {
    NOTED.iter().find(|(noted, _)| *noted == defect).map_or("repaired-header", |(_, name)| name)
}

/// The defects that the guard noted on a message.
pub(crate) fn noted_defects(message: &Message) -> Vec<Defect> {
    let names = message.value(DEFECTS).unwrap_or_default();
    NOTED
        .iter()
        .filter(|(_, name)| names.split(',').any(|noted| noted == *name))
        .map(|(defect, _)| *defect)
        .collect()
}

fn repair_length(message: &mut Message, wire: Wire, defects: &mut Vec<Defect>) {
    let stated: Vec<_> = message.values("Content-Length").map(|value| value.parse::<usize>().ok()).collect();
    let first = stated.first().copied();
    let differs = stated.iter().any(|other| Some(*other) != first);
    let body = message.body.len();
    let padding = |from: usize| message.body[from..].iter().all(|b| b.is_ascii_whitespace() || *b == 0);
    match first {
        // Some senders end a datagram with an empty line or zeros; that is not part of the body.
        Some(Some(length)) if !differs && length <= body && padding(length) => message.body.truncate(length),
        // RFC 3261 section 18.3 would cut what is beyond the stated length. It may be the half of a location.
        Some(_) => defects.push(Defect::WrongContentLength),
        None if body == 0 && wire == Wire::Udp && message.is_response() => {}
        None => defects.push(Defect::WrongContentLength),
    }
}

fn keep_first_of_single(message: &mut Message) -> bool {
    let before = message.headers.len();
    let mut seen = [false; SINGLE.len()];
    message.headers.retain(|header| match SINGLE.iter().position(|single| *single == header.name) {
        Some(place) => !std::mem::replace(&mut seen[place], true),
        None => true,
    });
    message.headers.len() != before
}

fn repair_via(message: &mut Message, wire: Wire, source: SocketAddr) -> bool {
    if message.value("Via").is_some_and(plain::is_via) {
        return false;
    }
    let transport = wire.name().to_ascii_uppercase();
    let top = message.value("Via").map(str::to_owned);
    let sound = top
        .as_deref()
        .is_some_and(|via| sip::Via::new(via).first_value().is_ok_and(|first| first.typed().is_ok()));
    if sound {
        return false;
    }
    let seed = stable_hash(&[
        top.as_deref().unwrap_or_default(),
        message.value("Call-ID").unwrap_or_default(),
        message.value("From").unwrap_or_default(),
        message.value("CSeq").unwrap_or_default(),
    ]);
    let value = format!("SIP/2.0/{transport} {source};branch=z9hG4bKsigap{seed:016x}");
    match message.headers.iter_mut().find(|header| header.name == "Via") {
        Some(header) => header.value = value,
        None => message.headers.insert(0, Header { name: Cow::Borrowed("Via"), value }),
    }
    true
}

fn repair_call_id(
    message: &mut Message,
    known: Option<String>,
    source: SocketAddr,
    defects: &mut Vec<Defect>,
) {
    if message.value("Call-ID").is_some_and(|id| !id.is_empty()) {
        return;
    }
    defects.push(Defect::NoCallId);
    let value = known.unwrap_or_else(|| {
        let seed = stable_hash(&[
            message.value("Via").unwrap_or_default(),
            message.value("From").unwrap_or_default(),
            &source.to_string(),
        ]);
        format!("{seed:016x}@sigap.invalid")
    });
    message.headers.retain(|header| header.name != "Call-ID");
    message.headers.push(Header { name: Cow::Borrowed("Call-ID"), value });
}

/// Takes the blanks around `;` and `=` of a header's parameters away: the grammar allows them (RFC 3261 section 25.1,
/// SEMI and EQUAL), and the stack reads no tag that has them.
fn tighten(value: &str) -> String {
    let mut tight = String::with_capacity(value.len());
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for c in value.chars() {
        let free = !quoted && !bracketed;
        match c {
            '"' if !escaped && !bracketed => quoted = !quoted,
            '<' if free => bracketed = true,
            '>' if !quoted => bracketed = false,
            ';' | '=' if free => tight.truncate(tight.trim_end().len()),
            ' ' | '\t' if free && tight.ends_with([';', '=']) => continue,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        tight.push(c);
    }
    tight
}

fn repair_from_and_to(message: &mut Message) -> bool {
    let is_plain = message.value("From").is_some_and(plain::is_tagged_address)
        && message.value("To").is_some_and(plain::is_address);
    if is_plain {
        return false;
    }
    for name in ["From", "To"] {
        if let Some(value) = message.value(name).map(tighten) {
            set(message, name, value);
        }
    }
    let call_id = message.value("Call-ID").unwrap_or_default().to_owned();
    let from = message.value("From").map(str::to_owned);
    let tag = stable_hash(&[&call_id, from.as_deref().unwrap_or_default()]);
    let mut repaired = false;
    let typed_from = from.as_deref().map(sip::From::new);
    let readable = typed_from.as_ref().is_some_and(|from| from.typed().is_ok());
    let tagged = typed_from.as_ref().is_some_and(|from| matches!(from.tag(), Ok(Some(_))));
    if !readable || !tagged {
        repaired = true;
        let value = match from.as_deref().filter(|_| readable) {
            Some(from) if from.contains('<') => format!("{from};tag=sigap{tag:016x}"),
            // Parameters of a bare address belong to the header, not to the URI (RFC 3261 section 20).
            Some(from) => {
                let uri = from.split(';').next().unwrap_or(from).trim();
                format!("<{uri}>;tag=sigap{tag:016x}")
            }
            None => format!("<sip:anonymous@anonymous.invalid>;tag=sigap{tag:016x}"),
        };
        message.headers.push(Header { name: Cow::Borrowed(FROM_AS_SENT), value: from.unwrap_or_default() });
        set(message, "From", value);
    }
    if message.value("To").is_none_or(|to| sip::To::new(to).typed().is_err()) {
        repaired = true;
        set(message, "To", "<sip:112@sigap.invalid>".to_owned());
    }
    repaired
}

fn repair_cseq(message: &mut Message, method: &str) -> bool {
    let stated = message.value("CSeq").and_then(|cseq| {
        let (number, named) = cseq.split_once(' ')?;
        Some((number.trim().parse::<u32>().ok()?, named.trim().to_owned()))
    });
    let number = match &stated {
        Some((number, named)) if named == method => {
            // Written again in its usual form: the stack compares text.
            set(message, "CSeq", format!("{number} {method}"));
            return false;
        }
        Some((number, _)) => *number,
        None if matches!(method, "INVITE" | "ACK" | "CANCEL") => 1,
        // Higher than any before it, else the dialog drops it as old (RFC 3261 section 12.2.2).
        None => 0x7FFF_FFFF,
    };
    set(message, "CSeq", format!("{number} {method}"));
    true
}

fn repair_max_forwards(message: &mut Message, repaired: &mut bool, defects: &mut Vec<Defect>) {
    match message.value("Max-Forwards").map(|value| value.parse::<u32>().ok()) {
        Some(Some(1..)) => {}
        // 483 would lose the call; a loop shows itself as a merged request.
        Some(Some(0) | None) => {
            defects.push(Defect::MaxForwards);
            set(message, "Max-Forwards", "70".to_owned());
        }
        None => {
            *repaired |= message.method() == "INVITE";
            set(message, "Max-Forwards", "70".to_owned());
        }
    }
}

fn repair_contact(message: &mut Message, wire: Wire, source: SocketAddr) -> bool {
    let sound = |contact: &str| {
        plain::is_contact(contact)
            || contact.trim() != "*"
                && sip::typed::Contact::parse_header_list(contact).is_ok_and(|list| !list.is_empty())
    };
    // The stack reads all of them and stumbles over any.
    if message.value("Contact").is_some() && message.values("Contact").all(sound) {
        return false;
    }
    let parameter = wire.parameter();
    message.headers.retain(|header| header.name != "Contact");
    message
        .headers
        .push(Header { name: Cow::Borrowed("Contact"), value: format!("<sip:{source}{parameter}>") });
    true
}

fn repair_request_uri(message: &mut Message, repaired: &mut bool) {
    let words: Vec<&str> = message.start.split(' ').collect();
    let as_sent = words.get(1..words.len().saturating_sub(1)).unwrap_or_default().join(" ");
    let sound = !as_sent.contains(' ') && sip::Uri::try_from(as_sent.as_str()).is_ok();
    *repaired |= !sound;
    let uri = if sound { as_sent.as_str() } else { "sip:112@sigap.invalid" };
    message.start = format!("INVITE {uri} SIP/2.0");
    message.headers.push(Header { name: Cow::Borrowed(DIALLED), value: as_sent });
}

fn set(message: &mut Message, name: &'static str, value: String) {
    match message.headers.iter_mut().find(|header| header.name == name) {
        Some(header) => header.value = value,
        None => message.headers.push(Header { name: Cow::Borrowed(name), value }),
    }
}

/// The same number for the same texts in every process of this program version.
pub(super) fn stable_hash(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        part.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_where_the_grammar_has_them_and_nowhere_else() {
        for (loose, tight) in [
            ("sip:a@b ;   tag    = 1n", "sip:a@b;tag=1n"),
            ("\"A \\\" ; b = c\" <sip:a@b;x = y> ; tag = 9", "\"A \\\" ; b = c\" <sip:a@b;x = y>;tag=9"),
            ("Budi <sip:a@b>;tag=1", "Budi <sip:a@b>;tag=1"),
            ("\"open <sip:a@b> ; tag = 1", "\"open <sip:a@b> ; tag = 1"),
            ("", ""),
        ] {
            assert_eq!(tighten(loose), tight);
        }
    }
}
