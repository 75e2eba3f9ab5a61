//! Incidents that are typed in from a paper form: both times are kept, and clocks run for what is not done yet.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::{
    AssignmentState, IncidentCommand, IncidentEvent, IncidentRefusal, IncidentStatus, PaperEnd, PaperReport,
    PaperTask, ReportSource, TimeFault, apply,
};
use dispatch_core::paper::FormNumber;
use dispatch_core::private::Private;
use dispatch_core::routing::Role;
use dispatch_core::time::{Seconds, Timestamp};

use crate::bench::{Bench, agency, person, start};

/// So many minutes before it is typed in.
fn ago(minutes: u32) -> Timestamp {
    start().before(Seconds::minutes(minutes))
}

fn told(code: &str, minutes_ago: u32) -> PaperTask {
    PaperTask {
        agency: agency(code),
        code: AgencyCode::new(code),
        told_at: ago(minutes_ago),
        told_by: Some(Private::new("Sari".into())),
        heard_by: Some(Private::new("Pak Joko".into())),
        acknowledged_at: None,
        en_route_at: None,
        on_scene_at: None,
        completed_at: None,
    }
}

fn paper(tasks: Vec<PaperTask>) -> PaperReport {
    PaperReport {
        form: FormNumber::new(2026, 7).unwrap(),
        received_at: ago(266),
        taken_by: Some(Private::new("Sari".into())),
        tasks,
        end: None,
    }
}

fn entered(paper: PaperReport) -> (Bench, Result<(), IncidentRefusal>) {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    let answer = bench.give(person(1), IncidentCommand::EnterPaper(Box::new(paper)));
    (bench, answer)
}

#[test]
fn what_is_over_starts_no_clock_and_what_is_open_starts_its_clock_now() {
    let done = PaperTask {
        acknowledged_at: Some(ago(262)),
        en_route_at: Some(ago(260)),
        on_scene_at: Some(ago(250)),
        completed_at: Some(ago(120)),
        ..told("damkar", 264)
    };
    let drives =
        PaperTask { acknowledged_at: Some(ago(20)), en_route_at: Some(ago(15)), ..told("ambulans", 22) };
    let (mut bench, answer) = entered(paper(vec![done, drives, told("polres", 10)]));
    assert_eq!(answer, Ok(()));
    let incident = bench.incident();
    let state = |code: &str| incident.assignment(bench.assignment_of(code)).unwrap().progress.state();
    assert_eq!(
        ["damkar", "ambulans", "polres"].map(state),
        [AssignmentState::Completed, AssignmentState::EnRoute, AssignmentState::Sent]
    );
    let before = bench.story().len();
    bench.wait(Seconds(14));
    assert_eq!(bench.story().len(), before, "nothing that was late on paper is late at once");
    bench.wait(Seconds(1));
    assert_eq!(bench.story()[before..], ["00:15 second_channel polres"], "nobody there has acknowledged it");
    bench.wait(Seconds(3600));
    assert!(!bench.story().iter().any(|line| line.ends_with(" damkar")), "{:#?}", bench.story());
}

#[test]
fn both_times_are_kept_and_figures_know_which_one_a_person_wrote() {
    let (bench, answer) = entered(paper(vec![PaperTask {
        acknowledged_at: Some(ago(262)),
        on_scene_at: Some(ago(250)),
        ..told("damkar", 264)
    }]));
    assert_eq!(answer, Ok(()));
    let incident = bench.incident();
    let received = incident.received();
    assert_eq!((received.at, received.entered_at), (ago(266), Some(start())));
    let a = incident.assignment(bench.assignment_of("damkar")).unwrap();
    assert_eq!((a.sent_at, a.on_scene_at), (start(), Some(start())), "the log's time is the entry's");
    for (state, minutes) in
        [(AssignmentState::Sent, 264), (AssignmentState::Acknowledged, 262), (AssignmentState::OnScene, 250)]
    {
        let stamp = a.stamp(state).unwrap();
        assert_eq!((stamp.at, stamp.entered_at), (ago(minutes), Some(start())), "{state:?}");
        assert!(stamp.is_manual());
    }
    assert_eq!(a.stamp(AssignmentState::EnRoute), None, "nobody wrote down when it left");
    assert_eq!(a.stamp(AssignmentState::Delivered), None, "no terminal ever had it");
    let typed: Vec<_> = a.relayed.iter().map(|one| (one.source, one.by)).collect();
    assert_eq!(typed, [(ReportSource::Paper, Some(person(1))); 3]);
    assert_eq!(a.acknowledged, Some((start(), None)), "nobody who is logged in acknowledged it");
    let measured = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    assert!(!measured.incident().received().is_manual());
}

#[test]
fn the_plan_says_who_leads_and_without_it_whoever_was_told_first() {
    let (bench, _) = entered(paper(vec![told("polres", 10), told("damkar", 9)]));
    let role = |code: &str| bench.incident().assignment(bench.assignment_of(code)).unwrap().role;
    assert_eq!((role("damkar"), role("polres")), (Role::Lead, Role::Support));
    let (bench, _) = entered(paper(vec![told("dpupr", 10), told("basarnas", 9)]));
    assert_eq!(bench.incident().assignments[0].role, Role::Lead);
}

#[test]
fn what_was_over_on_paper_is_closed_and_times_that_nobody_wrote_stay_unknown() {
    let task = PaperTask { on_scene_at: Some(ago(250)), ..told("damkar", 264) };
    let end = PaperEnd { at: Some(ago(100)), note: None };
    let (mut bench, answer) = entered(PaperReport { end: Some(end), ..paper(vec![task]) });
    assert_eq!(answer, Ok(()));
    assert_eq!(bench.incident().status(), IncidentStatus::Closed);
    let a = bench.incident().assignment(bench.assignment_of("damkar")).unwrap();
    assert_eq!(a.progress.state(), AssignmentState::Completed);
    assert_eq!(a.stamp(AssignmentState::Completed), None, "it is done, and nobody wrote when");
    assert_eq!(a.stamp(AssignmentState::Acknowledged), None);
    let ended = bench.incident().ended().unwrap();
    assert_eq!((ended.at, ended.entered_at), (ago(100), Some(start())));
    bench.wait(Seconds(24 * 3600));
    assert_eq!(bench.story().len(), 1, "{:#?}", bench.story());
    let open_end = Some(PaperEnd { at: None, note: None });
    let (bench, _) = entered(PaperReport { end: open_end, ..paper(vec![told("damkar", 264)]) });
    assert_eq!(bench.incident().ended().unwrap().at, ago(264), "not later than the last that was written");
}

#[test]
fn an_open_incident_of_whom_nobody_was_told_must_be_sent_within_the_time_of_the_rules() {
    let (mut bench, answer) = entered(paper(vec![]));
    assert_eq!(answer, Ok(()));
    bench.wait(Seconds(3600));
    assert!(bench.story().iter().any(|line| line.ends_with("supervisor -")), "{:#?}", bench.story());
}

#[test]
fn impossible_times_are_all_named_and_nothing_is_written() {
    let faults = |paper: PaperReport| match entered(paper) {
        (bench, Err(IncidentRefusal::PaperFaulty { faults })) => {
            assert_eq!(bench.history.len(), 1, "nothing but the opening");
            faults.into_iter().map(|one| (one.field, one.fault)).collect::<Vec<_>>()
        }
        (_, other) => panic!("{other:?}"),
    };
    let at = |received_at| PaperReport { received_at, ..paper(vec![]) };
    assert_eq!(
        faults(at(start().after(Seconds(121)))),
        [("received_at".to_owned(), TimeFault::Future)],
        "clocks on walls are two minutes off at most"
    );
    assert_eq!(faults(at(ago(30 * 24 * 60 + 1))), [("received_at".to_owned(), TimeFault::TooOld)]);
    let crossed = PaperTask {
        acknowledged_at: Some(ago(265)),
        en_route_at: Some(ago(263)),
        completed_at: Some(start().after(Seconds(600))),
        ..told("damkar", 264)
    };
    let end = Some(PaperEnd { at: Some(ago(264)), note: None });
    let early = told("damkar", 267);
    assert_eq!(
        faults(PaperReport { end, ..paper(vec![crossed, early]) }),
        [
            ("tasks[0].acknowledged_at".to_owned(), TimeFault::BeforePrevious { previous: ago(264) }),
            ("tasks[0].completed_at".to_owned(), TimeFault::Future),
            ("tasks[1].agency".to_owned(), TimeFault::Twice),
            ("tasks[1].told_at".to_owned(), TimeFault::BeforePrevious { previous: ago(266) }),
            ("end.at".to_owned(), TimeFault::BeforePrevious { previous: ago(263) }),
        ]
    );
    let end = Some(PaperEnd { at: None, note: Some(Private::new(" ".into())) });
    assert_eq!(
        faults(PaperReport { end, ..paper(vec![]) }),
        [("end.note".to_owned(), TimeFault::Missing)],
        "nobody was told, so how is it over"
    );
}

#[test]
fn a_form_is_entered_once_by_a_person_and_an_older_log_is_read_as_before() {
    let (mut bench, _) = entered(paper(vec![]));
    let again = bench.give(person(1), IncidentCommand::EnterPaper(Box::new(paper(vec![]))));
    assert_eq!(again, Err(IncidentRefusal::Exists));
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    let by_program = bench.run(Actor::System, IncidentCommand::EnterPaper(Box::new(paper(vec![]))));
    assert_eq!(by_program, Err(IncidentRefusal::NotAPerson(Actor::System)));
    let (bench, _) = entered(paper(vec![told("damkar", 10)]));
    let replayed = bench.history.iter().fold(None, |state, (at, actor, event)| {
        let text = serde_json::to_string(event).unwrap();
        let read: IncidentEvent = serde_json::from_str(&text).unwrap();
        apply(state, bench.id, &read, *actor, *at)
    });
    assert_eq!(replayed.as_ref(), Some(bench.incident()));
    let older = r#"{"kind":"acknowledged","assignment":"01935a00-0000-7abc-8123-456789abcdef","by":null,"unit":null}"#;
    assert!(matches!(
        serde_json::from_str(older).unwrap(),
        IncidentEvent::Acknowledged { source: ReportSource::Console, pressed_at: None, .. }
    ));
}
