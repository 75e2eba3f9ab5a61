//! The log: append-only, without people in it, and it proves itself.

use dispatch_core::category::Priority;
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use dispatch_core::site::UserRole;
use incident_store::desk::ERASED;
use incident_store::{DeskCommand, DeskEvent, LogReader, rebuild_check, verify_store};
use supervision_log::{
    Entry, Header, Leaf, Reason, SignedCheckpoint, checkpoint_line, entry_line, header_line, verify_export,
};

use crate::support::words::*;
use crate::support::{Place, RunningDesk, beside, on_both, signing_key, until};

/// A call, an incident with a note, an agency, a person: every kind of personal value.
async fn a_morning(place: &Place) -> RunningDesk {
    let desk = place.desk().await;
    on_site(&desk, add_agency(1)).await.unwrap();
    on_site(&desk, add_user(11, "siti.rahma", UserRole::Dispatcher, Some(1))).await.unwrap();
    call_arrives(&desk, place.clock.now(), NUMBER).await;
    let incident = incident_opens(&desk, Priority::P1).await;
    dispatched(&desk, incident.id, 1).await;
    let note = IncidentCommand::AddNote { text: Private::new("Anak terjebak di lantai dua".into()) };
    desk.submit(by(11, DeskCommand::Incident(incident.id, note))).await.unwrap();
    desk
}

#[test]
fn a_leaf_holds_no_person() {
    on_both(|place| async move {
        let desk = a_morning(&place).await;
        let entries = desk.store().log_entries(0, 100).await.unwrap();
        assert_eq!(entries.len(), 6);
        let people = [
            NUMBER,
            STATEMENT,
            "8117171717",
            "Masjid",
            "2.9912345",
            "106.4567891",
            "terjebak",
            "siti",
            "Petugas 11",
            "hash-11",
        ];
        for entry in &entries {
            let text = String::from_utf8_lossy(&entry.leaf);
            for person in people {
                assert!(!text.contains(person), "{person} in {text}");
            }
        }
        let opened = Leaf::decode(&entries[3].leaf).unwrap();
        assert_eq!((opened.kind.as_str(), opened.version, opened.policy), ("incident.opened", 1, 1));
        assert!(String::from_utf8_lossy(&opened.body).contains("$commit"));
        desk.stop().await;
    });
}

#[test]
fn the_log_can_only_grow() {
    on_both(|place| async move {
        let desk = a_morning(&place).await;
        until("there is a checkpoint", || async {
            desk.store().latest_checkpoint().await.unwrap().is_some()
        })
        .await;
        for table in ["event", "checkpoint"] {
            let change = format!("UPDATE {table} SET at_us = at_us + 1");
            for sql in [change, format!("DELETE FROM {table}")] {
                let refused = beside(&place, &sql).await.unwrap_err();
                assert!(refused.contains("append-only"), "{sql}: {refused}");
            }
        }
        desk.stop().await;
    });
}

#[test]
fn a_changed_entry_is_named() {
    on_both(|place| async move {
        a_morning(&place).await.stop().await;
        let key = signing_key().verifying_key();
        let verified = verify_store(&place.url, Some(key), &[]).await.unwrap().unwrap();
        assert_eq!((verified.entries, verified.signed_up_to), (6, 6));
        let triggers = match place.engine {
            crate::support::Engine::Sqlite => "DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete",
            crate::support::Engine::Postgres => "DROP TRIGGER event_no_change ON event",
        };
        beside(&place, triggers).await.unwrap();
        beside(&place, "UPDATE event SET hash = (SELECT hash FROM event WHERE idx = 1) WHERE idx = 4")
            .await
            .unwrap();
        let bad = verify_store(&place.url, Some(key), &[]).await.unwrap().unwrap_err();
        assert_eq!(bad.entry, 4, "{bad}");
        beside(&place, "DELETE FROM event WHERE idx > 3").await.unwrap();
        let bad = verify_store(&place.url, Some(key), &[]).await.unwrap().unwrap_err();
        assert_eq!((bad.entry, bad.reason), (4, Reason::Truncated { known: 6 }));
    });
}

#[test]
fn the_exported_rows_verify() {
    on_both(|place| async move {
        let desk = a_morning(&place).await;
        until("the checkpoint is there", || async {
            desk.store().latest_checkpoint().await.unwrap().is_some_and(|checkpoint| checkpoint.size == 6)
        })
        .await;
        // While the desk is writing: the reader sees one moment.
        let mut reader = LogReader::open(&place.url).await.unwrap();
        incident_opens(&desk, Priority::P3).await;
        let (head, key) = (reader.head(), signing_key().verifying_key());
        let header = Header {
            log_id: reader.log_id(),
            key,
            certificate: None,
            entries: head.index,
            head: head.hash,
            from: None,
        };
        let mut lines = vec![header_line(&header)];
        while let Some(page) = reader.next_page().await.unwrap() {
            let mut checkpoints = page.checkpoints.iter().peekable();
            for entry in &page.entries {
                lines.push(entry_line(entry).unwrap());
                let index = Leaf::decode(&entry.leaf).unwrap().index;
                while let Some(due) = checkpoints.next_if(|checkpoint| checkpoint.size == index) {
                    lines.push(checkpoint_line(&SignedCheckpoint::parse(&due.text).unwrap()));
                }
            }
        }
        let lines = lines.into_iter().map(Ok::<_, std::io::Error>);
        let verified = verify_export(lines, &trusting(key)).unwrap();
        assert_eq!(verified.log.entries, 6);
        assert_eq!(verified.log.signed_up_to, 6);
        desk.stop().await;
    });
}

fn trusting(key: supervision_log::VerifyingKey) -> supervision_log::Trust {
    supervision_log::Trust { key: Some(key), checkpoints: vec![], from: None }
}

#[test]
fn a_person_is_erased_and_the_chain_stays_whole() {
    on_both(|place| async move {
        let desk = a_morning(&place).await;
        desk.stop().await;
        beside(&place, "DELETE FROM personal").await.unwrap();
        let store = place.open().await.unwrap();
        let changes = store.changes_after(0, 100).await.unwrap();
        assert_eq!(changes.len(), 6);
        let text = format!("{:?}", changes.iter().map(|change| &change.event).collect::<Vec<_>>());
        assert!(!text.contains(STATEMENT));
        let DeskEvent::Incident(dispatch_core::incident::IncidentEvent::Opened { report, .. }) =
            &changes[3].event
        else {
            panic!("{:?}", changes[3])
        };
        assert_eq!(report.narrative.reveal(), ERASED);
        assert_eq!(report.location.point, None);
        assert_eq!(report.location.landmark.as_ref().unwrap().reveal(), ERASED);
        verify_store(&place.url, None, &[]).await.unwrap().unwrap();
    });
}

#[test]
fn the_records_are_what_the_events_give() {
    on_both(|place| async move {
        let desk = a_morning(&place).await;
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        beside(&place, "UPDATE incident SET state = REPLACE(state, 'Masjid', 'Pasar')").await.unwrap();
        let differences = rebuild_check(desk.store()).await.unwrap();
        assert_eq!((differences.len(), differences[0].what), (1, "the state"));
        desk.stop().await;
    });
}

#[test]
fn entries_and_checkpoints_are_read_in_pages() {
    on_both(|place| async move {
        let desk = a_morning(&place).await;
        let first = desk.store().log_entries(0, 4).await.unwrap();
        let rest = desk.store().log_entries(4, 100).await.unwrap();
        let indexes: Vec<u64> = first.iter().chain(&rest).map(|entry| entry.index).collect();
        assert_eq!(indexes, [1, 2, 3, 4, 5, 6]);
        let entry = Entry { leaf: first[0].leaf.clone(), hash: first[0].hash };
        assert!(entry_line(&entry).unwrap().contains("site.agency_added"));
        until("there is a checkpoint", || async {
            desk.store().latest_checkpoint().await.unwrap().is_some()
        })
        .await;
        let all = desk.store().checkpoints_after(0, 10).await.unwrap();
        assert_eq!(all.last(), desk.store().latest_checkpoint().await.unwrap().as_ref());
        desk.stop().await;
    });
}
