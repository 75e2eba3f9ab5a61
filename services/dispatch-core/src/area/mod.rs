//! Where something happened: administrative areas and which one a point lies in.
//!
//! A site may have the official polygons of its villages, or only the centre points of its sub-districts.
//! Both answer the same question; the answer says how it was found, so that nobody takes a guess for a fact.

use std::collections::BTreeMap;

use geo::{BoundingRect, Intersects, MultiPolygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{PointDistance, RTree};
use serde::{Deserialize, Serialize};

use crate::ids::AreaCode;

pub mod bangka_selatan;
mod border;
pub mod geojson;
mod metres;

pub use border::{Border, Whereabouts};

/// A point on the earth, WGS 84 degrees.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl Point {
    /// Whether both are numbers and on the earth.
    pub fn is_on_earth(self) -> bool {
        (-90.0..=90.0).contains(&self.lat) && (-180.0..=180.0).contains(&self.lon)
    }
}

/// Great-circle distance in metres.
pub fn distance_m(one: Point, other: Point) -> f64 {
    metres::between(one, other)
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

impl Level {
    /// The level that a Kemendagri code has by its form; none when it has no such form.
    pub fn of_code(code: &AreaCode) -> Option<Self> {
        let parts: Vec<&str> = code.0.split('.').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let level = match lengths.as_slice() {
            [2, 2] => Self::Kabupaten,
            [2, 2, 2] => Self::Kecamatan,
            [2, 2, 2, 4] => Self::Desa,
            _ => return None,
        };
        parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())).then_some(level)
    }
}

/// One administrative area.
#[derive(Clone, PartialEq, Debug)]
pub struct Area {
    /// Its Kemendagri code.
    pub code: AreaCode,
    /// Its official name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// The area it belongs to.
    pub parent: Option<AreaCode>,
    /// A point that stands for it on a map.
    pub centre: Point,
    /// Its outline, longitude before latitude as in GeoJSON.
    pub polygon: Option<MultiPolygon<f64>>,
    /// Other spellings and former names.
    pub aliases: Vec<String>,
    /// Belongs to another government: a call from there is transferred, not refused.
    pub neighbour: bool,
}

/// How an area was found for a point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocatedBy {
    /// The point lies in its polygon.
    Polygon,
    /// The point lies in no polygon; its outline is the nearest.
    NearestOutline,
    /// There are no polygons; its centre is the nearest.
    NearestCentre,
}

/// The area of a point.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Located {
    /// The most specific area; none when no area is loaded or the point is not on the earth.
    pub area: Option<AreaCode>,
    /// How it was found.
    pub by: LocatedBy,
    /// Metres to its outline or centre; 0 when the point lies in its polygon.
    pub distance_m: f64,
    /// The point lies in none of our polygons, or in a neighbour's area.
    pub outside: bool,
}

/// The bounding box of an outline, longitude before latitude, and whose it is.
type Boxed = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// All areas of a site, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct AreaIndex {
    /// Sorted by code.
    areas: Vec<Area>,
    /// Bounding boxes of the polygons, with the position of their area.
    boxes: RTree<Boxed>,
    /// Areas that contain no other area: the most specific answer there is at their place.
    leaves: Vec<usize>,
    /// Folded names and aliases.
    names: BTreeMap<String, usize>,
}

impl AreaIndex {
    /// An index over these areas. Of two with one code the later holds.
    pub fn new(areas: Vec<Area>) -> Self {
        let by_code: BTreeMap<AreaCode, Area> =
            areas.into_iter().map(|area| (area.code.clone(), area)).collect();
        let areas: Vec<Area> = by_code.into_values().collect();
        let boxes = areas.iter().enumerate().filter_map(|(position, area)| {
            let outline = area.polygon.as_ref().and_then(BoundingRect::bounding_rect)?;
            let corners = ([outline.min().x, outline.min().y], [outline.max().x, outline.max().y]);
            Some(Boxed::new(Rectangle::from_corners(corners.0, corners.1), position))
        });
        let boxes = RTree::bulk_load(boxes.collect());
        let parents: std::collections::BTreeSet<_> =
            areas.iter().filter_map(|area| area.parent.as_ref()).collect();
        let leaves = (0..areas.len()).filter(|&position| !parents.contains(&areas[position].code)).collect();
        let mut names = BTreeMap::new();
        // Larger areas first, and ours before a neighbour's: "Toboali" is the kecamatan before the kelurahan.
        let mut order: Vec<usize> = (0..areas.len()).collect();
        order.sort_by_key(|&position| (areas[position].neighbour, areas[position].level));
        for position in order {
            let area = &areas[position];
            for name in std::iter::once(&area.name).chain(&area.aliases) {
                names.entry(fold(name)).or_insert(position);
            }
        }
        Self { areas, boxes, leaves, names }
    }

    /// The area of a point: the most specific polygon around it, else the nearest area.
    pub fn locate(&self, lat: f64, lon: f64) -> Located {
        let point = Point { lat, lon };
        if !point.is_on_earth() || self.areas.is_empty() {
            return Located { area: None, by: LocatedBy::NearestCentre, distance_m: 0.0, outside: true };
        }
        if self.boxes.size() == 0 {
            return self.nearest_centre(point);
        }
        match self.around(point) {
            Some(area) => Located {
                area: Some(area.code.clone()),
                by: LocatedBy::Polygon,
                distance_m: 0.0,
                outside: area.neighbour,
            },
            None => self.nearest_outline(point),
        }
    }

    /// The area with this code.
    pub fn get(&self, code: &AreaCode) -> Option<&Area> {
        self.areas.binary_search_by(|area| area.code.cmp(code)).ok().map(|position| &self.areas[position])
    }

    /// The area with this name or one of its other spellings; spaces, punctuation and case do not matter.
    pub fn by_name(&self, name: &str) -> Option<&Area> {
        self.names.get(&fold(name)).map(|&position| &self.areas[position])
    }

    /// The point that stands for our own kabupaten: where short codes and bare numbers are completed.
    pub fn home(&self) -> Option<Point> {
        let own = || self.areas.iter().filter(|area| !area.neighbour);
        own().min_by_key(|area| area.level).map(|area| area.centre)
    }

    /// Every area, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter()
    }

    /// Whether no area is loaded.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The deepest polygon around a point. A point on a border belongs to both sides; the smaller code wins,
    /// so that the same point always gives the same answer.
    fn around(&self, point: Point) -> Option<&Area> {
        let at = geo::Point::new(point.lon, point.lat);
        let near = self.boxes.locate_all_at_point(&[point.lon, point.lat]);
        near.map(|boxed| &self.areas[boxed.data])
            .filter(|area| area.polygon.as_ref().is_some_and(|polygon| polygon.intersects(&at)))
            .min_by_key(|area| (std::cmp::Reverse(area.level), area.neighbour, &area.code))
    }

    fn nearest_centre(&self, point: Point) -> Located {
        let distance = |position: usize| metres::between(point, self.areas[position].centre);
        let nearest = self
            .leaves
            .iter()
            .map(|&position| (distance(position), position))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        self.located(nearest, LocatedBy::NearestCentre, false)
    }

    fn nearest_outline(&self, point: Point) -> Located {
        let is_leaf = |position: usize| self.leaves.binary_search(&position).is_ok();
        match self.nearest_where(point, is_leaf) {
            None => Located { outside: true, ..self.nearest_centre(point) },
            nearest => self.located(nearest, LocatedBy::NearestOutline, true),
        }
    }

    /// The nearest outline among some, with its distance in metres.
    fn nearest_where(&self, point: Point, counts: impl Fn(usize) -> bool) -> Option<(f64, usize)> {
        let mut nearest: Option<(f64, usize)> = None;
        for boxed in self.boxes.nearest_neighbor_iter(&[point.lon, point.lat]) {
            let best = nearest.map_or(f64::INFINITY, |(distance, _)| distance);
            // A box is nearer than anything in it, and boxes come nearest first: most outlines are never walked.
            if metres::at_least(point, boxed.geom().distance_2(&[point.lon, point.lat]).sqrt()) > best {
                break;
            }
            if !counts(boxed.data) || metres::to_box(point, boxed.geom().lower(), boxed.geom().upper()) > best
            {
                continue;
            }
            let Some(polygon) = &self.areas[boxed.data].polygon else { continue };
            let distance = metres::to_outline(point, polygon);
            if distance < best || nearest.is_some_and(|(best, at)| distance <= best && boxed.data < at) {
                nearest = Some((distance, boxed.data));
            }
        }
        nearest
    }

    fn located(&self, nearest: Option<(f64, usize)>, by: LocatedBy, outside: bool) -> Located {
        let Some((distance_m, position)) = nearest else {
            return Located { area: None, by, distance_m: 0.0, outside: true };
        };
        let area = &self.areas[position];
        Located { area: Some(area.code.clone()), by, distance_m, outside: outside || area.neighbour }
    }
}

/// A name without spaces, punctuation and case: "Air Gegas", "AIRGEGAS" and "Air-Gegas" are one.
fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
