//! The caller's location for somebody who is called into the call: a PIDF-LO (RFC 4119, shapes of RFC 5491) beside
//! the session description (RFC 6442 section 4.1).

use std::fmt::Write as _;

use dispatch_core::call::fact::{Fix, FixPoint};
use rsipstack::sip::Header;

/// A radius below this is a bare point; nobody measures a telephone to the decimetre.
const RADIUS_MIN_M: f64 = 0.5;

/// A body and what the headers must say of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Body {
    pub(super) content_type: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) bytes: Vec<u8>,
}

impl Body {
    pub(super) fn headers(&self) -> impl Iterator<Item = Header> + '_ {
        self.headers.iter().map(|(name, value)| Header::Other((*name).to_owned(), value.clone()))
    }
}

/// The offer alone, or with the best point that the call has. `unique` keeps boundaries and ids apart.
pub(super) fn body(offer: String, fixes: &[Fix], unique: &str) -> Body {
    let best = fixes.iter().find_map(|fix| Some((fix, *fix.point.as_ref()?.reveal())));
    let Some((fix, point)) = best else {
        return Body {
            content_type: "application/sdp".to_owned(),
            headers: Vec::new(),
            bytes: offer.into_bytes(),
        };
    };
    let id = format!("loc-{unique}@sigap");
    let boundary = format!("sigap-{unique}");
    let pidf = pidf(point, fix, unique);
    let bytes = format!(
        "--{boundary}\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--{boundary}\r\n\
         Content-Type: application/pidf+xml\r\nContent-ID: <{id}>\r\n\r\n{pidf}\r\n--{boundary}--\r\n"
    );
    Body {
        content_type: format!("multipart/mixed;boundary={boundary}"),
        headers: vec![("Geolocation", format!("<cid:{id}>")), ("Geolocation-Routing", "no".to_owned())],
        bytes: bytes.into_bytes(),
    }
}

fn pidf(point: FixPoint, fix: &Fix, unique: &str) -> String {
    let FixPoint { lat, lon, radius_m } = point;
    let crs = "urn:ogc:def:crs:EPSG::4326";
    let shape = if radius_m >= RADIUS_MIN_M {
        format!(
            "<gs:Circle srsName=\"{crs}\"><gml:pos>{lat} {lon}</gml:pos>\
             <gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">{radius_m}</gs:radius></gs:Circle>"
        )
    } else {
        format!("<gml:Point srsName=\"{crs}\"><gml:pos>{lat} {lon}</gml:pos></gml:Point>")
    };
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
         xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" xmlns:gml=\"http://www.opengis.net/gml\" \
         xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" entity=\"pres:{unique}@sigap\"><tuple id=\"caller\"><status>\
         <gp:geopriv><gp:location-info>{shape}</gp:location-info><gp:usage-rules/></gp:geopriv></status>"
    );
    if let Some(at) = fix.measured_at {
        // Writing into a String cannot fail.
        let _ = write!(xml, "<timestamp>{at}</timestamp>");
    }
    xml.push_str("</tuple></presence>");
    xml
}

#[cfg(test)]
mod tests {
    use dispatch_core::call::fact::FixSource;
    use dispatch_core::private::Private;
    use dispatch_core::time::Timestamp;

    use super::*;
    use crate::guard::message::Message;
    use crate::location::{fixes, multipart};

    fn fix(radius_m: f64) -> Fix {
        Fix {
            point: Some(Private::new(FixPoint { lat: -3.0047, lon: 106.4551, radius_m })),
            reference: None,
            civic: None,
            source: FixSource::PidfLo,
            measured_at: Some(Timestamp::from_micros(1_790_000_000_000_000)),
        }
    }

    /// What our own reader of INVITEs makes of the body.
    fn read(body: &Body) -> (Vec<Fix>, usize) {
        let headers: String =
            body.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("INVITE sip:x SIP/2.0\r\n{headers}Content-Type: {}\r\n\r\n", body.content_type);
        let message = Message::read(&[head.into_bytes(), body.bytes.clone()].concat());
        let mut defects = Vec::new();
        let parts = multipart::parts(&message, &mut defects);
        let sdp = parts.iter().filter(|part| part.is_sdp() && part.body.starts_with(b"v=0")).count();
        let found = fixes(&message, &parts, &mut defects);
        assert_eq!(defects, []);
        (found, sdp)
    }

    #[test]
    fn the_location_goes_along_and_reads_back_the_same() {
        let circle = body("v=0\r\n".to_owned(), &[fix(250.0)], "u1");
        assert_eq!(read(&circle), (vec![fix(250.0)], 1));
        let point = body("v=0\r\n".to_owned(), &[fix(0.0)], "u2");
        assert_eq!(read(&point), (vec![fix(0.0)], 1));
    }

    #[test]
    fn without_a_point_the_offer_goes_alone() {
        let reference = Fix { point: None, ..fix(0.0) };
        let alone = body("v=0\r\n".to_owned(), &[reference], "u3");
        assert_eq!((alone.content_type.as_str(), alone.headers.len()), ("application/sdp", 0));
        assert_eq!(read(&alone), (Vec::new(), 1));
    }
}
