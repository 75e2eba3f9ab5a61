//! The two engines behind one connection.

use std::path::PathBuf;

/// Where the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address; it may name several hosts, of which the one that takes writes is used.
    Postgres(String),
}
