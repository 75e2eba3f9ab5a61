//! Units: booked once, released with their task, and the same after a replay.

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::category::Priority;
use dispatch_core::ids::{AssignmentId, IncidentId, UnitId};
use dispatch_core::incident::{Change, Incident, IncidentCommand, IncidentRefusal, ReportSource};
use dispatch_core::limits::UNITS_PER_AGENCY_MAX;
use dispatch_core::private::Private;
use dispatch_core::routing::Role;
use dispatch_core::unit::{Profile, Unit, UnitCommand, UnitKind, UnitRefusal, UnitTag, holders};
use incident_store::{DeskCommand, Outcome, Store, Submission, SubmitError, rebuild_check};
use tokio::sync::Barrier;

use crate::support::words::*;
use crate::support::{BACK_TO_13, Engine, RunningDesk, beside, on, on_both};

fn profile(callsign: &str) -> Box<Profile> {
    Box::new(Profile {
        callsign: callsign.to_owned(),
        label: String::new(),
        kind: UnitKind::Engine,
        by_sea: false,
        skills: BTreeSet::new(),
        base: None,
        decree: None,
    })
}

fn registration(callsign: &str, of: u64) -> DeskCommand {
    let (agency, profile) = (agency(of), profile(callsign));
    DeskCommand::Unit(UnitId(uuid()), UnitCommand::Register { agency, profile, crew: 4 })
}

async fn registered(desk: &RunningDesk, callsign: &str, of: u64) -> Unit {
    let receipt = desk.submit(by(1, registration(callsign, of))).await.unwrap();
    let Some(Outcome::Unit(unit)) = receipt.outcomes.into_iter().next() else { panic!() };
    *unit
}

async fn stored(store: &Store, id: UnitId) -> Unit {
    store.unit(id).await.unwrap().unwrap()
}

fn join(incident: &Incident, assignment: usize, unit: &Unit) -> DeskCommand {
    let (assignment, unit) = (incident.assignments[assignment].id, unit.tag());
    DeskCommand::Incident(incident.id, IncidentCommand::JoinUnit { assignment, unit })
}

/// Terima with a unit, as the agency's console sends it: one submission.
fn taken_with(person: u64, incident: &Incident, unit: &Unit) -> Submission {
    let mut submission = by(person, step(incident, 0, Change::Acknowledge { unit: None }));
    submission.commands.push(join(incident, 0, unit));
    submission
}

async fn task(desk: &RunningDesk, of: u64) -> Incident {
    let incident = incident_opens(desk, Priority::P1).await;
    dispatched(desk, incident.id, of).await
}

#[test]
fn of_a_hundred_who_book_one_unit_one_wins_and_the_others_hear_by_what() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        let unit = registered(&desk, "Damkar 1", 1).await;
        let gate = Arc::new(Barrier::new(100));
        let mut racing = Vec::new();
        for person in 0..100 {
            let incident = task(&desk, 1).await;
            let (desk, gate) = (desk.desk.clone(), Arc::clone(&gate));
            let wish = taken_with(100 + person, &incident, &unit);
            racing.push(tokio::spawn(async move {
                gate.wait().await;
                (incident.id, desk.submit(wish).await)
            }));
        }
        let mut winners = Vec::new();
        let mut told = Vec::new();
        for task in racing {
            let (incident, answer) = task.await.unwrap();
            match answer {
                Ok(_) => winners.push(incident),
                Err(SubmitError::Unit(UnitRefusal::Booked { booking, .. })) => told.push((incident, booking)),
                Err(other) => panic!("{other:?}"),
            }
        }
        let [winner] = winners[..] else { panic!("{} won", winners.len()) };
        let booking = stored(desk.store(), unit.id).await.booking.unwrap();
        assert_eq!(booking.incident, winner);
        assert_eq!(told.len(), 99);
        for (incident, named) in told {
            assert_eq!(*named, booking, "everybody is told the same");
            // All or nothing: the task was not taken either.
            let lost = desk.store().incident(incident).await.unwrap().unwrap();
            assert!(lost.assignments[0].acknowledged.is_none() && holders(&lost).is_empty());
        }
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_unit_is_free_again_however_its_task_ends() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        let unit = registered(&desk, "Damkar 1", 1).await;
        let decline = Change::Decline { reason: Private::new("mogok".into()) };
        let cancel = IncidentCommand::Cancel { reason: Private::new("bukan insiden".into()) };
        let close = IncidentCommand::Close { reason: Some(Private::new("x".into())), may_override: true };
        for round in 0..5 {
            let incident = task(&desk, 1).await;
            desk.submit(taken_with(11, &incident, &unit)).await.unwrap();
            assert!(stored(desk.store(), unit.id).await.booking.is_some());
            let id = incident.assignments[0].id;
            let end = match round {
                0 => step(&incident, 0, Change::Complete { note: None }),
                1 => step(&incident, 0, decline.clone()),
                2 => DeskCommand::Incident(incident.id, cancel.clone()),
                3 => DeskCommand::Incident(incident.id, close.clone()),
                _ => DeskCommand::Incident(
                    incident.id,
                    IncidentCommand::LeaveUnit { assignment: id, unit: unit.id },
                ),
            };
            desk.submit(by(11, end)).await.unwrap();
            assert_eq!(stored(desk.store(), unit.id).await.booking, None, "round {round}");
            // A task that is over keeps the list of who was there, whoever taps once more.
            let leave = IncidentCommand::LeaveUnit { assignment: id, unit: unit.id };
            desk.submit(by(11, DeskCommand::Incident(incident.id, leave))).await.unwrap();
            let after = desk.store().incident(incident.id).await.unwrap().unwrap();
            assert_eq!(after.assignments[0].units.len(), usize::from(round < 4), "round {round}");
        }
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_merge_takes_the_crew_along_and_a_split_brings_it_back() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for n in [1, 2] {
            on_site(&desk, add_agency(n)).await.unwrap();
        }
        let (unit, other) =
            (registered(&desk, "Damkar 1", 1).await, registered(&desk, "Ambulans 1", 2).await);
        // Agency 1 is asked only on the one that goes, agency 2 on both.
        let goes = task(&desk, 1).await;
        let goes = dispatched(&desk, goes.id, 2).await;
        let stays = task(&desk, 2).await;
        desk.submit(taken_with(11, &goes, &unit)).await.unwrap();
        let mut second = by(12, step(&goes, 1, Change::Acknowledge { unit: None }));
        second.commands.push(join(&goes, 1, &other));
        desk.submit(second).await.unwrap();
        // Nobody counts the people on board while they are out; the task goes on.
        let nobody = DeskCommand::Unit(unit.id, UnitCommand::Crew { size: 0 });
        desk.submit(by(11, nobody)).await.unwrap();
        let since = stored(desk.store(), unit.id).await.booking.unwrap().since;
        desk.submit(by(1, DeskCommand::Merge { from: goes.id, into: stays.id })).await.unwrap();
        for id in [unit.id, other.id] {
            let booking = stored(desk.store(), id).await.booking.unwrap();
            assert_eq!((booking.incident, booking.by), (stays.id, None), "it goes on there");
        }
        assert_eq!(stored(desk.store(), unit.id).await.booking.unwrap().since, since);
        let split = DeskCommand::Unmerge { incident: goes.id, from: stays.id };
        desk.submit(by(1, split)).await.unwrap();
        for id in [unit.id, other.id] {
            let booking = stored(desk.store(), id).await.booking.unwrap();
            assert_eq!((booking.incident, booking.since), (goes.id, since), "it came back");
        }
        let back = desk.store().incident(goes.id).await.unwrap().unwrap();
        assert_eq!(holders(&back).into_iter().map(|(unit, _)| unit).collect::<Vec<_>>(), [unit.id, other.id]);
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn what_cannot_go_is_refused_and_names_stay_apart() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for n in [1, 2] {
            on_site(&desk, add_agency(n)).await.unwrap();
        }
        let unit = registered(&desk, "Damkar 1", 1).await;
        let taken = desk.submit(by(1, registration("damkar-1", 1))).await;
        assert!(matches!(taken, Err(SubmitError::Unit(UnitRefusal::CallsignTaken))), "{taken:?}");
        registered(&desk, "Damkar 1", 2).await;
        assert_eq!(desk.store().units(Some(agency(1))).await.unwrap(), std::slice::from_ref(&unit));
        assert_eq!(desk.store().units(None).await.unwrap().len(), 2);
        assert!(matches!(desk.submit(by(1, registration("X", 9))).await, Err(SubmitError::Site(_))));

        let theirs = task(&desk, 2).await;
        let other = desk.submit(taken_with(11, &theirs, &unit)).await;
        assert!(matches!(other, Err(SubmitError::Unit(UnitRefusal::OtherAgency))), "{other:?}");
        let own = task(&desk, 1).await;
        let early = desk.submit(by(11, join(&own, 0, &unit))).await;
        let refused = matches!(early, Err(SubmitError::Incident(IncidentRefusal::NotInThisState { .. })));
        assert!(refused, "nobody has taken the task: {early:?}");
        let mut unknown = unit.clone();
        unknown.id = UnitId(uuid());
        let nobody = desk.submit(taken_with(11, &own, &unknown)).await;
        assert!(matches!(nobody, Err(SubmitError::Unit(UnitRefusal::Unknown))), "{nobody:?}");
        desk.stop().await;
    });
}

#[test]
fn units_that_are_gone_take_no_place_and_are_known_as_gone_from_before() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        let first = registered(&desk, "Unit 0", 1).await;
        for n in 1..UNITS_PER_AGENCY_MAX {
            registered(&desk, &format!("Unit {n}"), 1).await;
        }
        let full = desk.submit(by(1, registration("Satu lagi", 1))).await;
        assert!(matches!(full, Err(SubmitError::Unit(UnitRefusal::TooMany { .. }))), "{full:?}");
        // Gone and registered again in one breath, and once more after it.
        let mut both = by(1, DeskCommand::Unit(first.id, UnitCommand::Retire));
        both.commands.push(registration("Unit 0", 1));
        desk.submit(both).await.unwrap();
        let listed = desk.store().units(Some(agency(1))).await.unwrap();
        assert_eq!(listed.len(), UNITS_PER_AGENCY_MAX);
        assert!(listed.iter().all(|unit| unit.id != first.id));
        let second = listed.iter().find(|unit| unit.profile.callsign == "Unit 1").unwrap().id;
        desk.submit(by(1, DeskCommand::Unit(second, UnitCommand::Retire))).await.unwrap();
        registered(&desk, "Unit 1", 1).await;
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
        // A store of the schema before kept them in the document alone.
        let back = "DROP INDEX unit_agency; ALTER TABLE unit DROP COLUMN is_retired; \
                    CREATE INDEX unit_agency ON unit (agency, id); \
                    DELETE FROM schema_version WHERE version > 12";
        beside(&place, &format!("{BACK_TO_13} {back}")).await.unwrap();
        let desk = place.desk().await;
        let listed = desk.store().units(None).await.unwrap();
        assert_eq!(listed.len(), UNITS_PER_AGENCY_MAX);
        assert!(listed.iter().all(|unit| !unit.is_retired()));
        assert!(stored(desk.store(), first.id).await.is_retired());
        desk.stop().await;
    });
}

#[test]
fn the_units_of_a_completion_that_is_taken_back_come_back_unless_they_are_on_another_task() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        let (first, second) = (registered(&desk, "Fuso 1", 1).await, registered(&desk, "Fuso 2", 1).await);
        let incident = task(&desk, 1).await;
        desk.submit(taken_with(11, &incident, &first)).await.unwrap();
        desk.submit(by(11, join(&incident, 0, &second))).await.unwrap();
        let done = step(&incident, 0, Change::Complete { note: None });
        desk.submit(by(11, done.clone())).await.unwrap();
        assert_eq!(stored(desk.store(), first.id).await.booking, None);
        let close_due_at = async || desk.store().incident(incident.id).await.unwrap().unwrap().close_due_at;
        assert!(close_due_at().await.is_some());
        desk.submit(by(11, step(&incident, 0, Change::TakeBack))).await.unwrap();
        assert_eq!(close_due_at().await, None, "somebody is at work again");
        let held =
            async |unit: &Unit| stored(desk.store(), unit.id).await.booking.map(|booking| booking.incident);
        assert_eq!((held(&first).await, held(&second).await), (Some(incident.id), Some(incident.id)));
        desk.submit(by(11, done)).await.unwrap();
        let next = task(&desk, 1).await;
        desk.submit(taken_with(11, &next, &first)).await.unwrap();
        desk.submit(by(11, step(&incident, 0, Change::TakeBack))).await.unwrap();
        assert_eq!((held(&first).await, held(&second).await), (Some(next.id), Some(incident.id)));
        check(desk.store(), &[incident.id, next.id]).await;
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

/// One thing that somebody does to one of three incidents.
fn deed(incidents: &[Incident], units: &[Unit], number: (usize, usize, usize)) -> Vec<DeskCommand> {
    let (what, which, other) = number;
    let (one, unit) = (&incidents[which % 3], &units[other % units.len()]);
    let a = |incident: &Incident| incident.assignments[other % incident.assignments.len()].id;
    let assignment = |id: AssignmentId, change| {
        let command = IncidentCommand::Assignment { id, change, source: ReportSource::Console };
        vec![DeskCommand::Incident(one.id, command)]
    };
    let joins = || {
        vec![DeskCommand::Incident(
            one.id,
            IncidentCommand::JoinUnit { assignment: a(one), unit: unit.tag() },
        )]
    };
    match what {
        0 => assignment(a(one), Change::Acknowledge { unit: None }),
        1..=3 => joins(),
        4 => assignment(a(one), Change::Complete { note: None }),
        5 => assignment(a(one), Change::Decline { reason: Private::new("x".into()) }),
        6 => vec![DeskCommand::Merge { from: one.id, into: incidents[(which + 1) % 3].id }],
        7 => vec![DeskCommand::Unmerge { incident: one.id, from: incidents[(which + 1) % 3].id }],
        8 => vec![DeskCommand::Incident(
            one.id,
            IncidentCommand::Close { reason: Some(Private::new("x".into())), may_override: true },
        )],
        9 => {
            vec![DeskCommand::Incident(one.id, IncidentCommand::Reopen { reason: Private::new("x".into()) })]
        }
        10 => vec![DeskCommand::Incident(
            one.id,
            IncidentCommand::LeaveUnit { assignment: a(one), unit: unit.id },
        )],
        11 => assignment(a(one), Change::TakeBack),
        _ => {
            let targets = vec![target(1, Role::Lead), target(2, Role::Support)];
            vec![DeskCommand::Incident(one.id, IncidentCommand::Dispatch { targets, note: None })]
        }
    }
}

/// Every booking is held by the incident that it names, every held unit is booked there, and none is held twice.
async fn check(store: &Store, incidents: &[IncidentId]) {
    let mut held = BTreeSet::new();
    for id in incidents {
        held.extend(holders(&store.incident(*id).await.unwrap().unwrap()));
    }
    let units = store.units(None).await.unwrap();
    let booked: BTreeSet<_> =
        units.iter().filter_map(|unit| Some((unit.id, unit.booking.as_ref()?.assignment))).collect();
    assert_eq!(held, booked);
    let once: BTreeSet<_> = held.iter().map(|(unit, _)| *unit).collect();
    assert_eq!(once.len(), held.len(), "a unit on two tasks");
}

#[test]
fn whatever_happens_a_unit_is_on_one_task_and_never_on_one_that_is_over() {
    on(Engine::Sqlite, |place| async move {
        let desk = place.desk().await;
        let mut chance = 0x9E37_79B9_u64;
        let mut draw = |below: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((chance >> 33) % below).unwrap()
        };
        for n in [1, 2] {
            on_site(&desk, add_agency(n)).await.unwrap();
        }
        let mut units = Vec::new();
        for n in 0..4 {
            units.push(registered(&desk, &format!("Unit {n}"), 1 + n % 2).await);
        }
        for _ in 0..12 {
            let mut ids = Vec::new();
            for _ in 0..3 {
                let incident = task(&desk, 1).await;
                ids.push(dispatched(&desk, incident.id, 2).await.id);
            }
            for _ in 0..40 {
                let number = (draw(13), draw(3), draw(8));
                let mut incidents = Vec::new();
                for id in &ids {
                    incidents.push(desk.store().incident(*id).await.unwrap().unwrap());
                }
                // Refusals are part of the story.
                let mut submission = by(11, registration("", 1));
                submission.commands = deed(&incidents, &units, number);
                let _refused = desk.submit(submission).await.is_err();
                check(desk.store(), &ids).await;
            }
            for id in &ids {
                let end =
                    IncidentCommand::Close { reason: Some(Private::new("x".into())), may_override: true };
                let _merged = desk.submit(by(11, DeskCommand::Incident(*id, end))).await.is_err();
            }
            assert!(desk.store().units(None).await.unwrap().iter().all(|unit| unit.booking.is_none()));
        }
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_unit_that_an_incident_names_and_nobody_knows_stops_nothing() {
    on(Engine::Sqlite, |place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        let incident = task(&desk, 1).await;
        let unit = UnitTag { id: UnitId(uuid()), callsign: "Hantu".into() };
        let wish = IncidentCommand::JoinUnit { assignment: incident.assignments[0].id, unit };
        let mut ghost = by(11, step(&incident, 0, Change::Acknowledge { unit: None }));
        ghost.commands.push(DeskCommand::Incident(incident.id, wish));
        assert!(desk.submit(ghost).await.is_err());
        let plain = Submission::new(
            new_key(),
            Actor::User(user(11)),
            step(&incident, 0, Change::Acknowledge { unit: Some("Fuso 1".into()) }),
        );
        let taken = incident_of(desk.submit(plain).await.unwrap());
        assert_eq!(
            taken.assignments[0].unit.as_deref(),
            Some("Fuso 1"),
            "an agency without units works as before"
        );
        desk.stop().await;
    });
}
