//! Points in `geo:` URIs (RFC 5870) and in links to maps that were pasted.

use std::ops::Range;

use super::doubt::Doubt;
use super::{METRES_PER_DEGREE, Notation, ReadPoint};
use crate::area::Point;

/// A link that was found.
pub(super) struct Found {
    pub(super) read: Result<ReadPoint, Doubt>,
    pub(super) span: Range<usize>,
}

/// The first link in a text.
pub(super) fn find(text: &str) -> Option<Found> {
    // ASCII only, so that positions stay those of the text.
    let lower = text.to_ascii_lowercase();
    let start =
        ["geo:", "https://", "http://", "maps."].into_iter().filter_map(|scheme| lower.find(scheme)).min()?;
    let length = text[start..].find(char::is_whitespace).unwrap_or(text.len() - start);
    let (link, span) = (&text[start..start + length], start..start + length);
    if let Some(rest) = lower[start..start + length].strip_prefix("geo:") {
        return Some(Found { read: geo_uri(rest).ok_or(Doubt::OutOfRange), span });
    }
    let link = link.replace("%2C", ",").replace("%2c", ",").replace("%20", "").replace('+', "");
    let read = pin(&link).or_else(|| in_link(&link)).ok_or(Doubt::LinkWithoutPoint);
    Some(Found { read, span })
}

/// RFC 5870 section 3.3: `geo:lat,lon[,alt][;crs=wgs84][;u=metres]`.
fn geo_uri(rest: &str) -> Option<ReadPoint> {
    // The query part is no part of the scheme, but telephones write it.
    let mut parts = rest.split('?').next()?.split(';');
    let mut numbers = parts.next()?.split(',');
    let (lat, lon) = (numbers.next()?, numbers.next()?);
    let mut read = pair(lat, lon)?;
    for parameter in parts {
        match parameter.split_once('=')? {
            ("crs", crs) if crs != "wgs84" => return None,
            ("u", metres) => {
                let metres = metres.parse::<f64>().ok().filter(|m| m.is_finite() && *m >= 0.0)?;
                read.accuracy_m = metres;
            }
            (_, _) => {}
        }
    }
    Some(ReadPoint { notation: Notation::GeoUri, ..read })
}

/// `!3d` and `!4d` hold the pin itself; `@` is only where the map was looked at.
fn pin(link: &str) -> Option<ReadPoint> {
    let (_, lat) = link.rsplit_once("!3d")?;
    let (lat, lon) = lat.split_once("!4d")?;
    pair(number_at(lat), number_at(lon))
}

fn in_link(link: &str) -> Option<ReadPoint> {
    let marks =
        ["?q=", "&q=", "query=", "ll=", "destination=", "center=", "daddr=", "loc:", "mlat=", "@", "#map="];
    marks.into_iter().find_map(|mark| {
        let after = &link[link.find(mark)? + mark.len()..];
        let after = after.strip_prefix("loc:").unwrap_or(after);
        match mark {
            "mlat=" => pair(number_at(after), number_at(&link[link.find("mlon=")? + "mlon=".len()..])),
            "#map=" => {
                let mut parts = after.split('/').skip(1);
                pair(number_at(parts.next()?), number_at(parts.next()?))
            }
            _ => {
                let lat = number_at(after);
                pair(lat, number_at(after[lat.len()..].strip_prefix(',')?))
            }
        }
    })
}

/// The number at the beginning of a text.
fn number_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.'))).unwrap_or(text.len());
    &text[..end]
}

fn pair(lat: &str, lon: &str) -> Option<ReadPoint> {
    let decimals = |text: &str| text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let read = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let point = Point { lat: read(lat)?, lon: read(lon)? };
    let accuracy_m = precision_m(decimals(lat).min(decimals(lon)));
    point.is_on_earth().then_some(ReadPoint { point, notation: Notation::Link, accuracy_m })
}

/// Half of the last digit in metres, never less than one metre.
pub(super) fn precision_m(decimals: usize) -> f64 {
    let power = i32::try_from(decimals.min(9)).unwrap_or(9);
    (METRES_PER_DEGREE / 10f64.powi(power) / 2.0).ceil().max(1.0)
}
