//! What consoles ask.

use dispatch_core::call::fact::CallFact;
use dispatch_core::call::{CallCommand, DispositionKind};
use dispatch_core::category::{Category, Priority};
use dispatch_core::duty::{DutyState, SetDuty};
use dispatch_core::ids::{AreaCode, IncidentId};
use dispatch_core::incident::{Change, IncidentCommand, IncidentStatus, Point};
use dispatch_core::private::Private;
use dispatch_core::screening::{NumberRefusal, NumberRuleKind};
use dispatch_core::site::UserRole;
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::{
    CallFilter, CallPhase, DeskCommand, DeskEvent, IncidentFilter, Near, NumberHistory, NumberPast,
    PageCursor, SiteCommand, SiteRefusal, SnapshotScope, StatusFilter, SubmitError,
};

use crate::support::on_both;
use crate::support::words::*;

const DISPATCHED: StatusFilter = StatusFilter::Is(IncidentStatus::Dispatched);

#[test]
fn calls_are_filtered_and_paged_newest_first() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            place.clock.pass(1);
            ids.push(call_arrives(&desk, place.clock.now(), NUMBER).await);
        }
        // Ended before anybody answered: abandoned, to be called back.
        call_ends(&desk, ids[0], place.clock.now()).await;
        let ask = |filter: CallFilter| {
            let store = desk.store().clone();
            async move {
                store
                    .calls(&CallFilter { limit: 100, ..filter })
                    .await
                    .unwrap()
                    .items
                    .iter()
                    .map(|c| c.id)
                    .collect::<Vec<_>>()
            }
        };
        let newest_first: Vec<_> = ids.iter().rev().copied().collect();
        assert_eq!(ask(CallFilter::default()).await, newest_first);
        assert_eq!(ask(CallFilter { phase: Some(CallPhase::Ended), ..Default::default() }).await, [ids[0]]);
        assert_eq!(ask(CallFilter { call_back_open: true, ..Default::default() }).await, [ids[0]]);
        assert_eq!(
            ask(CallFilter { open: Some(true), ..Default::default() }).await.len(),
            5,
            "a call-back is owed"
        );
        assert_eq!(ask(CallFilter { open: Some(false), ..Default::default() }).await, []);
        let from = Some(place.clock.now());
        assert_eq!(ask(CallFilter { from, ..Default::default() }).await, [ids[4]]);
        assert_eq!(ask(CallFilter { to: from, ..Default::default() }).await.len(), 4);

        let mut paged = Vec::new();
        let mut before: Option<PageCursor> = None;
        loop {
            let page =
                desk.store().calls(&CallFilter { limit: 2, before, ..Default::default() }).await.unwrap();
            paged.extend(page.items.iter().map(|call| call.id));
            let Some(next) = page.next else { break };
            before = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(paged, newest_first);
        assert_eq!(desk.store().open_calls(2).await.unwrap().len(), 2);
        assert_eq!(desk.store().calls_by_id(&ids[1..3]).await.unwrap().len(), 2);
        desk.stop().await;
    });
}

#[test]
fn a_number_is_known_by_its_other_calls() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let incident = incident_opens(&desk, Priority::P2).await;
        let mut ids = Vec::new();
        for kind in [
            DispositionKind::Prank,
            DispositionKind::Prank,
            DispositionKind::Ghost,
            DispositionKind::Incident,
        ] {
            place.clock.pass(60);
            let id = call_arrives(&desk, place.clock.now(), NUMBER).await;
            let dispose = CallCommand::Dispose { kind, note: None, incident: Some(incident.id) };
            desk.submit(by(1, DeskCommand::Call(id, dispose))).await.unwrap();
            ids.push(id);
        }
        let last_at = Some(place.clock.now());
        place.clock.pass(60);
        let new = call_arrives(&desk, place.clock.now(), NUMBER).await;
        let other = call_arrives(&desk, place.clock.now(), "+62811000000").await;
        let histories = desk.store().number_histories(&[new, other]).await.unwrap();
        assert_eq!(histories[&new], NumberHistory { calls: 4, prank: 2, ghost: 1, incidents: 1, last_at });
        assert_eq!(histories[&other], NumberHistory::default());
        let number = Private::new(NUMBER.to_owned());
        let lift = CallFact::RestrictionLifted { by: user(9) };
        let lifted_at = place.clock.now();
        desk.submit(fact(new, lifted_at, lift)).await.unwrap();
        let past =
            NumberPast { number, pranks: 2, ghosts: 1, incidents: 1, lifted_at: Some(lifted_at), rule: None };
        let (begun, now) = (Timestamp::from_micros(0), place.clock.now());
        assert_eq!(desk.store().number_pasts(begun, 10).await.unwrap(), std::slice::from_ref(&past));
        assert_eq!(desk.store().number_pasts(now.after(Seconds(1)), 10).await.unwrap(), []);
        let call = desk.store().call(new).await.unwrap().unwrap();
        assert_eq!(desk.store().number_past_of(&call, begun).await.unwrap(), Some(past));
        let filter = CallFilter { incident: Some(incident.id), limit: 10, ..Default::default() };
        assert_eq!(desk.store().calls(&filter).await.unwrap().items[0].id, ids[3]);
        desk.stop().await;
    });
}

#[test]
fn a_rule_for_a_number_holds_until_its_end_and_is_told_with_what_its_calls_were() {
    on_both(|place| async move {
        let desk = place.desk().await;
        place.clock.pass(60);
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        let dispose = CallCommand::Dispose { kind: DispositionKind::Prank, note: None, incident: None };
        desk.submit(by(1, DeskCommand::Call(call, dispose))).await.unwrap();
        let (begun, now) = (Timestamp::from_micros(0), place.clock.now());
        let rule = |number: &str, rule, days: u32| SiteCommand::RuleNumber {
            number: Private::new(number.to_owned()),
            rule,
            until: now.after(Seconds(days * 86_400)),
            reason: Private::new("Ancaman palsu berulang".into()),
            decree: Some("SK 9/2026".into()),
        };
        let (held, lifted) = (Some(NumberRuleKind::Restricted), Some(NumberRuleKind::Lifted));
        desk.submit(by(9, DeskCommand::Site(rule(NUMBER, held, 10)))).await.unwrap();
        on_site(&desk, rule("+6281290001", lifted, 20)).await.unwrap();
        let refused = on_site(&desk, rule(NUMBER, held, 91)).await;
        assert!(matches!(refused, Err(SubmitError::Site(SiteRefusal::Number(NumberRefusal::Until)))));
        let found = desk.store().number_records(begun, 10).await.unwrap();
        let [known, never_called] = found.as_slice() else { panic!("{found:?}") };
        let past = &known.past;
        assert_eq!((past.pranks, past.ghosts, known.last_call), (1, 0, Some(call)));
        assert_eq!((known.last_at, known.newest_outcome_at), (Some(now), Some(now)));
        let ruled = past.rule.as_ref().unwrap();
        assert_eq!((ruled.rule, ruled.by, ruled.at), (NumberRuleKind::Restricted, Some(user(9)), now));
        assert_eq!(ruled.decree.as_deref(), Some("SK 9/2026"));
        assert_eq!((never_called.past.pranks, never_called.last_at), (0, None));
        // The trunk is told of both, whether they called or not.
        let told = desk.store().number_pasts(begun, 10).await.unwrap();
        assert_eq!(told.iter().filter(|one| one.rule.is_some()).count(), 2);
        // The log names nobody's number.
        let page = desk.store().log_entries(0, 100).await.unwrap();
        let bodies: String =
            page.iter().map(|entry| String::from_utf8_lossy(&entry.leaf).into_owned()).collect();
        assert!(bodies.contains("number_ruled") && !bodies.contains(&NUMBER[1..]), "{bodies}");
        // It ends when somebody says so, and by itself.
        on_site(&desk, rule(NUMBER, None, 0)).await.unwrap();
        let number = Private::new(NUMBER.to_owned());
        assert_eq!(desk.store().number_past(&number, begun).await.unwrap().rule, None);
        place.clock.pass(21 * 86_400);
        let later = desk.store().number_records(begun, 10).await.unwrap();
        assert_eq!(later.iter().filter(|one| one.past.rule.is_some()).count(), 0);
        desk.stop().await;
    });
}

#[test]
fn incidents_are_found_by_everything_that_a_console_asks() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let mut far = report(Priority::P3);
        far.category = Category::C;
        far.location.point = Some(Private::new(Point { lat: -2.5, lon: 106.0 }));
        far.location.area_code = Some(AreaCode("19.03.02.2001".into()));
        far.narrative = Private::new("Tabrakan 100% di Jalan_Raya".into());
        let fire = incident_opens(&desk, Priority::P1).await;
        place.clock.pass(1);
        let far = incident_of(
            desk.submit(by(1, DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(far)))).await.unwrap(),
        );
        let fire = dispatched(&desk, fire.id, 1).await;
        let ask = |filter: IncidentFilter| {
            let store = desk.store().clone();
            async move {
                store
                    .incidents(&IncidentFilter { limit: 10, ..filter })
                    .await
                    .unwrap()
                    .items
                    .iter()
                    .map(|i| i.number.clone())
                    .collect::<Vec<_>>()
            }
        };
        let (one, two) = ("2026-000001".to_owned(), "2026-000002".to_owned());
        assert_eq!(ask(IncidentFilter::default()).await, [two.clone(), one.clone()]);
        let only = |n: &String| vec![n.clone()];
        assert_eq!(
            ask(IncidentFilter { category: Some(Category::C), ..Default::default() }).await,
            only(&two)
        );
        assert_eq!(ask(IncidentFilter { agency: Some(agency(1)), ..Default::default() }).await, only(&one));
        assert_eq!(ask(IncidentFilter { status: Some(DISPATCHED), ..Default::default() }).await, only(&one));
        let area =
            |code: &str| IncidentFilter { area_code: Some(AreaCode(code.into())), ..Default::default() };
        assert_eq!(ask(area("19.03.02")).await, only(&two));
        assert_eq!(ask(area("19.03.02.2001")).await, only(&two));
        assert_eq!(ask(area("19.03")).await.len(), ask(area("19")).await.len());
        assert!(ask(area("19")).await.contains(&two) && ask(area("31")).await.is_empty());
        assert_eq!(ask(area("19.03.0")).await, Vec::<String>::new(), "a prefix of a code is no area");
        let text = |q: &str| IncidentFilter { q: Some(q.into()), ..Default::default() };
        assert_eq!(ask(text("TERBAKAR")).await, only(&one));
        assert_eq!(ask(text("al ikhlas")).await.len(), 2);
        assert_eq!(ask(text("2026-000002")).await, only(&two));
        assert_eq!(ask(text("100%")).await, only(&two));
        assert_eq!(ask(text("jalan_r")).await, only(&two));
        assert_eq!(ask(text("%")).await, only(&two), "a percent sign is itself");
        let near = |radius_m: f64| IncidentFilter {
            near: Some(Near { point: Point { lat: -3.0, lon: 106.46 }, radius_m }),
            ..Default::default()
        };
        assert_eq!(ask(near(1_100.0)).await, only(&one));
        assert_eq!(ask(near(900.0)).await, Vec::<String>::new());
        assert_eq!(ask(IncidentFilter { from: Some(far.opened_at), ..Default::default() }).await, only(&two));
        assert_eq!(ask(IncidentFilter { to: Some(far.opened_at), ..Default::default() }).await, only(&one));

        assert_eq!(
            desk.store().incident_of_assignment(fire.assignments[0].id).await.unwrap(),
            Some(fire.clone())
        );
        assert_eq!(
            desk.store().assignments_of(agency(1), true, 10).await.unwrap(),
            std::slice::from_ref(&fire)
        );
        let cancel = IncidentCommand::Cancel { reason: Private::new("salah".into()) };
        desk.submit(by(1, DeskCommand::Incident(fire.id, cancel))).await.unwrap();
        assert_eq!(desk.store().assignments_of(agency(1), true, 10).await.unwrap(), []);
        assert_eq!(desk.store().assignments_of(agency(1), false, 10).await.unwrap().len(), 1);
        assert_eq!(
            ask(IncidentFilter { status: Some(StatusFilter::Ended), ..Default::default() }).await,
            only(&one)
        );
        assert_eq!(
            ask(IncidentFilter { status: Some(StatusFilter::Open), ..Default::default() }).await,
            only(&two)
        );
        desk.stop().await;
    });
}

#[test]
fn a_timeline_has_the_incident_and_its_calls() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        call_arrives(&desk, place.clock.now(), NUMBER).await;
        let mut report = report(Priority::P1);
        report.call = Some(call);
        let incident = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report));
        let incident = incident_of(desk.submit(by(1, incident)).await.unwrap());
        desk.submit(fact(call, place.clock.now(), CallFact::Answered { by: user(1) })).await.unwrap();
        dispatched(&desk, incident.id, 1).await;
        let timeline = desk.store().timeline(incident.id, 100).await.unwrap();
        assert_eq!(timeline.iter().map(|change| change.index).collect::<Vec<_>>(), [1, 3, 4, 5]);
        let DeskEvent::Call(dispatch_core::call::CallEvent::Fact {
            fact: CallFact::Arrived(arrival), ..
        }) = &timeline[0].event
        else {
            panic!("{:?}", timeline[0])
        };
        assert_eq!(arrival.caller.as_ref().unwrap().number.reveal(), NUMBER);
        assert_eq!(desk.store().timeline(incident.id, 2).await.unwrap()[0].index, 4, "the newest");
        desk.stop().await;
    });
}

#[test]
fn the_wallboard_counts_what_is_open_now() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        for n in 1..=3 {
            on_site(&desk, add_user(n, &format!("petugas{n}"), UserRole::CallTaker, None)).await.unwrap();
        }
        let ready = SetDuty { state: DutyState::Ready, audio: None, skills: None };
        desk.submit(by(1, DeskCommand::Duty(user(1), ready))).await.unwrap();
        let start = place.clock.now();
        let quick = call_arrives(&desk, start, NUMBER).await;
        let slow = call_arrives(&desk, start, NUMBER).await;
        let lost = call_arrives(&desk, start, NUMBER).await;
        place.clock.pass(15);
        desk.submit(fact(quick, place.clock.now(), CallFact::Answered { by: user(1) })).await.unwrap();
        place.clock.pass(1);
        desk.submit(fact(slow, place.clock.now(), CallFact::Answered { by: user(2) })).await.unwrap();
        call_ends(&desk, lost, place.clock.now()).await;
        let waits_since = place.clock.now();
        call_arrives(&desk, waits_since, NUMBER).await;
        let incident = incident_opens(&desk, Priority::P1).await;
        dispatched(&desk, incident.id, 1).await;
        incident_opens(&desk, Priority::P3).await;
        place.clock.pass(400);
        for due in desk.due(place.clock.now(), 100).await.unwrap() {
            desk.submit(due.submission().unwrap()).await.unwrap();
        }

        let figures = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!((figures.calls_waiting, figures.waiting_since), (1, Some(waits_since)));
        assert_eq!((figures.answered_today, figures.answered_within_15s), (2, 1));
        assert_eq!((figures.call_backs_open, figures.call_backs_overdue), (1, 1));
        assert_eq!(
            figures.incidents_by_status.into_iter().collect::<Vec<_>>(),
            [(IncidentStatus::New, 1), (IncidentStatus::Dispatched, 1)]
        );
        assert_eq!(figures.unacknowledged.into_iter().collect::<Vec<_>>(), [(Priority::P1, 1)]);
        assert_eq!(figures.unacknowledged_since, Some(waits_since));
        let takers = figures.call_takers;
        assert_eq!((takers.ready, takers.paused, takers.off, takers.talking), (1, 0, 2, 2));
        let agencies: Vec<_> =
            figures.open_by_agency.iter().map(|a| (a.agency, a.open, a.unacknowledged)).collect();
        assert_eq!(agencies, [(agency(1), 1, 1)]);
        assert_eq!(
            (figures.arrived_lately, figures.handled_lately),
            (4, 0),
            "those who were answered still talk"
        );
        call_ends(&desk, quick, place.clock.now()).await;
        let figures = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!(
            (figures.handled_lately, figures.handled_lately_us),
            (1, 401_000_000),
            "from the answer on"
        );

        // 17:00Z is midnight in WIB: a new day.
        place.clock.set("2026-11-22T17:00:00Z".parse().unwrap());
        assert_eq!(desk.store().wallboard(place.clock.now()).await.unwrap().answered_today, 0);
        let later = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!((later.arrived_lately, later.handled_lately), (0, 0), "hours ago");
        desk.stop().await;
    });
}

#[test]
fn an_agency_gets_its_own_incidents_only() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let mine = incident_opens(&desk, Priority::P1).await;
        let mine = dispatched(&desk, mine.id, 1).await;
        let theirs = incident_opens(&desk, Priority::P1).await;
        dispatched(&desk, theirs.id, 2).await;
        call_arrives(&desk, place.clock.now(), NUMBER).await;
        let scope = SnapshotScope { calls: false, duties: false, agency: Some(agency(1)), limit: 100 };
        let snapshot = desk.store().snapshot(&scope).await.unwrap();
        assert_eq!(snapshot.incidents.iter().map(|incident| incident.id).collect::<Vec<_>>(), [mine.id]);
        assert!(snapshot.calls.is_empty() && snapshot.duties.is_empty());
        desk.submit(by(11, step(&mine, 0, Change::Acknowledge { unit: None }))).await.unwrap();
        desk.submit(by(11, step(&mine, 0, Change::Complete { note: None }))).await.unwrap();
        assert!(desk.store().snapshot(&scope).await.unwrap().incidents.is_empty(), "done with it");
        desk.stop().await;
    });
}

#[test]
fn where_incidents_were_is_told_once_each_and_without_those_that_did_not_happen() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let begun = place.clock.now();
        place.clock.pass(60);
        let at = async |lat: Option<f64>| {
            place.clock.pass(60);
            let mut told = report(Priority::P2);
            told.location.point = lat.map(|lat| Private::new(Point { lat, lon: 106.5 }));
            let open = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(told));
            incident_of(desk.submit(by(1, open)).await.unwrap())
        };
        let stays = at(Some(-3.0)).await;
        let (goes, false_report) = (at(Some(-3.001)).await, at(Some(-3.1)).await);
        at(None).await;
        at(Some(-3.2)).await;
        desk.submit(by(1, DeskCommand::Merge { from: goes.id, into: stays.id })).await.unwrap();
        let cancel = IncidentCommand::Cancel { reason: Private::new("bukan insiden".into()) };
        desk.submit(by(1, DeskCommand::Incident(false_report.id, cancel))).await.unwrap();
        let until = place.clock.now().after(Seconds(1));
        let points = desk.store().incident_points(begun, until, 10).await.unwrap();
        let lats: Vec<Option<f64>> = points.iter().map(|point| point.map(|point| point.lat)).collect();
        assert_eq!(lats, [Some(-3.2), None, Some(-3.0)]);
        assert_eq!(desk.store().incident_points(begun, until, 2).await.unwrap().len(), 2);
        assert_eq!(desk.store().incident_points(until, until.after(Seconds(60)), 10).await.unwrap(), []);
        let day_one = desk.store().incident_points(begun, stays.opened_at, 10).await.unwrap();
        assert_eq!(day_one, [], "the end does not belong to the time");
        desk.stop().await;
    });
}
