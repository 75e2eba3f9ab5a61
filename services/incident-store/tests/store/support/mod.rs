//! What the stories need: a store on either engine, a clock that is moved by hand, calls and incidents.

pub mod postgres;
pub mod words;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dispatch_core::time::{Clock, Timestamp};
use incident_store::{CheckpointSigner, Desk, DeskConfig, Store, StoreConfig, StoreError, StoreUrl};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use supervision_log::SigningKey;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// 2026-11-22T03:00:00Z, in microseconds.
pub const START_US: i64 = 1_795_316_400_000_000;

/// Takes back what came with the schemas after 13, for stories of an old store; each new migration adds its part.
pub const BACK_TO_13: &str = "DROP TABLE call_times; DROP TABLE incident_times; DROP TABLE tree_node; ALTER TABLE log_head DROP COLUMN tree; ALTER TABLE log_head DROP COLUMN tree_idx; DROP TABLE number_rule; DROP TABLE trunk_setup; ALTER TABLE users DROP COLUMN temporary; DROP TABLE disaster; DROP TABLE broadcast; DROP TABLE form_draft; ALTER TABLE call DROP COLUMN handled_us; DROP TABLE paper_form; DROP TABLE alarm_window; DROP TABLE taken_back; DROP INDEX incident_handed; ALTER TABLE incident DROP COLUMN is_handed;";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A store of its own for one story, gone at its end.
pub struct Place {
    pub engine: Engine,
    pub url: StoreUrl,
    pub clock: HandClock,
    _dir: TempDir,
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub fn clock(&self) -> Clock {
        let micros = Arc::clone(&self.0);
        Clock::new(move || Timestamp::from_micros(micros.load(Ordering::SeqCst)))
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Place {
    pub fn new(engine: Engine) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => StoreUrl::Sqlite(dir.path().join("sigap.db")),
            Engine::Postgres => StoreUrl::Postgres(postgres::shared().new_database()),
        };
        Self { engine, url, clock: HandClock(Arc::new(AtomicI64::new(START_US))), _dir: dir }
    }

    pub async fn open(&self) -> Result<Store, StoreError> {
        Store::open(StoreConfig { url: self.url.clone(), clock: self.clock.clock() }).await
    }

    pub async fn desk(&self) -> RunningDesk {
        RunningDesk::start(self.open().await.unwrap(), self.clock.clock()).await
    }
}

/// A desk with its tasks.
pub struct RunningDesk {
    pub desk: Desk,
    stop: CancellationToken,
    tasks: TaskTracker,
}

pub fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

impl RunningDesk {
    pub async fn start(store: Store, clock: Clock) -> Self {
        Self::with_checkpoints(store, clock, Duration::from_millis(200)).await
    }

    pub async fn with_checkpoints(store: Store, clock: Clock, checkpoint_every: Duration) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let signer = Some(CheckpointSigner(signing_key()));
        let config = DeskConfig { clock, signer, checkpoint_every };
        let desk = Desk::start(store, config, &tasks, stop.clone()).await.unwrap();
        Self { desk, stop, tasks }
    }

    /// Stops in good order: what was handed in is written.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl std::ops::Deref for RunningDesk {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

/// Tells a story on both engines.
pub fn on_both<F: Future<Output = ()>>(story: impl Fn(Place) -> F) {
    on(Engine::Sqlite, &story);
    on(Engine::Postgres, &story);
}

pub fn on<F: Future<Output = ()>>(engine: Engine, story: impl Fn(Place) -> F) {
    println!("on {engine:?}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story(Place::new(engine)));
}

/// Waits until something is so; the bound only matters when it never is.
pub async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("waited 15 s in vain until {what}");
}

/// Runs SQL beside the store, as a person with the database in hand would.
pub async fn beside(place: &Place, sql: &str) -> Result<(), String> {
    match &place.url {
        StoreUrl::Postgres(address) => postgres::sql(address, sql).map(drop),
        StoreUrl::Sqlite(path) => {
            let options = SqliteConnectOptions::new().filename(path);
            let mut connection = SqliteConnection::connect_with(&options).await.map_err(|e| e.to_string())?;
            let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
            done.map(drop).map_err(|error| error.to_string())
        }
    }
}
