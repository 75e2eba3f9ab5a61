//! The store goes away and comes back: the mode says so, nothing is lost, nothing is doubled.

use std::time::Duration;

use dispatch_core::category::Priority;
use dispatch_core::ids::{CallId, IncidentId};
use incident_store::{
    DeskCommand, JournalPosition, Mode, StoreConfig, StoreError, StoreUrl, Submission, SubmitError,
    verify_store,
};

use crate::support::postgres::Cluster;
use crate::support::words::*;
use crate::support::{Engine, Place, RunningDesk, on, until};

fn open() -> Submission {
    by(1, DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(Priority::P1))))
}

#[test]
fn a_crash_of_the_server_loses_and_doubles_nothing() {
    let cluster = Cluster::start();
    on(Engine::Sqlite, |place| {
        let cluster = &cluster;
        async move {
            let url = StoreUrl::Postgres(cluster.new_database());
            let config = StoreConfig { url: url.clone(), clock: place.clock.clock() };
            let store = incident_store::Store::open(config).await.unwrap();
            let desk = RunningDesk::start(store, place.clock.clock()).await;
            let before = open();
            desk.submit(before.clone()).await.unwrap();

            // Crash in the middle of work: what was answered is there, the rest is sent again with its key.
            let wishes: Vec<Submission> = (0..200).map(|_| open()).collect();
            let sent: Vec<_> = wishes
                .iter()
                .map(|wish| {
                    let (desk, wish) = (desk.desk.clone(), wish.clone());
                    tokio::spawn(async move { desk.submit(wish).await })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(3)).await;
            cluster.crash();
            let mut answered = Vec::new();
            for task in sent {
                match task.await.unwrap() {
                    Ok(receipt) => answered.push(receipt.first_index),
                    Err(SubmitError::StoreAway { kept: false }) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            until("the mode is darurat", || async { *desk.mode().borrow() != Mode::Normal }).await;
            assert!(matches!(*desk.mode().borrow(), Mode::Darurat { since } if since == place.clock.now()));
            assert!(desk.store().ping().await.is_err());

            // A fact out of the journal is kept, a form is not.
            let (journal, id) = ([9; 16], CallId(uuid()));
            let mut arrives = fact(id, place.clock.now(), arrival(NUMBER));
            arrives.journal = Some(JournalPosition { journal, index: 0 });
            let form = open();
            let (kept, not_kept) = tokio::join!(desk.submit(arrives), desk.submit(form.clone()));
            assert!(matches!(kept, Err(SubmitError::StoreAway { kept: true })), "{kept:?}");
            assert!(matches!(not_kept, Err(SubmitError::StoreAway { kept: false })), "{not_kept:?}");

            cluster.resume();
            until("the mode is normal", || async { *desk.mode().borrow() == Mode::Normal }).await;
            until("the kept fact is in", || async { matches!(desk.store().call(id).await, Ok(Some(_))) })
                .await;
            assert_eq!(desk.store().journal_cursor(journal).await.unwrap(), 1);

            assert!(desk.submit(before).await.unwrap().repeated);
            let mut indexes = Vec::new();
            for wish in wishes.into_iter().chain([form]) {
                indexes.push(desk.submit(wish).await.unwrap().first_index);
            }
            assert!(answered.iter().all(|index| indexes.contains(index)), "what was answered is there");
            indexes.sort_unstable();
            indexes.dedup();
            assert_eq!(indexes.len(), 201);
            let head = desk.store().head().await.unwrap().index;
            assert_eq!(head, 1 + 201 + 1, "each once, and the call");
            until("the feed is complete", || async { desk.feed().head() == head }).await;
            assert_eq!(verify_store(&url, None, &[]).await.unwrap().unwrap().entries, head);
            desk.stop().await;
        }
    });
}

#[test]
fn the_host_that_takes_writes_is_found_among_several() {
    on(Engine::Postgres, |place| async move {
        let StoreUrl::Postgres(address) = &place.url else { panic!("no address") };
        // Nobody listens at port 1.
        let several = address.replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:");
        let config = StoreConfig { url: StoreUrl::Postgres(several), clock: place.clock.clock() };
        let desk =
            RunningDesk::start(incident_store::Store::open(config).await.unwrap(), place.clock.clock()).await;
        desk.submit(open()).await.unwrap();
        desk.stop().await;

        let nobody = StoreUrl::Postgres("postgres://geheim:rahasia@127.0.0.1:1,127.0.0.1:2/sigap".into());
        let config = StoreConfig { url: nobody, clock: place.clock.clock() };
        let error = incident_store::Store::open(config).await.unwrap_err();
        let StoreError::Away { host, .. } = &error else { panic!("{error:?}") };
        assert_eq!(host, "127.0.0.1:1, 127.0.0.1:2");
        assert!(!format!("{error} {error:?}").contains("rahasia"));
    });
}

#[test]
fn a_file_has_one_process() {
    on(Engine::Sqlite, |place| async move {
        let first = place.open().await.unwrap();
        assert!(matches!(place.open().await, Err(StoreError::Locked(_))));
        drop(first);
        place.open().await.unwrap();
    });
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    crate::support::on_both(|place| async move {
        drop(place.open().await.unwrap());
        crate::support::beside(&place, "INSERT INTO schema_version (version) VALUES (1000)").await.unwrap();
        assert!(
            matches!(place.open().await, Err(StoreError::SchemaTooNew { found: 1_000, known }) if known < 1_000)
        );
        let read = verify_store(&place.url, None, &[]).await;
        assert!(matches!(read, Err(StoreError::SchemaTooNew { .. })));
    });
}

#[test]
fn what_is_no_store_is_named_so() {
    crate::support::on_both(|place: Place| async move {
        assert!(matches!(verify_store(&place.url, None, &[]).await, Err(StoreError::NotAStore)));
    });
}

#[test]
fn a_stopped_desk_writes_what_it_holds_and_takes_nothing_more() {
    crate::support::on_both(|place| async move {
        let running = place.desk().await;
        let desk = running.desk.clone();
        let sent: Vec<_> = (0..50)
            .map(|_| {
                let desk = desk.clone();
                tokio::spawn(async move { desk.submit(open()).await })
            })
            .collect();
        tokio::task::yield_now().await;
        running.stop().await;
        let mut written = 0;
        for task in sent {
            match task.await.unwrap() {
                Ok(_) => written += 1,
                Err(SubmitError::Stopped) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(desk.store().head().await.unwrap().index, written);
        assert!(matches!(desk.submit(open()).await, Err(SubmitError::Stopped)));
    });
}
