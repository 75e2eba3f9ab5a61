//! Where something happened: administrative areas and which one a point lies in.

use serde::{Deserialize, Serialize};

use crate::ids::AreaCode;

/// A point on the earth, WGS 84 degrees.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// The level of an area, from the largest to the smallest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Kabupaten or kota, `PP.KK`.
    Kabupaten,
    /// Kecamatan, `PP.KK.CC`.
    Kecamatan,
    /// Desa or kelurahan, `PP.KK.CC.VVVV`.
    Desa,
}

/// How an area was found for a point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocatedBy {
    /// The point lies in its polygon.
    Polygon,
    /// Its centre is the nearest.
    NearestCentre,
}

/// The area of a point.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Located {
    /// The most specific area; none when no area is loaded or the point is not on the earth.
    pub area: Option<AreaCode>,
    /// How it was found.
    pub by: LocatedBy,
    /// Metres to the area's centre; 0 when the point lies in its polygon.
    pub distance_m: f64,
    /// The point lies in none of the loaded polygons, or in a neighbour's area.
    pub outside: bool,
}
