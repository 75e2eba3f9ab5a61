//! Deadlines and the outbox: data, fired once, leased to one.

use std::time::Duration;

use dispatch_core::category::Priority;
use dispatch_core::escalation::Step;
use dispatch_core::ids::AreaCode;
use dispatch_core::incident::{
    Change, ChannelReport, Effect, IncidentCommand, Neighbour, Returned, TransferCommand, TransferMessage,
    TransferState,
};
use incident_store::{DeskCommand, DeskEvent, StreamId};

use crate::support::words::*;
use crate::support::{Engine, on, on_both};

#[test]
fn a_deadline_is_due_when_it_is_and_moves_with_the_state() {
    on_both(|place| async move {
        let desk = place.desk().await;
        assert_eq!(desk.next_due().await.unwrap(), None);
        let incident = incident_opens(&desk, Priority::P1).await;
        // P1 must be dispatched within 60 s.
        let due = desk.next_due().await.unwrap().unwrap();
        assert_eq!(due.millis_since(place.clock.now()), 60_000);
        assert_eq!(desk.due(place.clock.now(), 10).await.unwrap(), []);
        let incident = dispatched(&desk, incident.id, 1).await;
        // An undelivered P1 goes over a second channel after 15 s.
        assert_eq!(desk.next_due().await.unwrap().unwrap().millis_since(place.clock.now()), 15_000);
        desk.submit(by(11, step(&incident, 0, Change::Acknowledge { unit: None }))).await.unwrap();
        desk.submit(by(11, step(&incident, 0, Change::Complete { note: None }))).await.unwrap();
        let close = desk.submit(by(
            1,
            DeskCommand::Incident(incident.id, IncidentCommand::Close { reason: None, may_override: false }),
        ));
        close.await.unwrap();
        assert_eq!(desk.next_due().await.unwrap(), None, "an ended incident has no deadline");
        desk.stop().await;
    });
}

#[test]
fn two_desks_fire_a_deadline_once() {
    on(Engine::Postgres, |place| async move {
        let (one, two) = (place.desk().await, place.desk().await);
        for _ in 0..10 {
            let incident = incident_opens(&one, Priority::P1).await;
            dispatched(&one, incident.id, 1).await;
        }
        place.clock.pass(16);
        let mut tasks = Vec::new();
        for desk in [&one, &two, &one, &two] {
            let (desk, now) = (desk.desk.clone(), place.clock.now());
            tasks.push(tokio::spawn(async move {
                for due in desk.due(now, 100).await.unwrap() {
                    desk.submit(due.submission().unwrap()).await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(one.due(place.clock.now(), 100).await.unwrap(), []);
        let raised = one.store().escalations(100).await.unwrap();
        assert_eq!(raised.len(), 10);
        let streams: std::collections::BTreeSet<StreamId> =
            raised.iter().map(|change| change.stream).collect();
        assert_eq!(streams.len(), 10);
        let effects = one.lease_effects(100, place.clock.now(), Duration::from_secs(30)).await.unwrap();
        assert_eq!(effects.len(), 10);
        one.stop().await;
        two.stop().await;
    });
}

#[test]
fn a_restart_fires_what_fell_due_meanwhile_once() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let incident = incident_opens(&desk, Priority::P1).await;
        dispatched(&desk, incident.id, 1).await;
        desk.stop().await;
        place.clock.pass(61);
        let desk = place.desk().await;
        for _ in 0..3 {
            for due in desk.due(place.clock.now(), 10).await.unwrap() {
                desk.submit(due.submission().unwrap()).await.unwrap();
            }
        }
        let raised = desk.store().escalations(10).await.unwrap();
        let text = format!("{:?}", raised.iter().map(|change| &change.event).collect::<Vec<_>>());
        assert!(text.contains("SecondChannel") && text.contains("RenotifyAndCallDuty"), "{text}");
        assert_eq!(raised.len(), 2);
        assert!(raised[0].index > raised[1].index && matches!(raised[0].event, DeskEvent::Incident(_)));
        desk.stop().await;
    });
}

#[test]
fn an_effect_is_leased_to_one_and_ends_with_its_report() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let incident = incident_opens(&desk, Priority::P1).await;
        let incident = dispatched(&desk, incident.id, 1).await;
        place.clock.pass(16);
        for due in desk.due(place.clock.now(), 10).await.unwrap() {
            desk.submit(due.submission().unwrap()).await.unwrap();
        }
        let lease = Duration::from_secs(30);
        let items = desk.lease_effects(10, place.clock.now(), lease).await.unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].attempts, items[0].incident), (1, incident.id));
        let assignment = incident.assignments[0].id;
        let expected = Effect::Notify { agency: agency(1), assignment, step: Step::SecondChannel };
        assert_eq!(items[0].effect, expected);
        assert_eq!(desk.lease_effects(10, place.clock.now(), lease).await.unwrap(), []);

        let later = dispatch_core::time::Timestamp::from_micros(place.clock.now().as_micros() + 60_000_000);
        desk.retry(&items[0].id, later).await.unwrap();
        assert_eq!(desk.lease_effects(10, place.clock.now(), lease).await.unwrap(), []);
        place.clock.pass(60);
        let again = desk.lease_effects(10, place.clock.now(), lease).await.unwrap();
        assert_eq!((again.len(), again[0].attempts, &again[0].id), (1, 2, &items[0].id));
        // A courier that died: its lease runs out.
        place.clock.pass(31);
        assert_eq!(desk.lease_effects(10, place.clock.now(), lease).await.unwrap()[0].attempts, 3);

        let report = ChannelReport {
            channel: "webhook".into(),
            delivered: true,
            result: "200".into(),
            ..ChannelReport::default()
        };
        let mut tried = by(
            1,
            DeskCommand::Incident(incident.id, IncidentCommand::ChannelTried { id: assignment, report }),
        );
        tried.completes = Some(items[0].id.clone());
        desk.submit(tried).await.unwrap();
        place.clock.pass(3_600);
        assert_eq!(desk.lease_effects(10, place.clock.now(), lease).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn an_offer_to_a_neighbour_that_nobody_answers_comes_back_also_after_a_restart() {
    on(Engine::Sqlite, |place| async move {
        let desk = place.desk().await;
        let id = incident_opens(&desk, Priority::P2).await.id;
        let to = Neighbour { code: AreaCode("19.04".into()), name: "112 Bangka Tengah".into() };
        let offer = IncidentCommand::Transfer(TransferCommand::Offer { to });
        desk.submit(by(1, DeskCommand::Incident(id, offer))).await.unwrap();
        desk.stop().await;

        let desk = place.desk().await;
        // Nobody was sent for two minutes, and nobody there answered for three.
        place.clock.pass(181);
        for due in desk.due(place.clock.now(), 10).await.unwrap() {
            desk.submit(due.submission().unwrap()).await.unwrap();
        }
        let incident = desk.store().incident(id).await.unwrap().unwrap();
        let offer = &incident.transfers[0];
        let TransferState::Returned { why: Returned::Unanswered, .. } = offer.state else {
            panic!("{offer:?}")
        };
        assert!(incident.is_open() && incident.dispatch_due_at.is_some());
        let items = desk.lease_effects(10, place.clock.now(), Duration::from_secs(30)).await.unwrap();
        let told: Vec<_> = items.iter().map(|item| item.effect.clone()).collect();
        let tell = |message| Effect::TellNeighbour { transfer: offer.id, message };
        assert_eq!(told, [tell(TransferMessage::Offer), tell(TransferMessage::TakenBack)]);
        desk.stop().await;
    });
}
