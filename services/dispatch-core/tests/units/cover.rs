//! What is left uncovered.

use dispatch_core::area::bangka_selatan;
use dispatch_core::area::{Area, Point};
use dispatch_core::policy::Rules;
use dispatch_core::unit::{Gap, Unit, UnitKind, UnitRules, gaps};

use crate::site::{booked, engine, id, profile, start};

fn rules() -> UnitRules {
    Rules::default_rules().unwrap().units
}

fn areas() -> Vec<Area> {
    bangka_selatan::areas()
}

fn centre(code: &str) -> Point {
    areas().into_iter().find(|area| area.code.0 == code).unwrap().centre
}

fn at(number: u128, area: &str) -> Unit {
    let mut unit = engine(number, 0.0);
    unit.profile = profile(&format!("Damkar {number}"), UnitKind::Engine, centre(area), area);
    unit
}

fn found(units: &[Unit]) -> Vec<Gap> {
    gaps(areas().iter(), units, &rules(), start())
}

fn of(gaps: &[Gap], usual: bool) -> Vec<&str> {
    gaps.iter().filter(|gap| gap.is_usual == usual).map(|gap| gap.area.0.as_str()).collect()
}

#[test]
fn agencies_without_units_have_no_gaps() {
    assert_eq!(found(&[]), []);
}

#[test]
fn a_busy_unit_leaves_its_surroundings_open_and_a_spare_one_may_move_up() {
    let units = [at(1, "19.03.01"), at(2, "19.03.01"), at(3, "19.03.04")];
    let before = found(&units);
    assert_eq!(of(&before, false), Vec::<&str>::new(), "{before:?}");
    assert!(of(&before, true).contains(&"19.03.02"), "no engine drives to an island: {before:?}");
    let busy = [at(1, "19.03.01"), at(2, "19.03.01"), booked(at(3, "19.03.04"), 7)];
    let after = found(&busy);
    assert!(of(&after, false).contains(&"19.03.04"), "{after:?}");
    let gap = after.iter().find(|gap| gap.area.0 == "19.03.04").unwrap();
    let moving = gap.move_up.as_ref().unwrap();
    assert_eq!(moving.unit, id(1), "either of the two may go, the other keeps Toboali");
    assert!((50_000..80_000).contains(&moving.distance_m), "{gap:?}");
    // The last one of a place is not taken from it.
    let alone = [at(1, "19.03.01"), booked(at(3, "19.03.04"), 7)];
    let gaps = found(&alone);
    let gap = gaps.iter().find(|gap| gap.area.0 == "19.03.04").unwrap();
    assert_eq!(gap.move_up, None);
}
