//! What the crew of a unit may say, and who hears it.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, UnitId};
use dispatch_core::incident::{
    AssignmentState, Change, IncidentCommand, IncidentEvent, IncidentRefusal, ReportSource,
};
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::Seconds;
use dispatch_core::unit::{UnitTag, holders};
use uuid::Uuid;

use crate::bench::{Bench, agency, person};

fn unit(n: u128) -> UnitId {
    UnitId(Uuid::from_u128(0xC000 + n))
}

fn said(text: &str) -> Private<String> {
    Private::new(text.to_owned())
}

/// A fire that damkar took with two units, and bpbd with a third.
fn taken() -> Bench {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    let target = |code: &str| Target {
        agency: agency(code),
        code: AgencyCode::new(code),
        role: Role::Lead,
        because: "uji".into(),
    };
    let targets = vec![target("damkar"), target("bpbd")];
    bench.give(person(1), IncidentCommand::Dispatch { targets, note: None }).unwrap();
    for (n, code) in [(1, "damkar"), (2, "damkar"), (3, "bpbd")] {
        bench.report(9, code, Change::Acknowledge { unit: None }).unwrap();
        join(&mut bench, n, code);
    }
    bench
}

fn join(bench: &mut Bench, n: u128, code: &str) {
    let assignment = bench.assignment_of(code);
    let unit = UnitTag { id: unit(n), callsign: format!("Unit {n}") };
    bench.give(person(9), IncidentCommand::JoinUnit { assignment, unit }).unwrap();
}

fn say(bench: &mut Bench, n: u128, command: IncidentCommand) -> Result<(), IncidentRefusal> {
    bench.run(Actor::Unit(unit(n)), command)
}

fn unable(bench: &Bench, code: &str) -> IncidentCommand {
    IncidentCommand::CrewUnable { id: bench.assignment_of(code), reason: said("ban pecah") }
}

fn help(bench: &Bench, code: &str) -> IncidentCommand {
    let (id, text) = (bench.assignment_of(code), said("perlu tangki"));
    IncidentCommand::CrewHelp { id, text, raise_to: Some(2) }
}

fn state(bench: &Bench, code: &str) -> AssignmentState {
    bench.incident().assignment(bench.assignment_of(code)).unwrap().progress.state()
}

fn heard(bench: &Bench) -> usize {
    let asked = |event: &&IncidentEvent| matches!(event, IncidentEvent::HelpAsked { .. });
    bench.history.iter().map(|(_, _, event)| event).filter(asked).count()
}

#[test]
fn a_crew_is_heard_on_the_task_that_it_is_on_and_on_no_other() {
    let mut bench = taken();
    let theirs = help(&bench, "damkar");
    say(&mut bench, 1, theirs.clone()).unwrap();
    let note = bench.incident().notes.last().unwrap();
    assert_eq!((note.by, note.text.reveal().as_str()), (Actor::Unit(unit(1)), "perlu tangki"));
    assert_eq!((bench.incident().alarm, heard(&bench)), (2, 1));
    // The task of another agency on the same incident, and a unit that is nowhere.
    for n in [3, 4] {
        assert!(matches!(say(&mut bench, n, theirs.clone()), Err(IncidentRefusal::NotAPerson(_))));
    }
    // What a console does is not for crews, on their own incident either.
    let id = bench.assignment_of("damkar");
    for command in [
        IncidentCommand::AddNote { text: said("x") },
        IncidentCommand::RaiseAlarm { to: 3, reason: None },
        IncidentCommand::LeaveUnit { assignment: id, unit: unit(1) },
    ] {
        assert!(matches!(say(&mut bench, 1, command), Err(IncidentRefusal::NotAPerson(_))));
    }
    // Once it is done there it goes home, and the list of who was there opens nothing.
    for change in [Change::EnRoute, Change::OnScene, Change::Complete { note: None }] {
        bench.report(9, "damkar", change).unwrap();
    }
    assert!(holders(bench.incident()).iter().all(|(held, _)| *held == unit(3)));
    let late = say(&mut bench, 1, theirs.clone());
    assert_eq!(late, Err(IncidentRefusal::NotInThisState { from: "completed", to: "help_asked" }));
    let (reason, may_override) = (Some(said("selesai")), true);
    bench.give(person(1), IncidentCommand::Close { reason, may_override }).unwrap();
    assert_eq!(say(&mut bench, 1, theirs), Err(IncidentRefusal::Ended));
    assert_eq!(heard(&bench), 1);
}

#[test]
fn two_crews_that_cannot_at_once_leave_nobody_behind_unheard() {
    let mut bench = taken();
    let command = unable(&bench, "damkar");
    // Both were pressed on the page that showed two units; each is decided against what is so then.
    say(&mut bench, 1, command.clone()).unwrap();
    assert_eq!((state(&bench, "damkar"), heard(&bench)), (AssignmentState::Acknowledged, 1));
    say(&mut bench, 2, command.clone()).unwrap();
    assert_eq!(state(&bench, "damkar"), AssignmentState::Declined);
    let Some((_, actor, IncidentEvent::Declined { source, by, .. })) =
        bench.history.iter().rev().find(|(_, _, event)| matches!(event, IncidentEvent::Declined { .. }))
    else {
        panic!()
    };
    assert_eq!((*actor, *source, *by), (Actor::Unit(unit(2)), ReportSource::Responder, None));
    let story = bench.story();
    assert!(story.last().unwrap().starts_with("00:00 asked"), "the next agency: {story:?}");
    assert!(say(&mut bench, 2, command).is_err(), "twice is not twice");
}

#[test]
fn a_crew_that_leaves_a_scene_alone_is_heard_and_its_agency_keeps_the_task() {
    let mut bench = taken();
    bench.report(9, "bpbd", Change::EnRoute).unwrap();
    bench.report(9, "bpbd", Change::OnScene).unwrap();
    let command = unable(&bench, "bpbd");
    say(&mut bench, 3, command).unwrap();
    assert_eq!((state(&bench, "bpbd"), heard(&bench)), (AssignmentState::OnScene, 1));
    assert!(holders(bench.incident()).iter().all(|(held, _)| *held != unit(3)));
    // The scene without a crew stays a scene: whoever is silent there is asked for.
    bench.wait(Seconds(1_800));
    assert!(bench.story().iter().any(|line| line.ends_with("welfare_check bpbd")), "{:?}", bench.story());
}
