//! Questions: one function and one statement each, all bounded.

mod alerts;
mod calls;
mod cards;
mod condition;
mod evidence;
mod form_drafts;
mod hand_overs;
mod incidents;
mod log;
mod metrics;
mod numbers;
mod paper;
mod pasts;
mod proofs;
mod referrals;
mod rosters;
mod rules;
mod schedule;
mod site;
mod snapshot;
mod units;
mod wallboard;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dispatch_core::time::Clock;
use supervision_log::{Hash, LogId};

pub(crate) use alerts::DISASTER;
pub(crate) use calls::{call_phase, hash_of_number, number_hash};
pub(crate) use cards::{CARDS, read_cards};
pub(crate) use form_drafts::form_draft_of;
pub(crate) use incidents::{folded, status_name};
pub(crate) use log::{HEAD, change_of};
pub(crate) use log::{read_checkpoint, read_entry};
pub use metrics::Counted;
pub(crate) use metrics::count;
pub(crate) use numbers::TRUNKS;
pub(crate) use proofs::{TREE_LEVELS, nodes, proof};
pub(crate) use rosters::{ROSTER_KEPT, ROSTER_PEOPLE, ROSTER_SHIFTS, ROSTER_SWAPS, office_name, read_roster};
pub use site::polygon_geojson;
pub(crate) use site::{AGENCIES, RULES, USER_COLUMNS, coordinates, level_name, read_policy, read_user};

use crate::engine::{Connection, Readers, StoreUrl, Target, Use, migrate};
use crate::error::StoreError;
use crate::records::{Founding, LogHead};

/// How long a file that somebody holds is waited for, and how often it is tried.
const LOCK_WITHIN: Duration = Duration::from_secs(2);
const LOCK_AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Items that one question may ask for.
const LIMIT_MAX: u32 = 500;
/// The oldest SQLite without the WAL-reset bug that can damage a file (3.7.0 to 3.51.2).
const SQLITE_OLDEST: [u32; 3] = [3, 51, 3];

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where it is.
    pub url: StoreUrl,
    /// Whom to ask for the time.
    pub clock: Clock,
}

/// An open store: answers questions. Cheap to clone; writing is [`crate::Desk`]'s.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Readers,
    clock: Clock,
    log_id: LogId,
    number_key: [u8; 32],
    /// Held as long as the store is open: one process per SQLite file.
    _lock: Option<File>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the store, makes it if there is none, and brings its schema up to date.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        let target = Target::new(&config.url)?;
        let lock = match &config.url {
            StoreUrl::Sqlite(path) => Some(lock(path).await?),
            StoreUrl::Postgres(_) => None,
        };
        let mut connection = target.connect(Use::Writing).await?;
        if lock.is_some() {
            refuse_old_sqlite(&mut connection).await?;
        }
        migrate(&mut connection).await?;
        let (log_id, number_key) = identity(&mut connection).await?;
        connection.close().await;
        let readers = Readers::new(target);
        Ok(Self { inner: Arc::new(Inner { readers, clock: config.clock, log_id, number_key, _lock: lock }) })
    }

    /// Asks the store whether it answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.readers().row("SELECT idx FROM log_head WHERE id = 1", vec![]).await.map(drop)
    }

    /// The log's identity: 16 bytes that were drawn when the store was made.
    pub fn log_id(&self) -> LogId {
        self.inner.log_id
    }

    /// Whether the store was founded: a store that was only opened is empty and serves nobody.
    pub async fn is_founded(&self) -> Result<bool, StoreError> {
        Ok(self.founding().await?.is_some())
    }

    /// How and when the store was founded, if it was.
    pub async fn founding(&self) -> Result<Option<Founding>, StoreError> {
        let row = self.readers().row("SELECT demo, founded_us FROM site WHERE id = 1", vec![]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(row.maybe_time(1)?.map(|at| Founding { demo: matches!(row.maybe_int(0), Ok(Some(1))), at }))
    }

    pub(crate) fn readers(&self) -> &Readers {
        &self.inner.readers
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub(crate) fn number_key(&self) -> &[u8; 32] {
        &self.inner.number_key
    }
}

/// How many a question asks for, within what is allowed.
fn at_most(limit: u32) -> u32 {
    limit.clamp(1, LIMIT_MAX)
}

/// Who held the file may just be ending, and a process that is started while it is open holds it for a moment too.
async fn lock(path: &Path) -> Result<File, StoreError> {
    let until = tokio::time::Instant::now() + LOCK_WITHIN;
    loop {
        match try_lock(path) {
            Err(StoreError::Locked(_)) if tokio::time::Instant::now() < until => {
                tokio::time::sleep(LOCK_AGAIN_AFTER).await;
            }
            done => return done,
        }
    }
}

fn try_lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&name).map_err(StoreError::File)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked(path.display().to_string())),
        Err(std::fs::TryLockError::Error(error)) => Err(StoreError::File(error)),
    }
}

async fn refuse_old_sqlite(connection: &mut Connection) -> Result<(), StoreError> {
    let row = connection.row("SELECT sqlite_version()", vec![]).await?;
    let found = row.ok_or(StoreError::Unreadable { what: "the version of SQLite" })?.text(0)?.to_owned();
    let parts: Vec<u32> = found.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < SQLITE_OLDEST.as_slice() { Err(StoreError::SqliteTooOld { found }) } else { Ok(()) }
}

/// Reads the identity of the log; draws it first when the store is new. Two that do so at once agree.
async fn identity(connection: &mut Connection) -> Result<(LogId, [u8; 32]), StoreError> {
    let (mut log_id, mut number_key) = ([0; 16], [0; 32]);
    getrandom::fill(&mut log_id).map_err(|_| StoreError::Random)?;
    getrandom::fill(&mut number_key).map_err(|_| StoreError::Random)?;
    let insert = "INSERT INTO log_head (id, epoch, idx, hash, log_id, number_key, directory_version) \
                  VALUES (1, 0, 0, $1, $2, $3, 0) ON CONFLICT (id) DO NOTHING";
    let values = vec![Hash::genesis(log_id).0.into(), log_id.into(), number_key.into()];
    connection.run(insert, values).await?;
    connection
        .run("INSERT INTO site (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING", vec![])
        .await?;
    let row = connection.row("SELECT log_id, number_key FROM log_head WHERE id = 1", vec![]).await?;
    let row = row.ok_or(StoreError::NotAStore)?;
    Ok((row.bytes(0)?, row.bytes(1)?))
}

pub(crate) fn read_head(row: &crate::engine::Row) -> Result<LogHead, StoreError> {
    Ok(LogHead { epoch: row.count(0)?, index: row.count(1)?, hash: Hash(row.bytes(2)?) })
}
