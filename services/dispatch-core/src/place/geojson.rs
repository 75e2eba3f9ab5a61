//! Places in a GeoJSON FeatureCollection (RFC 7946): points, or shapes of which the middle is taken.

use geo::{Centroid, LineString, MultiPoint};
use serde_json::{Map, Value};

use super::import::{MistakeReason, RawRow, Rows, number};
use crate::area::Point;

/// Reads a FeatureCollection; `source` is the list's name. Properties: `id` (or the feature's own), `nama`,
/// `jenis`, and `alias` (a list, or a text with `|`), `km`, `akurasi_m`. Mistakes name the feature, from 1.
pub fn parse(text: &str, source: &str) -> Rows {
    let mut rows = Rows::default();
    let Ok(file) = serde_json::from_str::<Value>(text) else {
        rows.wrong(1, MistakeReason::File("the file is not JSON"));
        return rows;
    };
    let is_collection = file.get("type").and_then(Value::as_str) == Some("FeatureCollection");
    let Some(features) = file.get("features").and_then(Value::as_array).filter(|_| is_collection) else {
        rows.wrong(1, MistakeReason::File("the file is not a GeoJSON FeatureCollection"));
        return rows;
    };
    for (place, feature) in features.iter().enumerate() {
        rows.take(place + 1, source, row(feature));
    }
    rows
}

fn row(feature: &Value) -> RawRow {
    let nothing = Map::new();
    let properties = feature.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
    let own = |names: &[&str]| names.iter().find_map(|name| properties.get(*name)).and_then(text);
    let aliases = match properties.get("alias") {
        Some(Value::Array(list)) => list.iter().filter_map(text).collect(),
        Some(Value::String(list)) if !list.trim().is_empty() => list.split('|').map(str::to_owned).collect(),
        Some(Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_))
        | None => Vec::new(),
    };
    RawRow {
        id: own(&["id", "kode"]).or_else(|| feature.get("id").and_then(text)),
        name: own(&["nama", "name"]),
        kind: own(&["jenis", "kind"]),
        point: Some(middle(feature.get("geometry").unwrap_or(&Value::Null)).ok_or(MistakeReason::Geometry)),
        accuracy_m: own(&["akurasi_m", "accuracy_m"]).map(|text| number("akurasi_m", &text)),
        aliases,
        kilometre: own(&["km"]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The point itself; the middle position of a line; the middle of an outline's positions.
fn middle(geometry: &Value) -> Option<Point> {
    let coordinates = geometry.get("coordinates")?;
    let (lon, lat) = match geometry.get("type").and_then(Value::as_str)? {
        "Point" => position(coordinates)?,
        "LineString" => {
            let line = coordinates.as_array()?.iter().map(position).collect::<Option<Vec<_>>>()?;
            *line.get(line.len() / 2)?
        }
        "Polygon" => centre(coordinates.get(0)?)?,
        "MultiPolygon" => centre(coordinates.get(0)?.get(0)?)?,
        "MultiPoint" => {
            let points = coordinates.as_array()?.iter().map(position).collect::<Option<Vec<_>>>()?;
            MultiPoint::from(points).centroid()?.x_y()
        }
        _ => return None,
    };
    Some(Point { lat, lon })
}

fn centre(ring: &Value) -> Option<(f64, f64)> {
    let positions = ring.as_array()?.iter().map(position).collect::<Option<Vec<_>>>()?;
    let outline = geo::Polygon::new(LineString::from(positions), Vec::new());
    outline.centroid().map(|middle| middle.x_y())
}

fn position(value: &Value) -> Option<(f64, f64)> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}
