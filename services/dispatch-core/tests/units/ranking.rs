//! Which unit is recommended, and why each of the others is not.

use std::collections::BTreeSet;

use dispatch_core::actor::Actor;
use dispatch_core::area::Point;
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::ids::{AgencyCode, AreaCode, IncidentId};
use dispatch_core::incident::{self, Incident, IncidentCommand, Location, Report};
use dispatch_core::policy::{AgencyEntry, Directory, Policy, Rules};
use dispatch_core::private::Private;
use dispatch_core::unit::{
    Access, Basis, Need, Passed, Position, PositionSource, Readiness, Shift, Skill, Unit, UnitKind, Wanted,
    need as need_of, recommend,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::site::{TOBOALI, agency, booked, engine, id, later, person, profile, start, with_skills};

fn need() -> Need {
    Need {
        incident: IncidentId(Uuid::from_u128(1)),
        at: Some(TOBOALI),
        access: Access::Land,
        boats_too: false,
        kinds: BTreeSet::new(),
        skills: BTreeSet::new(),
        crew: 2,
        wanted: Vec::new(),
    }
}

fn boat(number: u128) -> Unit {
    let mut boat = engine(number, 100.0);
    boat.profile = profile("KN 1", UnitKind::Boat, TOBOALI, "19.03.01");
    boat
}

fn against(need: &Need, unit: &Unit, seconds: u32) -> Option<Passed> {
    let rules = Rules::default_rules().unwrap().units;
    let found = recommend(need, [unit].into_iter(), &rules, later(seconds));
    assert_eq!(found.ranked.len() + found.passed_over.len(), 1);
    found.passed_over.into_iter().next().map(|passed| passed.because)
}

#[test]
fn each_reason_is_said() {
    assert_eq!(against(&need(), &engine(1, 100.0), 0), None);
    assert_eq!(against(&need(), &booked(engine(1, 0.0), 1), 0), Some(Passed::HereAlready));
    let busy = Some(Passed::Booked { number: "2026-000007".into() });
    assert_eq!(against(&need(), &booked(engine(1, 0.0), 7), 0), busy);
    let mut broken = engine(1, 0.0);
    broken.readiness = Readiness::OutOfService { reason: Private::new("rusak".into()) };
    assert_eq!(against(&need(), &broken, 0), Some(Passed::OutOfService));
    let ambulance = Need { kinds: [UnitKind::Ambulance].into(), ..need() };
    assert_eq!(against(&ambulance, &engine(1, 0.0), 0), Some(Passed::WrongKind));
    assert_eq!(against(&need(), &boat(1), 0), Some(Passed::WaterOnly));
    let at_sea = Need { access: Access::Water, ..need() };
    assert_eq!(against(&at_sea, &engine(1, 0.0), 0), Some(Passed::LandOnly));
    assert_eq!(against(&at_sea, &boat(1), 0), None);
    let hazmat = Need { skills: [Skill::Hazmat, Skill::Height].into(), ..need() };
    let missing = Some(Passed::Skills { missing: vec![Skill::Height] });
    assert_eq!(against(&hazmat, &with_skills(engine(1, 0.0), &[Skill::Hazmat]), 0), missing);
    let mut alone = engine(1, 0.0);
    alone.crew = 1;
    assert_eq!(against(&need(), &alone, 0), Some(Passed::Crew { has: 1, needs: 2 }));
    let mut tired = engine(1, 0.0);
    tired.shift = Some(Shift { since: start(), jobs: 0 });
    assert_eq!(against(&need(), &tired, 12 * 3600), None);
    assert_eq!(against(&need(), &tired, 13 * 3600), Some(Passed::Tired { hours: 13 }));
    tired.shift = Some(Shift { since: start(), jobs: 8 });
    assert_eq!(against(&need(), &tired, 0), Some(Passed::Jobs { jobs: 8 }));
}

/// An incident of this type, where Satpol PP also fights fires.
fn of_type(kind: &str, category: Category) -> (Policy, Incident) {
    let entry = |number, code: &str, functions: &[&str]| AgencyEntry {
        id: agency(number),
        code: AgencyCode::new(code),
        name: code.to_owned(),
        functions: functions.iter().map(|code| AgencyCode::new(*code)).collect(),
        active: true,
    };
    let agencies = [entry(1, "satpolpp", &["satpolpp", "damkar"]), entry(2, "basarnas", &["basarnas"])];
    let policy = Policy { rules: Rules::default_rules().unwrap(), directory: Directory::new(agencies) };
    let report = Report {
        number: "2026-000001".into(),
        category,
        kind: Some(TypeCode::new(kind)),
        priority: Priority::P1,
        narrative: Private::new("uji".into()),
        location: Location::default(),
        casualties: None,
        reporter: None,
        call: None,
    };
    let id = IncidentId(Uuid::from_u128(1));
    let (command, actor) = (IncidentCommand::Open(Box::new(report)), Actor::User(person()));
    let decided = incident::decide(None, id, command, actor, &policy, start()).unwrap();
    let opened = incident::apply(None, id, &decided.events[0], actor, start()).unwrap();
    (policy, opened)
}

#[test]
fn an_agency_is_asked_for_what_it_does_there() {
    let (policy, fire) = of_type("kebakaran_bangunan", Category::A);
    let satpolpp = AgencyCode::new("satpolpp");
    let wanted = need_of(&policy, &fire, (agency(1), &satpolpp), Some(TOBOALI));
    assert_eq!(wanted.wanted[0], Wanted { kind: UnitKind::Engine, count: 2 });
    assert_eq!(against(&wanted, &engine(1, 0.0), 0), None);
    let mut patrol = engine(2, 0.0);
    patrol.profile.kind = UnitKind::Patrol;
    assert_eq!(against(&wanted, &patrol, 0), Some(Passed::WrongKind));
    // Nobody planned for it to come to a brawl as anything: it comes as itself.
    let (policy, theft) = of_type("keributan", Category::F);
    let policy = Policy { rules: Rules { plans: Vec::new(), types: Vec::new(), ..policy.rules }, ..policy };
    let wanted = need_of(&policy, &theft, (agency(1), &satpolpp), Some(TOBOALI));
    assert_eq!((against(&wanted, &patrol, 0), wanted.wanted.len()), (None, 0));
}

#[test]
fn a_boat_comes_by_road_where_the_rules_name_it_for_the_type() {
    let basarnas = AgencyCode::new("basarnas");
    for (kind, category) in [("tenggelam", Category::C), ("banjir", Category::D)] {
        let (policy, drowning) = of_type(kind, category);
        let wanted = need_of(&policy, &drowning, (agency(2), &basarnas), Some(TOBOALI));
        assert_eq!(wanted.access, Access::Land);
        assert_eq!(against(&wanted, &with_skills(boat(1), &[Skill::Water]), 0), None, "{kind}");
    }
}

#[test]
fn an_island_is_reached_by_boat_or_by_who_is_on_it() {
    let island = Need { access: Access::Island(AreaCode("19.03.02".into())), ..need() };
    assert_eq!(against(&island, &engine(1, 0.0), 0), Some(Passed::LandOnly));
    assert_eq!(against(&island, &boat(1), 0), None);
    let mut there = engine(1, 0.0);
    there.profile = profile("Lepar 1", UnitKind::Engine, TOBOALI, "19.03.02.2003");
    assert_eq!(against(&island, &there, 0), None);
    let other = Need { access: Access::Island(AreaCode("19.03.08".into())), ..need() };
    assert_eq!(against(&other, &there, 0), Some(Passed::LandOnly));
}

#[test]
fn the_nearest_is_first_and_an_old_position_gives_way_to_the_base() {
    let rules = Rules::default_rules().unwrap().units;
    let mut moving = engine(1, 9_000.0);
    let near = Point { lat: TOBOALI.lat + 0.001, ..TOBOALI };
    let source = PositionSource::Browser;
    moving.position =
        Some(Position { point: Some(Private::new(near)), accuracy_m: Some(10.0), fixed_at: start(), source });
    let units = [engine(2, 2_000.0), moving, engine(3, 5_000.0)];
    let order = |seconds| {
        let found = recommend(&need(), units.iter(), &rules, later(seconds));
        found
            .ranked
            .iter()
            .map(|one| (one.unit, one.distance_m.unwrap() / 1000, one.basis))
            .collect::<Vec<_>>()
    };
    assert_eq!(order(60), [(id(1), 0, Basis::Live), (id(2), 2, Basis::Base), (id(3), 5, Basis::Base)]);
    // After ten minutes without a word it is taken to be at home.
    assert_eq!(order(601), [(id(2), 2, Basis::Base), (id(3), 5, Basis::Base), (id(1), 9, Basis::Base)]);
    let nowhere = Need { at: None, ..need() };
    let found = recommend(&nowhere, units.iter(), &rules, later(60));
    assert!(found.ranked.iter().all(|one| one.distance_m.is_none() && one.basis == Basis::Unknown));
}

fn any_unit() -> impl Strategy<Value = Unit> {
    (0_u128..1_000, 0.0..40_000.0_f64, 0_u8..6, 0_u8..5, 0_u32..12).prop_map(
        |(number, north, crew, state, jobs)| {
            let mut unit = if state == 1 { boat(number) } else { engine(number, north) };
            unit.crew = crew;
            unit.shift = Some(Shift { since: start(), jobs });
            match state {
                2 => booked(unit, 7),
                3 => {
                    unit.readiness = Readiness::OutOfService { reason: Private::new("rusak".into()) };
                    unit
                }
                _ => unit,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn nobody_unfit_is_recommended_and_nobody_is_forgotten(units in proptest::collection::vec(any_unit(), 0..12)) {
        let rules = Rules::default_rules().unwrap().units;
        let found = recommend(&need(), units.iter(), &rules, later(60));
        prop_assert_eq!(found.ranked.len() + found.passed_over.len(), units.len());
        for one in &found.ranked {
            let fits = |unit: &&Unit| unit.id == one.unit && unit.is_free() && unit.crew >= 2
                && unit.profile.kind == UnitKind::Engine && unit.shift.unwrap().jobs < 8;
            prop_assert!(units.iter().any(|unit| fits(&unit)), "{:?}", one);
        }
        let mut backwards = units.clone();
        backwards.reverse();
        let ids = |found: &dispatch_core::unit::Recommendation| found.ranked.iter().map(|one| one.unit).collect::<Vec<_>>();
        prop_assert_eq!(ids(&recommend(&need(), backwards.iter(), &rules, later(60))), ids(&found));
    }

    #[test]
    fn one_that_is_farther_never_changes_the_first(units in proptest::collection::vec(any_unit(), 1..10)) {
        let rules = Rules::default_rules().unwrap().units;
        let before = recommend(&need(), units.iter(), &rules, later(60));
        let mut more = units.clone();
        more.push(engine(2_000, 50_000.0));
        let after = recommend(&need(), more.iter(), &rules, later(60));
        if let Some(first) = before.ranked.first() {
            prop_assert_eq!(after.ranked.first(), Some(first));
        } else {
            prop_assert_eq!(after.ranked.first().map(|one| one.unit), Some(id(2_000)));
        }
    }
}
