//! What is being typed: kept beside the log, forgotten when nobody hands it in.

use dispatch_core::ids::CallId;
use dispatch_core::private::Private;
use incident_store::{DraftKept, FORM_DRAFTS_EACH_MAX, FormPlace, rebuild_check};

use crate::support::on_both;
use crate::support::words::*;

fn place_of(call: u64) -> FormPlace {
    FormPlace::Call(CallId(uuid::Uuid::from_u128(u128::from(call))))
}

fn text(of: &str) -> Private<String> {
    Private::new(format!(r#"{{"landmark":"{of}"}}"#))
}

#[test]
fn the_last_writing_is_found_after_a_restart_and_one_in_between_is_told() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let form = place_of(1);
        let head = desk.store().head().await.unwrap();
        let kept = desk.keep_draft(form, user(1), 0, text("Pasar")).await.unwrap();
        assert_eq!(kept, DraftKept::Kept(1, place.clock.now()));
        assert_eq!(
            desk.keep_draft(form, user(1), 1, text("Pasar lama")).await.unwrap(),
            DraftKept::Kept(2, place.clock.now())
        );
        let overtaken = desk.keep_draft(form, user(2), 1, text("Terminal")).await.unwrap();
        assert!(matches!(overtaken, DraftKept::Overtaken(present) if present.content == text("Pasar lama")));
        assert_eq!(desk.store().head().await.unwrap(), head, "no leaf tells of it");
        desk.stop().await;

        let desk = place.desk().await;
        let found = desk.store().form_drafts_of(user(1)).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].place, found[0].revision, &found[0].content), (form, 2, &text("Pasar lama")));
        assert_eq!(desk.store().form_draft(form).await.unwrap(), found.first().cloned());
        desk.drop_draft(form).await.unwrap();
        assert_eq!(desk.store().form_draft(form).await.unwrap(), None);
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}

#[test]
fn one_person_has_so_many_and_the_oldest_goes() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for n in 0..=u64::from(FORM_DRAFTS_EACH_MAX) {
            desk.keep_draft(place_of(n), user(1), 0, text("x")).await.unwrap();
            place.clock.pass(1);
        }
        let found = desk.store().form_drafts_of(user(1)).await.unwrap();
        assert_eq!(found.len(), FORM_DRAFTS_EACH_MAX as usize);
        assert!(found.iter().all(|one| one.place != place_of(0)));
        desk.stop().await;
    });
}
