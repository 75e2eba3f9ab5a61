//! Tools that run and end.

pub mod area;
pub mod export;
pub mod openapi;
pub mod simulate;
mod site;
pub mod user;
pub mod verify;

use std::path::PathBuf;

use incident_store::StoreUrl;

pub use site::found;

/// The file of the embedded store in a data folder.
pub const STORE_FILE: &str = "sigap.db";

/// Where a tool finds the store.
#[derive(clap::Args, Clone, Debug)]
#[group(required = true, multiple = true)]
pub struct Place {
    /// Data folder of the embedded store; also holds the keys
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL URL
    #[arg(long, env = "SIGAP_DATABASE_URL")]
    pub database_url: Option<String>,
}

impl Place {
    /// The store's address: PostgreSQL when one is named, else the file in the data folder.
    pub fn url(&self) -> Option<StoreUrl> {
        match (&self.database_url, &self.data_dir) {
            (Some(url), _) => Some(StoreUrl::Postgres(url.clone())),
            (None, Some(dir)) => Some(StoreUrl::Sqlite(dir.join(STORE_FILE))),
            (None, None) => None,
        }
    }
}

/// Runs a future on a small runtime of its own.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
