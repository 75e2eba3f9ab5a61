//! `[[neighbour]]`: the neighbouring centres, to which incidents are handed over and from which they come.

use std::collections::BTreeSet;

use agency_channels::{Ends, SignedDoor};
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
    only_known(table, &["code", "name", "telephone", "url", "secret_file", "own_code"], mistakes);
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
    let system = if ["url", "secret_file", "own_code"].iter().any(|key| table.contains_key(*key)) {
        let (url, secret) = (url(table, mistakes), secret(table, "secret_file", mistakes));
        let us = own_code(table, url.as_deref(), code.as_deref(), mistakes);
        let them = code.clone();
        Some(SignedDoor {
            url: url?,
            secret: Private::new(secret?),
            ends: Some(Ends { us: us?, them: them? }),
        })
    } else {
        None
    };
    let who = Neighbour { code: AreaCode(code?), name: name? };
    Some(NeighbourCentre { who, telephone: Private::new(telephone?), system })
}

/// How the neighbour knows us: both codes are part of what is signed. A Sigap's own address names it.
fn own_code(
    table: &toml::Table,
    url: Option<&str>,
    theirs: Option<&str>,
    mistakes: &mut Vec<String>,
) -> Option<String> {
    let in_url = || Some(url?.rsplit_once("/neighbours/")?.1.strip_suffix("/messages")?.to_owned());
    let own = if table.contains_key("own_code") {
        text(table, "own_code", mistakes)?
    } else {
        let Some(own) = in_url() else {
            if url.is_some() {
                mistakes.push("own_code: is missing; the url does not say how they know us".to_owned());
            }
            return None;
        };
        own
    };
    if !is_kabupaten(&own) || theirs == Some(own.as_str()) {
        mistakes.push(format!("own_code: \"{own}\" is not our own code PP.KK"));
    }
    Some(own)
}

/// Checks them against each other and against the phone book.
pub(super) fn check(centres: &[NeighbourCentre], contacts: &[Contact], mistakes: &mut Vec<String>) {
    let mut codes: BTreeSet<String> = contacts.iter().map(|contact| contact.code.clone()).collect();
    for centre in centres {
        if !codes.insert(centre.who.code.to_string()) {
            mistakes.push(format!("[[neighbour]] {}: the code stands twice", centre.who.code));
        }
    }
    let secret = |centre: &NeighbourCentre| centre.system.as_ref().map(|door| door.secret.clone());
    for (place, centre) in centres.iter().enumerate() {
        let same = |other: &&NeighbourCentre| secret(centre).is_some() && secret(other) == secret(centre);
        if let Some(other) = centres.iter().take(place).find(same) {
            let (one, other) = (&centre.who.code, &other.who.code);
            mistakes
                .push(format!("[[neighbour]] {one}: secret_file holds the same secret as that of {other}"));
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
        let ends = both.system.as_ref().and_then(|door| door.ends.clone());
        assert_eq!(ends, Some(Ends { us: "19.03".into(), them: "19.04".into() }));
        check(&[by_phone.clone(), both.clone()], &[], &mut mistakes);
        assert_eq!(mistakes, Vec::<String>::new());
        let mut other = both.clone();
        other.who.code = AreaCode("19.02".into());
        check(&[both, other], &[], &mut mistakes);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(std::mem::take(&mut mistakes)[0].contains("19.02: secret_file holds the same secret"));
        let elsewhere = format!(
            "code = \"19.04\"\nname = \"x\"\ntelephone = \"112\"\nurl = \"https://x.example/\"\nsecret_file = \"{}\"\n",
            file.path().display()
        );
        for (own, wrong) in [("", true), ("own_code = \"19.04\"", true), ("own_code = \"19.03\"", false)] {
            let known = read(&table(&format!("{elsewhere}{own}")), &mut mistakes);
            let named = std::mem::take(&mut mistakes);
            assert_eq!(named.iter().any(|one| one.starts_with("own_code:")), wrong, "{own}: {named:?}");
            assert!(wrong || known.is_some_and(|centre| centre.system.is_some()));
        }
        let bad =
            "code = \"Bangka\"\nname = \"x\"\ntelephone = \"telepon saja\"\nurl = \"ftp://x\"\nwarna = 1\n";
        assert!(read(&table(bad), &mut mistakes).is_none());
        check(&[by_phone.clone(), by_phone], &[], &mut mistakes);
        let all = mistakes.join("\n");
        for named in
            ["code: \"Bangka\"", "telephone:", "url:", "secret_file:", "own_code:", "warna:", "stands twice"]
        {
            assert!(all.contains(named), "{named} is missing in\n{all}");
        }
        assert_eq!(mistakes.len(), 7, "{all}");
    }
}
