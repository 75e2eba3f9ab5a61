//! `sigap serve`: every role in one process.
//!
//! Order of start: configuration, keys, journal, trunk, store, desk, console. The trunk is up first and takes
//! calls while the store may still be away. Order of stop: no new calls, live calls end, their facts are taken
//! in, consoles close, the log is signed.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use call_link::journal::Journal;
use console_api::views::PublicKey;
use console_api::{ApiConfig, MoreMetrics};
use dispatch_core::classification::Classifier;
use dispatch_core::time::{Clock, Seconds};
use incident_store::{CheckpointSigner, Desk, DeskConfig, Store, StoreConfig, StoreError, StoreUrl};
use sip_trunk::{Trunk, TrunkConfig, TrunkProfile};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use super::couriers::Couriers;
use super::{clock_task, demo, facts, trunk_metrics};
use crate::config::{self, Config, Flags};
use crate::keys::{self, LogKeys};
use crate::tools::STORE_FILE;
use crate::{clock, logging};

/// How often a store that is away at start is asked again. Calls are taken all the while.
const STORE_ASKED_EVERY: Duration = Duration::from_secs(1);
/// How long the last facts may take into the store at the end; they are safe in the journal.
const FACTS_WAIT_MAX: Duration = Duration::from_secs(3);

/// Reads the configuration and serves until SIGTERM or Ctrl+C.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let config = config::read(flags, &environment)?;
    logging::start(&config)?;
    for variable in &config.unknown_variables {
        warn!(variable, "Unknown variable, ignored");
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("could not make the data folder {}", config.data_dir.display()))?;
    let stop = stop_signal()?;
    let clock = clock::system();
    let couriers = Couriers::new(&config)?;
    let listener = TcpListener::bind(config.http)
        .await
        .with_context(|| format!("could not listen on http {}", config.http))?;

    let (journal, last_index, trunk) = start_trunk(&config, &clock).await?;
    let Some(store) = open_store(&config, &clock, &stop).await? else {
        trunk.shutdown(config.drain_for).await;
        return Ok(ExitCode::SUCCESS);
    };

    let keys = keys::open(&config.data_dir, keys::signer_of(&store).await?.as_deref())?;
    let (tasks, desk_stop) = (TaskTracker::new(), CancellationToken::new());
    let desk = start_desk(&config, store, &clock, &keys, &tasks, &desk_stop).await?;
    tasks.spawn(facts::run(journal.clone(), last_index, desk.clone(), desk_stop.clone()));
    tasks.spawn(clock_task::run(desk.clone(), clock.clone(), desk_stop.clone()));
    tasks.spawn(couriers.run(desk.clone(), clock.clone(), desk_stop.clone()));
    let http = listener.local_addr()?;
    // Consoles stay connected while the last calls drain.
    let api_stop = CancellationToken::new();
    let api = console_api::serve(
        listener,
        api_config(&config, &keys, &desk, &clock, &trunk, &journal)?,
        api_stop.clone(),
    );
    let api = tokio::spawn(api);

    if config.demo {
        demo::greet(http, trunk.sip_udp);
    }
    println!("ready http={http} sip={}", trunk.sip_udp);
    stop.cancelled().await;

    info!("Stopping: no new calls, live calls may end");
    trunk.shutdown(config.drain_for).await;
    wait_for_facts(&journal).await;
    api_stop.cancel();
    match api.await {
        Ok(Ok(())) => {}
        Ok(Err(failed)) => error!(error = %failed, "The console ended with an error"),
        Err(failed) => error!(error = %failed, "The console ended with a panic"),
    }
    drop(desk);
    desk_stop.cancel();
    tasks.close();
    tasks.wait().await;
    info!("Stopped");
    Ok(ExitCode::SUCCESS)
}

fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopping.cancel();
    });
    Ok(stop)
}

async fn start_trunk(config: &Config, clock: &Clock) -> anyhow::Result<(Journal, u64, Trunk)> {
    let dir = config.data_dir.join("journal");
    let (journal, recovery) = Journal::open(&dir, clock.clone())
        .with_context(|| format!("could not open the journal in {}", dir.display()))?;
    info!(entries = recovery.entries, torn_bytes = recovery.torn_bytes, "Opened the journal");
    let last_index = recovery.last_index;
    let profile = |trunk: &config::Trunk| TrunkProfile {
        test_callers: trunk.test_callers.clone(),
        ..TrunkProfile::new(trunk.name.clone(), trunk.sources.clone())
    };
    let trunk_config = TrunkConfig {
        public_address: config.public_address,
        queue_answer_after: config.queue_answer_after,
        rtp_ports: config.rtp_ports.clone(),
        seats: config.voice.seats,
        seat_address: Some(config.voice.seat_address),
        recordings: Some(config.voice.recordings_dir.clone()),
        live_calls_max: config.live_calls_max,
        ..TrunkConfig::new(config.sip, config.trunks.iter().map(profile).collect())
    };
    let trunk = sip_trunk::start(trunk_config, journal.clone(), &recovery, clock.clone())
        .await
        .with_context(|| format!("could not start SIP on {}", config.sip))?;
    Ok((journal, last_index, trunk))
}

/// Opens the store; waits for one that is away. `None` when the program was stopped meanwhile.
async fn open_store(
    config: &Config,
    clock: &Clock,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Store>> {
    let url = match &config.database_url {
        Some(url) => StoreUrl::Postgres(url.clone()),
        None => StoreUrl::Sqlite(config.data_dir.join(STORE_FILE)),
    };
    loop {
        match Store::open(StoreConfig { url: url.clone(), clock: clock.clone() }).await {
            Ok(store) => return Ok(Some(store)),
            Err(away @ StoreError::Away { .. }) => {
                warn!(error = %away, "The store is away; calls are answered and kept in the journal");
            }
            Err(error) => return Err(error).context("could not open the store"),
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(STORE_ASKED_EVERY) => {}
        }
    }
}

async fn start_desk(
    config: &Config,
    store: Store,
    clock: &Clock,
    keys: &LogKeys,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<Desk> {
    let desk_config = DeskConfig {
        clock: clock.clone(),
        signer: Some(CheckpointSigner(keys.signing.clone())),
        checkpoint_every: config.checkpoint_every,
    };
    let desk = Desk::start(store, desk_config, tasks, stop.clone()).await?;
    if config.demo {
        demo::prepare(&desk).await?;
    } else {
        crate::tools::found(&desk).await?;
        if desk.store().founding().await?.is_some_and(|founding| founding.demo) {
            anyhow::bail!("this is a demo store, its passwords are public; choose another --data-dir");
        }
    }
    Ok(desk)
}

fn api_config(
    config: &Config,
    keys: &LogKeys,
    desk: &Desk,
    clock: &Clock,
    trunk: &Trunk,
    journal: &Journal,
) -> anyhow::Result<ApiConfig> {
    Ok(ApiConfig {
        desk: desk.clone(),
        store: desk.store().clone(),
        orders: trunk.orders.clone(),
        clock: clock.clone(),
        classifier: Arc::new(Classifier::default_classifier()?),
        public_key: PublicKey {
            public_key: keys.public_pem.clone(),
            certificate: keys.certificate_pem.clone(),
            key_id: supervision_log::key_id(&keys.signing.verifying_key()),
        },
        origins: config.origins.clone(),
        session_length: Seconds(config.session_hours * 3600),
        demo: config.demo,
        more_metrics: MoreMetrics::new(trunk_metrics::writer(trunk.stats.clone(), journal.clone())),
    })
}

/// The last facts of the calls that just ended go into the store, so that nobody sees them live after the stop.
async fn wait_for_facts(journal: &Journal) {
    let until = tokio::time::Instant::now() + FACTS_WAIT_MAX;
    loop {
        let stats = journal.stats();
        if stats.acknowledged >= stats.last_index || tokio::time::Instant::now() >= until {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
