//! Tools that run and end.

pub mod area;
pub mod audit_pack;
pub mod certificate;
pub mod check;
pub mod export;
pub mod openapi;
pub mod report;
pub mod simulate;
mod site;
pub mod user;
pub mod verify;

use std::path::PathBuf;

use incident_store::StoreUrl;

use crate::config;

pub use site::found;

/// The file of the embedded store in a data folder.
pub const STORE_FILE: &str = "sigap.db";

/// Where a tool finds the store.
#[derive(clap::Args, Clone, Debug)]
#[group(required = true, multiple = true)]
pub struct Place {
    /// Data folder: the embedded store, or the keys and the configuration that names the database
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL URL, when it does not stand in SIGAP_DATABASE_URL or in the data folder's sigap.toml
    #[arg(long)]
    pub database_url: Option<String>,
}

impl Place {
    /// The store's address: the flag, else what `sigap serve` would use with the data folder.
    pub fn url(&self) -> anyhow::Result<StoreUrl> {
        let environment = std::env::vars().collect();
        let configured = match (&self.database_url, &self.data_dir) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(dir)) => config::database_url(dir, &environment)?,
            (None, None) => None,
        };
        match (configured, &self.data_dir) {
            (Some(url), _) => Ok(StoreUrl::Postgres(url)),
            (None, Some(dir)) => Ok(StoreUrl::Sqlite(dir.join(STORE_FILE))),
            (None, None) => anyhow::bail!("name a store: --data-dir or --database-url"),
        }
    }
}

/// Runs a future on a small runtime of its own.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
