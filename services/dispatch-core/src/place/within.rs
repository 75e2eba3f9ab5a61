//! Places in a window of a map.

use super::index::{HitKind, PlaceIndex};
use crate::area::Point;

/// A window of a map, in degrees. It does not cross the date line: Indonesia does not either.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// South-west corner.
    pub from: Point,
    /// North-east corner.
    pub to: Point,
}

impl Window {
    fn has(&self, point: Point) -> bool {
        (self.from.lat..=self.to.lat).contains(&point.lat)
            && (self.from.lon..=self.to.lon).contains(&point.lon)
    }
}

/// A place to be drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Seen<'p> {
    /// Its name.
    pub name: &'p str,
    /// What it is.
    pub kind: HitKind,
    /// Where.
    pub point: Point,
}

impl PlaceIndex {
    /// Places in a window without areas, which a map has anyway: what callers name most often first, of one kind those with the
    /// shorter name. `limit` at most. Looks at every place: a province of them is a millisecond.
    pub fn within(&self, window: &Window, limit: usize) -> Vec<Seen<'_>> {
        let seen = |entry: &super::index::Entry| match entry.kind {
            HitKind::Area(_) => None,
            HitKind::Place(kind) => window.has(entry.point).then_some((kind, entry.name.len())),
        };
        let mut found: Vec<_> = self.entries.iter().filter_map(|entry| Some((seen(entry)?, entry))).collect();
        found.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.name.cmp(&b.name)));
        found.truncate(limit);
        found
            .into_iter()
            .map(|(_, entry)| Seen { name: &entry.name, kind: entry.kind, point: entry.point })
            .collect()
    }
}
