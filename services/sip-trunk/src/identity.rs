//! Who calls: P-Asserted-Identity from the trusted trunk (RFC 3325), else From.

use dispatch_core::call::fact::{Caller, Defect, IdentitySource};
use dispatch_core::call::number;
use dispatch_core::private::Private;

use crate::guard::message::Message;
use crate::guard::repair::FROM_AS_SENT;

/// E.164 allows 15 digits; a SIP user may be longer, and what is longer than this is no number.
const NUMBER_CHARS_MAX: usize = 64;
const NAME_CHARS_MAX: usize = 128;
/// Values of P-Asserted-Identity that are looked at; RFC 3325 section 9.1 allows two.
const IDENTITIES_MAX: usize = 8;

/// The caller, if the INVITE names one.
pub(crate) fn caller(invite: &Message, defects: &mut Vec<Defect>) -> Option<Caller> {
    let mut anonymous = invite.values("Privacy").flat_map(|value| value.split([';', ','])).any(|token| {
        matches!(token.trim().to_ascii_lowercase().as_str(), "id" | "header" | "user" | "critical")
    });
    let asserted: Vec<Address> = invite
        .values("P-Asserted-Identity")
        .flat_map(split_list)
        .take(IDENTITIES_MAX)
        .filter_map(|value| read_address(&value))
        .collect();
    let from = invite.value(FROM_AS_SENT).or_else(|| invite.value("From")).and_then(read_address);
    anonymous |= from.as_ref().is_some_and(Address::is_anonymous);
    if anonymous {
        defects.push(Defect::Anonymous);
    }
    // A tel: identity is a number for certain; a sip: one may be an account.
    let best = asserted.iter().find(|address| address.tel).or_else(|| asserted.first());
    let (address, source) = match (best, &from) {
        (Some(asserted), _) if !asserted.is_anonymous() => (asserted, IdentitySource::Asserted),
        (_, Some(from)) if !from.is_anonymous() => (from, IdentitySource::From),
        _ => {
            defects.push(Defect::NoCallerNumber);
            return None;
        }
    };
    let name = address
        .name
        .clone()
        .or_else(|| from.as_ref().filter(|f| !f.is_anonymous()).and_then(|f| f.name.clone()));
    let number = Private::new(number::normalised(&address.user));
    Some(Caller { number, name: name.map(Private::new), source })
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Address {
    name: Option<String>,
    user: String,
    tel: bool,
}

impl Address {
    fn is_anonymous(&self) -> bool {
        matches!(
            self.user.to_ascii_lowercase().as_str(),
            "anonymous" | "unknown" | "unavailable" | "restricted"
        )
    }
}

/// `"Name" <sip:user@host>;tag=…`, `tel:+62…`, `<sip:user@host>` and whatever is nearly that.
fn read_address(value: &str) -> Option<Address> {
    let (name, uri) = match value.find('<') {
        Some(open) => {
            let uri = &value[open + 1..];
            (&value[..open], uri.split('>').next().unwrap_or(uri))
        }
        None => ("", value),
    };
    let uri = uri.trim();
    let (scheme, rest) = uri.split_once(':').unwrap_or(("sip", uri));
    let scheme = scheme.trim().trim_start_matches('"').to_ascii_lowercase();
    let tel = scheme == "tel";
    if !tel && !matches!(scheme.as_str(), "sip" | "sips") {
        return None;
    }
    let user = if tel { rest } else { rest.split_once('@').map_or("", |(user, _)| user) };
    if user.is_empty() {
        return None;
    }
    // Parameters of a tel URI, and of a number in a sip URI (RFC 3966 section 3), end the number.
    let user = user.split([';', '?', ':']).next().unwrap_or_default();
    let name = bounded(name.trim().trim_matches('"').trim(), NAME_CHARS_MAX);
    let name = (!name.is_empty() && !name.eq_ignore_ascii_case("anonymous")).then_some(name);
    Some(Address { name, user: bounded(&percent_decoded(user), NUMBER_CHARS_MAX), tel })
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = (*byte == b'%').then(|| after.first_chunk::<2>()).flatten();
        match hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn bounded(text: &str, chars: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(chars).collect()
}

/// Splits a header value at commas outside quotes and angle brackets.
pub(crate) fn split_list(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for c in value.chars() {
        match c {
            ',' if !quoted && !bracketed => {
                parts.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown = (String, Option<String>, IdentitySource);

    fn read(headers: &str) -> (Option<Shown>, Vec<Defect>) {
        let invite = Message::read(format!("INVITE sip:112@x SIP/2.0\r\n{headers}\r\n\r\n").as_bytes());
        let mut defects = Vec::new();
        let caller = caller(&invite, &mut defects);
        let shown = caller.map(|c| (c.number.into_inner(), c.name.map(Private::into_inner), c.source));
        (shown, defects)
    }

    fn number(headers: &str) -> String {
        read(headers).0.unwrap().0
    }

    #[test]
    fn the_asserted_number_wins_over_from_and_a_tel_one_over_an_account() {
        let headers = "From: \"Budi\" <sip:x@y>;tag=1\r\nP-Asserted-Identity: \"Budi\" <sip:acc@ims>, <tel:+62811717171>";
        let (caller, defects) = read(headers);
        assert_eq!(
            caller,
            Some(("+62811717171".to_owned(), Some("Budi".to_owned()), IdentitySource::Asserted))
        );
        assert_eq!(defects, []);
    }

    #[test]
    fn indonesian_forms_become_e164_and_others_stay() {
        for (sent, kept) in [
            ("sip:0811717171@x", "+62811717171"),
            ("sip:62811717171@x;user=phone", "+62811717171"),
            ("tel:+62-811-717.171;phone-context=x", "+62811717171"),
            ("sip:%2B62811717171@x", "+62811717171"),
            ("sip:006281171717@x", "+6281171717"),
            ("sip:112@x", "112"),
            ("sip:rumah-sakit@x", "rumah-sakit"),
            ("sip:08117171719999999999@x", "08117171719999999999"),
        ] {
            assert_eq!(number(&format!("From: <{sent}>;tag=1")), kept, "{sent}");
        }
        assert_eq!(number("From: sip:0811717171@x;tag=1"), "+62811717171");
        assert_eq!(number("From: \"no end <sip:0811717171@x>;tag=1"), "+62811717171");
    }

    #[test]
    fn a_hidden_caller_is_told_and_the_number_kept_when_it_came() {
        let headers = "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\nPrivacy: id\r\nP-Asserted-Identity: <tel:0811717171>";
        let (caller, defects) = read(headers);
        assert_eq!((caller.unwrap().0.as_str(), defects), ("+62811717171", vec![Defect::Anonymous]));
        let (caller, defects) = read("From: <sip:anonymous@anonymous.invalid>;tag=1");
        assert_eq!((caller, defects), (None, vec![Defect::Anonymous, Defect::NoCallerNumber]));
        assert_eq!(read("To: <sip:112@x>").1, vec![Defect::NoCallerNumber]);
        assert_eq!(read("From: <mailto:a@b>").1, vec![Defect::NoCallerNumber]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_printable() {
        let long = "9".repeat(5_000);
        assert_eq!(number(&format!("From: <sip:{long}@x>")).len(), NUMBER_CHARS_MAX);
        let (caller, _) = read(&format!("From: \"{}\" <sip:%0d%0a1@x>", "n".repeat(5_000)));
        let (number, name, _) = caller.unwrap();
        assert_eq!((number.as_str(), name.unwrap().len()), ("1", NAME_CHARS_MAX));
    }
}
