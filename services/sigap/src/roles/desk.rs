//! The half that holds incidents: store, API, console, deadlines, couriers. `sigap desk` runs it alone, with the
//! trunk at the other end of the call link; nothing that happens to it is heard on the line.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use call_link::link::{DeskEnd, FactSource, LinkState};
use call_link::order::{CallOrders, LineEvents};
use console_api::CentreName;
use console_api::channels::ChannelDoor;
use console_api::recordings::RecordingsFolder;
use console_api::views::PublicKey;
use console_api::{ApiConfig, MoreMetrics, ServeError};
use dispatch_core::classification::Classifier;
use dispatch_core::time::{Clock, Seconds};
use incident_store::{CheckpointSigner, Desk, DeskConfig, Store, StoreConfig, StoreError, StoreUrl};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use super::couriers::Couriers;
use super::{clock_task, demo, facts, process, recording_space, trunk_metrics};
use crate::clock;
use crate::config::{Config, Flags, Role};
use crate::keys::{self, LogKeys};
use crate::seal_keys;
use crate::tools::STORE_FILE;

/// How often a store that is away at start is asked again. Calls are taken all the while.
const STORE_ASKED_EVERY: Duration = Duration::from_secs(1);

/// Where the operator puts base maps, in the data folder.
const MAP_FOLDER: &str = "map";

/// `sigap desk`: serves consoles until SIGTERM or Ctrl+C, with or without a trunk.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    process::run(flags, Role::Desk, serve)
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    process::data_dir(&config)?;
    let stop = process::stop_signal()?;
    let prepared = Prepared::new(&config).await?;
    let link_stop = CancellationToken::new();
    let (link, hold) = DeskEnd::start(&config.link, link_stop.clone());
    let holding = tokio::spawn(hold);
    let (state, figures) = (link.state(), link.figures());
    let side = TrunkSide {
        orders: link.orders.clone(),
        line: link.line.clone(),
        facts: FactSource::Linked(link.facts.clone()),
        metrics: Box::new(move || {
            let up = matches!(*state.borrow(), LinkState::Here(_));
            trunk_metrics::text(&figures.borrow(), Some(up))
        }),
    };
    let Some(desk) = DeskHalf::start(&config, &clock::system(), prepared, side, &stop).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(centre) = config.demo {
        demo::greet(&config, centre, desk.http, None);
    }
    println!("ready http={} link={}", desk.http, config.link.display());
    stop.cancelled().await;

    info!("Stopping; calls go on");
    desk.stop().await;
    link_stop.cancel();
    holding.await?;
    info!("Stopped");
    Ok(ExitCode::SUCCESS)
}

/// What may fail before anything has begun.
pub struct Prepared {
    couriers: Couriers,
    listener: TcpListener,
}

impl Prepared {
    /// Reads the secrets of second channels and takes the console's port.
    pub async fn new(config: &Config) -> anyhow::Result<Self> {
        let couriers = Couriers::new(config)?;
        let listener = TcpListener::bind(config.http)
            .await
            .with_context(|| format!("could not listen on http {}", config.http))?;
        Ok(Self { couriers, listener })
    }
}

/// The trunk as the desk sees it, in this process or in another.
pub struct TrunkSide {
    /// The way to live calls.
    pub orders: CallOrders,
    /// What moves on the line.
    pub line: LineEvents,
    /// What happens to calls.
    pub facts: FactSource,
    /// Its figures as Prometheus text.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
}

/// The running half.
pub struct DeskHalf {
    /// Where the console is served.
    pub http: SocketAddr,
    desk: Desk,
    tasks: TaskTracker,
    stop: CancellationToken,
    api: JoinHandle<Result<(), ServeError>>,
    api_stop: CancellationToken,
}

impl DeskHalf {
    /// Opens the store, takes in facts, serves consoles. `None` when the program was stopped while the store was
    /// still away.
    pub async fn start(
        config: &Config,
        clock: &Clock,
        prepared: Prepared,
        trunk: TrunkSide,
        stopping: &CancellationToken,
    ) -> anyhow::Result<Option<Self>> {
        let Some(store) = open_store(config, clock, stopping).await? else { return Ok(None) };
        let keys = keys::open(&config.data_dir, keys::signer_of(&store).await?.as_deref())?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let desk = start_desk(config, store, clock, &keys, &tasks, &stop).await?;
        tasks.spawn(facts::run(trunk.facts.clone(), desk.clone(), stop.clone()));
        tasks.spawn(clock_task::run(desk.clone(), clock.clone(), stop.clone()));
        let couriers = prepared.couriers;
        tasks.spawn(couriers.clone().run(desk.clone(), clock.clone(), trunk.orders.clone(), stop.clone()));
        let http = prepared.listener.local_addr()?;
        let api_stop = CancellationToken::new();
        let recordings = recordings(config, &tasks, &stop)?;
        let api_config = api_config(config, &keys, &desk, clock, trunk, recordings, couriers)?;
        let api = tokio::spawn(console_api::serve(prepared.listener, api_config, api_stop.clone()));
        Ok(Some(Self { http, desk, tasks, stop, api, api_stop }))
    }

    /// Closes the consoles, ends the tasks, signs the log.
    pub async fn stop(self) {
        self.api_stop.cancel();
        match self.api.await {
            Ok(Ok(())) => {}
            Ok(Err(failed)) => error!(error = %failed, "The console ended with an error"),
            Err(failed) => error!(error = %failed, "The console ended with a panic"),
        }
        drop(self.desk);
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
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
    if let Some(centre) = config.demo {
        demo::prepare(&desk, centre).await?;
    } else {
        crate::tools::found(&desk).await?;
        if desk.store().founding().await?.is_some_and(|founding| founding.demo) {
            anyhow::bail!("this is a demo store, its passwords are public; choose another --data-dir");
        }
    }
    Ok(desk)
}

/// The folder of the recordings, and the task that watches its room.
fn recordings(
    config: &Config,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<RecordingsFolder> {
    let dir = config.voice.recordings_dir.clone();
    std::fs::create_dir_all(&dir)
        .with_context(|| format!("could not make the recordings folder {}", dir.display()))?;
    let (space, watching) =
        recording_space::watch(dir.clone(), config.voice.recordings_free_mib, stop.clone());
    tasks.spawn(watching);
    Ok(RecordingsFolder { dir, space })
}

fn api_config(
    config: &Config,
    keys: &LogKeys,
    desk: &Desk,
    clock: &Clock,
    trunk: TrunkSide,
    recordings: RecordingsFolder,
    couriers: Couriers,
) -> anyhow::Result<ApiConfig> {
    let (trunk_text, space) = (trunk.metrics, recordings.space.clone());
    let channels = ChannelDoor(Arc::new(couriers.clone()));
    let data_dir = config.data_dir.clone();
    let more_metrics = MoreMetrics::new(move || {
        let seal = seal_keys::metrics(&data_dir);
        trunk_text() + &recording_space::metrics(*space.borrow()) + &couriers.metrics() + &seal
    });
    Ok(ApiConfig {
        desk: desk.clone(),
        store: desk.store().clone(),
        orders: trunk.orders,
        line: trunk.line,
        phone_book: config.voice.phone_book.clone(),
        ring_rules: config.voice.ring_rules.clone(),
        recordings,
        map_dir: config.data_dir.join(MAP_FOLDER),
        clock: clock.clone(),
        classifier: Arc::new(Classifier::default_classifier()?),
        public_key: PublicKey {
            public_key: keys.public_pem.clone(),
            certificate: keys.certificate_pem.clone(),
            key_id: supervision_log::key_id(&keys.signing.verifying_key()),
        },
        origins: config.origins.clone(),
        session_length: Seconds(config.session_hours * 3600),
        demo: config.demo.is_some(),
        centre: CentreName {
            name: config.centre_name.clone(),
            government: config.centre_government.clone(),
            address: config.centre_address.clone(),
        },
        seal: seal_keys::open(&config.data_dir)?,
        channels,
        more_metrics,
    })
}
