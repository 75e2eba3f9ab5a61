//! An offer of a neighbouring centre that comes after it was taken back opens nothing, and everybody can read why.

use dispatch_core::actor::Actor;
use dispatch_core::category::Priority;
use dispatch_core::ids::{AreaCode, IncidentId, TransferId};
use dispatch_core::incident::{
    IncidentCommand, IncidentRefusal, Neighbour, Origin, OriginState, PacketState, TransferCommand,
};
use dispatch_core::site::SiteEvent;
use dispatch_core::time::Timestamp;
use incident_store::{
    Desk, DeskCommand, DeskEvent, Outcome, Receipt, Submission, SubmitError, rebuild_check, verify_store,
};

use crate::support::on_both;
use crate::support::words::*;

const DAY_S: i64 = 24 * 3_600;

fn offer(transfer: TransferId, from: &str, now: Timestamp) -> DeskCommand {
    let origin = Origin {
        from: Neighbour { code: AreaCode(from.into()), name: format!("112 {from}") },
        transfer,
        incident: IncidentId(uuid()),
        reference: "2026-000042".into(),
        answer_by: now,
        details: None,
        told: PacketState::Pending,
        state: OriginState::Asked,
    };
    DeskCommand::ReceiveIncident(IncidentId(transfer.0), Box::new(report(Priority::P2)), Box::new(origin))
}

fn taken_back(transfer: TransferId, from: &str) -> DeskCommand {
    let command = TransferCommand::TakenBack { from: AreaCode(from.into()), id: transfer };
    DeskCommand::Incident(IncidentId(transfer.0), IncidentCommand::Transfer(command))
}

fn message(command: DeskCommand) -> Submission {
    Submission::new(new_key(), Actor::System, command)
}

async fn told(desk: &Desk, command: DeskCommand) -> Result<Receipt, SubmitError> {
    desk.submit(message(command)).await
}

fn opened(receipt: &Receipt) -> bool {
    receipt.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Incident(_)))
}

#[test]
fn an_offer_that_was_taken_back_before_it_came_opens_nothing() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let (id, now) = (TransferId(uuid()), place.clock.now());
        let unseen = told(&desk, taken_back(id, "19.04")).await.unwrap();
        assert!(!opened(&unseen));
        told(&desk, taken_back(id, "19.04")).await.unwrap();
        desk.stop().await;

        // Also a desk that was started in between remembers it.
        let desk = place.desk().await;
        let late = message(offer(id, "19.04", now));
        for _again in 0..2 {
            assert!(!opened(&desk.submit(late.clone()).await.unwrap()));
        }
        assert!(
            !opened(&told(&desk, offer(id, "19.04", now)).await.unwrap()),
            "under another name of the message"
        );
        assert_eq!(desk.store().incident(IncidentId(id.0)).await.unwrap(), None);
        let about = |event: DeskEvent| {
            if let DeskEvent::Site(SiteEvent::UnseenOfferTakenBack { transfer, .. }) = event {
                return Some((transfer, None));
            }
            if let DeskEvent::Site(SiteEvent::LateOfferTurnedAway { transfer, reference, .. }) = event {
                return Some((transfer, Some(reference)));
            }
            None
        };
        let log = desk.store().changes_after(0, 100).await.unwrap();
        let marks: Vec<_> = log.into_iter().filter_map(|change| about(change.event)).collect();
        assert_eq!(marks, [(id, None), (id, Some("2026-000042".to_owned()))], "once each");

        // The word of one centre is nothing to the offers of another.
        let other = told(&desk, offer(id, "19.05", now)).await.unwrap();
        assert!(opened(&other));
        assert_eq!(incident_of(other).number, "2026-000001", "what was turned away took no number");
        let foreign = told(&desk, taken_back(id, "19.04")).await;
        assert!(matches!(foreign, Err(SubmitError::Incident(IncidentRefusal::NotHandedOver))), "{foreign:?}");
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
    });
}

#[test]
fn in_one_batch_the_order_of_arrival_counts() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let now = place.clock.now();
        let (early, late) = (TransferId(uuid()), TransferId(uuid()));
        let (first, second, third, fourth) = tokio::join!(
            told(&desk, offer(early, "19.04", now)),
            told(&desk, taken_back(early, "19.04")),
            told(&desk, taken_back(late, "19.04")),
            told(&desk, offer(late, "19.04", now)),
        );
        assert!(opened(&first.unwrap()) && !opened(&third.unwrap()) && !opened(&fourth.unwrap()));
        let origin = incident_of(second.unwrap()).origin.unwrap();
        assert!(matches!(origin.state, OriginState::TakenBack { .. }));
        desk.stop().await;
    });
}

#[test]
fn it_is_remembered_for_a_day() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let ids = [TransferId(uuid()), TransferId(uuid())];
        for id in ids {
            told(&desk, taken_back(id, "19.04")).await.unwrap();
        }
        place.clock.pass(DAY_S - 1);
        assert!(!opened(&told(&desk, offer(ids[0], "19.04", place.clock.now())).await.unwrap()));
        place.clock.pass(1);
        assert!(opened(&told(&desk, offer(ids[1], "19.04", place.clock.now())).await.unwrap()));
        desk.stop().await;
    });
}

#[test]
fn hand_overs_are_counted_by_state_while_they_are_open_and_for_a_day() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let figures = async || desk.store().hand_overs(place.clock.now()).await.unwrap();
        let none = figures().await;
        assert_eq!(
            (none.offered["waiting"], none.received["asked"]),
            (0, 0),
            "every state is there from the start"
        );
        incident_opens(&desk, Priority::P2).await;
        let ours = incident_opens(&desk, Priority::P2).await;
        let to = Neighbour { code: AreaCode("19.04".into()), name: "112 Bangka Tengah".into() };
        let offered = IncidentCommand::Transfer(TransferCommand::Offer { to });
        let ours = incident_of(desk.submit(by(1, DeskCommand::Incident(ours.id, offered))).await.unwrap());
        let theirs = TransferId(uuid());
        told(&desk, offer(theirs, "19.04", place.clock.now())).await.unwrap();
        let open = figures().await;
        assert_eq!((open.offered["waiting"], open.received["asked"]), (1, 1));

        let withdraw = TransferCommand::Withdraw { id: ours.transfers[0].id };
        desk.submit(by(1, DeskCommand::Incident(ours.id, IncidentCommand::Transfer(withdraw))))
            .await
            .unwrap();
        let reason = dispatch_core::private::Private::new("penuh".to_owned());
        let refuse = IncidentCommand::Transfer(TransferCommand::Refuse { reason });
        desk.submit(by(1, DeskCommand::Incident(IncidentId(theirs.0), refuse))).await.unwrap();
        place.clock.pass(DAY_S - 10);
        let now = figures().await;
        assert_eq!((now.offered["waiting"], now.offered["withdrawn"]), (0, 1));
        assert_eq!((now.received["asked"], now.received["refused"]), (0, 1));
        place.clock.pass(20);
        let later = figures().await;
        assert_eq!(later.received["refused"], 0, "ended, and older than a day");
        assert_eq!(later.offered["withdrawn"], 1, "still open");
        desk.stop().await;
    });
}
