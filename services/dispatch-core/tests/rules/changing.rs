//! Rules that change while incidents run.

use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::draft::{DraftRefusal, DraftState, DraftStep};
use dispatch_core::escalation::{Ladder, Rung, Step};
use dispatch_core::ids::{AgencyCode, RulesDraftId, UserId};
use dispatch_core::incident::{self, Change, IncidentCommand};
use dispatch_core::policy::draft::{Around, RulesDraft};
use dispatch_core::policy::{PolicyMistake, Rules, RulesChange};
use dispatch_core::private::Private;
use dispatch_core::routing::{self, Role, Situation, Target};
use dispatch_core::time::Seconds;
use proptest::prelude::*;
use uuid::Uuid;

use crate::bench::{Bench, agency, person};

fn ladder(seconds: [u32; 5]) -> Ladder {
    let steps = [
        Step::SecondChannel,
        Step::RenotifyAndCallDuty,
        Step::SupervisorAndNextAgency,
        Step::AgencyHead,
        Step::HeadAndSekda,
    ];
    let rung = |(after, step)| Rung { after: Seconds(after), only_if_undelivered: false, step };
    Ladder { rungs: seconds.into_iter().zip(steps).map(rung).collect() }
}

fn decreed() -> RulesChange {
    RulesChange {
        decree: "SK Bupati 188.45/1/2027".into(),
        owner: "Diskominfo".into(),
        ..RulesChange::default()
    }
}

fn p1_ladder(seconds: [u32; 5]) -> RulesChange {
    RulesChange { ladders: [(Priority::P1, ladder(seconds))].into(), ..decreed() }
}

fn send(bench: &mut Bench, code: &str) {
    let target =
        Target { agency: agency(code), code: AgencyCode::new(code), role: Role::Lead, because: "uji".into() };
    bench.give(person(1), IncidentCommand::Dispatch { targets: vec![target], note: None }).unwrap();
}

fn adopt(bench: &mut Bench, change: &RulesChange) {
    assert_eq!(bench.policy.rules.check_change(change), []);
    bench.policy.rules = bench.policy.rules.with(change, bench.now);
}

fn fire() -> Bench {
    Bench::with("kebakaran_bangunan", Category::A, Priority::P1)
}

#[test]
fn a_clock_that_runs_keeps_its_time_and_the_next_goes_by_the_new_ladder() {
    let mut bench = fire();
    send(&mut bench, "damkar");
    bench.wait(Seconds(70));
    adopt(&mut bench, &p1_ladder([5, 10, 20, 50, 55]));
    bench.wait(Seconds(1));
    send(&mut bench, "polres");
    bench.wait(Seconds(110));
    let story = bench.story();
    let of = |code: &str| -> Vec<&str> {
        let about = |line: &&String| line.ends_with(code) && !line.contains("asked");
        story.iter().filter(about).map(|line| line.split(' ').next().unwrap()).collect()
    };
    // 02:00 as it was shown before, then 30 and 5 seconds as the new ladder has it; not all at once.
    assert_eq!(of("damkar"), ["00:15", "01:00", "02:00", "02:30", "02:35"], "{story:?}");
    assert_eq!(of("polres"), ["01:16", "01:21", "01:31", "02:01", "02:06"], "{story:?}");
}

#[test]
fn a_ladder_that_became_shorter_on_the_way_still_reaches_the_supervisor() {
    let rung = |after, step| Rung { after: Seconds(after), only_if_undelivered: false, step };
    let short = [rung(10, Step::Supervisor), rung(20, Step::AgencyHead)];
    let with_head = [short[0], short[1], rung(150, Step::HeadAndSekda)];
    for (rungs, expected) in [
        (short.to_vec(), vec!["00:15", "01:00", "01:00"]),
        // The alarm goes before what is left of the ladder, which goes on as long after it as the rules say.
        (with_head.to_vec(), vec!["00:15", "01:00", "01:00", "03:20"]),
    ] {
        let mut bench = fire();
        send(&mut bench, "damkar");
        bench.wait(Seconds(20));
        adopt(&mut bench, &RulesChange { ladders: [(Priority::P1, Ladder { rungs })].into(), ..decreed() });
        bench.wait(Seconds(600));
        let story = bench.story();
        let of_damkar: Vec<&str> = story
            .iter()
            .filter(|line| line.ends_with(" damkar"))
            .map(|line| line.split(' ').next().unwrap())
            .collect();
        assert_eq!(of_damkar, expected, "{story:?}");
        assert_eq!(story.iter().filter(|line| *line == "01:00 supervisor damkar").count(), 1, "{story:?}");
    }
}

#[test]
fn a_lower_priority_on_the_way_does_not_silence_the_alarm() {
    let mut bench = fire();
    let mut rules = bench.policy.rules.clone();
    let alarm = Rung { after: Seconds(30), only_if_undelivered: false, step: Step::Supervisor };
    rules.ladders.insert(Priority::P3, Ladder { rungs: vec![alarm] });
    rules.ladder_exceptions.clear();
    bench.policy.rules = rules;
    send(&mut bench, "damkar");
    bench.wait(Seconds(70));
    let version = bench.incident().version;
    let edit = incident::Edit { priority: Some(Priority::P3), ..incident::Edit::default() };
    bench.give(person(1), IncidentCommand::Edit { version, edit: Box::new(edit) }).unwrap();
    bench.wait(Seconds(600));
    let alarms = bench.story().into_iter().filter(|line| line.contains(" supervisor damkar")).count();
    assert_eq!(alarms, 1, "{:?}", bench.story());
}

#[test]
fn limits_hold_as_they_were_when_the_clock_began() {
    let mut bench = fire();
    send(&mut bench, "damkar");
    send(&mut bench, "polres");
    bench.report(101, "damkar", Change::Acknowledge { unit: None }).unwrap();
    bench.wait(Seconds(1));
    adopt(
        &mut bench,
        &RulesChange {
            en_route_within: [(Priority::P1, Some(Seconds(30)))].into(),
            welfare_check_after: Some(Seconds(600)),
            ..decreed()
        },
    );
    bench.wait(Seconds(1));
    bench.report(103, "polres", Change::Acknowledge { unit: None }).unwrap();
    bench.wait(Seconds(179));
    let alarms: Vec<_> = bench.story().into_iter().filter(|line| line.contains("supervisor ")).collect();
    assert_eq!(alarms, ["00:32 supervisor polres", "03:00 supervisor damkar"]);
    bench.report(101, "damkar", Change::EnRoute).unwrap();
    bench.report(101, "damkar", Change::OnScene).unwrap();
    bench.wait(Seconds(601));
    assert_eq!(bench.story().last().unwrap(), "13:01 welfare_check damkar");
}

#[test]
fn a_new_matrix_and_a_new_plan_are_proposed_and_can_be_taken_back() {
    let mut bench = fire();
    let codes = |bench: &Bench| -> Vec<String> {
        let found = routing::propose(&bench.policy, &Situation::of(bench.incident()), &[]).targets;
        found.iter().map(|target| target.code.to_string()).collect()
    };
    let before = codes(&bench);
    let old = bench.policy.rules.parts();
    let mut routing = old.routing.iter().find(|rule| rule.code.0 == "kebakaran_bangunan").unwrap().clone();
    routing.lead = vec![AgencyCode::new("satpolpp")];
    routing.support = vec![AgencyCode::new("damkar")];
    routing.notify.clear();
    adopt(&mut bench, &RulesChange { routing: vec![routing.clone()], ..decreed() });
    assert_eq!(codes(&bench), ["satpolpp", "damkar"]);
    let mut plan = bench.policy.rules.plans[0].clone();
    plan.code = "toboali".into();
    plan.flags.clear();
    plan.by_sea = None;
    plan.types = vec![TypeCode::new("kebakaran_bangunan")];
    plan.support = vec![AgencyCode::new("pln")];
    adopt(&mut bench, &RulesChange { plans: vec![plan], ..decreed() });
    assert_eq!(codes(&bench), ["satpolpp", "damkar", "pln"]);
    assert_eq!(bench.policy.rules.version, 3);
    let back = old.routing.into_iter().find(|rule| rule.code == routing.code).unwrap();
    let back = RulesChange { routing: vec![back], plans_gone: vec!["toboali".into()], ..decreed() };
    adopt(&mut bench, &back);
    assert_eq!((codes(&bench), bench.policy.rules.version), (before, 4), "back is a version of its own");
    assert!(bench.policy.rules.earlier.is_empty(), "no clock changed");
}

#[test]
fn two_people_change_rules_and_nobody_approves_over_another_change() {
    let mut rules = crate::bench::policy().rules;
    let (wati, sari) = (person(1), person(2));
    let at = crate::bench::start();
    fn around(holding: &Rules, by: UserId) -> Around<'_> {
        Around { by, at: crate::bench::start(), holding, began: None }
    }
    let id = RulesDraftId(Uuid::from_u128(9));
    let draft = RulesDraft::begin(id, p1_ladder([10, 20, 30, 40, 50]), &around(&rules, wati));
    assert_eq!(draft.before.ladders[&Priority::P1], rules.ladders[&Priority::P1]);
    let (draft, none) = draft.stepped(DraftStep::Submit, 1, &around(&rules, wati)).unwrap();
    assert_eq!((draft.progress.state, none), (DraftState::Submitted, None));
    assert_eq!(draft.stepped(DraftStep::Approve, 1, &around(&rules, wati)), Err(DraftRefusal::Own));
    let silent = DraftStep::Reject { reason: Private::new(" ".into()) };
    assert_eq!(draft.stepped(silent, 1, &around(&rules, sari)), Err(DraftRefusal::ReasonMissing));
    let (_, adopted) = draft.stepped(DraftStep::Approve, 1, &around(&rules, sari)).unwrap();
    let adopted = adopted.unwrap();
    assert_eq!((adopted.version, adopted.decree.as_str()), (2, "SK Bupati 188.45/1/2027"));
    assert_eq!(adopted.effective_from, "2026-11-22");
    // Another part does not matter, the same one does.
    rules = rules.with(&RulesChange { close_within: Some(Seconds(60)), ..decreed() }, at);
    assert!(!draft.is_outdated(&rules));
    rules = rules.with(&p1_ladder([1, 2, 3, 4, 5]), at);
    assert_eq!(draft.stepped(DraftStep::Approve, 1, &around(&rules, sari)), Err(DraftRefusal::Outdated));
    // Written without having seen the newer one: it says so, instead of taking the newer one back unseen.
    let seen = crate::bench::policy().rules;
    let blind = Around { began: Some(&seen), ..around(&rules, wati) };
    let late = RulesDraft::begin(id, p1_ladder([9, 20, 30, 40, 50]), &blind);
    assert_eq!((late.base, late.is_outdated(&rules)), (seen.version, true));
    assert_eq!(late.stepped(DraftStep::Submit, 1, &blind), Err(DraftRefusal::Outdated));
    let other =
        RulesDraft::begin(id, RulesChange { call_back_within: Some(Seconds(60)), ..decreed() }, &blind);
    assert!(!other.is_outdated(&rules), "the newer one changed other parts");
    let known = RulesDraft::begin(id, decreed(), &around(&rules, wati));
    let over = known.written(1, p1_ladder([9, 20, 30, 40, 50]), &blind).unwrap();
    assert!(over.is_outdated(&rules));
    let text = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<RulesDraft>(&text).unwrap(), draft);
}

#[test]
fn every_mistake_of_a_change_is_named_at_once() {
    let rules = crate::bench::policy().rules;
    assert_eq!(
        rules.check_change(&RulesChange::default()),
        [PolicyMistake::Nothing, PolicyMistake::NoOwner, PolicyMistake::NoDecree { field: "decree" }]
    );
    let mut change = p1_ladder([10, 10, 20, 30, 40]);
    change.ladders.insert(Priority::P2, Ladder { rungs: vec![ladder([5, 6, 7, 8, 9]).rungs[0]] });
    change.ladders.insert(Priority::P3, ladder([0, 6, 7, 8, 700_000]));
    let mut unheard = ladder([5, 6, 7, 8, 9]);
    unheard.rungs[2].only_if_undelivered = true;
    change.ladders.insert(Priority::P0, unheard);
    let exceptions = rules.ladder_exceptions[0].clone();
    let mut at_once = exceptions.clone();
    at_once.ladder.rungs[0].after = Seconds(0);
    change.ladder_exceptions = Some(vec![exceptions, at_once]);
    change.close_within = Some(Seconds(0));
    change.plans_gone.push("tidak_ada".into());
    let mut routing = rules.parts().routing[0].clone();
    routing.lead = vec![AgencyCode::new("super_squad")];
    change.routing =
        vec![routing.clone(), dispatch_core::policy::RoutingRule { code: TypeCode::new("ufo"), ..routing }];
    let (of, function) = ("kebakaran_bangunan".to_owned(), AgencyCode::new("super_squad"));
    assert_eq!(
        rules.check_change(&change),
        [
            PolicyMistake::UnknownType { of: "routing".into(), code: TypeCode::new("ufo") },
            PolicyMistake::UnknownPlan { code: "tidak_ada".into() },
            PolicyMistake::UnknownFunction { of, function },
            PolicyMistake::LadderOrder { priority: Priority::P1 },
            PolicyMistake::LadderSteps { priority: Priority::P2 },
            PolicyMistake::Zero { field: "ladders.P3".into() },
            PolicyMistake::TooLong { field: "ladders.P3".into() },
            PolicyMistake::LadderSteps { priority: Priority::P0 },
            PolicyMistake::LadderException { place: 2 },
            PolicyMistake::Zero { field: "close_within".into() },
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What a console shows of a running clock, and when it fires, stays when rules are adopted.
    #[test]
    fn no_change_moves_a_clock_that_runs(
        waits in prop::collection::vec(0u32..200, 1..5),
        rungs in prop::collection::vec(1u32..100, 5),
        limit in 1u32..400,
    ) {
        let mut bench = fire();
        send(&mut bench, "damkar");
        for (n, wait) in waits.into_iter().enumerate() {
            bench.wait(Seconds(wait));
            if n == 1 {
                // Nobody asks it by themselves.
                send(&mut bench, "dpupr");
                bench.report(107, "dpupr", Change::Acknowledge { unit: None }).unwrap();
            }
            let before = incident::clocks(bench.incident(), &bench.policy);
            let mut after = 0;
            let seconds = std::array::from_fn(|place| {
                after += rungs[place] + n as u32;
                after
            });
            let change = RulesChange {
                en_route_within: [(Priority::P1, Some(Seconds(limit)))].into(),
                ..p1_ladder(seconds)
            };
            bench.policy.rules = bench.policy.rules.with(&change, bench.now);
            prop_assert_eq!(before, incident::clocks(bench.incident(), &bench.policy));
        }
    }
}
