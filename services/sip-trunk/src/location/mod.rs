//! Where the caller is, as the INVITE says: `Geolocation` (RFC 6442) with a PIDF-LO in the body or by reference.

pub(crate) mod multipart;
pub(crate) mod pidf;

use dispatch_core::call::fact::{Defect, Fix, FixSource};
use dispatch_core::limits::FIXES_PER_CALL_MAX;
use dispatch_core::private::Private;

use crate::guard::message::Message;
use crate::identity::split_list;
use multipart::Part;

const REFERENCE_CHARS_MAX: usize = 2_048;

/// Every location of the INVITE, measured points before references, the header's order kept.
pub(crate) fn fixes(invite: &Message, parts: &[Part<'_>], defects: &mut Vec<Defect>) -> Vec<Fix> {
    let mut fixes: Vec<Fix> = Vec::new();
    let mut used = vec![false; parts.len()];
    for locator in invite.values("Geolocation").flat_map(split_list).take(FIXES_PER_CALL_MAX * 2) {
        let uri = locator.trim_start_matches('<').split('>').next().unwrap_or_default().trim();
        let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
        match scheme.to_ascii_lowercase().as_str() {
            "cid" => {
                let found = parts.iter().position(|part| part.id.as_deref() == Some(rest) && part.is_pidf());
                // Some networks name an id that no part has and send one location all the same.
                match found.or_else(|| only_pidf(parts)) {
                    Some(place) if !used[place] => {
                        used[place] = true;
                        read_part(&parts[place], &mut fixes, defects);
                    }
                    Some(_) => {}
                    None => note(defects, Defect::LocationMissing),
                }
            }
            "http" | "https" | "sip" | "sips" | "pres" => fixes.push(Fix {
                point: None,
                reference: Some(Private::new(uri.chars().take(REFERENCE_CHARS_MAX).collect())),
                civic: None,
                source: FixSource::Reference,
                measured_at: None,
            }),
            _ => note(defects, Defect::LocationMissing),
        }
    }
    // A location that no header points at is a location.
    for (place, part) in parts.iter().enumerate().filter(|(_, part)| part.is_pidf()) {
        if !std::mem::replace(&mut used[place], true) {
            read_part(part, &mut fixes, defects);
        }
    }
    fixes.sort_by_key(|fix| (fix.point.is_none(), fix.civic.is_none()));
    if fixes.len() > FIXES_PER_CALL_MAX {
        fixes.truncate(FIXES_PER_CALL_MAX);
        note(defects, Defect::TooMuch);
    }
    fixes
}

fn only_pidf(parts: &[Part<'_>]) -> Option<usize> {
    let mut places = parts.iter().enumerate().filter(|(_, part)| part.is_pidf()).map(|(place, _)| place);
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

fn read_part(part: &Part<'_>, fixes: &mut Vec<Fix>, defects: &mut Vec<Defect>) {
    let read = pidf::read(part.body);
    fixes.extend(read.fixes);
    for defect in read.defects {
        note(defects, defect);
    }
}

pub(crate) fn note(defects: &mut Vec<Defect>, defect: Defect) {
    if !defects.contains(&defect) {
        defects.push(defect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIRCLE: &str = r#"<presence xmlns:gml="g" xmlns:gs="s"><gs:Circle><gml:pos>-3.0047 106.4551</gml:pos><gs:radius>250</gs:radius></gs:Circle></presence>"#;

    fn read(headers: &str, parts: &[(&str, &str, &str)]) -> (Vec<Fix>, Vec<Defect>) {
        let invite = Message::read(format!("INVITE sip:112@x SIP/2.0\r\n{headers}\r\n\r\n").as_bytes());
        let parts: Vec<_> = parts
            .iter()
            .map(|(kind, id, body)| Part {
                kind: (*kind).to_owned(),
                id: (!id.is_empty()).then(|| (*id).to_owned()),
                body: body.as_bytes(),
            })
            .collect();
        let mut defects = Vec::new();
        (fixes(&invite, &parts, &mut defects), defects)
    }

    #[test]
    fn a_part_named_by_its_id_and_a_reference_are_both_kept_points_first() {
        let headers = "Geolocation: <https://lis.example/x?token=1>\r\nGeolocation: <cid:a@b>;inserted-by=x";
        let (fixes, defects) =
            read(headers, &[("application/sdp", "", "v=0"), ("application/pidf+xml", "a@b", CIRCLE)]);
        assert_eq!(defects, []);
        assert_eq!(fixes.len(), 2);
        assert_eq!(fixes[0].point.as_ref().unwrap().reveal().radius_m, 250.0);
        assert_eq!(fixes[1].reference.as_ref().unwrap().reveal(), "https://lis.example/x?token=1");
    }

    #[test]
    fn a_location_without_a_header_counts_and_a_header_without_one_is_a_defect() {
        let (fixes, defects) = read("Subject: x", &[("application/pidf+xml", "", CIRCLE)]);
        assert_eq!((fixes.len(), defects), (1, vec![]));
        let (fixes, defects) = read("Geolocation: <cid:gone>", &[("application/sdp", "gone", "v=0")]);
        assert_eq!((fixes.len(), defects), (0, vec![Defect::LocationMissing]));
        let (fixes, _) = read("Geolocation: <cid:other>", &[("application/pidf+xml", "a@b", CIRCLE)]);
        assert_eq!(fixes.len(), 1, "the only location is meant");
    }

    #[test]
    fn a_thousand_locators_are_bounded() {
        let headers = format!("Geolocation: {}", vec!["<https://x/y>"; 1_000].join(", "));
        let (fixes, defects) = read(&headers, &[]);
        assert_eq!((fixes.len(), defects), (FIXES_PER_CALL_MAX, vec![Defect::TooMuch]));
    }
}
