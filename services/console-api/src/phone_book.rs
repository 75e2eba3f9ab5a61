//! Whom the centre may call: the site's phone book, and what it allows besides.

use std::sync::Arc;

use dispatch_core::ids::{AgencyId, AreaCode};
use dispatch_core::incident::Neighbour;
use dispatch_core::private::Private;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::{Checked, Faults};
use crate::limits::TARGET_BYTES_MAX;
use crate::names::Names;
use crate::problem::{Code, Problem};

/// Somebody who can be called into a conference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    /// Its code; the agency's own where it is one.
    pub code: String,
    /// What people call it.
    pub label: String,
    /// A `sip:` or `tel:` URI, or a number.
    pub target: Private<String>,
    /// Whether it is a neighbouring centre; its code is then the one of its kabupaten.
    pub neighbour: bool,
}

/// The phone book of the site. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PhoneBook {
    contacts: Arc<[Contact]>,
    allowed: Arc<[String]>,
}

impl Contact {
    /// A number that has no name is called by itself.
    fn labelled(self, target: &str) -> Self {
        let label = if self.label.is_empty() { target.to_owned() } else { self.label };
        Self { label, ..self }
    }
}

impl PhoneBook {
    /// These contacts, and every number or address that begins with one of `allowed`.
    pub fn new(contacts: Vec<Contact>, allowed: Vec<String>) -> Self {
        Self { contacts: contacts.into(), allowed: allowed.into() }
    }

    /// Everybody in it.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// Whether the site allows other numbers than those in the book.
    pub fn allows_others(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// The contact with this code.
    pub fn by_code(&self, code: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.code == code)
    }

    /// The neighbouring centre with this code.
    pub fn neighbour(&self, code: &str) -> Option<Neighbour> {
        let found = self.by_code(code).filter(|contact| contact.neighbour)?;
        Some(Neighbour { code: AreaCode(found.code.clone()), name: found.label.clone() })
    }

    /// Somebody to call by number or address. What stands in the book has its name.
    ///
    /// # Errors
    /// `number_not_allowed`.
    pub fn by_target(&self, target: &str) -> Result<Contact, Problem> {
        if let Some(known) = self.contacts.iter().find(|contact| contact.target.reveal() == target) {
            return Ok(known.clone());
        }
        if !self.allowed.iter().any(|prefix| target.starts_with(prefix.as_str())) {
            return Err(Problem::new(Code::NumberNotAllowed));
        }
        let target = Private::new(target.to_owned());
        Ok(Contact { code: String::new(), label: String::new(), target, neighbour: false })
    }
}

/// Whom to ask into a call, or to give it to: one of the two.
#[derive(Deserialize, ToSchema)]
pub struct PartyRequest {
    /// A `sip:` or `tel:` URI, or a number, as far as the site allows.
    target: Option<String>,
    /// A code of the phone book, or an agency by id or code.
    agency: Option<String>,
}

impl Checked for PartyRequest {
    fn check(&self, faults: &mut Faults) {
        match (&self.target, &self.agency) {
            (Some(_), Some(_)) | (None, None) => {
                let (id, en) = ("Isi salah satu: target atau agency.", "Give one of target and agency.");
                faults.report("target", "missing", id, en);
            }
            (Some(target), None) if !is_callable(target) => {
                let (id, en) = ("Bukan nomor atau alamat sip:.", "Neither a number nor a sip: address.");
                faults.report("target", "unknown_value", id, en);
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
    }
}

impl PartyRequest {
    /// Whom that means.
    ///
    /// # Errors
    /// `number_not_allowed`; a field error for an agency that has no number in the phone book.
    pub fn whom(&self, book: &PhoneBook, names: &Names) -> Result<Contact, Problem> {
        if let Some(target) = &self.target {
            return book.by_target(target).map(|contact| contact.labelled(target));
        }
        let wanted = self.agency.as_deref().unwrap_or_default();
        let by_id =
            wanted.parse().ok().and_then(|id: AgencyId| names.agency(id)).map(|entry| entry.code.0.clone());
        let found = book.by_code(by_id.as_deref().unwrap_or(wanted)).cloned();
        found.ok_or_else(|| {
            let (id, en) = ("Tidak ada nomornya di buku telepon.", "It has no number in the phone book.");
            Problem::field("agency", "unknown", id, en)
        })
    }
}

/// Whether a text can be called at all: a SIP or telephone URI, or a number, in one piece.
pub fn is_callable(target: &str) -> bool {
    let bare = target.strip_prefix('+').unwrap_or(target);
    let number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte));
    let uri = ["sip:", "sips:", "tel:"].iter().any(|scheme| {
        target.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_plain))
    });
    target.len() <= TARGET_BYTES_MAX && (number || uri)
}

/// What a URI may be written with; brackets and quotes would end it early (RFC 3261 section 25.1).
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_book_and_what_the_site_allows_is_called() {
        let damkar = Contact {
            code: "damkar".into(),
            label: "Damkar".into(),
            target: Private::new("tel:+62717000113".into()),
            neighbour: false,
        };
        let book = PhoneBook::new(vec![damkar.clone()], vec!["tel:+62717".into()]);
        assert_eq!(book.by_target("tel:+62717000113").unwrap(), damkar);
        assert_eq!(book.by_code("damkar"), Some(&damkar));
        assert!(book.by_target("tel:+62717999999").is_ok());
        for other in ["tel:+6221000000", "sip:x@10.0.0.1", "+62717000113"] {
            assert_eq!(book.by_target(other).unwrap_err().code(), Code::NumberNotAllowed, "{other}");
        }
    }

    #[test]
    fn what_would_break_a_header_cannot_be_called() {
        for good in ["+62811000001", "113", "*21#", "sip:21@10.0.0.9:5070;transport=udp", "tel:+62-717-113"] {
            assert!(is_callable(good), "{good}");
        }
        for bad in ["", "+", "sip:", "sip:a b", "sip:a@b>\r\nX: y", "<sip:a@b>", "mailto:a@b", "0811 000"] {
            assert!(!is_callable(bad), "{bad}");
        }
        assert!(!is_callable(&format!("sip:{}", "a".repeat(TARGET_BYTES_MAX))));
    }
}
