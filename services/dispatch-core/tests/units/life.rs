//! What may happen to one unit.

use dispatch_core::actor::Actor;
use dispatch_core::area::Point;
use dispatch_core::ids::{AssignmentId, IncidentId};
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};
use dispatch_core::unit::{
    Position, PositionSource, Readiness, Unit, UnitCommand, UnitEvent, UnitKind, UnitRefusal, apply, decide,
    is_callsign_free,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::site::{TOBOALI, agency, engine, id, later, person, profile, start};

/// Carries a command out, or says why not.
fn give(unit: &mut Option<Unit>, command: UnitCommand, now: Timestamp) -> Result<usize, UnitRefusal> {
    let events = decide(unit.as_ref(), command, now)?;
    for event in &events {
        let text = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<UnitEvent>(&text).unwrap(), event, "{text}");
        *unit = apply(unit.take(), id(1), event, Actor::User(person()), now);
    }
    Ok(events.len())
}

fn register() -> UnitCommand {
    let profile = Box::new(profile("Damkar 1", UnitKind::Engine, TOBOALI, "19.03.01"));
    UnitCommand::Register { agency: agency(1), profile, crew: 4 }
}

fn book(incident: u128) -> UnitCommand {
    UnitCommand::Book {
        agency: agency(1),
        incident: IncidentId(Uuid::from_u128(incident)),
        number: format!("2026-{incident:06}"),
        assignment: AssignmentId(Uuid::from_u128(incident + 1)),
        carried: false,
        since: None,
    }
}

fn position(point: Point, fixed_at: Timestamp) -> UnitCommand {
    let (point, source) = (Some(Private::new(point)), PositionSource::Browser);
    UnitCommand::Position(Position { point, accuracy_m: Some(12.0), fixed_at, source })
}

#[test]
fn a_unit_is_booked_once_and_the_second_hears_by_what() {
    let mut unit = None;
    assert_eq!(give(&mut unit, book(1), start()), Err(UnitRefusal::Unknown));
    give(&mut unit, register(), start()).unwrap();
    assert_eq!(give(&mut unit, register(), start()), Err(UnitRefusal::Exists));
    give(&mut unit, book(1), later(1)).unwrap();
    assert_eq!(give(&mut unit, book(1), later(2)), Ok(0), "the same task twice is one");
    let Err(UnitRefusal::Booked { callsign, booking, .. }) = give(&mut unit, book(5), later(3)) else {
        panic!()
    };
    assert_eq!((callsign.as_str(), booking.number.as_str()), ("Damkar 1", "2026-000001"));
    assert_eq!((booking.by, booking.since), (Some(person()), later(1)));
    let broken = UnitCommand::OutOfService { reason: Private::new("mesin rusak".into()) };
    assert!(matches!(give(&mut unit, broken.clone(), later(4)), Err(UnitRefusal::Booked { .. })));
    let other = UnitCommand::Release { assignment: AssignmentId(Uuid::from_u128(99)) };
    assert_eq!(give(&mut unit, other, later(5)), Ok(0), "the end of another task leaves it where it is");
    let release = UnitCommand::Release { assignment: AssignmentId(Uuid::from_u128(2)) };
    assert_eq!(give(&mut unit, release, later(6)), Ok(1));
    give(&mut unit, broken, later(7)).unwrap();
    assert!(matches!(give(&mut unit, book(5), later(8)), Err(UnitRefusal::OutOfService { .. })));
    give(&mut unit, UnitCommand::Ready, later(9)).unwrap();
    give(&mut unit, UnitCommand::Crew { size: 0 }, later(10)).unwrap();
    assert!(matches!(give(&mut unit, book(5), later(11)), Err(UnitRefusal::NoCrew { .. })));
}

#[test]
fn a_unit_of_another_agency_is_not_booked() {
    let unit = engine(1, 0.0);
    let UnitCommand::Book { incident, number, assignment, carried, since, .. } = book(1) else { panic!() };
    let theirs = UnitCommand::Book { agency: agency(2), incident, number, assignment, carried, since };
    assert_eq!(decide(Some(&unit), theirs, start()), Err(UnitRefusal::OtherAgency));
}

#[test]
fn a_shift_begins_with_its_crew_and_counts_its_tasks() {
    let mut unit = None;
    give(&mut unit, register(), start()).unwrap();
    assert_eq!(unit.as_ref().unwrap().shift, None, "nobody said when this crew came on");
    give(&mut unit, UnitCommand::Crew { size: 3 }, later(60)).unwrap();
    give(&mut unit, book(1), later(120)).unwrap();
    let now = unit.as_ref().unwrap();
    assert_eq!((now.crew, now.shift.unwrap().jobs, now.on_for(later(3_660))), (3, 1, Some(Seconds(3_600))));
    give(&mut unit, UnitCommand::Crew { size: 5 }, later(200)).unwrap();
    let now = unit.as_ref().unwrap();
    assert_eq!((now.crew, now.shift.unwrap().jobs), (5, 0));
    assert!(now.booking.is_some(), "a relief on scene does not call the unit off");
}

#[test]
fn a_crew_that_is_carried_over_goes_on_as_it_was() {
    let mut unit = None;
    give(&mut unit, register(), start()).unwrap();
    give(&mut unit, UnitCommand::Crew { size: 3 }, later(1)).unwrap();
    give(&mut unit, book(1), later(2)).unwrap();
    give(&mut unit, UnitCommand::Crew { size: 0 }, later(3)).unwrap();
    let release = UnitCommand::Release { assignment: AssignmentId(Uuid::from_u128(2)) };
    let over = |since| {
        let UnitCommand::Book { agency, incident, number, assignment, .. } = book(5) else { panic!() };
        UnitCommand::Book { agency, incident, number, assignment, carried: true, since }
    };
    give(&mut unit, release, later(4)).unwrap();
    let anew = give(&mut unit, over(None), later(4));
    assert!(matches!(anew, Err(UnitRefusal::NoCrew { .. })), "it was on nothing: {anew:?}");
    give(&mut unit, over(Some(later(2))), later(4)).unwrap();
    let now = unit.as_ref().unwrap();
    let booking = now.booking.as_ref().unwrap();
    assert_eq!((booking.number.as_str(), booking.since, booking.by), ("2026-000005", later(2), None));
    // The same with a crew that counts its tasks.
    let mut unit = None;
    give(&mut unit, register(), start()).unwrap();
    give(&mut unit, UnitCommand::Crew { size: 3 }, later(1)).unwrap();
    give(&mut unit, over(None), later(2)).unwrap();
    assert_eq!(unit.unwrap().shift.unwrap().jobs, 0, "no other task");
}

#[test]
fn a_position_that_was_destroyed_reads_as_none() {
    let gone = serde_json::json!({ "kind": "located", "position": {
        "point": null, "accuracy_m": null, "fixed_at": start(), "source": "browser" } });
    let gone: UnitEvent = serde_json::from_value(gone).unwrap();
    let mut unit = Some(engine(1, 0.0));
    unit = apply(unit, id(1), &gone, Actor::System, start());
    assert_eq!(unit.as_ref().unwrap().position, None);
    give(&mut unit, position(TOBOALI, start()), start()).unwrap();
    let known = unit.clone();
    assert!(known.as_ref().unwrap().position.is_some());
    assert_eq!(apply(unit, id(1), &gone, Actor::System, later(9)), known);
}

#[test]
fn a_position_is_refused_when_it_is_silly_and_kept_when_it_says_something() {
    let mut unit = Some(engine(1, 0.0));
    let north = |metres: f64| Point { lat: TOBOALI.lat + metres / 111_195.0, ..TOBOALI };
    for (point, at, wrong) in [
        (TOBOALI, later(600), UnitRefusal::NotNow),
        (Point { lat: 0.0, lon: 0.0 }, start(), UnitRefusal::OutOfReach),
        (Point { lat: 91.0, lon: 0.0 }, start(), UnitRefusal::OutOfReach),
    ] {
        assert_eq!(give(&mut unit, position(point, at), start()), Err(wrong));
    }
    assert_eq!(give(&mut unit, position(TOBOALI, start()), later(4_000)), Err(UnitRefusal::NotNow));
    assert_eq!(give(&mut unit, position(TOBOALI, start()), start()), Ok(1));
    assert_eq!(give(&mut unit, position(north(10.0), later(60)), later(60)), Ok(0), "it stands");
    assert_eq!(give(&mut unit, position(north(10.0), later(121)), later(121)), Ok(1), "it still stands");
    assert_eq!(give(&mut unit, position(north(300.0), later(126)), later(126)), Ok(0), "at most every 10 s");
    assert_eq!(give(&mut unit, position(north(400.0), later(132)), later(132)), Ok(1));
    assert_eq!(
        give(&mut unit, position(north(500.0), later(125)), later(133)),
        Ok(0),
        "overtaken on its way"
    );
    assert_eq!(unit.unwrap().position.unwrap().fixed_at, later(132));
    let printed = format!("{:?}", position(TOBOALI, start()));
    assert!(!printed.contains("106.4"), "{printed}");
}

#[test]
fn a_callsign_is_taken_however_it_is_written() {
    let units = [engine(1, 0.0), engine(2, 0.0)];
    assert!(!is_callsign_free(id(3), "DAMKAR-1", units.iter()));
    assert!(is_callsign_free(id(1), "damkar 1", units.iter()), "its own");
    assert!(is_callsign_free(id(3), "Damkar 3", units.iter()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_is_asked_it_is_on_one_task_and_the_log_gives_the_same(steps in proptest::collection::vec(0_u8..9, 1..60)) {
        let mut unit = None;
        let mut history = Vec::new();
        for (second, step) in (0..).zip(steps) {
            let command = match step {
                0 | 1 => register(),
                2 => UnitCommand::Ready,
                3 => UnitCommand::OutOfService { reason: Private::new("rusak".into()) },
                4 => UnitCommand::Crew { size: (second % 4) as u8 },
                5 => UnitCommand::Release { assignment: AssignmentId(Uuid::from_u128(2)) },
                6 => position(TOBOALI, later(second)),
                7 => book(1),
                _ => book(9),
            };
            let before: Option<Unit> = unit.clone();
            if let Ok(events) = decide(unit.as_ref(), command, later(second)) {
                for event in events {
                    unit = apply(unit.take(), id(1), &event, Actor::System, later(second));
                    history.push((event, later(second)));
                }
            }
            if let (Some(before), Some(now)) = (before, &unit) {
                let (was, is) = (before.booking.map(|b| b.assignment), now.booking.as_ref().map(|b| b.assignment));
                prop_assert!(was == is || was.is_none() || is.is_none(), "from one task to another without a release");
                prop_assert!(is.is_none() || now.readiness == Readiness::Ready);
            }
        }
        let replayed = history.iter().fold(None, |unit, (event, at)| apply(unit, id(1), event, Actor::System, *at));
        prop_assert_eq!(replayed, unit);
    }
}
