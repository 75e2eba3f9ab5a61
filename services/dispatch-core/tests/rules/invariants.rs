//! Invariants over random histories of one incident (ARCHITECTURE, "Invariants that tests hold").

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, AreaCode};
use dispatch_core::incident::{
    self, AssignmentState, Change, Edit, EscalationCause, Incident, IncidentCommand, IncidentEvent,
    IncidentStatus, Neighbour, ReportSource, TransferAnswer, TransferCommand, TransferState,
};
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::Seconds;
use proptest::prelude::*;

use crate::bench::{AGENCIES, Bench, agency, person};

#[derive(Clone, Debug)]
enum Act {
    Dispatch(Vec<usize>),
    Report(usize, u128, u8),
    Wait(u32),
    Close(bool),
    Reopen,
    Cancel,
    Prioritise(Priority),
    Note,
    ConsoleOff(usize),
    /// A task, to an agency.
    Reassign(usize, usize),
    /// To one of two neighbours.
    Offer(bool),
    /// About one of the offers: accepted, refused, told either, taken back.
    Answer(usize, u8),
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => prop::collection::vec(0..AGENCIES.len(), 1..4).prop_map(Act::Dispatch),
        8 => (0..12usize, 1..4u128, 0..10u8).prop_map(|(n, by, what)| Act::Report(n, by, what)),
        4 => (1..1200u32).prop_map(Act::Wait),
        1 => any::<bool>().prop_map(Act::Close),
        1 => Just(Act::Reopen),
        1 => Just(Act::Cancel),
        1 => prop_oneof![Just(Priority::P1), Just(Priority::P2), Just(Priority::P3)].prop_map(Act::Prioritise),
        1 => Just(Act::Note),
        1 => (0..12usize).prop_map(Act::ConsoleOff),
        1 => (0..12usize, 0..AGENCIES.len()).prop_map(|(n, to)| Act::Reassign(n, to)),
        1 => any::<bool>().prop_map(Act::Offer),
        1 => (0..4usize, 0..5u8).prop_map(|(n, what)| Act::Answer(n, what)),
    ]
}

fn change(what: u8) -> Change {
    match what {
        0 => Change::Delivered,
        1 => Change::Seen,
        2 => Change::Acknowledge { unit: None },
        3 => Change::Decline { reason: Private::new("rusak".into()) },
        4 => Change::EnRoute,
        5 => Change::OnScene,
        6 => Change::Working,
        7 => Change::UnderControl,
        9 => Change::TakeBack,
        _ => Change::Complete { note: None },
    }
}

/// Does it; a refusal is an answer, not an error.
fn perform(bench: &mut Bench, act: Act) {
    let text = |t: &str| Private::new(t.to_owned());
    let command = match act {
        Act::Wait(span) => return bench.wait(Seconds(span)),
        Act::Dispatch(places) => {
            let target = |n: usize| Target {
                agency: agency(AGENCIES[n]),
                code: AgencyCode::new(AGENCIES[n]),
                role: [Role::Lead, Role::Support, Role::Notify][n % 3],
                because: "by hand".into(),
            };
            IncidentCommand::Dispatch { targets: places.into_iter().map(target).collect(), note: None }
        }
        Act::Report(n, by, what) => {
            let assignments = &bench.incident().assignments;
            let Some(a) = assignments.get(n % assignments.len().max(1)) else { return };
            let id = a.id;
            let source = [ReportSource::Console, ReportSource::Radio][n % 2];
            let _refused =
                bench.give(person(by), IncidentCommand::Assignment { id, change: change(what), source });
            return;
        }
        Act::Close(may_override) => IncidentCommand::Close { reason: Some(text("selesai")), may_override },
        Act::Reopen => IncidentCommand::Reopen { reason: text("menyala lagi") },
        Act::Cancel => IncidentCommand::Cancel { reason: text("laporan palsu") },
        Act::Prioritise(priority) => IncidentCommand::Edit {
            version: bench.incident().version,
            edit: Box::new(Edit { priority: Some(priority), ..Edit::default() }),
        },
        Act::ConsoleOff(n) => {
            let assignments = &bench.incident().assignments;
            let Some(a) = assignments.get(n % assignments.len().max(1)) else { return };
            let id = a.id;
            return bench.run(Actor::System, IncidentCommand::ConsoleOff { id }).unwrap();
        }
        Act::Reassign(n, to) => {
            let assignments = &bench.incident().assignments;
            let Some(a) = assignments.get(n % assignments.len().max(1)) else { return };
            let (agency, code) = (agency(AGENCIES[to]), AgencyCode::new(AGENCIES[to]));
            let to = Target { agency, code, role: Role::Support, because: "by hand".into() };
            IncidentCommand::Reassign { id: a.id, to, reason: text("mobil rusak") }
        }
        Act::Offer(near) => {
            let code = AreaCode(if near { "19.04" } else { "19.71" }.into());
            let to = Neighbour { code, name: "112".into() };
            IncidentCommand::Transfer(TransferCommand::Offer { to })
        }
        Act::Answer(n, what) => {
            let offers = &bench.incident().transfers;
            let Some(offer) = offers.get(n % offers.len().max(1)) else { return };
            let (id, from) = (offer.id, offer.to.code.clone());
            let answer = if what % 2 == 0 {
                TransferAnswer::Accepted { name: text("Rina"), reference: None }
            } else {
                TransferAnswer::Refused { name: text("Rina"), reason: text("penuh") }
            };
            let command = match what {
                0 | 1 => TransferCommand::Answered { id, from, answer },
                2 | 3 => TransferCommand::Heard { id, answer },
                _ => TransferCommand::Withdraw { id },
            };
            IncidentCommand::Transfer(command)
        }
        Act::Note => IncidentCommand::AddNote { text: text("catatan") },
    };
    let _refused = bench.give(person(9), command);
}

fn check(bench: &Bench, before: &Incident) -> Result<(), TestCaseError> {
    let now = bench.incident();
    // 2. Every open incident has an owner (who opened it) and, while nobody is on it, a deadline or an alarm given.
    let silent = now.is_open() && now.engaged().any(|a| a.progress.awaits_acknowledgement());
    let rungs_left = now.assignments.iter().any(|a| incident::next_rung(a, now, &bench.policy).is_some());
    prop_assert!(!rungs_left || !now.is_open() || incident::next_deadline(now, &bench.policy).is_some());
    prop_assert!(!silent || rungs_left || now.assignments.iter().any(|a| !a.raised.is_empty()));
    // No assignment vanishes or changes its agency, and a winner stays the winner.
    prop_assert!(now.assignments.len() >= before.assignments.len());
    for (old, new) in before.assignments.iter().zip(&now.assignments) {
        prop_assert_eq!((old.id, old.agency, old.sent_at), (new.id, new.agency, new.sent_at));
        prop_assert!(old.acknowledged.is_none() || old.acknowledged == new.acknowledged);
        prop_assert!(
            old.progress.state() <= new.progress.state() || old.taken_back < new.taken_back,
            "{:?} -> {:?}",
            old.progress,
            new.progress
        );
    }
    // At most one neighbour is asked or has it; who is asked has a clock, and what came back has one or somebody on it.
    let stands = |state: &TransferState| !matches!(state, TransferState::Returned { .. });
    let standing: Vec<_> = now.transfers.iter().filter(|offer| stands(&offer.state)).collect();
    prop_assert!(standing.len() <= 1);
    let due = incident::clocks(now, &bench.policy);
    for offer in standing.iter().filter(|offer| offer.state == TransferState::Waiting) {
        prop_assert!(now.is_open() && due.iter().any(|due| due.at == offer.due_at));
    }
    let back = now.transfers.last().is_some_and(|offer| !stands(&offer.state))
        && before.transfers.last().is_some_and(|offer| stands(&offer.state));
    let somebody = now.engaged().next().is_some() || now.dispatch_due_at.is_some();
    prop_assert!(!back || !now.is_open() || somebody || alarmed_since(bench, before));
    // An agency is asked once at a time.
    let mut engaged: Vec<_> =
        now.assignments.iter().filter(|a| a.progress.is_engaged()).map(|a| a.agency).collect();
    let asked = engaged.len();
    engaged.sort();
    engaged.dedup();
    prop_assert_eq!(engaged.len(), asked);
    // Nothing runs on an ended incident, and it closed only over finished or cancelled work.
    if !now.is_open() {
        prop_assert_eq!(incident::next_deadline(now, &bench.policy), None);
        prop_assert!(now.unfinished().next().is_none());
    }
    let done = now.status() == IncidentStatus::Completed;
    prop_assert!(!done || now.engaged().all(|a| a.progress.state() == AssignmentState::Completed));
    Ok(())
}

/// Whether the supervisor was told, since then, that nobody is sent: whoever has heard an alarm owns it.
fn alarmed_since(bench: &Bench, before: &Incident) -> bool {
    let new = usize::try_from(bench.incident().version - before.version).unwrap();
    let told = |event: &IncidentEvent| {
        matches!(event, IncidentEvent::Escalated { cause: EscalationCause::NotDispatched, .. })
    };
    bench.history.iter().rev().take(new).any(|(_, _, event)| told(event))
}

/// Lives through a history; what must always hold is looked at after each of its steps.
fn live(acts: Vec<Act>) -> Result<(), TestCaseError> {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    for act in acts {
        let before = bench.incident().clone();
        perform(&mut bench, act);
        check(&bench, &before)?;
    }
    // Replaying the events gives the same incident: nothing is decided outside them.
    let mut replayed = None;
    for (at, actor, event) in &bench.history {
        replayed = incident::apply(replayed, bench.id, event, *actor, *at);
    }
    prop_assert_eq!(replayed.as_ref(), bench.incident.as_ref());
    // Events and state survive their serialised form.
    for (_, _, event) in &bench.history {
        let text = serde_json::to_string(event).unwrap();
        prop_assert_eq!(&serde_json::from_str::<IncidentEvent>(&text).unwrap(), event);
    }
    let text = serde_json::to_string(bench.incident()).unwrap();
    prop_assert_eq!(&serde_json::from_str::<Incident>(&text).unwrap(), bench.incident());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, ..ProptestConfig::default() })]

    /// The same over many more; `cargo test --release -p dispatch-core --test rules -- --ignored`.
    #[test]
    #[ignore = "takes minutes"]
    fn invariants_hold_over_a_hundred_thousand_histories(acts in prop::collection::vec(any_act(), 1..40)) {
        live(acts)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_over_random_histories(acts in prop::collection::vec(any_act(), 1..40)) {
        live(acts)?;
    }

    /// A clock that was stopped (a restart) and then fires once gives the same rungs as one that fired in time.
    #[test]
    fn a_late_clock_climbs_the_same_rungs(silence in 1..1500u32) {
        let run = |late: bool| {
            let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
            bench.dispatch_by_routing();
            if late {
                bench.now = bench.now.after(Seconds(silence));
                bench.run(Actor::System, IncidentCommand::DeadlineReached).unwrap();
            } else {
                bench.wait(Seconds(silence));
            }
            let first = bench.incident().assignments[0].clone();
            first.raised.iter().map(|r| (r.rung, r.due_at)).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(true), run(false));
    }
}
