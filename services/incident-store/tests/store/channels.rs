//! Second channels: tests of them are kept, the last word of each, and every word stands in the log.

use dispatch_core::actor::Actor;
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::ChannelState;
use dispatch_core::site::{ChannelTest, SiteEvent};
use dispatch_core::time::Seconds;
use incident_store::{
    Desk, DeskCommand, DeskEvent, IdempotencyKey, SiteCommand, Submission, rebuild_check, verify_store,
};

use crate::support::on_both;

async fn note(desk: &Desk, test: &ChannelTest) {
    let key = IdempotencyKey::new(format!("uji:{}:{:?}", test.id, test.state)).unwrap();
    let command = SiteCommand::NoteChannelTest { test: Box::new(test.clone()) };
    desk.submit(Submission::new(key, Actor::System, DeskCommand::Site(command))).await.unwrap();
}

#[test]
fn the_last_word_on_a_test_is_kept_and_every_word_is_in_the_log() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let now = place.clock.now();
        let test = |id: &str, asked_at| ChannelTest {
            id: id.into(),
            agency: AgencyCode::new("damkar"),
            place: 0,
            channel: "sms".into(),
            gateway: "sms".into(),
            reference: "m-1".into(),
            person: None,
            state: ChannelState::Accepted,
            confirmed: false,
            result: "202".into(),
            asked_by: None,
            asked_at,
            at: asked_at,
        };
        let (older, newer) = (test("uji-1", now), test("uji-2", now.after(Seconds(60))));
        note(&desk, &older).await;
        note(&desk, &newer).await;
        let failed = ChannelTest { state: ChannelState::Failed, result: "no report".into(), ..older.clone() };
        note(&desk, &failed).await;
        desk.stop().await;

        let desk = place.desk().await;
        assert_eq!(desk.store().channel_tests(10).await.unwrap(), [newer.clone(), failed]);
        assert_eq!(desk.store().channel_tests(1).await.unwrap(), [newer]);
        let changes = desk.store().changes_after(0, 100).await.unwrap();
        let tested = |event: &DeskEvent| matches!(event, DeskEvent::Site(SiteEvent::ChannelTested { .. }));
        assert_eq!(changes.iter().filter(|change| tested(&change.event)).count(), 3, "{changes:#?}");
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
        desk.stop().await;
    });
}
