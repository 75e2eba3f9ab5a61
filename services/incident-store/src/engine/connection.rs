//! One connection to either engine.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::PARAMETERS_MAX;
use super::dialect::{Dialect, POSTGRES, SQLITE};
use super::failure::is_lost;
use super::value::{Row, Value, from_postgres, from_sqlite, postgres_arguments, sqlite_arguments};
use crate::error::StoreError;

/// Rows of one multi-row statement up to which it is kept prepared; larger ones are rare and all different.
const ROWS_PREPARED_MAX: usize = 16;

pub(crate) enum Connection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

impl Connection {
    pub(crate) const fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        }
    }

    /// Asks, and reads the whole answer. Whoever asks bounds it.
    pub(crate) async fn rows(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let prepared = values.len() <= 64;
        self.fetch(sql, values, prepared).await.map_err(failed)
    }

    /// Asks for at most one row.
    pub(crate) async fn row(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Changes something; returns how many rows.
    pub(crate) async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        self.execute(sql, values, true).await.map_err(failed)
    }

    /// Runs statements without parameters.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => connection.execute(sql).await.map(drop),
            Self::Postgres(connection) => connection.execute(sql).await.map(drop),
        }
        .map_err(failed)
    }

    /// `insert` (up to and with `VALUES `), rows, `tail` (for example ` ON CONFLICT …`), in as few statements as
    /// the number of parameters allows.
    pub(crate) async fn insert(
        &mut self,
        insert: &str,
        rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<(), StoreError> {
        let Some(width) = rows.first().map(Vec::len) else { return Ok(()) };
        let mut rows = rows;
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(PARAMETERS_MAX / width));
            let prepared = rows.len() <= ROWS_PREPARED_MAX;
            let sql = format!("{insert}{}{tail}", places(rows.len(), width));
            let values = rows.into_iter().flatten().collect();
            self.execute(&sql, values, prepared).await.map_err(failed)?;
            rows = rest;
        }
        Ok(())
    }

    async fn fetch(
        &mut self,
        sql: &str,
        values: Vec<Value>,
        prepared: bool,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(sql, sqlite_arguments(values)?).persistent(prepared);
                query.fetch_all(&mut **connection).await?.iter().map(from_sqlite).collect()
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(sql, postgres_arguments(values)?).persistent(prepared);
                query.fetch_all(&mut **connection).await?.iter().map(from_postgres).collect()
            }
        }
    }

    async fn execute(&mut self, sql: &str, values: Vec<Value>, prepared: bool) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(sql, sqlite_arguments(values)?).persistent(prepared);
                query.execute(&mut **connection).await?.rows_affected()
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(sql, postgres_arguments(values)?).persistent(prepared);
                query.execute(&mut **connection).await?.rows_affected()
            }
        })
    }

    /// Closes in good order. A connection with an error on it is dropped instead: dropping only shuts the
    /// socket (or the file), it never sends a cancel request, which could answer a commit that is waiting for
    /// its standby with a plain success.
    pub(crate) async fn close(self) {
        // What failed to close is closed by the drop.
        let _closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }
}

/// `($1,$2),($3,$4)` …
fn places(rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * width * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..width {
            if column > 0 {
                text.push(',');
            }
            text.push('$');
            text.push_str(&(row * width + column + 1).to_string());
        }
        text.push(')');
    }
    text
}

fn failed(error: sqlx::Error) -> StoreError {
    if is_lost(&error) {
        StoreError::Away { host: "connection lost".into(), source: Some(error) }
    } else {
        StoreError::Statement(error)
    }
}
