//! Who calls again and again is owed one call, and none once they were answered.

use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::call::{CallBackState, CallEvent, DispositionKind};
use dispatch_core::ids::CallId;
use incident_store::{CallFilter, Desk, DeskEvent, rebuild_check};
use tokio::task::JoinSet;

use crate::support::words::{NUMBER, arrival, call_arrives, call_ends, fact, user, uuid};
use crate::support::{Place, on_both};

async fn owing(desk: &Desk) -> Vec<CallId> {
    let filter = CallFilter { call_back_open: true, limit: 100, ..Default::default() };
    desk.store().calls(&filter).await.unwrap().items.iter().map(|call| call.id).collect()
}

/// A call that rings and is given up.
async fn given_up(desk: &Desk, place: &Place, number: &str) -> CallId {
    place.clock.pass(10);
    let call = call_arrives(desk, place.clock.now(), number).await;
    call_ends(desk, call, place.clock.now()).await;
    call
}

#[test]
fn redials_are_one_duty_and_an_answer_settles_it() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let first = given_up(&desk, &place, NUMBER).await;
        let second = given_up(&desk, &place, NUMBER).await;
        let stranger = given_up(&desk, &place, "+62811000000").await;
        assert_eq!(owing(&desk).await, [stranger, first]);
        let tied = desk.store().call(second).await.unwrap().unwrap();
        assert_eq!((tied.call_back_with, tied.is_open()), (Some(first), false));
        assert_eq!(tied.disposition.unwrap().kind, DispositionKind::Abandoned);

        place.clock.pass(10);
        let third = call_arrives(&desk, place.clock.now(), NUMBER).await;
        desk.submit(fact(third, place.clock.now(), CallFact::QueueAnswered)).await.unwrap();
        assert_eq!(owing(&desk).await.len(), 2, "an announcement is nobody to talk to");
        let before = desk.store().head().await.unwrap().index;
        desk.submit(fact(third, place.clock.now(), CallFact::Answered { by: user(1) })).await.unwrap();
        assert_eq!(owing(&desk).await, [stranger]);
        let duty = desk.store().call(first).await.unwrap().unwrap().call_back.unwrap();
        assert_eq!((duty.state, duty.settled_by), (CallBackState::Done, Some(third)));
        let log = desk.store().changes_after(before, 10).await.unwrap();
        let settled = DeskEvent::Call(CallEvent::CallBackSettled { in_call: third });
        assert!(log.iter().any(|change| change.event == settled), "{log:?}");

        // The duty is done; who is given up on now is owed a new one.
        let fourth = given_up(&desk, &place, NUMBER).await;
        assert_eq!(owing(&desk).await, [fourth, stranger]);
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_storm_of_redials_in_one_batch_is_one_duty() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let now = place.clock.now();
        let ended = || CallFact::Ended { reason: EndReason::CallerCancelled };
        let calls: Vec<CallId> = (0..20).map(|_| CallId(uuid())).collect();
        // One after the other for each call, all calls at once: they share batches.
        let mut storm = JoinSet::new();
        for call in calls.clone() {
            let desk = desk.desk.clone();
            storm.spawn(async move {
                desk.submit(fact(call, now, arrival(NUMBER))).await.unwrap();
                desk.submit(fact(call, now, ended())).await.unwrap();
            });
        }
        storm.join_all().await;
        let owing = owing(&desk).await;
        assert_eq!(owing.len(), 1);
        for call in calls.into_iter().filter(|call| *call != owing[0]) {
            let call = desk.store().call(call).await.unwrap().unwrap();
            assert_eq!(call.call_back_with, Some(owing[0]));
        }
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}
