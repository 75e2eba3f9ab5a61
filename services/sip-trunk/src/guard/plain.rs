//! The common forms of the headers that the stack reads, recognised without taking them apart.
//!
//! Nearly every message has them in these forms. What is not plain is no mistake: it is read in full.

/// A part of RFC 3261 that everybody writes alike, as far as it matches from here on.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn of(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    fn skip(&mut self, literal: &str) -> bool {
        match self.0.strip_prefix(literal.as_bytes()) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn run(&mut self, of: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !of(*byte)).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        run
    }

    /// `host` or `host:port`.
    fn host(&mut self) -> bool {
        let host = self.run(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        !host.is_empty() && (!self.skip(":") || self.port())
    }

    fn port(&mut self) -> bool {
        // Four digits, or five of which the first is at most 5, fit into 16 bits.
        let digits = self.run(|b| b.is_ascii_digit());
        matches!(digits, [_, ..] if digits.len() <= 4) || matches!(digits, [b'1'..=b'5', _, _, _, _])
    }

    /// `sip:user@host:port` or `sip:host:port`, without parameters.
    fn uri(&mut self) -> bool {
        if !self.skip("sip:") {
            return false;
        }
        let after_user = self.0.iter().position(|b| *b == b'@').map(|at| at + 1);
        let named = after_user.filter(|after| self.0[..after - 1].iter().all(|b| is_user(*b)) && *after > 1);
        if let Some(after) = named {
            self.0 = &self.0[after..];
        }
        self.host()
    }

    /// `Name <uri>`, `"Name" <uri>` or `<uri>`.
    fn name_and_uri(&mut self) -> bool {
        if self.skip("\"") {
            self.run(|b| (b' '..=b'~').contains(&b) && !b"\"\\<>".contains(&b));
            if !self.skip("\"") {
                return false;
            }
        } else {
            self.run(|b| b.is_ascii_alphanumeric());
        }
        self.skip(" ");
        self.skip("<") && self.uri() && self.skip(">")
    }

    fn token(&mut self) -> bool {
        !self.run(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b)).is_empty()
    }
}

fn is_user(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-_.".contains(&byte)
}

/// A From with a tag.
pub(super) fn is_tagged_address(value: &str) -> bool {
    let mut rest = Rest::of(value);
    rest.name_and_uri() && rest.skip(";tag=") && rest.token() && rest.is_over()
}

/// A To with or without a tag.
pub(super) fn is_address(value: &str) -> bool {
    let mut rest = Rest::of(value);
    rest.name_and_uri() && (rest.is_over() || rest.skip(";tag=") && rest.token() && rest.is_over())
}

/// A Contact with one URI.
pub(super) fn is_contact(value: &str) -> bool {
    let mut rest = Rest::of(value);
    rest.name_and_uri() && rest.is_over()
}

/// A Via with one hop.
pub(super) fn is_via(value: &str) -> bool {
    let mut rest = Rest::of(value);
    let sent_by =
        rest.skip("SIP/2.0/") && (rest.skip("UDP ") || rest.skip("TCP ") || rest.skip("TLS ")) && rest.host();
    while sent_by && (rest.skip(";rport") || rest.skip(";branch=") && rest.token()) {}
    sent_by && rest.is_over()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rsipstack::sip;
    use rsipstack::sip::prelude::ToTypedHeader;

    use super::*;

    #[test]
    fn what_everybody_sends_is_plain() {
        assert!(is_tagged_address("\"Budi S.\" <sip:+62811717171@10.0.0.1:5060>;tag=1a-2.b"));
        assert!(is_tagged_address("sipp <sip:sipp@127.0.0.1:5070>;tag=1SIPpTag001"));
        assert!(is_address("<sip:112@127.0.0.1>") && is_address("sut <sip:112@h:5060>;tag=x"));
        assert!(is_contact("<sip:sipp@127.0.0.1:5070>"));
        assert!(is_via("SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK-1-0"));
    }

    #[test]
    fn what_is_not_is_read_in_full() {
        for odd in [
            "",
            "<sip:a@b>",
            "<sip:a@b>;tag=",
            "<sip:a@b>;tag = 1",
            "<sip:a@b>;tag=1;x=y",
            "<sip:a@b:99999>;tag=1",
            "<sip:@b>;tag=1",
            "<sip:a@>;tag=1",
            "<sip:a@b;user=phone>;tag=1",
            "\"open <sip:a@b>;tag=1",
            "<tel:+62811>;tag=1",
            "sip:a@b;tag=1",
        ] {
            assert!(!is_tagged_address(odd), "{odd}");
        }
        for odd in
            ["SIP/2.0/UDP h, SIP/2.0/UDP g", "SIP/2.0/UDP [::1]", "SIP/2.0/SCTP h", "SIP/2.0/UDP h;rport=x"]
        {
            assert!(!is_via(odd), "{odd}");
        }
        assert!(!is_contact("*") && !is_contact("<sip:a@b>,<sip:c@d>"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Whatever is called plain, the stack reads, with its tag.
        #[test]
        fn the_stack_reads_what_is_plain(
            address in "(\"[ -~]{0,4}\" ?|[a-z]{0,3} ?)<sip:[a-z0-9+@%:._-]{0,8}(:[0-9]{0,6})?>(;tag=[a-z~*=]{0,3})?",
            via in "SIP/2\\.0/(UDP|TCP|TLS|X) [a-z0-9.:@-]{0,8}(:[0-9]{0,6})?(;rport|;rport=[0-9]?|;branch=[a-z*~;]{0,3}){0,3}",
        ) {
            if is_tagged_address(&address) {
                prop_assert!(matches!(sip::From::new(&address).tag(), Ok(Some(_))), "{}", address);
            }
            if is_address(&address) {
                prop_assert!(sip::To::new(&address).typed().is_ok(), "{}", address);
            }
            if is_contact(&address) {
                prop_assert!(sip::typed::Contact::parse_header_list(&address).is_ok_and(|list| list.len() == 1), "{}", address);
            }
            if is_via(&via) {
                prop_assert!(sip::Via::new(&via).first_value().is_ok_and(|first| first.typed().is_ok()), "{}", via);
            }
        }
    }
}
