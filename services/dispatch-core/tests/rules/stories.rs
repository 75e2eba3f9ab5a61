//! Incidents as a shift report would tell them.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::{
    AssignmentState, Change, ChannelReport, ChannelState, Effect, Incident, IncidentCommand, IncidentRefusal,
    IncidentStatus, ReportSource,
};
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::Seconds;

use crate::bench::{Bench, agency, person};

fn said(text: &str) -> Private<String> {
    Private::new(text.to_owned())
}

fn only_damkar() -> Bench {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    bench.dispatch_by_routing();
    // Everybody but the fire brigade answers at once, so that the story is about one silence.
    for code in ["ambulans", "polres", "pln", "bpbd", "satpolpp", "basarnas"] {
        if bench.incident().assignments.iter().any(|a| a.agency == agency(code)) {
            bench.report(7, code, Change::Acknowledge { unit: None }).unwrap();
            bench.report(7, code, Change::EnRoute).unwrap();
        }
    }
    bench
}

#[test]
fn nobody_acknowledges_a_fire() {
    let mut bench = only_damkar();
    let asked = bench.story().len();
    bench.wait(Seconds(700));
    let story = bench.story();
    assert_eq!(
        story[asked..asked + 4],
        [
            "00:15 second_channel damkar",
            "01:00 renotify_and_call_duty damkar",
            "02:00 supervisor_and_next_agency damkar",
            "02:00 asked satpolpp (Escalated)",
        ]
    );
    assert!(story.contains(&"05:00 agency_head damkar".to_owned()), "{story:#?}");
    assert!(story.contains(&"10:00 head_and_sekda damkar".to_owned()), "{story:#?}");
    let damkar = bench.assignment_of("damkar");
    let told = bench
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Notify { assignment, .. } if *assignment == damkar));
    assert_eq!(told.count(), 4, "second channel, duty phone, head, head of service");
}

#[test]
fn a_delivered_assignment_needs_no_second_channel() {
    let mut bench = only_damkar();
    bench.report(2, "damkar", Change::Delivered).unwrap();
    bench.wait(Seconds(60));
    let climbed = bench.story();
    assert!(!climbed.iter().any(|line| line.ends_with("second_channel damkar")), "{climbed:#?}");
    assert!(climbed.contains(&"01:00 renotify_and_call_duty damkar".to_owned()));
}

#[test]
fn acknowledged_in_time_climbs_nothing_but_staying_in_the_station_does() {
    let mut bench = only_damkar();
    bench.report(2, "damkar", Change::Delivered).unwrap();
    bench.wait(Seconds(30));
    bench.report(2, "damkar", Change::Acknowledge { unit: Some("Fuso 1".into()) }).unwrap();
    bench.wait(Seconds(179));
    assert!(!bench.story().iter().any(|line| line.ends_with("damkar") && !line.contains("asked")));
    bench.wait(Seconds(1));
    assert!(bench.story().contains(&"03:30 supervisor damkar".to_owned()), "{:#?}", bench.story());
    bench.wait(Seconds(600));
    let alarms = bench.story().iter().filter(|line| line.ends_with("supervisor damkar")).count();
    assert_eq!(alarms, 1, "one alarm for one silence");
}

#[test]
fn one_wins_and_the_other_is_told_who() {
    let mut bench = only_damkar();
    bench.report(2, "damkar", Change::Acknowledge { unit: None }).unwrap();
    let won_at = bench.now;
    bench.wait(Seconds(1));
    let lost = bench.report(3, "damkar", Change::Acknowledge { unit: None });
    assert_eq!(lost, Err(IncidentRefusal::AlreadyAcknowledged { by: Some(person(2)), at: won_at }));
    bench.report(2, "damkar", Change::Acknowledge { unit: None }).unwrap();
    assert_eq!(
        bench.incident().assignment(bench.assignment_of("damkar")).unwrap().acknowledged.unwrap().1,
        Some(person(2))
    );
}

#[test]
fn a_declined_task_asks_the_next_agency_at_once() {
    let mut bench = only_damkar();
    bench.wait(Seconds(10));
    assert_eq!(
        bench.report(2, "damkar", Change::Decline { reason: said("  ") }),
        Err(IncidentRefusal::ReasonMissing)
    );
    bench.report(2, "damkar", Change::Decline { reason: said("mobil rusak") }).unwrap();
    let story = bench.story();
    assert!(
        story.last().unwrap().starts_with("00:10 asked") && story.last().unwrap().ends_with("(Declined)")
    );
    let last = bench.incident().assignments.last().unwrap();
    assert_ne!(last.agency, agency("damkar"));
    assert_eq!(bench.incident().status(), IncidentStatus::Dispatched);
}

#[test]
fn when_everybody_declines_the_supervisor_is_told_that_nobody_is_left() {
    let mut bench = Bench::with("satwa_ular", Category::G, Priority::P2);
    bench.dispatch_by_routing();
    for _ in 0..10 {
        let open = bench.incident().assignments.iter().find(|a| a.progress.is_engaged()).map(|a| a.id);
        let Some(id) = open else { break };
        let change = Change::Decline { reason: said("tidak mampu") };
        bench
            .give(person(2), IncidentCommand::Assignment { id, change, source: ReportSource::Console })
            .unwrap();
    }
    assert!(bench.story().last().unwrap().ends_with("plan exhausted"), "{:#?}", bench.story());
    assert_eq!(bench.incident().status(), IncidentStatus::New);
}

#[test]
fn the_status_follows_the_least_advanced_lead_and_closes_last() {
    let mut bench = only_damkar();
    assert_eq!(bench.incident().status(), IncidentStatus::Dispatched);
    bench.report(2, "damkar", Change::Acknowledge { unit: None }).unwrap();
    assert_eq!(bench.incident().status(), IncidentStatus::Acknowledged);
    bench.report(2, "damkar", Change::OnScene).unwrap();
    assert_eq!(bench.incident().status(), IncidentStatus::OnScene);
    assert!(matches!(
        bench.report(2, "damkar", Change::EnRoute),
        Err(IncidentRefusal::NotInThisState { from: "on_scene", to: "en_route" })
    ));
    let close = |may_override, reason: Option<&str>| IncidentCommand::Close {
        reason: reason.map(said),
        may_override,
    };
    assert!(matches!(
        bench.give(person(1), close(false, None)),
        Err(IncidentRefusal::AgenciesUnfinished { .. })
    ));
    assert_eq!(bench.give(person(9), close(true, None)), Err(IncidentRefusal::ReasonMissing));
    for a in bench.incident().assignments.clone() {
        if a.progress.is_engaged() && a.acknowledged.is_some() {
            let change = Change::Complete { note: None };
            bench
                .give(
                    person(2),
                    IncidentCommand::Assignment { id: a.id, change, source: ReportSource::Console },
                )
                .unwrap();
        }
    }
    assert_eq!(bench.incident().status(), IncidentStatus::Completed);
    assert!(bench.incident().close_due_at.is_some());
    bench.give(person(1), close(false, None)).unwrap();
    assert_eq!(bench.incident().status(), IncidentStatus::Closed);
}

#[test]
fn a_silent_scene_is_asked_again_and_again() {
    let mut bench = only_damkar();
    bench.report(2, "damkar", Change::Acknowledge { unit: None }).unwrap();
    bench.report(2, "damkar", Change::OnScene).unwrap();
    bench.wait(Seconds::minutes(65));
    let asked: Vec<_> =
        bench.story().into_iter().filter(|line| line.ends_with("welfare_check damkar")).collect();
    assert_eq!(asked, ["30:00 welfare_check damkar", "60:00 welfare_check damkar"]);
}

#[test]
fn an_incident_that_nobody_dispatches_alarms_the_supervisor_once() {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    bench.wait(Seconds(600));
    assert_eq!(bench.story(), ["01:00 supervisor -"]);
}

#[test]
fn a_reopened_incident_keeps_its_history_and_gets_a_clock() {
    let mut bench = only_damkar();
    let before = bench.incident().assignments.len();
    let close = IncidentCommand::Close { reason: Some(said("dibatalkan pelapor")), may_override: true };
    bench.give(person(9), close).unwrap();
    assert!(bench.incident().assignments.iter().all(|a| a.progress.state() >= AssignmentState::Completed));
    bench.give(person(9), IncidentCommand::Reopen { reason: said("api menyala lagi") }).unwrap();
    assert_eq!(bench.incident().assignments.len(), before);
    assert!(bench.incident().dispatch_due_at.is_some());
    let again = bench.give(person(9), IncidentCommand::Reopen { reason: said("lagi") });
    assert_eq!(again, Err(IncidentRefusal::NotEnded));
}

#[test]
fn a_correction_on_an_old_version_is_refused() {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P2);
    let edit =
        |priority| Box::new(dispatch_core::incident::Edit { priority: Some(priority), ..Default::default() });
    bench.give(person(1), IncidentCommand::Edit { version: 1, edit: edit(Priority::P1) }).unwrap();
    assert_eq!(bench.incident().priority, Priority::P1);
    let late = bench.give(person(2), IncidentCommand::Edit { version: 1, edit: edit(Priority::P3) });
    assert_eq!(late, Err(IncidentRefusal::VersionConflict { current: 2 }));
}

#[test]
fn only_a_person_acknowledges() {
    let mut bench = only_damkar();
    let id = bench.assignment_of("damkar");
    let change = Change::Acknowledge { unit: None };
    let refused =
        bench.run(Actor::System, IncidentCommand::Assignment { id, change, source: ReportSource::Console });
    assert_eq!(refused, Err(IncidentRefusal::NotAPerson(Actor::System)));
}

#[test]
fn what_was_written_before_units_and_alarm_levels_still_reads() {
    let mut bench = only_damkar();
    bench.report(2, "damkar", Change::Acknowledge { unit: Some("Fuso 1".into()) }).unwrap();
    let text = serde_json::to_value(bench.incident()).unwrap();
    let assignment = &text["assignments"][0];
    assert!(text.get("alarm").is_none() && assignment.get("units").is_none(), "{text}");
    let read: Incident = serde_json::from_value(text).unwrap();
    assert_eq!((&read, read.alarm), (bench.incident(), 1));
    assert_eq!(read.assignments[0].unit.as_deref(), Some("Fuso 1"));
}

#[test]
fn the_telephone_that_it_was_sent_to_may_take_it_and_a_report_never_goes_back() {
    let mut bench = only_damkar();
    let id = bench.assignment_of("damkar");
    let report = |delivered, waits| {
        let (channel, notification) = ("sms".to_owned(), "7.0.0".to_owned());
        let report = ChannelReport { channel, delivered, waits, notification, ..ChannelReport::default() };
        IncidentCommand::ChannelTried { id, report }
    };
    bench.run(Actor::System, report(false, true)).unwrap();
    let state = |bench: &Bench| bench.incident().assignment(id).unwrap().clone();
    assert_eq!(state(&bench).tries[0].state, ChannelState::Accepted);
    assert_eq!(state(&bench).delivered_at, None, "what a gateway took may still be lost");
    bench.run(Actor::System, report(true, false)).unwrap();
    let (told, at) = (bench.story().len(), state(&bench).delivered_at);
    assert!(at.is_some());
    // A second report, a late failure and a late "on its way" change nothing and write nothing.
    for late in [report(true, false), report(false, false), report(false, true)] {
        bench.run(Actor::System, late).unwrap();
    }
    assert_eq!((bench.story().len(), state(&bench).tries.len()), (told, 1));
    assert_eq!(state(&bench).tries[0].state, ChannelState::Delivered);

    let change = Change::Acknowledge { unit: None };
    let by_console =
        IncidentCommand::Assignment { id, change: change.clone(), source: ReportSource::Console };
    assert_eq!(bench.run(Actor::System, by_console), Err(IncidentRefusal::NotAPerson(Actor::System)));
    let by_voice = IncidentCommand::Assignment { id, change, source: ReportSource::Voice };
    bench.run(Actor::System, by_voice.clone()).unwrap();
    let taken = state(&bench);
    assert_eq!(taken.acknowledged.map(|(_, by)| by), Some(None));
    assert_eq!(taken.relayed[0].source, ReportSource::Voice);
    bench.run(Actor::System, by_voice).unwrap();
    let lost = bench.report(3, "damkar", Change::Acknowledge { unit: None });
    assert!(matches!(lost, Err(IncidentRefusal::AlreadyAcknowledged { by: None, .. })), "{lost:?}");
    // The telephone that still speaks calls nobody off who has taken it meanwhile.
    let change = Change::Decline { reason: Private::new("tombol 2".into()) };
    let no = IncidentCommand::Assignment { id, change, source: ReportSource::Voice };
    let late = bench.run(Actor::System, no);
    assert!(matches!(late, Err(IncidentRefusal::NotInThisState { .. })), "{late:?}");
}

#[test]
fn a_task_goes_from_one_agency_to_another_in_one_act_and_not_from_who_is_there() {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    bench.dispatch_by_routing();
    let (damkar, role) = {
        let a = bench.incident().assignments.iter().find(|a| a.agency == agency("damkar")).unwrap();
        (a.id, a.role)
    };
    let to = |code: &str| Target {
        agency: agency(code),
        code: AgencyCode::new(code),
        role: Role::Support,
        because: "by hand".into(),
    };
    let reassign =
        |id, code: &str, why: &str| IncidentCommand::Reassign { id, to: to(code), reason: said(why) };
    let silent = bench.give(person(9), reassign(damkar, "basarnas", " "));
    assert!(matches!(silent, Err(IncidentRefusal::ReasonMissing)));
    let there = bench.give(person(9), reassign(damkar, "polres", "mobil rusak"));
    assert!(matches!(there, Err(IncidentRefusal::AlreadyAssigned { .. })), "{there:?}");
    bench.give(person(9), reassign(damkar, "basarnas", "mobil rusak")).unwrap();
    let state = |bench: &Bench, code: &str| {
        let a = bench.incident().assignments.iter().find(|a| a.agency == agency(code)).unwrap();
        (a.progress.state(), a.role)
    };
    assert_eq!(state(&bench, "damkar").0, AssignmentState::Cancelled);
    assert_eq!(state(&bench, "basarnas"), (AssignmentState::Sent, role), "in the same role");
    let again = bench.give(person(9), reassign(damkar, "satpolpp", "mobil rusak"));
    assert!(matches!(again, Err(IncidentRefusal::NotInThisState { .. })), "it is taken back already");
    bench.report(2, "basarnas", Change::Acknowledge { unit: None }).unwrap();
    bench.report(2, "basarnas", Change::OnScene).unwrap();
    let arrived = bench.assignment_of("basarnas");
    let called_off = bench.give(person(9), reassign(arrived, "satpolpp", "salah kirim"));
    assert!(
        matches!(called_off, Err(IncidentRefusal::NotInThisState { .. })),
        "who is there is not called off"
    );
}

#[test]
fn a_step_is_taken_back_for_a_moment_by_whoever_took_it() {
    let mut bench = only_damkar();
    bench.report(2, "damkar", Change::Acknowledge { unit: None }).unwrap();
    bench.report(2, "damkar", Change::EnRoute).unwrap();
    bench.report(2, "damkar", Change::UnderControl).unwrap();
    let other = bench.report(3, "damkar", Change::TakeBack);
    assert!(matches!(other, Err(IncidentRefusal::NotInThisState { .. })), "somebody else's key");
    bench.report(2, "damkar", Change::TakeBack).unwrap();
    let damkar = |bench: &Bench| bench.incident().assignment(bench.assignment_of("damkar")).unwrap().clone();
    let now = damkar(&bench);
    assert_eq!((now.progress.state(), now.under_control_at), (AssignmentState::EnRoute, None));
    assert!(now.en_route_at.is_some(), "the step before stays");
    let twice = bench.report(2, "damkar", Change::TakeBack);
    assert!(matches!(twice, Err(IncidentRefusal::NotInThisState { .. })), "one step, once");
    bench.report(2, "damkar", Change::OnScene).unwrap();
    bench.wait(Seconds(15));
    let late = bench.report(2, "damkar", Change::TakeBack);
    assert!(matches!(late, Err(IncidentRefusal::NotInThisState { .. })), "it stands");
    bench.report(2, "damkar", Change::Complete { note: None }).unwrap();
    bench.report(2, "damkar", Change::TakeBack).unwrap();
    let now = damkar(&bench);
    assert_eq!((now.progress.state(), now.completed_at, now.taken_back), (AssignmentState::OnScene, None, 2));
    bench.report(2, "damkar", Change::Complete { note: None }).unwrap();
    bench.wait(Seconds(15));
    let late = bench.report(2, "damkar", Change::TakeBack);
    assert!(matches!(late, Err(IncidentRefusal::NotInThisState { .. })), "it is done");
}
