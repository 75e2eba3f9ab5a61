//! Consoles follow by cursor: nothing is skipped, nothing is seen twice.

use std::collections::BTreeMap;

use dispatch_core::category::Priority;
use dispatch_core::incident::{Change as Step, IncidentEvent};
use incident_store::{After, DeskEvent, Record, SnapshotScope, StreamId};

use crate::support::on_both;
use crate::support::words::*;

const ALL: SnapshotScope = SnapshotScope { calls: true, duties: true, agency: None, limit: 500 };

#[test]
fn what_follows_a_snapshot_is_exactly_what_it_lacks() {
    on_both(|place| async move {
        let desk = place.desk().await;
        call_arrives(&desk, place.clock.now(), NUMBER).await;
        let incident = incident_opens(&desk, Priority::P1).await;
        let snapshot = desk.store().snapshot(&ALL).await.unwrap();
        assert_eq!((snapshot.cursor, snapshot.calls.len(), snapshot.incidents.len()), (2, 1, 1));
        assert_eq!(desk.feed().after(snapshot.cursor, 10), After::Changes(vec![]));

        let feed = desk.feed();
        let woken = tokio::spawn(async move { feed.changed(2).await });
        dispatched(&desk, incident.id, 1).await;
        woken.await.unwrap();
        let After::Changes(changes) = desk.feed().after(snapshot.cursor, 10) else { panic!("behind") };
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].index, changes[0].version), (3, 2));
        assert_eq!(changes[0].stream, StreamId::Incident(incident.id));
        assert!(matches!(&changes[0].event, DeskEvent::Incident(IncidentEvent::Assigned { .. })));
        let Some(Record::Incident(record)) = &changes[0].record else { panic!("no record") };
        assert_eq!(record.assignments.len(), 1);
        desk.stop().await;
    });
}

#[test]
fn who_is_too_far_behind_is_told_so() {
    on_both(|place| async move {
        let desk = place.desk().await;
        call_arrives(&desk, place.clock.now(), NUMBER).await;
        desk.stop().await;
        // A desk that starts keeps nothing of before.
        let desk = place.desk().await;
        assert_eq!(desk.feed().head(), 1);
        assert_eq!(desk.feed().after(0, 10), After::TooFarBehind);
        assert_eq!(desk.feed().after(1, 10), After::Changes(vec![]));
        call_arrives(&desk, place.clock.now(), NUMBER).await;
        let After::Changes(changes) = desk.feed().after(1, 10) else { panic!("behind") };
        assert_eq!(changes.len(), 1);
        desk.stop().await;
    });
}

#[test]
fn a_restart_keeps_everything() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        let incident = incident_opens(&desk, Priority::P1).await;
        let incident = dispatched(&desk, incident.id, 1).await;
        let head = desk.store().head().await.unwrap();
        desk.stop().await;

        let desk = place.desk().await;
        let store = desk.store();
        let again = store.head().await.unwrap();
        assert_eq!((again.index, again.hash), (head.index, head.hash));
        assert!(again.epoch > head.epoch);
        assert!(store.call(call).await.unwrap().is_some());
        assert_eq!(store.incident(incident.id).await.unwrap(), Some(incident.clone()));
        assert_eq!(incident_opens(&desk, Priority::P2).await.number, "2026-000002");
        assert_eq!(desk.next_due().await.unwrap().map(|due| due > place.clock.now()), Some(true));
        desk.stop().await;
    });
}

#[test]
fn the_database_tells_the_same_as_the_feed() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let incident = incident_opens(&desk, Priority::P1).await;
        let incident = dispatched(&desk, incident.id, 1).await;
        for change in [Step::Delivered, Step::Seen, Step::Acknowledge { unit: Some("PMK-1".into()) }] {
            desk.submit(by(11, step(&incident, 0, change))).await.unwrap();
        }
        call_arrives(&desk, place.clock.now(), NUMBER).await;
        let After::Changes(live) = desk.feed().after(0, 100) else { panic!("behind") };
        let read = desk.store().changes_after(0, 100).await.unwrap();
        assert_eq!(read.len(), live.len());
        let newest: BTreeMap<_, _> =
            live.iter().map(|change| (change.stream, change.record.clone())).collect();
        for (live, read) in live.iter().zip(&read) {
            assert_eq!(
                (live.index, live.at, live.actor, live.version),
                (read.index, read.at, read.actor, read.version)
            );
            assert_eq!((&live.event, live.policy), (&read.event, read.policy));
            assert_eq!(read.record, newest[&read.stream]);
        }
        assert_eq!(desk.store().changes_after(4, 1).await.unwrap()[0].index, 5);
        desk.stop().await;
    });
}
