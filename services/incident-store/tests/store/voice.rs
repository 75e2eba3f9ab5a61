//! Calls that ring, are held, and go out.

use dispatch_core::actor::Actor;
use dispatch_core::call::fact::{CallFact, Direction, Speaker};
use dispatch_core::call::{CallCommand, CallRefusal};
use dispatch_core::duty::{DutyState, SetDuty};
use dispatch_core::ids::CallId;
use dispatch_core::private::Private;
use dispatch_core::site::UserRole;
use incident_store::{CallFilter, CallPhase, Desk, DeskCommand, NumberHistory, SubmitError, rebuild_check};

use crate::support::words::{
    NUMBER, add_user, arrival, by, call_arrives, call_ends, fact, on_site, user, uuid,
};
use crate::support::{BACK_TO_13, Place, beside, on_both};

async fn in_phase(desk: &Desk, phase: CallPhase) -> Vec<CallId> {
    let filter = CallFilter { phase: Some(phase), limit: 10, ..Default::default() };
    desk.store().calls(&filter).await.unwrap().items.iter().map(|call| call.id).collect()
}

async fn tell(desk: &Desk, place: &Place, call: CallId, what: CallFact) {
    place.clock.pass(1);
    desk.submit(fact(call, place.clock.now(), what)).await.unwrap();
}

#[test]
fn a_call_is_found_while_it_rings_at_a_seat_and_while_it_is_held() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let call = call_arrives(&desk, place.clock.now(), NUMBER).await;
        tell(&desk, &place, call, CallFact::Offered { to: user(1) }).await;
        assert_eq!(in_phase(&desk, CallPhase::Offered).await, [call]);
        assert_eq!(desk.store().wallboard(place.clock.now()).await.unwrap().calls_waiting, 1);
        tell(&desk, &place, call, CallFact::Answered { by: user(1) }).await;
        tell(&desk, &place, call, CallFact::Held { by: user(1) }).await;
        assert_eq!(in_phase(&desk, CallPhase::Held).await, [call]);
        let figures = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!((figures.calls_waiting, figures.call_takers.talking), (0, 1));
        tell(&desk, &place, call, CallFact::SeatLost { user: user(1) }).await;
        assert_eq!(in_phase(&desk, CallPhase::Queued).await, [call]);
        let figures = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!((figures.calls_waiting, figures.call_takers.talking), (1, 0));
        let digit = CallFact::Digit { from: Speaker::Caller, digit: Private::new('5') };
        tell(&desk, &place, call, digit).await;
        assert_eq!(desk.store().call(call).await.unwrap().unwrap().digits.reveal(), "5");
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_call_that_goes_out_waits_for_nobody_and_is_no_history_of_its_number() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let lost = call_arrives(&desk, place.clock.now(), NUMBER).await;
        call_ends(&desk, lost, place.clock.now()).await;
        let CallFact::Arrived(mut dialled) = arrival(NUMBER) else { panic!("no arrival") };
        dialled.direction = Direction::Out { by: user(1), call_back_of: Some(lost) };
        let out = CallId(uuid());
        tell(&desk, &place, out, CallFact::Arrived(dialled)).await;
        let figures = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!((figures.calls_waiting, figures.call_backs_open), (0, 1));
        tell(&desk, &place, out, CallFact::Answered { by: user(1) }).await;
        call_ends(&desk, out, place.clock.now()).await;
        let figures = desk.store().wallboard(place.clock.now()).await.unwrap();
        assert_eq!(
            (figures.answered_today, figures.call_backs_open),
            (0, 1),
            "a person says what came of it"
        );
        let histories = desk.store().number_histories(&[lost]).await.unwrap();
        assert_eq!(histories[&lost], NumberHistory::default());
        desk.stop().await;
    });
}

#[test]
fn one_person_takes_a_call_back_on() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let lost = call_arrives(&desk, place.clock.now(), NUMBER).await;
        call_ends(&desk, lost, place.clock.now()).await;
        let take = || DeskCommand::Call(lost, CallCommand::TakeCallBack);
        desk.submit(by(1, take())).await.unwrap();
        let second = desk.submit(by(2, take())).await;
        let Err(SubmitError::Call(refusal)) = second else { panic!("{second:?}") };
        assert_eq!(refusal, CallRefusal::CallBackTaken { by: user(1) });
        let trunk = incident_store::Submission { actor: Actor::System, ..by(1, take()) };
        assert!(desk.submit(trunk).await.is_err(), "only a person can");
        desk.stop().await;
    });
}

#[test]
fn lost_callers_are_shared_out_among_those_who_are_free() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for n in 1..=4 {
            let role = if n == 4 { UserRole::Supervisor } else { UserRole::CallTaker };
            on_site(&desk, add_user(n, &format!("petugas{n}"), role, None)).await.unwrap();
            place.clock.pass(1);
            let ready = SetDuty { state: DutyState::Ready, audio: None, skills: None };
            desk.submit(by(n, DeskCommand::Duty(user(n), ready))).await.unwrap();
        }
        // The third has a caller.
        let talks = call_arrives(&desk, place.clock.now(), NUMBER).await;
        tell(&desk, &place, talks, CallFact::Answered { by: user(3) }).await;
        let mut owners = Vec::new();
        for n in 0..12 {
            let lost = call_arrives(&desk, place.clock.now(), &format!("+6281190000{n:02}")).await;
            call_ends(&desk, lost, place.clock.now()).await;
            owners.push(desk.store().call(lost).await.unwrap().unwrap().call_back.unwrap().owner);
        }
        let expected: Vec<_> = [1, 2].into_iter().cycle().take(10).map(|n| Some(user(n))).collect();
        assert_eq!(owners[..10], expected, "in turn");
        assert_eq!(owners[10..], [None, None], "nobody is given more than five");
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_store_from_before_voice_is_brought_up_to_date() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let lost = call_arrives(&desk, place.clock.now(), NUMBER).await;
        call_ends(&desk, lost, place.clock.now()).await;
        desk.stop().await;
        // As the first schema had it.
        let back = "DROP INDEX call_owed; DROP INDEX call_owned; DROP INDEX call_with; \
                    ALTER TABLE call DROP COLUMN is_out; ALTER TABLE call DROP COLUMN call_taker; \
                    ALTER TABLE call DROP COLUMN call_back_owner; ALTER TABLE call DROP COLUMN lifted_us; \
                    DROP TABLE place; DROP TABLE card_set; DROP TABLE card_draft; DROP TABLE unit; \
                    DROP TABLE roster_person; DROP TABLE roster_shift; DROP TABLE roster_swap; DROP TABLE shift_handover; \
                    DROP TABLE referral; DROP TABLE channel_test; DROP TABLE rules_draft; DROP INDEX incident_province; \
                    DROP INDEX incident_kabupaten; DROP INDEX incident_kecamatan; \
                    DROP INDEX event_escalation; CREATE INDEX event_escalation ON event (idx) WHERE kind IN \
                    ('incident.escalated', 'incident.plan_exhausted', 'call.disposition_overdue', \
                    'call.call_back_overdue'); \
                    DELETE FROM schema_version WHERE version > 1";
        beside(&place, &format!("{BACK_TO_13} {back}")).await.unwrap();
        let desk = place.desk().await;
        let again = call_arrives(&desk, place.clock.now(), NUMBER).await;
        tell(&desk, &place, again, CallFact::Answered { by: user(1) }).await;
        assert!(!desk.store().call(lost).await.unwrap().unwrap().owes_call_back());
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}
