//! Many at once: no gap, one order, one winner.

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatch_core::category::Priority;
use dispatch_core::draft::DraftStep;
use dispatch_core::ids::{CallId, IncidentId, RulesDraftId};
use dispatch_core::incident::{Change, Ending, IncidentRefusal, IncidentStatus};
use dispatch_core::policy::RulesChange;
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::{After, DeskCommand, SiteCommand, SubmitError, verify_store};
use tokio::sync::Barrier;

use crate::support::words::*;
use crate::support::{Engine, RunningDesk, beside, on, on_both, signing_key, until};

#[test]
fn thirty_two_at_once_leave_no_gap() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let mut waiting = Vec::new();
        for _ in 0..32 {
            let (desk, at) = (desk.desk.clone(), place.clock.now());
            waiting.push(tokio::spawn(async move {
                let mut indexes = Vec::new();
                for _ in 0..10 {
                    let receipt = desk.submit(fact(CallId(uuid()), at, arrival(NUMBER))).await.unwrap();
                    indexes.extend(receipt.first_index..=receipt.last_index);
                }
                indexes
            }));
        }
        let mut indexes = BTreeSet::new();
        for task in waiting {
            indexes.extend(task.await.unwrap());
        }
        assert_eq!(indexes, (1..=320).collect());
        let verified = verify_store(&place.url, None, &[]).await.unwrap().unwrap();
        assert_eq!(verified.entries, 320);
        desk.stop().await;
        let key = signing_key().verifying_key();
        let verified = verify_store(&place.url, Some(key), &[]).await.unwrap().unwrap();
        assert_eq!(verified.signed_up_to, 320, "the last checkpoint is made at the end");
    });
}

#[test]
fn of_two_who_acknowledge_one_wins_a_hundred_times() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for _ in 0..100 {
            let incident = incident_opens(&desk, Priority::P1).await;
            let incident = dispatched(&desk, incident.id, 1).await;
            let gate = Arc::new(Barrier::new(2));
            let race = |person: u64| {
                let (desk, gate) = (desk.desk.clone(), Arc::clone(&gate));
                let wish = by(person, step(&incident, 0, Change::Acknowledge { unit: None }));
                tokio::spawn(async move {
                    gate.wait().await;
                    desk.submit(wish).await
                })
            };
            let (a, b) = (race(11), race(12));
            let (a, b) = (a.await.unwrap(), b.await.unwrap());
            let stored = desk.store().incident(incident.id).await.unwrap().unwrap();
            let winner = stored.assignments[0].acknowledged.unwrap().1.unwrap();
            let loser = match (a, b) {
                (Ok(_), Err(loser)) if winner == user(11) => loser,
                (Err(loser), Ok(_)) if winner == user(12) => loser,
                other => panic!("{other:?}"),
            };
            let named = matches!(loser, SubmitError::Incident(IncidentRefusal::AlreadyAcknowledged { by, .. }) if by == Some(winner));
            assert!(named, "{loser:?}");
        }
        desk.stop().await;
    });
}

#[test]
fn a_merged_incident_hands_its_calls_over() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        let mut second = report(Priority::P1);
        second.call = Some(call);
        let stays = incident_opens(&desk, Priority::P1).await;
        let goes = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(second));
        let goes = incident_of(desk.submit(by(1, goes)).await.unwrap());
        let merge = DeskCommand::Merge { from: goes.id, into: stays.id };
        desk.submit(by(1, merge)).await.unwrap();

        let stays = desk.store().incident(stays.id).await.unwrap().unwrap();
        let goes = desk.store().incident(goes.id).await.unwrap().unwrap();
        assert_eq!(stays.calls, [call]);
        assert_eq!(goes.status(), IncidentStatus::Merged);
        assert!(matches!(goes.ending, Some(Ending::Merged { into, .. }) if into == stays.id));
        assert_eq!(desk.store().open_incidents(10).await.unwrap(), [stays]);
        desk.stop().await;
    });
}

#[test]
fn numbers_have_no_gap_and_begin_anew_with_the_year_in_wib() {
    on_both(|place| async move {
        let desk = place.desk().await;
        place.clock.set("2026-12-31T16:59:59.999999Z".parse::<Timestamp>().unwrap());
        let mut numbers = Vec::new();
        for _ in 0..3 {
            numbers.push(incident_opens(&desk, Priority::P3).await.number);
        }
        place.clock.set("2026-12-31T17:00:00Z".parse::<Timestamp>().unwrap());
        let (a, b) = tokio::join!(incident_opens(&desk, Priority::P3), incident_opens(&desk, Priority::P3));
        numbers.extend(BTreeSet::from([a.number, b.number]));
        assert_eq!(numbers, ["2026-000001", "2026-000002", "2026-000003", "2027-000001", "2027-000002"]);
        desk.stop().await;
    });
}

#[test]
fn two_desks_write_one_log_and_both_feeds_are_complete() {
    on(Engine::Postgres, |place| async move {
        let (one, two) = (place.desk().await, place.desk().await);
        let work = |desk: &RunningDesk, at: Timestamp| {
            let desk = desk.desk.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    desk.submit(fact(CallId(uuid()), at, arrival(NUMBER))).await.unwrap();
                }
            })
        };
        let at = place.clock.now();
        let tasks = [work(&one, at), work(&two, at), work(&one, at), work(&two, at)];
        for task in tasks {
            task.await.unwrap();
        }
        for desk in [&one, &two] {
            until("the feed is complete", || async { desk.feed().head() == 200 }).await;
            let After::Changes(changes) = desk.feed().after(0, 1_000) else { panic!("too far behind") };
            let indexes: Vec<u64> = changes.iter().map(|change| change.index).collect();
            assert_eq!(indexes, (1..=200).collect::<Vec<_>>());
            assert!(changes.iter().all(|change| change.record.is_some()));
        }
        assert_eq!(verify_store(&place.url, None, &[]).await.unwrap().unwrap().entries, 200);
        one.stop().await;
        two.stop().await;
    });
}

#[test]
fn a_new_policy_of_one_desk_is_used_by_the_other() {
    on(Engine::Postgres, |place| async move {
        let (one, two) = (place.desk().await, place.desk().await);
        on_site(&one, add_agency(1)).await.unwrap();
        assert!(two.policy().directory.agencies.is_empty());
        incident_opens(&two, Priority::P1).await;
        assert_eq!(two.policy().directory.agencies.len(), 1);
        one.stop().await;
        two.stop().await;
    });
}

fn rules_change() -> RulesChange {
    RulesChange {
        decree: "SK Bupati 188.45/7/2027".into(),
        owner: "Diskominfo".into(),
        close_within: Some(Seconds(60)),
        ..RulesChange::default()
    }
}

#[test]
fn a_desk_that_writes_nothing_goes_by_the_policy_of_the_other_one() {
    on(Engine::Postgres, |place| async move {
        let (one, two) = (place.desk().await, place.desk().await);
        on_site(&one, add_agency(1)).await.unwrap();
        until("it is known", || async { two.policy().directory.agencies.len() == 1 }).await;
        // Rules as well as agencies: whatever the decisions of the other one go by.
        let (draft, change) = (RulesDraftId(uuid()), rules_change());
        for (who, command) in [
            (1, SiteCommand::SaveRulesDraft { draft, revision: None, change: Box::new(change), began: None }),
            (1, SiteCommand::StepRulesDraft { draft, revision: 1, step: DraftStep::Submit }),
            (2, SiteCommand::StepRulesDraft { draft, revision: 1, step: DraftStep::Approve }),
        ] {
            one.submit(by(who, DeskCommand::Site(command))).await.unwrap();
        }
        until("it is followed", || async { two.policy().rules.version == 2 }).await;
        one.stop().await;
        two.stop().await;
    });
}

#[test]
fn a_desk_does_not_write_to_a_store_that_went_back() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for _ in 0..3 {
            incident_opens(&desk, Priority::P2).await;
        }
        // As an old copy would look that was put in the place of the store.
        let back = "UPDATE log_head SET idx = 2, hash = (SELECT hash FROM event WHERE idx = 2)";
        beside(&place, back).await.unwrap();
        let wish = by(1, DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P1))));
        let refused = desk.submit(wish).await;
        assert!(matches!(refused, Err(SubmitError::Stopped)), "{refused:?}");
        assert!(*desk.mode().borrow() != incident_store::Mode::Normal);
        let again = fact(CallId(uuid()), place.clock.now(), arrival(NUMBER));
        assert!(matches!(desk.submit(again).await, Err(SubmitError::Stopped)));
        desk.stop().await;
    });
}
