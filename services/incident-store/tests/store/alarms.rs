//! What sounded at the consoles: kept in windows, read newest first, and each count stands in the log.

use std::collections::BTreeMap;

use dispatch_core::actor::Actor;
use dispatch_core::alarm::{AlarmSound, AlarmWindow};
use dispatch_core::site::{SiteEvent, UserRole};
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::{
    Desk, DeskCommand, DeskEvent, SiteCommand, SiteRefusal, Submission, SubmitError, rebuild_check,
    verify_store,
};

use crate::support::on_both;
use crate::support::words::*;

/// 2026-11-22T03:00:00Z: the clock of the stories stands at the beginning of a window.
const WINDOW: Seconds = Seconds(600);

fn heard(from: Timestamp, count: u32) -> AlarmWindow {
    AlarmWindow { from, begun: BTreeMap::from([(AlarmSound::P1, count)]), muted_s: 0 }
}

async fn counts(desk: &Desk, n: u64, window: &AlarmWindow) -> Result<(), SubmitError> {
    let command = SiteCommand::CountAlarms { user: user(n), window: window.clone() };
    let submission = Submission::new(new_key(), Actor::User(user(n)), DeskCommand::Site(command));
    desk.submit(submission).await.map(drop)
}

#[test]
fn windows_are_kept_and_counted_in_the_log() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for (n, name) in [(1, "pengawas"), (2, "wakil")] {
            on_site(&desk, add_user(n, name, UserRole::Supervisor, None)).await.unwrap();
        }
        let first = place.clock.now();
        let second = first.after(WINDOW);
        counts(&desk, 1, &heard(first, 3)).await.unwrap();
        place.clock.pass(600);
        counts(&desk, 1, &heard(second, 11)).await.unwrap();
        counts(&desk, 2, &heard(second, 1)).await.unwrap();
        let crooked = counts(&desk, 2, &heard(second.after(Seconds(1)), 1)).await;
        assert!(matches!(crooked, Err(SubmitError::Site(SiteRefusal::AlarmWindow))), "{crooked:?}");
        let tested = SiteCommand::NoteSoundTest { heard: false };
        desk.submit(by(1, DeskCommand::Site(tested))).await.unwrap();
        desk.stop().await;

        let desk = place.desk().await;
        let read = async |since, limit| desk.store().alarm_windows(since, limit).await.unwrap();
        let all = read(first, 100).await;
        assert_eq!(all.len(), 3);
        assert_eq!(all[2], (user(1), heard(first, 3)), "the oldest comes last");
        assert!(read(second, 100).await.iter().all(|(_user, window)| window.from == second));
        assert_eq!(read(first, 1).await.len(), 1);
        let changes = desk.store().changes_after(0, 100).await.unwrap();
        let counted = |event: &DeskEvent| matches!(event, DeskEvent::Site(SiteEvent::AlarmsCounted { .. }));
        let tested =
            |event: &DeskEvent| matches!(event, DeskEvent::Site(SiteEvent::SoundTested { heard: false }));
        let kinds = |is: fn(&DeskEvent) -> bool| changes.iter().filter(|change| is(&change.event)).count();
        assert_eq!((kinds(counted), kinds(tested)), (3, 1));
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
    });
}
