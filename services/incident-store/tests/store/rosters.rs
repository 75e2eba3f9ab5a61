//! Duty rosters and hand-overs of shifts: kept over a restart, in the log, and never two ways at once.

use dispatch_core::ids::{CallId, RosterPersonId, ShiftHandoverId, ShiftId, SwapId};
use dispatch_core::private::Private;
use dispatch_core::roster::handover::{HandoverRefusal, ShiftHandover};
use dispatch_core::roster::{Person, Post, Reach, RosterCommand, RosterRefusal, Shift, SwapState, SwapStep};
use dispatch_core::time::Seconds;
use incident_store::{
    Desk, DeskCommand, Receipt, SiteCommand, SiteRefusal, SubmitError, rebuild_check, verify_store,
};

use crate::support::on_both;
use crate::support::words::*;

async fn change(desk: &Desk, who: u64, command: RosterCommand) -> Result<Receipt, SubmitError> {
    let command = SiteCommand::ChangeRoster { reach: Reach::All, command };
    desk.submit(by(who, DeskCommand::Site(command))).await
}

fn person(name: &str) -> Person {
    Person {
        id: RosterPersonId(uuid()),
        agency: None,
        post: Post::CallTaker,
        name: Private::new(name.to_owned()),
        phone: Some(Private::new("+62811700700".into())),
        email: None,
        user: None,
        standing: false,
        active: true,
        decree: None,
    }
}

#[test]
fn a_roster_survives_a_restart_and_a_swap_is_approved_once() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let now = place.clock.now();
        let (ani, budi) = (person("Ani"), person("Budi"));
        for one in [&ani, &budi] {
            change(&desk, 1, RosterCommand::SetPerson(Box::new(one.clone()))).await.unwrap();
        }
        let hour = |n: u32| now.after(Seconds(n * 3600));
        let shift = Shift { id: ShiftId(uuid()), person: ani.id, from: hour(1), to: hour(9) };
        change(&desk, 1, RosterCommand::Plan { shifts: vec![shift], decree: None }).await.unwrap();
        let twice = Shift { id: ShiftId(uuid()), from: hour(8), to: hour(10), ..shift };
        let refused =
            change(&desk, 1, RosterCommand::Plan { shifts: vec![twice], decree: None }).await.unwrap_err();
        assert!(
            matches!(refused, SubmitError::Site(SiteRefusal::Roster(RosterRefusal::Overlap))),
            "{refused:?}"
        );
        let swap = SwapId(uuid());
        let ask = RosterCommand::AskSwap {
            id: swap,
            shift: shift.id,
            to: budi.id,
            back: None,
            note: Private::default(),
        };
        change(&desk, 1, ask).await.unwrap();
        change(&desk, 2, RosterCommand::StepSwap(swap, SwapStep::Agree)).await.unwrap();
        desk.stop().await;

        let desk = place.desk().await;
        let step = |who, step| change(&desk, who, RosterCommand::StepSwap(swap, step));
        let own = step(1, SwapStep::Approve).await.unwrap_err();
        assert!(matches!(own, SubmitError::Site(SiteRefusal::Roster(RosterRefusal::OwnSwap))), "{own:?}");
        let (approved, refused) = tokio::join!(step(2, SwapStep::Approve), step(3, SwapStep::Refuse));
        assert_eq!(u8::from(approved.is_ok()) + u8::from(refused.is_ok()), 1, "one of the two");
        desk.stop().await;

        let desk = place.desk().await;
        let roster = desk.store().roster(now.before(Seconds(3600))).await.unwrap();
        let (state, whose) = (roster.swaps[&swap].state, roster.shifts[&shift.id].person);
        let expected =
            if approved.is_ok() { (SwapState::Approved, budi.id) } else { (SwapState::Refused, ani.id) };
        assert_eq!((state, whose), expected);
        let later = desk.store().roster_at(hour(2)).await.unwrap();
        assert_eq!(later.on_duty(None, Post::CallTaker, hour(2)).len(), 1);
        assert!(desk.store().roster_at(hour(9)).await.unwrap().shifts.is_empty());
        assert!(desk.store().roster(hour(9)).await.unwrap().shifts.is_empty());

        let log = desk.store().log_entries(0, 100).await.unwrap();
        let leaves: String =
            log.iter().map(|entry| String::from_utf8_lossy(&entry.leaf).into_owned()).collect();
        assert!(
            leaves.contains("site.roster_changed") && !leaves.contains("62811700700"),
            "numbers stay out"
        );
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn a_shift_is_taken_over_by_one_other_person() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let handover = ShiftHandover {
            id: ShiftHandoverId(uuid()),
            office: None,
            from: user(1),
            at: place.clock.now(),
            incidents: vec![],
            call_backs: vec![CallId(uuid())],
            note: Private::new("Genset diperbaiki".into()),
            taken: None,
        };
        let site = |who, command| desk.submit(by(who, DeskCommand::Site(command)));
        let hand = SiteCommand::HandShiftOver { handover: Box::new(handover.clone()) };
        site(1, hand).await.unwrap();
        let take = |who, office| {
            site(who, SiteCommand::TakeShiftOver { handover: handover.id, office, note: Private::default() })
        };
        let refusal = |result: Result<Receipt, SubmitError>| match result {
            Err(SubmitError::Site(SiteRefusal::Handover(refusal))) => refusal,
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal(take(1, None).await), HandoverRefusal::Own);
        assert_eq!(refusal(take(2, Some(agency(1))).await), HandoverRefusal::Unknown);
        let (one, other) = tokio::join!(take(2, None), take(3, None));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let kept = desk.store().shift_handovers(None).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].taken.as_ref().map(|taken| taken.by), Some(user(if one.is_ok() { 2 } else { 3 })));
        assert!(desk.store().shift_handovers(Some(agency(1))).await.unwrap().is_empty());
        desk.stop().await;
    });
}
