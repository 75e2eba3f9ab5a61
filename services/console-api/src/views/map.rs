//! What may be drawn below the areas.

use std::collections::BTreeMap;

use dispatch_core::incident::Point;
use dispatch_core::place::Seen;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::Time;

/// Cells in one degree: about 1.1 km from south to north.
const CELLS_PER_DEGREE: f64 = 100.0;

/// What the map of a console may show besides what the console knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MapOffer {
    /// The base maps that lie beside the data, by name. Those with a fault are named so that somebody mends them.
    pub base_maps: Vec<BaseMap>,
}

/// A named place on the map.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MapPlace {
    /// Its name.
    pub name: String,
    /// What it is, by its word in a file: `sekolah`, `kesehatan` …
    pub kind: &'static str,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl MapPlace {
    /// The view of a place.
    pub fn of(seen: Seen<'_>) -> Self {
        let Seen { name, kind, point } = seen;
        Self { name: name.to_owned(), kind: kind.word(), lat: point.lat, lon: point.lon }
    }
}

/// A file with vector tiles (PMTiles version 3).
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct BaseMap {
    /// Its file name; `GET /api/v1/map/base/{name}` gives its bytes. Who made it stands in its own metadata.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Why it cannot be used; `null` when it can.
    pub fault: Option<BaseMapFault>,
}

/// Why a base map cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaseMapFault {
    /// Its name has other characters than letters, digits, point, hyphen and underscore, or begins with a point.
    Name,
    /// It cannot be read, or is no plain file.
    Unreadable,
    /// It is no PMTiles file of version 3.
    Foreign,
    /// It ends before what its header promises.
    Truncated,
    /// It holds pictures and not vector tiles.
    NotVector,
    /// It is packed in a way that browsers do not unpack: neither gzip nor plain.
    Packing,
    /// More base maps lie there than are looked at.
    TooMany,
}

/// Where incidents were, as counts in a grid.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeatMap {
    /// Opened at this time or later.
    pub from: Time,
    /// Opened before this time.
    pub to: Time,
    /// So many are counted, those without a point included. Cancelled and merged incidents are not; a prank never is
    /// one.
    pub incidents: u32,
    /// Of them so many have no point and stand in no cell.
    pub without_point: u32,
    /// Whether there were more than one answer counts; the newest are here.
    pub cut: bool,
    /// Cells in one degree.
    pub cells_per_degree: f64,
    /// The cells that have any.
    pub cells: Vec<HeatCell>,
}

/// A cell of the grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct HeatCell {
    /// Its western edge, in cells from the meridian of Greenwich.
    pub x: i32,
    /// Its southern edge, in cells from the equator.
    pub y: i32,
    /// Incidents in it.
    pub incidents: u32,
}

impl HeatMap {
    /// Counts them; at most so many.
    pub fn of(from: Time, to: Time, mut points: Vec<Option<Point>>, incidents_max: usize) -> Self {
        let cut = points.len() > incidents_max;
        points.truncate(incidents_max);
        let mut counts: BTreeMap<(i32, i32), u32> = BTreeMap::new();
        for point in points.iter().flatten() {
            *counts.entry((cell(point.lat), cell(point.lon))).or_default() += 1;
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            from,
            to,
            incidents: count(points.len()),
            without_point: count(points.iter().filter(|point| point.is_none()).count()),
            cut,
            cells_per_degree: CELLS_PER_DEGREE,
            cells: counts.into_iter().map(|((y, x), incidents)| HeatCell { x, y, incidents }).collect(),
        }
    }
}

fn cell(degrees: f64) -> i32 {
    // A degree on earth is far within the numbers of an i32.
    (degrees * CELLS_PER_DEGREE).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use dispatch_core::time::Timestamp;

    #[test]
    fn points_are_counted_by_cell_and_nothing_is_left_out_unseen() {
        let at = |lat, lon| Some(Point { lat, lon });
        let points =
            vec![at(-2.995, 106.451), at(-2.9901, 106.459), None, at(-3.001, 106.451), at(0.001, 0.001)];
        let of = |max| {
            let time = Time::from(Timestamp::from_micros(0));
            HeatMap::of(time, time, points.clone(), max)
        };
        let all = of(5);
        let cells = [(10_645, -301, 1), (10_645, -300, 2), (0, 0, 1)].map(|(x, y, incidents)| HeatCell {
            x,
            y,
            incidents,
        });
        assert_eq!(all.cells, cells);
        assert_eq!((all.incidents, all.without_point, all.cut), (5, 1, false));
        assert_eq!((of(3).incidents, of(3).cut), (3, true));
    }
}
