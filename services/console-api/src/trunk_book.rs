//! Notes in the log how the trunks are configured, each time that it is found otherwise: the file is changed on the server, where nobody
//! logs in.

use std::time::Duration;

use dispatch_core::actor::Actor;
use incident_store::{DeskCommand, SiteCommand};
use tokio_util::sync::CancellationToken;

use crate::floor::FloorReceiver;
use crate::intake::Intake;
use crate::random;

/// After a note that did not reach the store the next try comes after this.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Runs until `stop`.
pub async fn run(mut floor: FloorReceiver, intake: Intake, stop: CancellationToken) {
    let mut noted = Vec::new();
    loop {
        let (run, trunks) = {
            let now = floor.borrow_and_update();
            (now.run, now.trunks.iter().map(|trunk| trunk.setup.clone()).collect::<Option<Vec<_>>>())
        };
        // In the order of their names: the floor has the best way out first, which changes with every OPTIONS.
        let trunks = trunks.filter(|trunks| run != 0 && !trunks.is_empty()).map(|mut trunks| {
            trunks.sort_by(|one, other| one.name.cmp(&other.name));
            trunks
        });
        let mut wait = None;
        if let Some(trunks) = trunks.filter(|trunks| *trunks != noted) {
            let key = format!("trunks:{}", hex::encode(random::bytes::<16>()));
            let command = SiteCommand::NoteTrunks { trunks: trunks.clone() };
            match intake.note(key, Actor::System, DeskCommand::Site(command)).await {
                Ok(_) => noted = trunks,
                Err(_) => wait = Some(AGAIN_AFTER),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            changed = floor.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
        }
    }
}
