//! PIDF-LO (RFC 4119, RFC 5491): points, circles, civic addresses, and when they were measured.
//!
//! A document with a DOCTYPE or an entity of its own is not parsed: that is how a billion laughs begin.

use dispatch_core::call::fact::{Defect, Fix, FixPoint, FixSource};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::note;

/// Elements inside elements. A PIDF-LO has twelve.
const DEPTH_MAX: usize = 32;
/// Locations of one document.
const FIXES_MAX: usize = 16;
const CIVIC_CHARS_MAX: usize = 512;
/// Larger than the earth is no radius.
const RADIUS_METRES_MAX: f64 = 20_100_000.0;

/// What a document gave.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) fixes: Vec<Fix>,
    pub(crate) defects: Vec<Defect>,
}

/// Reads a document as far as it is sound.
pub(crate) fn read(document: &[u8]) -> Read {
    let text = String::from_utf8_lossy(document);
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim());
    let mut state = Document::default();
    loop {
        match reader.read_event() {
            Ok(Event::DocType(_)) => return refused(),
            // The five predefined ones and characters by number are text; any other was declared by somebody.
            Ok(Event::GeneralRef(reference)) if !reference.is_char_ref() && !is_predefined(&reference) => {
                return refused();
            }
            Ok(Event::Start(element)) if state.open.len() < DEPTH_MAX => state.begin(&element),
            Ok(Event::Start(_)) => {
                note(&mut state.read.defects, Defect::LocationUnreadable);
                break;
            }
            Ok(Event::End(_)) => state.end(),
            Ok(Event::Empty(element)) => {
                state.begin(&element);
                state.end();
            }
            Ok(Event::Text(text)) => state.text.push_str(&text),
            Ok(Event::CData(text)) => state.text.push_str(&text),
            Ok(Event::GeneralRef(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
            Ok(Event::Eof) => break,
            Err(_) => {
                note(&mut state.read.defects, Defect::LocationUnreadable);
                break;
            }
        }
    }
    state.finish()
}

fn refused() -> Read {
    Read { fixes: Vec::new(), defects: vec![Defect::LocationRefused] }
}

fn is_predefined(reference: &str) -> bool {
    matches!(reference, "amp" | "lt" | "gt" | "apos" | "quot")
}

#[derive(Default)]
struct Document {
    open: Vec<String>,
    text: String,
    shape: Option<Shape>,
    civic: Option<String>,
    measured_at: Option<Timestamp>,
    read: Read,
}

#[derive(Default)]
struct Shape {
    position: Option<String>,
    radius: Option<f64>,
    radius_unit: Option<String>,
}

impl Document {
    fn begin(&mut self, element: &BytesStart<'_>) {
        let name = element.local_name();
        let name: &str = name.as_ref();
        match name {
            "Point" | "Circle" | "Ellipse" | "Sphere" | "ArcBand" => self.shape = Some(Shape::default()),
            "civicAddress" => self.civic = Some(String::new()),
            "radius" | "semiMajorAxis" => {
                let unit = element.try_get_attribute("uom").ok().flatten();
                if let Some(shape) = &mut self.shape {
                    shape.radius_unit = unit.and_then(|unit| {
                        Some(unit.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned())
                    });
                }
            }
            _ => {}
        }
        self.open.push(name.to_owned());
        self.text.clear();
    }

    fn end(&mut self) {
        let Some(name) = self.open.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        match (name.as_str(), &mut self.shape, &mut self.civic) {
            ("pos" | "coordinates", Some(shape), _) => shape.position = Some(text.to_owned()),
            ("radius" | "semiMajorAxis", Some(shape), _) => shape.radius = text.parse().ok(),
            ("Point" | "Circle" | "Ellipse" | "Sphere" | "ArcBand", Some(_), _) => self.end_shape(),
            ("civicAddress", _, Some(_)) => self.end_civic(),
            ("timestamp", _, _) => self.measured_at = self.measured_at.or_else(|| text.parse().ok()),
            (_, _, Some(line)) if !text.is_empty() && line.len() < CIVIC_CHARS_MAX => {
                if !line.is_empty() {
                    line.push_str(", ");
                }
                line.extend(text.chars().filter(|c| !c.is_control()).take(CIVIC_CHARS_MAX));
            }
            _ => {}
        }
    }

    fn end_shape(&mut self) {
        let Some(shape) = self.shape.take() else { return };
        match shape.point() {
            Some(point) => self.push(Some(point), None),
            None => note(&mut self.read.defects, Defect::LocationUnreadable),
        }
    }

    fn end_civic(&mut self) {
        if let Some(line) = self.civic.take().filter(|line| !line.is_empty()) {
            self.push(None, Some(line));
        }
    }

    fn push(&mut self, point: Option<FixPoint>, civic: Option<String>) {
        if self.read.fixes.len() == FIXES_MAX {
            note(&mut self.read.defects, Defect::TooMuch);
            return;
        }
        self.read.fixes.push(Fix {
            point: point.map(Private::new),
            reference: None,
            civic: civic.map(Private::new),
            source: FixSource::PidfLo,
            measured_at: None,
        });
    }

    fn finish(mut self) -> Read {
        for fix in &mut self.read.fixes {
            fix.measured_at = self.measured_at;
        }
        if self.read.fixes.is_empty() && self.read.defects.is_empty() {
            self.read.defects.push(Defect::LocationUnreadable);
        }
        self.read
    }
}

impl Shape {
    /// Latitude first, as EPSG:4326 has it (RFC 5491 section 5.2.1).
    fn point(&self) -> Option<FixPoint> {
        let position = self.position.as_deref()?;
        let mut numbers = position.split([' ', ',', '\t', '\n', '\r']).filter(|word| !word.is_empty());
        let lat: f64 = numbers.next()?.parse().ok()?;
        let lon: f64 = numbers.next()?.parse().ok()?;
        let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        // Nobody calls from 0,0: it is what an empty field becomes.
        if !on_earth || (lat == 0.0 && lon == 0.0) {
            return None;
        }
        let radius = self.radius.unwrap_or(0.0) * self.metres_per_unit();
        let radius_m = if (0.0..=RADIUS_METRES_MAX).contains(&radius) { radius } else { 0.0 };
        Some(FixPoint { lat, lon, radius_m })
    }

    /// EPSG 9001 is the metre and the default (RFC 5491 section 5.2.3).
    fn metres_per_unit(&self) -> f64 {
        match self.radius_unit.as_deref() {
            Some(unit) if unit.ends_with(":9002") => 0.3048,
            Some(unit) if unit.ends_with(":9036") || unit.eq_ignore_ascii_case("km") => 1_000.0,
            Some(unit) if unit.ends_with(":9093") => 1_609.344,
            Some(_) | None => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(pos: &str, radius: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gs="http://www.opengis.net/pidflo/1.0"
            xmlns:gml="http://www.opengis.net/gml"><tuple><status><geopriv><location-info><gs:Circle srsName="urn:ogc:def:crs:EPSG::4326">
            <gml:pos>{pos}</gml:pos>{radius}</gs:Circle></location-info></geopriv></status>
            <timestamp>2026-11-22T01:02:03Z</timestamp></tuple></presence>"#
        )
    }

    fn only(document: &str) -> FixPoint {
        let read = read(document.as_bytes());
        assert_eq!((read.defects, read.fixes.len()), (vec![], 1));
        *read.fixes[0].point.as_ref().unwrap().reveal()
    }

    #[test]
    fn a_circle_a_point_and_their_units() {
        let radius = |unit: &str| format!(r#"<gs:radius uom="{unit}">2.5</gs:radius>"#);
        let base = FixPoint { lat: -3.0047, lon: 106.4551, radius_m: 2.5 };
        assert_eq!(only(&circle("-3.0047 106.4551", &radius("urn:ogc:def:uom:EPSG::9001"))), base);
        assert_eq!(
            only(&circle("-3.0047 106.4551", &radius("urn:ogc:def:uom:EPSG::9036"))).radius_m,
            2_500.0
        );
        assert_eq!(only(&circle("-3.0047\n 106.4551 12.0", "")).radius_m, 0.0);
        let point =
            "<p:presence xmlns:p='x' xmlns:g='y'><g:Point><g:pos>-3.0 106.5</g:pos></g:Point></p:presence>";
        assert_eq!(only(point), FixPoint { lat: -3.0, lon: 106.5, radius_m: 0.0 });
        let measured = read(circle("-3 106", "").as_bytes()).fixes[0].measured_at;
        assert_eq!(measured.unwrap().to_string(), "2026-11-22T01:02:03.000000Z");
    }

    #[test]
    fn what_lies_off_the_earth_or_at_its_zero_is_no_location() {
        for pos in ["91 0.1", "-3 181", "0 0", "0.0 -0.0", "nan 3", "inf 3", "x y", "", "5", "1e999 1"] {
            let read = read(circle(pos, "").as_bytes());
            assert_eq!((read.fixes.len(), read.defects), (0, vec![Defect::LocationUnreadable]), "{pos}");
        }
        assert_eq!(only(&circle("-3 106", "<gs:radius>-5</gs:radius>")).radius_m, 0.0);
        assert_eq!(only(&circle("-3 106", "<gs:radius>NaN</gs:radius>")).radius_m, 0.0);
    }

    #[test]
    fn a_civic_address_becomes_one_line() {
        let document = "<presence><civicAddress xml:lang='id'><country>ID</country><A2>Bangka Selatan</A2>\
            <RD>Jl. Sudirman &amp; Thamrin</RD><HNO>5</HNO></civicAddress></presence>";
        let read = read(document.as_bytes());
        let civic = read.fixes[0].civic.as_ref().unwrap().reveal();
        assert!(
            civic.starts_with("ID, Bangka Selatan, Jl. Sudirman") && civic.ends_with("Thamrin, 5"),
            "{civic}"
        );
    }

    #[test]
    fn a_document_with_its_own_entities_is_not_parsed() {
        let laughs = format!(
            "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\">]>{}",
            &circle("-3 106", "")[21..]
        );
        for document in [laughs.as_str(), "<presence><civicAddress><A1>&xxe;</A1></civicAddress></presence>"]
        {
            let read = read(document.as_bytes());
            assert_eq!((read.fixes.len(), read.defects), (0, vec![Defect::LocationRefused]));
        }
    }

    #[test]
    fn any_cut_and_any_depth_is_survived() {
        let whole = circle("-3.0047 106.4551", "<gs:radius>250</gs:radius>");
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let read = read(&whole.as_bytes()[..end]);
            assert!(!read.fixes.is_empty() || read.defects == [Defect::LocationUnreadable], "cut at {end}");
        }
        let deep = "<a>".repeat(100_000);
        assert_eq!(read(deep.as_bytes()).defects, [Defect::LocationUnreadable]);
    }
}
