//! What is left uncovered while units are away, and which one could move up.

use super::rank::{is_based_on, metres, tired, whereabouts};
use super::{CoverRule, Unit, UnitKind, UnitRules};
use crate::area::{Area, Level, Point};
use crate::ids::{AreaCode, UnitId};
use crate::time::Timestamp;

/// An area without a unit within reach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The place of its rule in [`UnitRules::cover`].
    pub rule: usize,
    /// The area.
    pub area: AreaCode,
    /// Whether it has one within reach when every unit stands ready at its base: then the gap will close by itself.
    pub is_usual: bool,
    /// A unit that could come nearer without leaving a gap behind.
    pub move_up: Option<MoveUp>,
}

/// A unit that could stand elsewhere for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoveUp {
    /// Which.
    pub unit: UnitId,
    /// Metres in a straight line to the middle of the area.
    pub distance_m: u32,
}

/// The gaps of our own kecamatan, rule by rule. A rule of whose kinds no unit is registered has none: that agency works
/// without units. The work is areas times units, whatever happened before.
pub fn gaps<'a>(
    areas: impl Iterator<Item = &'a Area>,
    units: &[Unit],
    rules: &UnitRules,
    now: Timestamp,
) -> Vec<Gap> {
    let own: Vec<&Area> = areas.filter(|area| area.level == Level::Kecamatan && !area.neighbour).collect();
    let mut gaps = Vec::new();
    for (place, rule) in rules.cover.iter().enumerate() {
        let of_kind: Vec<&Unit> =
            units.iter().filter(|unit| rule.kinds.contains(&unit.profile.kind)).collect();
        if of_kind.is_empty() {
            continue;
        }
        let ready = |unit: &&&Unit| unit.is_free() && tired(unit, rules, now).is_none();
        let free: Vec<Standing<'_>> = of_kind
            .iter()
            .filter(ready)
            .filter_map(|unit| Some(Standing { unit, at: whereabouts(unit, rules, now).0? }))
            .collect();
        let at_base: Vec<Standing<'_>> = of_kind
            .iter()
            .filter_map(|unit| Some(Standing { unit, at: unit.profile.base.as_ref()?.point }))
            .collect();
        let covered = |area: &Area, by: &[Standing<'_>]| by.iter().any(|one| one.covers(area, rule, rules));
        for area in own.iter().filter(|area| !covered(area, &free)) {
            let others = |unit: UnitId| free.iter().filter(move |one| one.unit.id != unit);
            let keeps_the_rest = |one: &&Standing<'_>| {
                let mut left = own.iter().filter(|other| one.covers(other, rule, rules));
                left.all(|other| others(one.unit.id).any(|rest| rest.covers(other, rule, rules)))
            };
            let movable = free.iter().filter(|one| one.gets_to(area, rules)).filter(keeps_the_rest);
            let nearest = movable.min_by_key(|one| (metres(one.at, area.centre), one.unit.id));
            gaps.push(Gap {
                rule: place,
                area: area.code.clone(),
                is_usual: !covered(area, &at_base),
                move_up: nearest
                    .map(|one| MoveUp { unit: one.unit.id, distance_m: metres(one.at, area.centre) }),
            });
        }
    }
    gaps
}

/// A unit and where it is taken to be.
struct Standing<'a> {
    unit: &'a Unit,
    at: Point,
}

impl Standing<'_> {
    fn covers(&self, area: &Area, rule: &CoverRule, rules: &UnitRules) -> bool {
        metres(self.at, area.centre) <= rule.within_m && self.gets_to(area, rules)
    }

    fn gets_to(&self, area: &Area, rules: &UnitRules) -> bool {
        let profile = &self.unit.profile;
        match rules.sea_areas.iter().find(|island| area.code.is_within(island)) {
            Some(island) => profile.by_sea || is_based_on(self.unit, island),
            // From an island nobody drives to the land.
            None => {
                profile.by_sea && profile.kind != UnitKind::Boat
                    || !rules.sea_areas.iter().any(|island| is_based_on(self.unit, island))
            }
        }
    }
}
