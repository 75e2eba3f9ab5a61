//! `[[neighbour]]`: the neighbouring centres, to which incidents are handed over and from which they come.

use std::collections::BTreeSet;

use agency_channels::SignedDoor;
use console_api::phone_book::{Contact, is_callable};
use dispatch_core::ids::AreaCode;
use dispatch_core::incident::Neighbour;
use dispatch_core::private::Private;

use super::gateway_table::{secret, url};
use super::toml_file::{only_known, text};

/// A neighbouring centre.
#[derive(Clone, Debug)]
pub struct NeighbourCentre {
    /// Which.
    pub who: Neighbour,
    /// How it is rung.
    pub telephone: Private<String>,
    /// Its system; none when there is only the telephone.
    pub system: Option<SignedDoor>,
}

impl NeighbourCentre {
    /// As somebody to ask into a call.
    pub fn contact(&self) -> Contact {
        Contact {
            code: self.who.code.to_string(),
            label: self.who.name.clone(),
            target: self.telephone.clone(),
            neighbour: true,
        }
    }
}

/// Reads one.
pub(super) fn read(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<NeighbourCentre> {
    only_known(table, &["code", "name", "telephone", "url", "secret_file"], mistakes);
    let code = text(table, "code", mistakes);
    let name = text(table, "name", mistakes);
    let telephone = text(table, "telephone", mistakes);
    if let Some(code) = &code
        && !is_kabupaten(code)
    {
        mistakes.push(format!("code: \"{code}\" is no code PP.KK of a kabupaten or kota"));
    }
    if let Some(telephone) = &telephone
        && !is_callable(telephone)
    {
        mistakes.push(format!("telephone: \"{telephone}\" is neither a number nor a sip: or tel: address"));
    }
    let system = if table.contains_key("url") || table.contains_key("secret_file") {
        let (url, secret) = (url(table, mistakes), secret(table, "secret_file", mistakes));
        Some(SignedDoor { url: url?, secret: Private::new(secret?) })
    } else {
        None
    };
    let who = Neighbour { code: AreaCode(code?), name: name? };
    Some(NeighbourCentre { who, telephone: Private::new(telephone?), system })
}

/// Checks them against each other and against the phone book.
pub(super) fn check(centres: &[NeighbourCentre], contacts: &[Contact], mistakes: &mut Vec<String>) {
    let mut codes: BTreeSet<String> = contacts.iter().map(|contact| contact.code.clone()).collect();
    for centre in centres {
        if !codes.insert(centre.who.code.to_string()) {
            mistakes.push(format!("[[neighbour]] {}: the code stands twice", centre.who.code));
        }
    }
}

fn is_kabupaten(code: &str) -> bool {
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    code.split_once('.').is_some_and(|(province, own)| two_digits(province) && two_digits(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> toml::Table {
        text.parse().unwrap()
    }

    #[test]
    fn a_neighbour_is_rung_and_may_have_a_system() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "rahasia\n").unwrap();
        let mut mistakes = Vec::new();
        let by_phone = "code = \"19.05\"\nname = \"112 Bangka Barat\"\ntelephone = \"+62716000112\"\n";
        let by_phone = read(&table(by_phone), &mut mistakes).unwrap();
        assert!(by_phone.system.is_none() && by_phone.contact().neighbour);
        let both = format!(
            "code = \"19.04\"\nname = \"112 Bangka Tengah\"\ntelephone = \"sip:112@10.0.4.2\"\n\
             url = \"https://112.bangkatengah.example/api/v1/neighbours/19.03/messages\"\nsecret_file = \"{}\"\n",
            file.path().display()
        );
        let both = read(&table(&both), &mut mistakes).unwrap();
        assert_eq!(both.system.as_ref().map(|door| door.secret.reveal().as_slice()), Some(&b"rahasia"[..]));
        check(&[by_phone.clone(), both], &[], &mut mistakes);
        assert_eq!(mistakes, Vec::<String>::new());
        let bad =
            "code = \"Bangka\"\nname = \"x\"\ntelephone = \"telepon saja\"\nurl = \"ftp://x\"\nwarna = 1\n";
        assert!(read(&table(bad), &mut mistakes).is_none());
        check(&[by_phone.clone(), by_phone], &[], &mut mistakes);
        let all = mistakes.join("\n");
        for named in ["code: \"Bangka\"", "telephone:", "url:", "secret_file:", "warna:", "stands twice"] {
            assert!(all.contains(named), "{named} is missing in\n{all}");
        }
        assert_eq!(mistakes.len(), 6, "{all}");
    }
}
