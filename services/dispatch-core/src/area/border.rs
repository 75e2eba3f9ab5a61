//! Where a point lies in words: kecamatan, desa, and whose area begins nearby.

use super::{Area, AreaIndex, Level, Located, LocatedBy, Point, metres};
use crate::ids::AreaCode;

/// A neighbour's area at or near a point. A call from there is transferred or shared, never refused.
#[derive(Clone, PartialEq, Debug)]
pub struct Border {
    /// The neighbouring government: a code `PP.KK`.
    pub owner: AreaCode,
    /// Its area that is nearest.
    pub area: AreaCode,
    /// Metres to it; 0 when the point lies in it. Between centre points it is the distance to the line in the
    /// middle, which is a guess.
    pub distance_m: f64,
}

/// Where a point lies.
#[derive(Clone, PartialEq, Debug)]
pub struct Whereabouts {
    /// The most specific area, and how it was found.
    pub located: Located,
    /// The kecamatan that it is or lies in.
    pub kecamatan: Option<AreaCode>,
    /// The desa or kelurahan, when desa are loaded.
    pub desa: Option<AreaCode>,
    /// The neighbour that owns it, or whose area begins within the distance that was asked for.
    pub border: Option<Border>,
}

impl AreaIndex {
    /// Kecamatan, desa and neighbour of a point. `within_m`: from how far a border counts.
    pub fn whereabouts(&self, point: Point, within_m: f64) -> Whereabouts {
        let located = self.locate(point.lat, point.lon);
        let at = |level| located.area.as_ref().and_then(|code| self.at_level(code, level));
        let (kecamatan, desa) = (at(Level::Kecamatan), at(Level::Desa));
        let border = self.border(point, &located, within_m);
        Whereabouts { kecamatan, desa, border, located }
    }

    /// The area of this level that an area is or lies in.
    pub fn at_level(&self, code: &AreaCode, level: Level) -> Option<AreaCode> {
        let mut area = self.get(code);
        while let Some(one) = area {
            if one.level == level {
                return Some(one.code.clone());
            }
            area = one.parent.as_ref().and_then(|parent| self.get(parent));
        }
        None
    }

    fn border(&self, point: Point, located: &Located, within_m: f64) -> Option<Border> {
        if !point.is_on_earth() {
            return None;
        }
        let own = located.area.as_ref().and_then(|code| self.get(code))?;
        if own.neighbour {
            let distance_m = match located.by {
                LocatedBy::Polygon | LocatedBy::NearestCentre => 0.0,
                LocatedBy::NearestOutline => located.distance_m,
            };
            return Some(Border { owner: owner(&own.code)?, area: own.code.clone(), distance_m });
        }
        let (distance_m, area) = match located.by {
            LocatedBy::NearestCentre => self.nearest_line(point, own)?,
            LocatedBy::Polygon | LocatedBy::NearestOutline => {
                let (distance_m, position) =
                    self.nearest_where(point, |position| self.areas[position].neighbour)?;
                (distance_m, &self.areas[position])
            }
        };
        let near = distance_m <= within_m;
        let owner = owner(&area.code).filter(|_| near)?;
        Some(Border { owner, area: area.code.clone(), distance_m })
    }

    /// Without outlines a border is the line of points as near to one centre as to the other.
    fn nearest_line(&self, point: Point, own: &Area) -> Option<(f64, &Area)> {
        let neighbours =
            self.leaves.iter().map(|&position| &self.areas[position]).filter(|area| area.neighbour);
        let own_m = metres::between(point, own.centre);
        let line = |area: &Area| {
            let apart = metres::between(own.centre, area.centre).max(1.0);
            (metres::between(point, area.centre).powi(2) - own_m.powi(2)) / (2.0 * apart)
        };
        neighbours.map(|area| (line(area).max(0.0), area)).min_by(|one, other| one.0.total_cmp(&other.0))
    }
}

/// The kabupaten or kota that an area belongs to.
fn owner(code: &AreaCode) -> Option<AreaCode> {
    let mut parts = code.0.split('.');
    Some(AreaCode(format!("{}.{}", parts.next()?, parts.next()?)))
}
