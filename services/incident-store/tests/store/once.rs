//! A wish under one key is carried out once, wholly or not at all.

use std::time::Duration;

use dispatch_core::call::fact::CallFact;
use dispatch_core::call::{CallCommand, DispositionKind};
use dispatch_core::category::Priority;
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::incident::{IncidentCommand, IncidentRefusal};
use dispatch_core::private::Private;
use incident_store::{DeskCommand, JournalPosition, Outcome, Submission, SubmitError};

use crate::support::on_both;
use crate::support::words::*;

#[test]
fn a_repeat_gets_the_first_answer() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let open = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P1)));
        let mut first = by(1, open);
        first.keep_answer = true;
        first.fingerprint = Some([1; 32]);
        let receipt = desk.submit(first.clone()).await.unwrap();
        assert!(!receipt.repeated && receipt.first_index == receipt.last_index);
        let incident = incident_of(receipt.clone());
        dispatched(&desk, incident.id, 1).await;

        let again = desk.submit(first.clone()).await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.outcomes, receipt.outcomes, "the first answer, not the present state");
        assert_eq!((again.first_index, again.last_index), (receipt.first_index, receipt.last_index));

        let mut other = first.clone();
        other.fingerprint = Some([2; 32]);
        assert!(matches!(desk.submit(other).await, Err(SubmitError::KeyReused)));

        assert_eq!(desk.store().head().await.unwrap().index, 2, "repeats add nothing");
        desk.stop().await;
    });
}

#[test]
fn a_repeat_without_a_kept_answer_gets_the_present_state() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let id = CallId(uuid());
        let arrives = fact(id, place.clock.now(), arrival(NUMBER));
        desk.submit(arrives.clone()).await.unwrap();
        desk.submit(fact(id, place.clock.now(), CallFact::QueueAnswered)).await.unwrap();
        let again = desk.submit(arrives).await.unwrap();
        assert!(again.repeated);
        let Outcome::Call(call) = &again.outcomes[0] else { panic!("{again:?}") };
        assert!(call.queue_answered_at.is_some());
        desk.stop().await;
    });
}

#[test]
fn two_of_one_key_in_one_batch_are_one() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let open = by(1, DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P2))));
        let (a, b, c) =
            tokio::join!(desk.submit(open.clone()), desk.submit(open.clone()), desk.submit(open.clone()));
        let receipts = [a.unwrap(), b.unwrap(), c.unwrap()];
        assert_eq!(receipts.iter().filter(|receipt| !receipt.repeated).count(), 1);
        assert!(receipts.iter().all(|receipt| receipt.first_index == receipts[0].first_index));
        desk.stop().await;
    });
}

#[test]
fn a_submission_happens_wholly_or_not_at_all() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        let id = IncidentId(uuid());
        let before = desk.store().head().await.unwrap();
        // The last of four commands is refused: nobody is named to be sent.
        let mut submission = by(1, DeskCommand::OpenIncident(id, Box::new(report(Priority::P1))));
        submission.commands.push(DeskCommand::Incident(
            id,
            IncidentCommand::AddNote { text: Private::new("catatan".into()) },
        ));
        submission.commands.push(DeskCommand::Call(
            call,
            CallCommand::Dispose { kind: DispositionKind::Incident, note: None, incident: Some(id) },
        ));
        let nobody = IncidentCommand::Dispatch { targets: vec![], note: None };
        submission.commands.push(DeskCommand::Incident(id, nobody));
        let neighbour = by(1, DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P3))));
        let (refused, stays) = tokio::join!(desk.submit(submission.clone()), desk.submit(neighbour));
        assert!(matches!(refused, Err(SubmitError::Incident(IncidentRefusal::NobodyToSend))), "{refused:?}");

        let stays = incident_of(stays.unwrap());
        assert_eq!(stays.number, "2026-000001", "the refused one took no number");
        assert_eq!(desk.store().incident(id).await.unwrap(), None);
        assert_eq!(desk.store().call(call).await.unwrap().unwrap().disposition, None);
        assert_eq!(desk.store().head().await.unwrap().index, before.index + 1);

        // A refused key is free: the same wish, corrected, is carried out.
        submission.commands.pop();
        let receipt = desk.submit(submission).await.unwrap();
        assert!(!receipt.repeated);
        assert_eq!(receipt.outcomes.len(), 3);
        assert_eq!(receipt.last_index - receipt.first_index, 2);
        desk.stop().await;
    });
}

#[test]
fn a_disposition_and_a_merge_name_incidents_that_exist() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        let nowhere = IncidentId(uuid());
        let dispose =
            CallCommand::Dispose { kind: DispositionKind::Duplicate, note: None, incident: Some(nowhere) };
        assert!(desk.submit(by(1, DeskCommand::Call(call, dispose))).await.is_err());
        let incident = incident_opens(&desk, Priority::P1).await;
        let merge = DeskCommand::Merge { from: incident.id, into: nowhere };
        let refused = desk.submit(by(1, merge)).await;
        assert!(matches!(refused, Err(SubmitError::Incident(IncidentRefusal::Unknown))));
        desk.stop().await;
    });
}

#[test]
fn a_journal_is_taken_in_once_by_its_cursor() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let (journal, id) = ([3; 16], CallId(uuid()));
        let at = place.clock.now();
        let facts = [arrival(NUMBER), CallFact::QueueAnswered];
        for (index, one) in facts.into_iter().enumerate() {
            let index = index as u64;
            let mut submission = fact(id, at, one);
            submission.journal = Some(JournalPosition { journal, index });
            assert!(!desk.submit(submission.clone()).await.unwrap().repeated);
            assert_eq!(desk.store().journal_cursor(journal).await.unwrap(), index + 1);
            // The same place under another key, as after a restart that lost the receipt.
            submission.key = new_key();
            assert!(desk.submit(submission).await.unwrap().repeated);
        }
        assert_eq!(desk.store().head().await.unwrap().index, 2);
        assert_eq!(desk.store().journal_cursor([4; 16]).await.unwrap(), 0);
        desk.stop().await;
    });
}

#[test]
fn a_dropped_submit_neither_loses_nor_doubles() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let wishes: Vec<Submission> = (0..60)
            .map(|_| by(1, DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P2)))))
            .collect();
        for (n, wish) in wishes.iter().enumerate() {
            // Some are dropped before, some while, some after they are written.
            let patience = Duration::from_micros(n as u64 * 120);
            let _dropped = tokio::time::timeout(patience, desk.submit(wish.clone())).await;
        }
        let mut indexes = Vec::new();
        for wish in wishes {
            indexes.push(desk.submit(wish).await.unwrap().first_index);
        }
        indexes.sort_unstable();
        assert_eq!(indexes, (1..=60).collect::<Vec<_>>());
        assert_eq!(desk.store().head().await.unwrap().index, 60);
        desk.stop().await;
    });
}

#[test]
fn what_cannot_be_stored_spoils_nothing_else() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let nul = DeskCommand::OpenIncident(IncidentId(uuid()), {
            let mut report = report(Priority::P2);
            report.narrative = Private::new("api\0besar".into());
            report.location.landmark = Some(Private::new("\0".into()));
            Box::new(report)
        });
        let mut endless = report(Priority::P2);
        endless.narrative = Private::new("a".repeat(2 * 1024 * 1024));
        let endless = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(endless));
        let mut nowhere = report(Priority::P2);
        nowhere.location.accuracy_m = Some(f64::NAN);
        let nowhere = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(nowhere));
        let good = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P2)));
        let (nul, endless, nowhere, good) = tokio::join!(
            desk.submit(by(1, nul)),
            desk.submit(by(1, endless)),
            desk.submit(by(1, nowhere)),
            desk.submit(by(1, good))
        );
        assert!(matches!(endless, Err(SubmitError::Unstorable)));
        assert!(matches!(nowhere, Err(SubmitError::Unstorable)));
        assert_eq!(incident_of(nul.unwrap()).narrative.reveal(), "api\0besar");
        assert_eq!(incident_of(good.unwrap()).number, "2026-000002");
        desk.stop().await;
    });
}

#[test]
fn an_event_that_leaves_the_state_as_it_is_counts_too() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let at = place.clock.now();
        let id = call_arrives(&desk, at, NUMBER).await;
        desk.submit(fact(id, at, CallFact::Answered { by: user(1) })).await.unwrap();
        let before = desk.store().call(id).await.unwrap();
        desk.submit(fact(id, at, CallFact::Confirmed)).await.unwrap();
        assert_eq!(desk.store().call(id).await.unwrap(), before);
        call_ends(&desk, id, at).await;
        let versions: Vec<u64> =
            desk.store().changes_after(0, 10).await.unwrap().iter().map(|change| change.version).collect();
        assert_eq!(versions, [1, 2, 3, 4, 5], "arrived, answered, confirmed, ended, disposition due");
        desk.stop().await;
    });
}
