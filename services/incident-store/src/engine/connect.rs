//! Finding the store and connecting to it.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::connection::Connection;
use crate::error::StoreError;

/// How long one of several hosts may take to answer before the next is asked.
const HOST_ANSWER_WITHIN: Duration = Duration::from_millis(700);
/// How long the last one may take: nobody is left to ask, and a busy host that answers late is better than none.
const LAST_HOST_ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How long a write on SQLite waits for another process that holds the file (a backup, a report).
const SQLITE_BUSY: Duration = Duration::from_secs(5);
/// Statements kept prepared on one connection.
const STATEMENTS_PREPARED_MAX: usize = 512;

/// Where the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address; it may name several hosts, of which the one that takes writes is used:
    /// `postgres://user@a:5432,b:5432/sigap`.
    Postgres(String),
}

impl std::fmt::Debug for StoreUrl {
    /// Without user and password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres"),
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    /// The writer's.
    Writing,
    /// Questions only.
    Reading,
}

/// Where the store is, understood.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Vec<PgConnectOptions>),
}

impl Target {
    pub(crate) fn new(url: &StoreUrl) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Sqlite(path) => Ok(Self::Sqlite(path.clone())),
            StoreUrl::Postgres(text) => postgres_hosts(text).map(Self::Postgres),
        }
    }

    pub(crate) async fn connect(&self, purpose: Use) -> Result<Connection, StoreError> {
        match self {
            Self::Sqlite(path) => sqlite(path, purpose).await,
            Self::Postgres(hosts) => {
                let (connection, _) = writable(hosts).await?;
                Ok(Connection::Postgres(Box::new(connection)))
            }
        }
    }

    /// The options of the PostgreSQL host that takes writes at present, for a listener.
    pub(crate) async fn writable_host(&self) -> Result<Option<PgConnectOptions>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(hosts) => {
                let (connection, options) = writable(hosts).await?;
                Connection::Postgres(Box::new(connection)).close().await;
                Ok(Some(options.clone()))
            }
        }
    }

    /// Opens what is there, without making or changing anything.
    pub(crate) async fn connect_read_only(&self) -> Result<Connection, StoreError> {
        match self {
            Self::Sqlite(path) if !path.exists() => Err(StoreError::NotAStore),
            Self::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).busy_timeout(SQLITE_BUSY);
                open_sqlite(path, options.read_only(true)).await
            }
            Self::Postgres(_) => self.connect(Use::Reading).await,
        }
    }
}

async fn sqlite(path: &Path, purpose: Use) -> Result<Connection, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(SQLITE_BUSY)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit that was answered survives a power cut (NORMAL lost 616 of 2,840 in our own trial).
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(STATEMENTS_PREPARED_MAX);
    let options = match purpose {
        Use::Writing => options.create_if_missing(true),
        Use::Reading => options.pragma("query_only", "ON"),
    };
    open_sqlite(path, options).await
}

async fn open_sqlite(path: &Path, options: SqliteConnectOptions) -> Result<Connection, StoreError> {
    let options = options.disable_statement_logging();
    let away = |source| StoreError::Away { host: path.display().to_string(), source: Some(source) };
    let connection = SqliteConnection::connect_with(&options).await.map_err(away)?;
    Ok(Connection::Sqlite(Box::new(connection)))
}

/// The first host that answers in time and takes writes.
async fn writable(hosts: &[PgConnectOptions]) -> Result<(PgConnection, &PgConnectOptions), StoreError> {
    let mut last = None;
    for (place, options) in hosts.iter().enumerate() {
        let is_last = place + 1 == hosts.len();
        let within = if is_last { LAST_HOST_ANSWER_WITHIN } else { HOST_ANSWER_WITHIN };
        match tokio::time::timeout(within, connect_writable(options)).await {
            Ok(Ok(Some(connection))) => return Ok((connection, options)),
            Ok(Ok(None)) | Err(_) => {}
            Ok(Err(error)) => last = Some(error),
        }
    }
    let names: Vec<String> = hosts.iter().map(|h| format!("{}:{}", h.get_host(), h.get_port())).collect();
    Err(StoreError::Away { host: names.join(", "), source: last })
}

async fn connect_writable(options: &PgConnectOptions) -> Result<Option<PgConnection>, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let read_only: bool =
        sqlx::query_scalar("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")
            .fetch_one(&mut connection)
            .await?;
    Ok((!read_only).then_some(connection))
}

/// sqlx knows one host per address, so the list is ours.
fn postgres_hosts(text: &str) -> Result<Vec<PgConnectOptions>, StoreError> {
    let unusable = |why: &str| StoreError::Url(why.to_owned());
    let (scheme, rest) = text.split_once("://").ok_or_else(|| unusable("it has no scheme"))?;
    if scheme != "postgres" && scheme != "postgresql" {
        return Err(unusable("its scheme is not postgres"));
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if user.is_empty() { "" } else { "@" };
    let one = |host: &str| {
        let options = PgConnectOptions::from_str(&format!("{scheme}://{user}{at}{host}{tail}"));
        let options =
            options.map_err(|_| unusable("it is not postgres://user@host:port,host:port/database"))?;
        Ok(options
            .application_name("sigap")
            // A desk that hangs in the middle of a transaction must not hold the head row for ever.
            .options([("idle_in_transaction_session_timeout", "10s")])
            .statement_cache_capacity(STATEMENTS_PREPARED_MAX)
            .disable_statement_logging())
    };
    hosts.split(',').map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hosts_share_user_database_and_parameters() {
        let hosts = postgres_hosts("postgres://sigap:a%40b@db1:5433,db2/pusat?application_name=x").unwrap();
        let names: Vec<_> = hosts.iter().map(|h| (h.get_host(), h.get_port(), h.get_database())).collect();
        assert_eq!(names, [("db1", 5433, Some("pusat")), ("db2", 5432, Some("pusat"))]);
        assert!(hosts.iter().all(|h| h.get_username() == "sigap"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_it() {
        for text in ["db1", "mysql://db1/x", "postgres://geheim@db1:port/x"] {
            let error = postgres_hosts(text).unwrap_err().to_string();
            assert!(!error.contains("geheim"), "{error}");
        }
    }
}
