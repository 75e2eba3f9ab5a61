//! Connections for questions.
//!
//! A question may be dropped half-way (a browser went away). Its connection then goes with it and is never
//! used again: what is on such a connection cannot be known (sqlx 0.9.0 has lost later writes that way).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connect::{Target, Use};
use super::connection::Connection;
use super::value::{Row, Value};
use crate::error::StoreError;

/// Questions that are answered at once; more wait. SQLite reads in parallel, and a PostgreSQL of a small site
/// allows 100 connections in all.
const READERS_MAX: usize = 8;
/// A question that takes longer is given up: a person is waiting.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct Readers {
    target: Target,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

/// A connection on loan.
pub(crate) struct Reader<'a> {
    readers: &'a Readers,
    connection: Connection,
    is_fresh: bool,
    _permit: SemaphorePermit<'a>,
}

impl Readers {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, idle: Mutex::new(Vec::new()), permits: Semaphore::new(READERS_MAX) }
    }

    pub(crate) const fn target(&self) -> &Target {
        &self.target
    }

    /// Asks one question.
    pub(crate) async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut reader = self.take().await?;
        let first = reader.ask(sql, values.clone()).await;
        match first {
            Ok(rows) => {
                reader.give_back();
                Ok(rows)
            }
            // A connection that lay idle may have died with its server; a fresh one tells the truth.
            Err(StoreError::Away { .. }) if !reader.is_fresh => {
                drop(reader);
                self.forget_idle();
                let mut reader = self.take().await?;
                let rows = reader.ask(sql, values).await?;
                reader.give_back();
                Ok(rows)
            }
            Err(error) => Err(error),
        }
    }

    /// Asks for at most one row.
    pub(crate) async fn row(&self, sql: &str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// A connection inside a transaction that sees one moment. End it with [`Reader::finish`].
    pub(crate) async fn moment(&self) -> Result<Reader<'_>, StoreError> {
        for _ in 0..2 {
            let mut reader = self.take().await?;
            let begin = reader.connection.dialect().begin_read;
            match reader.connection.script(begin).await {
                Ok(()) => return Ok(reader),
                Err(StoreError::Away { .. }) if !reader.is_fresh => self.forget_idle(),
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Away { host: "connection lost".into(), source: None })
    }

    async fn take(&self) -> Result<Reader<'_>, StoreError> {
        let closed = |_closed| StoreError::Away { host: "closed".into(), source: None };
        let permit = tokio::time::timeout(ANSWER_WITHIN, self.permits.acquire()).await.map_err(late)?;
        let permit = permit.map_err(closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (connection, is_fresh) = match idle {
            Some(connection) => (connection, false),
            None => (self.target.connect(Use::Reading).await?, true),
        };
        Ok(Reader { readers: self, connection, is_fresh, _permit: permit })
    }

    fn forget_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What answers questions: of one moment, or each as of its own.
pub(crate) trait Ask: Send {
    /// Asks one question.
    fn ask(
        &mut self,
        sql: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;
}

impl Ask for Reader<'_> {
    async fn ask(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Reader::ask(self, sql, values).await
    }
}

impl Ask for &Readers {
    async fn ask(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values).await
    }
}

impl Ask for Connection {
    async fn ask(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, values).await
    }
}

impl Reader<'_> {
    pub(crate) async fn ask(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        tokio::time::timeout(ANSWER_WITHIN, self.connection.rows(sql, values)).await.map_err(late)?
    }

    /// Ends the transaction of [`Readers::moment`].
    pub(crate) async fn finish(mut self) -> Result<(), StoreError> {
        self.connection.script("COMMIT").await?;
        self.give_back();
        Ok(())
    }

    fn give_back(self) {
        let Self { readers, connection, .. } = self;
        readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

fn late(_elapsed: tokio::time::error::Elapsed) -> StoreError {
    StoreError::Away { host: "no answer in time".into(), source: None }
}
