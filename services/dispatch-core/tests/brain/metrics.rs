//! What counts, what is left out, and what is told of it.

use dispatch_core::call::DispositionKind;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, AgencyId, AreaCode, AssignmentId, CallId, IncidentId, UserId};
use dispatch_core::incident::{AssignmentState, Stamp};
use dispatch_core::metrics::{
    AssignmentTimes, By, CallBackTimes, CallOutcome, CallTimes, Figures, IncidentEnd, IncidentTimes,
    IntervalFigures, Key, Ledger,
};
use dispatch_core::policy::{Interval, Measure, Objective};
use dispatch_core::routing::Role;
use dispatch_core::time::{Seconds, Timestamp, Zone};
use uuid::Uuid;

/// So many seconds after the begin of the story: 2026-11-22T00:00:00Z, 7 in the morning in WIB.
fn at(seconds: i64) -> Stamp {
    Stamp::measured(Timestamp::from_micros(1_795_305_600_000_000 + seconds * 1_000_000))
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A call that arrived at 0 and ended after so long, answered or not.
fn call(n: u128, answered_after: Option<i64>, ended_after: i64) -> CallTimes {
    CallTimes {
        id: CallId(uuid(n)),
        arrived: at(0),
        answered: answered_after.map(|after| (at(after), UserId(uuid(1)))),
        ended: Some(at(ended_after)),
        outcome: if answered_after.is_some() { CallOutcome::Answered } else { CallOutcome::Abandoned },
        disposition: Some(DispositionKind::Abandoned).filter(|_| answered_after.is_none()),
        incident: None,
        has_number: true,
        call_back: None,
    }
}

/// An incident that was opened at 60 for a call.
fn incident(n: u128, first_call: Option<u128>, assignments: Vec<AssignmentTimes>) -> IncidentTimes {
    IncidentTimes {
        id: IncidentId(uuid(n)),
        received: at(60),
        first_call: first_call.map(|call| CallId(uuid(call))),
        opened_by: Some(UserId(uuid(1))),
        classified: Some(at(60)),
        located: Some(at(60)),
        category: Category::A,
        priority: Priority::P1,
        area: Some(AreaCode("19.03.01.1001".into())),
        ended: None,
        assignments,
    }
}

/// An assignment that was sent at 70 and has come nowhere.
fn assignment(n: u128, code: &str) -> AssignmentTimes {
    AssignmentTimes {
        id: AssignmentId(uuid(n)),
        agency: AgencyId(uuid(n)),
        code: AgencyCode::new(code),
        role: Role::Lead,
        state: AssignmentState::Sent,
        raised: 0,
        sent: Some(at(70)),
        delivered: None,
        acknowledged: None,
        en_route: None,
        on_scene: None,
        working: None,
        under_control: None,
        completed: None,
    }
}

fn figures(calls: Vec<CallTimes>, incidents: Vec<IncidentTimes>, objectives: &[Objective]) -> Figures {
    Ledger::new(calls, incidents).report(None, Zone::Wib, objectives).total
}

fn interval(figures: &Figures, interval: Interval) -> &IntervalFigures {
    figures.intervals.iter().find(|one| one.interval == interval).unwrap()
}

fn seconds(figures: &Figures, which: Interval, percent: u8) -> Option<i64> {
    interval(figures, which).values.percentile(percent).map(|micros| micros / 1_000_000)
}

#[test]
fn calls_that_were_given_up_stand_in_bands_and_in_neither_answer_time() {
    let waits = [4, 5, 9, 10, 29, 30, 300];
    let lost = (1..).zip(waits).map(|(n, wait)| call(n, None, wait));
    let figures =
        figures(lost.chain([call(20, Some(14), 90), call(21, Some(16), 90)]).collect(), vec![], &[]);
    assert_eq!(figures.calls.abandoned, [1, 2, 2, 2]);
    assert_eq!(
        (interval(&figures, Interval::Answer).of, seconds(&figures, Interval::Answer, 90)),
        (2, Some(16))
    );
    let level = figures.service_levels.iter().find(|level| level.within_s == 15).unwrap();
    // One of two answered; of nine offered four gave up within fifteen seconds.
    assert_eq!((level.answered_within, level.answered, level.offered), (1, 2, 5));
}

#[test]
fn who_gave_up_soon_or_has_no_number_or_came_back_need_not_be_called() {
    let back = CallBackTimes { first_tried: Some(at(200)), reached: true, called_again: false, open: false };
    let reached = CallTimes { call_back: Some(back), ..call(1, None, 20) };
    let again = CallBackTimes { first_tried: None, reached: false, called_again: true, open: false };
    let again = CallTimes { call_back: Some(again), ..call(2, None, 20) };
    let open = CallBackTimes { first_tried: None, reached: false, called_again: false, open: true };
    let open = CallTimes { call_back: Some(open), ..call(3, None, 20) };
    let nameless = CallTimes { has_number: false, ..call(4, None, 20) };
    let figures = figures(vec![reached, again, open, nameless, call(5, None, 5)], vec![], &[]);
    let backs = figures.call_backs;
    assert_eq!((backs.owed, backs.reached, backs.called_again, backs.open), (3, 1, 1, 1));
    let measured = interval(&figures, Interval::CallBack);
    assert_eq!(
        (measured.of, measured.values.n(), seconds(&figures, Interval::CallBack, 50)),
        (2, 1, Some(180))
    );
}

#[test]
fn what_is_missing_is_missing_and_what_runs_backwards_is_told() {
    let acted = AssignmentTimes {
        state: AssignmentState::Working,
        acknowledged: Some(at(100)),
        en_route: Some(at(130)),
        on_scene: Some(at(400)),
        working: Some(at(460)),
        ..assignment(1, "damkar")
    };
    let backwards = AssignmentTimes {
        state: AssignmentState::OnScene,
        acknowledged: Some(at(300)),
        en_route: Some(at(250)),
        on_scene: Some(at(500)),
        ..assignment(2, "ambulans")
    };
    let declined = AssignmentTimes { state: AssignmentState::Declined, ..assignment(3, "polres") };
    let copy = AssignmentTimes { role: Role::Notify, acknowledged: Some(at(71)), ..assignment(4, "bpbd") };
    let open = assignment(5, "pln");
    let all = vec![acted, backwards, declined, copy, open];
    let figures = figures(vec![call(1, Some(10), 90)], vec![incident(9, Some(1), all)], &[]);
    let of = |which| {
        let one = interval(&figures, which);
        (one.of, one.values.n(), one.out_of_order)
    };
    assert_eq!(of(Interval::Acknowledge), (3, 2, 0), "not the copy, not who declined");
    assert_eq!(of(Interval::Turnout), (2, 1, 1));
    assert_eq!(of(Interval::Travel), (2, 2, 0));
    assert_eq!(of(Interval::SetUp), (2, 1, 0));
    // The first at work is at 460, the first there whose work nobody reported at 500.
    assert_eq!(seconds(&figures, Interval::Response, 50), Some(460));
    assert_eq!(interval(&figures, Interval::Response).stood_in, 0);
    assert_eq!(seconds(&figures, Interval::OnScene, 50), Some(400));
    assert_eq!(seconds(&figures, Interval::Processing, 50), Some(60), "answered at 10, sent at 70");
    assert_eq!((figures.assignments.sent, figures.assignments.declined), (4, 1));
}

#[test]
fn what_was_no_incident_counts_for_the_answer_alone() {
    let ended = |end| Some((at(900), end));
    let sent = || vec![AssignmentTimes { acknowledged: Some(at(80)), ..assignment(1, "damkar") }];
    let cancelled = IncidentTimes { ended: ended(IncidentEnd::Cancelled), ..incident(1, None, sent()) };
    let merged = IncidentTimes { ended: ended(IncidentEnd::Merged), ..incident(2, None, sent()) };
    let information = IncidentTimes { priority: Priority::P0, ..incident(3, None, sent()) };
    let closed = IncidentTimes { ended: ended(IncidentEnd::Closed), ..incident(4, None, sent()) };
    let reports = (11..15).map(|n| call(n, Some(5), 60)).collect();
    let figures = figures(reports, vec![cancelled, merged, information, closed], &[]);
    let counts = &figures.incidents;
    assert_eq!(
        (counts.opened, counts.cancelled, counts.merged, counts.no_emergency, counts.closed),
        (4, 1, 1, 1, 1)
    );
    assert_eq!(interval(&figures, Interval::Acknowledge).of, 1);
    assert_eq!(
        (seconds(&figures, Interval::Close, 50), interval(&figures, Interval::Answer).of),
        (Some(840), 4)
    );
    assert_eq!(
        interval(&figures, Interval::Locate).values.n(),
        0,
        "nobody knows when it was answered: it had no call"
    );
}

#[test]
fn an_objective_of_a_function_looks_at_that_function() {
    let arrived = |n, code, after| AssignmentTimes { on_scene: Some(at(after)), ..assignment(n, code) };
    let slow = incident(1, Some(1), vec![arrived(1, "damkar", 1_000), arrived(2, "polres", 100)]);
    let other = incident(2, Some(1), vec![arrived(3, "polres", 100)]);
    let objective = |measure| Objective {
        interval: Interval::Response,
        priority: None,
        function: Some(AgencyCode::new("damkar")),
        measure,
        within: Seconds(900),
        source: "uji".into(),
    };
    let objectives = [objective(Measure::Mean), objective(Measure::PercentWithin(90))];
    let figures = figures(vec![call(1, Some(5), 60)], vec![slow, other], &objectives);
    for one in &figures.objectives {
        assert_eq!((one.n, one.within, one.mean, one.met), (1, 0, Some(1_000_000_000), Some(false)));
    }
    assert_eq!(interval(&figures, Interval::Response).stood_in, 2, "T7 stands for T7a, and it is told");
}

#[test]
fn a_report_is_divided_and_nothing_falls_between() {
    let reporting = CallTimes { incident: Some(IncidentId(uuid(1))), ..call(1, Some(5), 60) };
    let sent = vec![assignment(1, "damkar"), assignment(2, "polres")];
    let nowhere = IncidentTimes { area: Some(AreaCode("19.03".into())), ..incident(2, None, vec![]) };
    let ledger = Ledger::new(vec![reporting, call(2, None, 9)], vec![incident(1, Some(1), sent), nowhere]);
    let parts = |by| {
        let report = ledger.report(Some(by), Zone::Wib, &[]);
        let sizes = report.groups.iter().map(|one| (one.figures.calls.offered, one.figures.incidents.opened));
        report.groups.iter().map(|one| one.key.clone()).zip(sizes).collect::<Vec<_>>()
    };
    let kecamatan = Key::Area(AreaCode("19.03.01".into()));
    assert_eq!(parts(By::Area), [(kecamatan, (1, 1)), (Key::Other, (1, 1))]);
    assert_eq!(parts(By::Category), [(Key::Category(Category::A), (1, 2)), (Key::Other, (1, 0))]);
    assert_eq!(parts(By::Hour), [(Key::Hour(7), (2, 2))], "midnight UTC is seven in the morning here");
    assert_eq!(parts(By::Day), [(Key::Day("2026-11-22".into()), (2, 2))]);
    let agency = |n| Key::Agency(AgencyId(uuid(n)));
    assert_eq!(parts(By::Agency), [(agency(1), (0, 1)), (agency(2), (0, 1))]);
    let taker = Key::CallTaker(UserId(uuid(1)));
    assert_eq!(parts(By::CallTaker), [(taker, (1, 2)), (Key::Other, (1, 0))]);
}
