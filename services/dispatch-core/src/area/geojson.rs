//! Reads a kabupaten's official layer: a GeoJSON FeatureCollection (RFC 7946).
//!
//! One bad feature never loses the others: each is imported or skipped with a reason.

use std::collections::BTreeSet;

use geo::{Area as _, Coord, InteriorPoint, LineString, MultiPolygon, Polygon};
use serde_json::{Map, Value, json};

use crate::area::{Area, Level, Point};
use crate::ids::AreaCode;
use crate::limits;

/// What became of a file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// Features that became areas.
    pub imported: usize,
    /// Features that did not, by their position in the file, with the reason.
    pub skipped: Vec<(usize, SkipReason)>,
}

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum GeoJsonError {
    /// Not JSON.
    #[error("the file is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but not a FeatureCollection with a list of features.
    #[error("the file is not a GeoJSON FeatureCollection")]
    NotAFeatureCollection,
    /// More features than a country has villages.
    #[error("the file has {0} features; at most {max} are read", max = limits::AREAS_MAX)]
    TooManyFeatures(usize),
}

/// Why one feature was skipped.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SkipReason {
    /// No code property.
    #[error("no property kode, code or kode_wilayah")]
    NoCode,
    /// The code is not of the form `PP.KK`, `PP.KK.CC` or `PP.KK.CC.VVVV`.
    #[error("code {0:?} is not PP.KK, PP.KK.CC or PP.KK.CC.VVVV")]
    BadCode(String),
    /// The code was there before.
    #[error("code {0} is in the file twice")]
    CodeTwice(AreaCode),
    /// No name property.
    #[error("no property nama or name")]
    NoName,
    /// No geometry, or not a Polygon, MultiPolygon or Point.
    #[error("geometry {0:?} is not a Polygon, MultiPolygon or Point")]
    GeometryKind(String),
    /// Coordinates that are not nested as the geometry's type demands.
    #[error("the coordinates are not lists of [longitude, latitude]")]
    BadCoordinates,
    /// A position off the earth, or latitude and longitude swapped.
    #[error("position [{0}, {1}] is not [longitude, latitude]")]
    OutOfRange(f64, f64),
    /// A ring with fewer than four positions (RFC 7946 section 3.1.6).
    #[error("a ring has {0} positions; it needs at least 4")]
    ShortRing(usize),
    /// A ring whose last position is not its first (RFC 7946 section 3.1.6).
    #[error("a ring is not closed")]
    OpenRing,
    /// An outline without an area.
    #[error("the outline has no area")]
    Empty,
    /// More positions than one area needs.
    #[error("more than {max} positions", max = limits::POSITIONS_PER_AREA_MAX)]
    TooManyPositions,
}

/// Reads a FeatureCollection. Properties: `kode`, `code` or `kode_wilayah`; `nama` or `name`; optional
/// `label` ([longitude, latitude]) or `lat` and `lng`/`lon` for the centre; optional `alias` (a list).
pub fn parse(text: &str) -> Result<(Vec<Area>, Report), GeoJsonError> {
    let file: Value = serde_json::from_str(text).map_err(GeoJsonError::NotJson)?;
    let is_collection = file.get("type").and_then(Value::as_str) == Some("FeatureCollection");
    let features = file.get("features").and_then(Value::as_array).filter(|_| is_collection);
    let features = features.ok_or(GeoJsonError::NotAFeatureCollection)?;
    if features.len() > limits::AREAS_MAX {
        return Err(GeoJsonError::TooManyFeatures(features.len()));
    }
    let mut areas = Vec::new();
    let mut report = Report::default();
    let mut seen = BTreeSet::new();
    for (position, feature) in features.iter().enumerate() {
        match area(feature) {
            Ok(area) if seen.insert(area.code.clone()) => areas.push(area),
            Ok(area) => report.skipped.push((position, SkipReason::CodeTwice(area.code))),
            Err(reason) => report.skipped.push((position, reason)),
        }
    }
    report.imported = areas.len();
    Ok((areas, report))
}

/// The GeoJSON geometry of an outline.
pub fn geometry(polygon: &MultiPolygon<f64>) -> Value {
    let ring = |ring: &LineString<f64>| ring.coords().map(|c| json!([c.x, c.y])).collect::<Vec<_>>();
    let parts: Vec<Vec<_>> = polygon
        .iter()
        .map(|part| std::iter::once(part.exterior()).chain(part.interiors()).map(ring).collect())
        .collect();
    json!({"type": "MultiPolygon", "coordinates": parts})
}

fn area(feature: &Value) -> Result<Area, SkipReason> {
    let nothing = Map::new();
    let properties = feature.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
    let code = text(properties, &["kode", "code", "kode_wilayah"]).ok_or(SkipReason::NoCode)?;
    let code = AreaCode(code);
    let level = Level::of_code(&code).ok_or_else(|| SkipReason::BadCode(code.0.clone()))?;
    let name = text(properties, &["nama", "name"]).ok_or(SkipReason::NoName)?;
    let shape = shape(feature.get("geometry").unwrap_or(&Value::Null))?;
    let given = given_centre(properties);
    let (polygon, centre) = match shape {
        Shape::Point(point) => (None, given.unwrap_or(point)),
        Shape::Polygon(polygon) => {
            let inside = polygon.interior_point().map(|p| Point { lat: p.y(), lon: p.x() });
            let centre = given.or(inside).ok_or(SkipReason::Empty)?;
            (Some(polygon), centre)
        }
    };
    let parent = match level {
        Level::Kabupaten => None,
        Level::Kecamatan | Level::Desa => {
            code.0.rsplit_once('.').map(|(above, _)| AreaCode(above.to_owned()))
        }
    };
    let aliases = properties.get("alias").and_then(Value::as_array).into_iter().flatten();
    let aliases = aliases.filter_map(|alias| alias.as_str().map(str::to_owned)).collect();
    Ok(Area { code, name, level, parent, centre, polygon, aliases, neighbour: false })
}

fn text(properties: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    let found = keys.iter().find_map(|key| properties.get(*key).and_then(Value::as_str))?.trim();
    (!found.is_empty() && found.len() <= limits::SHORT_TEXT_BYTES_MAX).then(|| found.to_owned())
}

fn given_centre(properties: &Map<String, Value>) -> Option<Point> {
    let label = properties.get("label").and_then(|label| position(label).ok());
    let number = |keys: &[&str]| keys.iter().find_map(|key| properties.get(*key).and_then(Value::as_f64));
    let pair =
        || Some(Point { lat: number(&["lat", "latitude"])?, lon: number(&["lng", "lon", "longitude"])? });
    label.map(|c| Point { lat: c.y, lon: c.x }).or_else(pair).filter(|point| point.is_on_earth())
}

enum Shape {
    Point(Point),
    Polygon(MultiPolygon<f64>),
}

fn shape(geometry: &Value) -> Result<Shape, SkipReason> {
    let kind = geometry.get("type").and_then(Value::as_str).unwrap_or_default();
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    let polygon = match kind {
        "Point" => return position(coordinates).map(|c| Shape::Point(Point { lat: c.y, lon: c.x })),
        "Polygon" => MultiPolygon(vec![part(coordinates)?]),
        "MultiPolygon" => MultiPolygon(list(coordinates)?.iter().map(part).collect::<Result<_, _>>()?),
        other => return Err(SkipReason::GeometryKind(other.chars().take(40).collect())),
    };
    let rings = polygon.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    if rings.map(|ring| ring.0.len()).sum::<usize>() > limits::POSITIONS_PER_AREA_MAX {
        return Err(SkipReason::TooManyPositions);
    }
    if polygon.unsigned_area() <= 0.0 {
        return Err(SkipReason::Empty);
    }
    Ok(Shape::Polygon(polygon))
}

fn part(value: &Value) -> Result<Polygon<f64>, SkipReason> {
    let mut rings = list(value)?.iter().map(ring).collect::<Result<Vec<_>, _>>()?.into_iter();
    let exterior = rings.next().ok_or(SkipReason::BadCoordinates)?;
    Ok(Polygon::new(exterior, rings.collect()))
}

fn ring(value: &Value) -> Result<LineString<f64>, SkipReason> {
    let positions = list(value)?.iter().map(position).collect::<Result<Vec<_>, _>>()?;
    if positions.len() < 4 {
        return Err(SkipReason::ShortRing(positions.len()));
    }
    if positions.first() != positions.last() {
        return Err(SkipReason::OpenRing);
    }
    Ok(LineString(positions))
}

fn position(value: &Value) -> Result<Coord<f64>, SkipReason> {
    let numbers = list(value)?;
    let (Some(lon), Some(lat)) =
        (numbers.first().and_then(Value::as_f64), numbers.get(1).and_then(Value::as_f64))
    else {
        return Err(SkipReason::BadCoordinates);
    };
    if !(Point { lat, lon }).is_on_earth() {
        return Err(SkipReason::OutOfRange(lon, lat));
    }
    Ok(Coord { x: lon, y: lat })
}

fn list(value: &Value) -> Result<&Vec<Value>, SkipReason> {
    value.as_array().ok_or(SkipReason::BadCoordinates)
}
