//! Distances in metres, good to a few per mille over the size of a province.

use geo::MultiPolygon;

use crate::area::Point;

/// Mean radius of the earth in metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Great-circle distance (haversine).
pub(super) fn between(a: Point, b: Point) -> f64 {
    let half_lat = ((b.lat - a.lat) / 2.0).to_radians().sin();
    let half_lon = ((b.lon - a.lon) / 2.0).to_radians().sin();
    let h = half_lat.powi(2) + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half_lon.powi(2);
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

/// Distance to the nearest point of a box; 0 inside it.
pub(super) fn to_box(point: Point, lower: [f64; 2], upper: [f64; 2]) -> f64 {
    let lon = point.lon.clamp(lower[0], upper[0]);
    let lat = point.lat.clamp(lower[1], upper[1]);
    flat(point, lon, lat).0.hypot(flat(point, lon, lat).1)
}

/// What a distance in degrees is in metres at the least: a degree of longitude is the shorter one.
pub(super) fn at_least(point: Point, degrees: f64) -> f64 {
    degrees.to_radians() * point.lat.to_radians().cos().max(0.0) * EARTH_RADIUS_M
}

/// Distance to the nearest edge of an outline.
pub(super) fn to_outline(point: Point, polygon: &MultiPolygon<f64>) -> f64 {
    let edges = polygon.iter().flat_map(|part| part.exterior().lines());
    let distances = edges.map(|edge| {
        let (from, to) = (flat(point, edge.start.x, edge.start.y), flat(point, edge.end.x, edge.end.y));
        to_segment(from, to)
    });
    distances.fold(f64::INFINITY, f64::min)
}

/// A place as metres east and north of `origin`, on the plane that touches the earth there.
fn flat(origin: Point, lon: f64, lat: f64) -> (f64, f64) {
    let east = (lon - origin.lon).to_radians() * origin.lat.to_radians().cos();
    let north = (lat - origin.lat).to_radians();
    (east * EARTH_RADIUS_M, north * EARTH_RADIUS_M)
}

/// Distance from the origin to a segment.
fn to_segment(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared > 0.0 { -(from.0 * dx + from.1 * dy) / length_squared } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (from.0 + along * dx).hypot(from.1 + along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_km_both_ways() {
        let (a, b) = (Point { lat: -2.5, lon: 106.0 }, Point { lat: -3.5, lon: 106.0 });
        assert!((between(a, b) - 111_195.0).abs() < 10.0, "{}", between(a, b));
        let outline = geo::Rect::new((105.0, -4.5), (107.0, -3.5));
        assert!((to_box(a, [105.0, -4.5], [107.0, -3.5]) - 111_195.0).abs() < 10.0);
        assert!(at_least(a, 1.0) <= 111_195.0 && at_least(a, 1.0) > 111_000.0);
        assert!((to_outline(a, &MultiPolygon::from(outline.to_polygon())) - 111_195.0).abs() < 10.0);
    }
}
