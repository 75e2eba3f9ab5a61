//! Two reports of one thing and one report of two: no caller is lost, and no agency forgets where it is.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::actor::Actor;
use dispatch_core::card::{AnswerCode, CardCode, CardSet, Flag, QuestionCode};
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, CallId, IncidentId, UnitId};
use dispatch_core::incident::{
    self, AssignmentState, Change, Ending, Incident, IncidentCommand, IncidentEvent, IncidentRefusal,
    IncidentStatus, ReportSource,
};
use dispatch_core::policy::Policy;
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::{Seconds, Timestamp};
use dispatch_core::unit::{UnitTag, holders};
use proptest::prelude::*;
use uuid::Uuid;

use crate::bench::{AGENCIES, agency, person, policy, report, start};

/// A desk with many incidents: what the store does, in memory.
struct Room {
    policy: Policy,
    now: Timestamp,
    incidents: BTreeMap<IncidentId, Incident>,
    history: Vec<(IncidentId, Timestamp, IncidentEvent)>,
    /// Every call that was ever attached and not let go, and the incident that its outcome names.
    attached: BTreeMap<CallId, IncidentId>,
}

const SUPERVISOR: u128 = 9;

fn id(n: usize) -> IncidentId {
    IncidentId(Uuid::from_u64_pair(0x0193_5A00_0000_7ABC, 0x8000_0000_0000_0000 + n as u64))
}

fn call(n: usize) -> CallId {
    CallId(Uuid::from_u128(0xC000 + n as u128))
}

impl Room {
    fn new() -> Self {
        Self {
            policy: policy(),
            now: start(),
            incidents: BTreeMap::new(),
            history: Vec::new(),
            attached: BTreeMap::new(),
        }
    }

    /// All of it or nothing, in this order.
    fn run(&mut self, steps: Vec<(IncidentId, IncidentCommand)>) -> Result<(), IncidentRefusal> {
        let (incidents, told) = (self.incidents.clone(), self.history.len());
        for (id, command) in steps {
            let actor = Actor::User(person(SUPERVISOR));
            let decided =
                incident::decide(self.incidents.get(&id), id, command, actor, &self.policy, self.now);
            let events = match decided {
                Ok(decision) => decision.events,
                Err(refusal) => {
                    self.incidents = incidents;
                    self.history.truncate(told);
                    return Err(refusal);
                }
            };
            for event in events {
                let before = self.incidents.remove(&id);
                let after = incident::apply(before, id, &event, actor, self.now).unwrap();
                self.incidents.insert(id, after);
                self.history.push((id, self.now, event));
            }
        }
        Ok(())
    }

    fn open(&mut self, n: usize, priority: Priority, by: Option<CallId>) {
        let mut said = report("kebakaran_bangunan", Category::A, priority);
        (said.number, said.call) = (format!("2026-{n:06}"), by);
        self.run(vec![(id(n), IncidentCommand::Open(Box::new(said)))]).unwrap();
        self.attached.extend(by.map(|call| (call, id(n))));
    }

    fn of(&self, n: usize) -> &Incident {
        &self.incidents[&id(n)]
    }

    fn send(&mut self, n: usize, codes: &[&str]) -> Result<(), IncidentRefusal> {
        self.send_as(Role::Lead, n, codes)
    }

    fn send_as(&mut self, role: Role, n: usize, codes: &[&str]) -> Result<(), IncidentRefusal> {
        let target = |code: &&str| Target {
            agency: agency(code),
            code: AgencyCode::new(*code),
            role,
            because: String::new(),
        };
        let targets = codes.iter().map(target).collect();
        self.run(vec![(id(n), IncidentCommand::Dispatch { targets, note: None })])
    }

    fn state(&self, n: usize, code: &str) -> Option<AssignmentState> {
        let asked = self.of(n).assignments.iter().rev().find(|a| a.agency == agency(code));
        asked.map(|a| a.progress.state())
    }

    fn report(&mut self, n: usize, code: &str, change: Change) -> Result<(), IncidentRefusal> {
        let assignment = self.of(n).assignments.iter().rev().find(|a| a.agency == agency(code));
        let id_of = assignment.ok_or(IncidentRefusal::UnknownAssignment)?.id;
        let source = ReportSource::Console;
        self.run(vec![(id(n), IncidentCommand::Assignment { id: id_of, change, source })])
    }

    fn merge(&mut self, from: usize, into: usize) -> Result<(), IncidentRefusal> {
        let (Some(a), Some(b)) = (self.incidents.get(&id(from)), self.incidents.get(&id(into))) else {
            return Err(IncidentRefusal::Unknown);
        };
        let steps = incident::merge(a, b).to_vec();
        self.run(steps)
    }

    fn unmerge(&mut self, merged: usize, from: usize) -> Result<(), IncidentRefusal> {
        let (Some(a), Some(b)) = (self.incidents.get(&id(merged)), self.incidents.get(&id(from))) else {
            return Err(IncidentRefusal::Unknown);
        };
        let steps = incident::unmerge(a, b).to_vec();
        self.run(steps)
    }

    /// The incident that has the calls of this one.
    fn holder(&self, mut of: IncidentId) -> IncidentId {
        while let Some(Ending::Merged { into, .. }) = &self.incidents[&of].ending {
            of = *into;
        }
        of
    }

    /// As the desk does it: a call whose outcome names another incident leaves the one that it was on.
    fn attach(&mut self, call: CallId, to: usize) -> Result<(), IncidentRefusal> {
        if !self.incidents.contains_key(&id(to)) {
            return Err(IncidentRefusal::Unknown);
        }
        let mut steps = vec![(id(to), IncidentCommand::AttachCall { call })];
        let left = self.attached.get(&call).map(|left| self.holder(*left)).filter(|left| *left != id(to));
        steps.extend(left.map(|left| (left, IncidentCommand::DetachCall { call })));
        self.run(steps)?;
        self.attached.insert(call, id(to));
        Ok(())
    }

    fn let_go(&mut self, call: CallId) {
        let Some(left) = self.attached.get(&call).map(|left| self.holder(*left)) else { return };
        self.run(vec![(left, IncidentCommand::DetachCall { call })]).unwrap();
        self.attached.remove(&call);
    }

    /// Which incidents that are not merged have the call.
    fn holders(&self, call: CallId) -> Vec<IncidentId> {
        let going_on = self.incidents.values().filter(|one| one.status() != IncidentStatus::Merged);
        going_on.filter(|one| one.calls.contains(&call)).map(|one| one.id).collect()
    }
}

#[test]
fn a_merge_takes_over_callers_and_agencies_and_calls_nobody_off() {
    let mut room = Room::new();
    room.open(1, Priority::P2, Some(call(1)));
    room.open(2, Priority::P1, Some(call(2)));
    room.send(1, &["damkar", "polres"]).unwrap();
    room.send(2, &["damkar", "ambulans"]).unwrap();
    room.report(2, "ambulans", Change::Acknowledge { unit: Some("AMB-2".into()) }).unwrap();
    room.report(2, "ambulans", Change::EnRoute).unwrap();
    let under_way = room.of(2).assignments.iter().find(|a| a.agency == agency("ambulans")).unwrap().clone();
    room.now = room.now.after(Seconds(5));
    room.merge(2, 1).unwrap();

    assert_eq!(room.of(1).calls, [call(1), call(2)]);
    assert_eq!((room.holders(call(2)), room.of(2).status()), (vec![id(1)], IncidentStatus::Merged));
    let gone_on = room.of(1).assignments.iter().find(|a| a.agency == agency("ambulans")).unwrap();
    assert_eq!(gone_on.progress.state(), AssignmentState::EnRoute, "nobody on the way is called off");
    assert_eq!((gone_on.acknowledged, gone_on.en_route_at), (under_way.acknowledged, under_way.en_route_at));
    assert_eq!((gone_on.sent_at, &gone_on.unit), (under_way.sent_at, &under_way.unit));
    assert_ne!(gone_on.id, under_way.id);
    let asked = room.of(1).assignments.iter().filter(|a| a.agency == agency("damkar")).count();
    assert_eq!(asked, 1, "who is on it already is not asked twice");
    assert_eq!(room.of(1).priority, Priority::P1, "the more urgent of the two");
    assert_eq!(incident::next_deadline(room.of(2), &room.policy), None, "nothing runs on the merged one");

    let into = IncidentRefusal::Merged { into: id(1), number: "2026-000001".into() };
    assert_eq!(room.report(2, "ambulans", Change::OnScene), Err(into.clone()), "reported where it goes on");
    room.report(1, "ambulans", Change::OnScene).unwrap();
    assert_eq!(room.attach(call(7), 2), Err(into.clone()));
    let reopen = IncidentCommand::Reopen { reason: Private::new("x".into()) };
    assert_eq!(room.run(vec![(id(2), reopen)]), Err(into), "split it out instead");
}

#[test]
fn a_crew_goes_on_where_its_agency_has_finished_or_only_hears_of_it() {
    let mut room = Room::new();
    room.open(1, Priority::P1, Some(call(1)));
    room.open(2, Priority::P1, Some(call(2)));
    room.send(1, &["damkar"]).unwrap();
    room.send_as(Role::Notify, 1, &["bpbd", "polres"]).unwrap();
    room.report(1, "damkar", Change::Acknowledge { unit: None }).unwrap();
    room.report(1, "damkar", Change::Complete { note: None }).unwrap();
    room.send(2, &["damkar", "bpbd"]).unwrap();
    room.send_as(Role::Notify, 2, &["polres"]).unwrap();
    let engine = UnitTag { id: UnitId(Uuid::from_u128(0xF001)), callsign: "Damkar 1".into() };
    for code in ["damkar", "bpbd"] {
        room.report(2, code, Change::Acknowledge { unit: None }).unwrap();
        room.report(2, code, Change::EnRoute).unwrap();
    }
    let assignment = room.of(2).assignments[0].id;
    room.run(vec![(id(2), IncidentCommand::JoinUnit { assignment, unit: engine.clone() })]).unwrap();
    let reason = None;
    room.run(vec![(id(2), IncidentCommand::RaiseAlarm { to: 3, reason })]).unwrap();
    room.merge(2, 1).unwrap();

    assert_eq!(room.state(1, "damkar"), Some(AssignmentState::EnRoute), "beside what it had finished");
    let held: Vec<UnitId> = holders(room.of(1)).into_iter().map(|(unit, _)| unit).collect();
    assert_eq!(held, [engine.id], "nobody is called off on the way");
    assert_eq!(room.state(1, "bpbd"), Some(AssignmentState::EnRoute), "not joined to the mere copy");
    let copies = room.of(1).assignments.iter().filter(|a| a.agency == agency("polres")).count();
    assert_eq!(copies, 1, "who only hears of it hears of it once");
    assert_eq!(room.of(1).alarm, 3, "the higher of the two");
    room.unmerge(2, 1).unwrap();
    assert_eq!(room.state(2, "damkar"), Some(AssignmentState::EnRoute));
}

#[test]
fn a_crew_that_came_with_another_one_stays_when_the_task_that_it_joined_goes_back() {
    let mut room = Room::new();
    for number in 1..=3 {
        room.open(number, Priority::P1, Some(call(number)));
    }
    let crew = |n: usize| UnitTag {
        id: UnitId(Uuid::from_u128(0xF000 + n as u128)),
        callsign: format!("Damkar {n}"),
    };
    for number in [2, 3] {
        room.send(number, &["damkar"]).unwrap();
        room.report(number, "damkar", Change::Acknowledge { unit: None }).unwrap();
        let (assignment, unit) = (room.of(number).assignments[0].id, crew(number));
        room.run(vec![(id(number), IncidentCommand::JoinUnit { assignment, unit })]).unwrap();
    }
    room.merge(2, 1).unwrap();
    room.merge(3, 1).unwrap();
    let held = |room: &Room, number| {
        holders(room.of(number)).into_iter().map(|(unit, _)| unit).collect::<Vec<UnitId>>()
    };
    assert_eq!(held(&room, 1), [crew(2).id, crew(3).id]);
    room.unmerge(2, 1).unwrap();
    assert_eq!(
        (held(&room, 1), held(&room, 2)),
        (vec![crew(3).id], vec![crew(2).id]),
        "each where it belongs"
    );
    room.unmerge(3, 1).unwrap();
    assert_eq!((held(&room, 1), held(&room, 3)), (vec![], vec![crew(3).id]));
    assert_eq!(
        room.state(1, "damkar"),
        Some(AssignmentState::Cancelled),
        "nobody is left who was asked here"
    );
}

#[test]
fn what_is_split_out_again_goes_on_where_its_agencies_have_come() {
    let mut room = Room::new();
    room.open(1, Priority::P1, Some(call(1)));
    room.open(2, Priority::P1, Some(call(2)));
    room.send(1, &["damkar"]).unwrap();
    room.send(2, &["damkar", "ambulans"]).unwrap();
    room.report(2, "ambulans", Change::Acknowledge { unit: None }).unwrap();
    room.merge(2, 1).unwrap();
    room.report(1, "ambulans", Change::OnScene).unwrap();
    room.attach(call(3), 1).unwrap();
    room.now = room.now.after(Seconds(400));
    room.unmerge(2, 1).unwrap();

    assert_eq!((room.of(1).calls.clone(), room.of(2).calls.clone()), (vec![call(1), call(3)], vec![call(2)]));
    assert_eq!(room.state(2, "ambulans"), Some(AssignmentState::OnScene), "it is there, whatever the number");
    assert_eq!(room.state(1, "ambulans"), Some(AssignmentState::Cancelled));
    // The fire brigade had not answered here; its clock stood still for minutes, so it is asked anew.
    let asked: Vec<_> = room.of(2).assignments.iter().filter(|a| a.agency == agency("damkar")).collect();
    assert_eq!(
        asked.iter().map(|a| a.progress.state()).collect::<Vec<_>>(),
        [AssignmentState::Cancelled, AssignmentState::Sent]
    );
    assert_eq!(asked[1].sent_at, room.now);
    assert_eq!(room.unmerge(2, 1), Err(IncidentRefusal::NotMergedHere), "once");
    room.merge(2, 1).unwrap();
    assert_eq!(room.of(1).calls, [call(1), call(3), call(2)], "and it can be merged again");
}

#[test]
fn what_was_learned_by_asking_goes_along_and_comes_back() {
    let set = CardSet::default_set().unwrap();
    let said = |question: &str, answer: &str| {
        let answer = AnswerCode::new(answer);
        set.answer(&CardCode::new("kebakaran_bangunan"), &QuestionCode::new(question), Some(&answer)).unwrap()
    };
    let mut room = Room::new();
    for n in 1..=3 {
        room.open(n, Priority::P1, Some(call(n)));
    }
    room.run(vec![(id(1), IncidentCommand::AnswerCard { answers: vec![said("di_dalam", "ya")] })]).unwrap();
    room.run(vec![(id(2), IncidentCommand::AnswerCard { answers: vec![said("bahan", "ya")] })]).unwrap();
    assert_eq!(room.of(3).flags(), []);
    room.merge(1, 2).unwrap();
    assert_eq!(room.of(2).flags(), [Flag::Trapped, Flag::Hazmat], "the crews that go have to know both");
    room.merge(2, 3).unwrap();
    assert_eq!(room.of(3).flags(), [Flag::Trapped, Flag::Hazmat], "over two merges too");
    room.unmerge(2, 3).unwrap();
    room.unmerge(1, 2).unwrap();
    let of = |n| room.of(n).flags();
    assert_eq!((of(1), of(2), of(3)), (vec![Flag::Trapped], vec![Flag::Hazmat], vec![]));
}

#[test]
fn chains_are_undone_from_their_end_and_circles_are_refused() {
    let mut room = Room::new();
    for n in 1..=3 {
        room.open(n, Priority::P2, Some(call(n)));
    }
    room.send(1, &["damkar"]).unwrap();
    room.merge(1, 2).unwrap();
    assert!(matches!(room.merge(2, 1), Err(IncidentRefusal::Merged { .. })), "a circle");
    assert_eq!(room.merge(3, 3), Err(IncidentRefusal::IntoItself));
    room.merge(2, 3).unwrap();
    assert_eq!(room.of(3).calls, [call(3), call(2), call(1)]);
    assert_eq!(room.state(3, "damkar"), Some(AssignmentState::Sent));
    assert!(room.unmerge(1, 2).is_err(), "what it was merged into was merged itself");
    assert_eq!(room.unmerge(1, 3), Err(IncidentRefusal::NotMergedHere));
    room.unmerge(2, 3).unwrap();
    room.unmerge(1, 2).unwrap();
    assert_eq!([1, 2, 3].map(|n| room.of(n).calls.clone()), [[call(1)], [call(2)], [call(3)]].map(Vec::from));
    assert_eq!(room.state(1, "damkar"), Some(AssignmentState::Sent));
    assert!([1, 2, 3].into_iter().all(|n| incident::next_deadline(room.of(n), &room.policy).is_some()));
}

#[test]
fn one_call_leaves_and_stays_away_when_its_incident_is_split_out() {
    let mut room = Room::new();
    for n in 1..=3 {
        room.open(n, Priority::P2, Some(call(n)));
    }
    room.merge(1, 2).unwrap();
    room.attach(call(1), 3).unwrap();
    assert_eq!(room.holders(call(1)), [id(3)], "it was another fire");
    room.unmerge(1, 2).unwrap();
    assert_eq!((room.of(1).calls.clone(), room.holders(call(1))), (vec![], vec![id(3)]));
    room.merge(3, 1).unwrap();
    assert_eq!(room.holders(call(1)), [id(1)]);
}

#[test]
fn a_call_that_was_said_to_be_of_the_one_that_goes_on_stays_there() {
    let mut room = Room::new();
    room.open(1, Priority::P2, Some(call(1)));
    room.open(2, Priority::P2, Some(call(2)));
    room.merge(2, 1).unwrap();
    room.attach(call(2), 1).unwrap();
    room.unmerge(2, 1).unwrap();
    assert_eq!((room.holders(call(2)), room.of(2).calls.clone()), (vec![id(1)], vec![]));
}

#[test]
fn into_what_has_ended_nothing_is_merged_and_a_master_hands_on_its_rank() {
    let mut room = Room::new();
    for n in 1..=3 {
        room.open(n, Priority::P2, Some(call(n)));
    }
    let close = IncidentCommand::Close { reason: Some(Private::new("padam".into())), may_override: true };
    room.run(vec![(id(3), close)]).unwrap();
    assert_eq!(room.merge(1, 3), Err(IncidentRefusal::Ended));
    assert_eq!(room.of(1).status(), IncidentStatus::New, "and nothing of it is left half done");
    assert_eq!(room.merge(3, 1), Err(IncidentRefusal::Ended));
    assert_eq!(room.attach(call(9), 3), Err(IncidentRefusal::Ended));
    assert_eq!(room.attach(call(3), 3), Ok(()), "what is on it already is no news");
    room.run(vec![(id(1), IncidentCommand::DeclareMassEvent)]).unwrap();
    room.run(vec![(id(1), IncidentCommand::DeclareMassEvent)]).unwrap();
    room.merge(1, 2).unwrap();
    assert!(room.of(2).master.is_some());
    room.run(vec![(id(2), IncidentCommand::EndMassEvent)]).unwrap();
    assert_eq!(room.of(2).master, None);
    let declared = room.history.iter().filter(|(_, _, e)| *e == IncidentEvent::MassEventDeclared).count();
    assert_eq!(declared, 2, "said twice is declared once");
}

#[derive(Clone, Debug)]
enum Act {
    Open(Priority),
    Attach(usize, usize),
    LetGo(usize),
    Merge(usize, usize),
    Unmerge(usize, usize),
    Send(usize, usize),
    Report(usize, usize, u8),
    Close(usize),
    Reopen(usize),
    Wait(u32),
}

fn any_act() -> impl Strategy<Value = Act> {
    let n = || 0..6usize;
    prop_oneof![
        2 => prop::sample::select(&Priority::ALL[..3]).prop_map(Act::Open),
        4 => (0..12usize, n()).prop_map(|(call, to)| Act::Attach(call, to)),
        1 => (0..12usize).prop_map(Act::LetGo),
        5 => (n(), n()).prop_map(|(from, into)| Act::Merge(from, into)),
        5 => (n(), n()).prop_map(|(merged, from)| Act::Unmerge(merged, from)),
        3 => (n(), 0..AGENCIES.len()).prop_map(|(at, who)| Act::Send(at, who)),
        3 => (n(), 0..AGENCIES.len(), 0..4u8).prop_map(|(at, who, what)| Act::Report(at, who, what)),
        1 => n().prop_map(Act::Close),
        1 => n().prop_map(Act::Reopen),
        1 => (1..900u32).prop_map(Act::Wait),
    ]
}

/// Does it; a refusal is an answer, not an error.
fn perform(room: &mut Room, act: Act) {
    let known = room.incidents.len();
    let said = || Private::new("karena".to_owned());
    let _refused = match act {
        Act::Open(priority) if known < 6 => {
            // Each by a call of its own, which is nobody else's.
            room.open(known, priority, Some(call(100 + known)));
            Ok(())
        }
        Act::Open(_) => Ok(()),
        Act::Attach(caller, to) => room.attach(call(caller), to),
        Act::LetGo(caller) => {
            room.let_go(call(caller));
            Ok(())
        }
        Act::Merge(from, into) => room.merge(from, into),
        Act::Unmerge(merged, from) => room.unmerge(merged, from),
        Act::Send(at, _) | Act::Report(at, _, _) if at >= known => Ok(()),
        Act::Send(at, who) => room.send(at, &[AGENCIES[who]]),
        Act::Report(at, who, what) => {
            let change = match what {
                0 => Change::Acknowledge { unit: None },
                1 => Change::Decline { reason: said() },
                2 => Change::OnScene,
                _last => Change::Complete { note: None },
            };
            room.report(at, AGENCIES[who], change)
        }
        Act::Close(at) => {
            room.run(vec![(id(at), IncidentCommand::Close { reason: Some(said()), may_override: true })])
        }
        Act::Reopen(at) => room.run(vec![(id(at), IncidentCommand::Reopen { reason: said() })]),
        Act::Wait(span) => {
            room.now = room.now.after(Seconds(span));
            Ok(())
        }
    };
}

fn check(room: &Room) -> Result<(), TestCaseError> {
    for (call, outcome) in &room.attached {
        let holders = room.holders(*call);
        prop_assert_eq!(&holders, &vec![room.holder(*outcome)], "a caller is on one incident that goes on");
    }
    let listed: Vec<CallId> = room
        .incidents
        .values()
        .filter(|one| one.status() != IncidentStatus::Merged)
        .flat_map(|one| one.calls.clone())
        .collect();
    let distinct: BTreeSet<_> = listed.iter().copied().collect();
    prop_assert_eq!((listed.len(), distinct.len()), (room.attached.len(), room.attached.len()));
    for incident in room.incidents.values() {
        let mut at_work: Vec<_> = incident.unfinished().map(|a| a.agency).collect();
        let asked = at_work.len();
        at_work.sort();
        at_work.dedup();
        prop_assert_eq!(at_work.len(), asked, "an agency is asked once at a time");
        let mut ids: Vec<_> = incident.assignments.iter().map(|a| a.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), incident.assignments.len());
        if !incident.is_open() {
            prop_assert_eq!(incident::next_deadline(incident, &room.policy), None);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_caller_is_ever_on_none_or_on_two(acts in prop::collection::vec(any_act(), 1..60)) {
        let mut room = Room::new();
        perform(&mut room, Act::Open(Priority::P1));
        perform(&mut room, Act::Open(Priority::P2));
        for act in acts {
            perform(&mut room, act);
            check(&room)?;
        }
        // Replaying the log gives the same incidents, also after it was written down and read.
        let mut replayed: BTreeMap<IncidentId, Incident> = BTreeMap::new();
        for (id, at, event) in &room.history {
            let text = serde_json::to_string(event).unwrap();
            let event: IncidentEvent = serde_json::from_str(&text).unwrap();
            let after = incident::apply(replayed.remove(id), *id, &event, Actor::User(person(SUPERVISOR)), *at);
            replayed.insert(*id, after.unwrap());
        }
        prop_assert_eq!(&replayed, &room.incidents);
    }
}
