//! A desk for a tool that changes the site: the same one way in as the server's.

use std::time::Duration;

use anyhow::Context;
use dispatch_core::actor::Actor;
use incident_store::{
    CheckpointSigner, Desk, DeskCommand, DeskConfig, IdempotencyKey, SiteCommand, Store, StoreConfig,
    Submission,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::Place;
use crate::{clock, keys};

/// Opens the store, founding it when it is new, and carries out `commands` together.
///
/// With the embedded store the server must be stopped: one process serves one file.
pub async fn change(place: &Place, commands: Vec<SiteCommand>) -> anyhow::Result<()> {
    let (desk, stop, tasks) = open(place).await?;
    let submission = Submission {
        key: IdempotencyKey::new(format!("tool:{}", Uuid::now_v7()))?,
        fingerprint: None,
        actor: Actor::System,
        commands: commands.into_iter().map(DeskCommand::Site).collect(),
        journal: None,
        completes: None,
        keep_answer: false,
    };
    let result = desk.submit(submission).await;
    drop(desk);
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    result.map(|_| ()).map_err(anyhow::Error::from)
}

/// How many places other lists than this one have.
pub async fn places_of_others(place: &Place, source: &str) -> anyhow::Result<usize> {
    let (desk, stop, tasks) = open(place).await?;
    let counted = desk.store().places_by_source().await;
    drop(desk);
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(counted?.into_iter().filter(|(other, _)| other != source).map(|(_, count)| count).sum())
}

async fn open(place: &Place) -> anyhow::Result<(Desk, CancellationToken, TaskTracker)> {
    let url = place.url()?;
    let clock = clock::system();
    if let Some(dir) = &place.data_dir {
        std::fs::create_dir_all(dir).with_context(|| format!("could not make {}", dir.display()))?;
    }
    let store = Store::open(StoreConfig { url, clock: clock.clone() }).await?;
    let signer = match &place.data_dir {
        Some(dir) => {
            let keys = keys::open(dir, keys::signer_of(&store).await?.as_deref())?;
            Some(CheckpointSigner(keys.signing))
        }
        None => None,
    };
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let config = DeskConfig { clock, signer, checkpoint_every: Duration::from_secs(60) };
    let desk = Desk::start(store, config, &tasks, stop.clone()).await?;
    found(&desk).await?;
    Ok((desk, stop, tasks))
}

/// Makes an empty store one that serves.
pub async fn found(desk: &Desk) -> anyhow::Result<()> {
    if desk.store().founding().await?.is_none() {
        let areas = dispatch_core::area::bangka_selatan::areas();
        let commands = [
            SiteCommand::Found { demo: false },
            SiteCommand::ImportAreas { areas, sha256: String::new(), decree: None },
        ];
        let mut submission = Submission::new(
            IdempotencyKey::new("found")?,
            Actor::System,
            DeskCommand::Site(SiteCommand::Found { demo: false }),
        );
        submission.commands = commands.into_iter().map(DeskCommand::Site).collect();
        desk.submit(submission).await?;
    }
    Ok(())
}
