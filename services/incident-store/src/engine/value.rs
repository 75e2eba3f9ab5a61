//! What goes into a statement and what comes out of one.

use dispatch_core::time::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Column as _, Row as _, TypeInfo as _, ValueRef as _};

use crate::error::StoreError;

/// A parameter. An absent one still has its type: PostgreSQL wants to know it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

impl Value {
    /// The text of anything that has one: ids, numbers of incidents.
    pub(crate) fn of(thing: impl ToString) -> Self {
        Self::from(thing.to_string())
    }

    /// The text of something that may be absent.
    pub(crate) fn maybe(thing: Option<impl ToString>) -> Self {
        Self::from(thing.map(|t| t.to_string()))
    }
}

/// PostgreSQL refuses U+0000 in text (error 22021), and one such text would refuse its whole batch.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(without_nul(text)))
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}
impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(without_nul))
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}
impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(Some(i64::from(number)))
    }
}
impl From<u64> for Value {
    fn from(number: u64) -> Self {
        // Log indexes and counters: 2^63 is out of reach at any rate of events.
        Self::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}
impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(Some(i64::from(truth)))
    }
}
impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(Some(at.as_micros()))
    }
}
impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Int(at.map(Timestamp::as_micros))
    }
}
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(Some(number))
    }
}
impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        Self::Real(number)
    }
}
impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(Some(bytes))
    }
}
impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Blob(bytes)
    }
}
impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Blob(Some(bytes.to_vec()))
    }
}

pub(super) fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Int(v) => arguments.add(v),
            Value::Real(v) => arguments.add(v),
            Value::Text(v) => arguments.add(v),
            Value::Blob(v) => arguments.add(v),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(super) fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Int(v) => arguments.add(v),
            Value::Real(v) => arguments.add(v),
            Value::Text(v) => arguments.add(v),
            Value::Blob(v) => arguments.add(v),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// One row of an answer; columns are asked for by their place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row(Vec<Cell>);

impl Row {
    pub(crate) fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.maybe_int(at)?.ok_or(StoreError::Unreadable { what: "a number" })
    }

    pub(crate) fn maybe_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Real(_) | Cell::Text(_) | Cell::Blob(_)) | None => {
                Err(StoreError::Unreadable { what: "a number" })
            }
        }
    }

    /// A count or an index.
    pub(crate) fn count(&self, at: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(at)?).map_err(|_| StoreError::Unreadable { what: "a count" })
    }

    pub(crate) fn time(&self, at: usize) -> Result<Timestamp, StoreError> {
        self.int(at).map(Timestamp::from_micros)
    }

    pub(crate) fn maybe_time(&self, at: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_int(at)?.map(Timestamp::from_micros))
    }

    pub(crate) fn real(&self, at: usize) -> Result<f64, StoreError> {
        match self.0.get(at) {
            Some(Cell::Real(number)) => Ok(*number),
            Some(Cell::Null | Cell::Int(_) | Cell::Text(_) | Cell::Blob(_)) | None => {
                Err(StoreError::Unreadable { what: "a coordinate" })
            }
        }
    }

    pub(crate) fn maybe_real(&self, at: usize) -> Result<Option<f64>, StoreError> {
        if matches!(self.0.get(at), Some(Cell::Null)) { Ok(None) } else { self.real(at).map(Some) }
    }

    pub(crate) fn text(&self, at: usize) -> Result<&str, StoreError> {
        self.maybe_text(at)?.ok_or(StoreError::Unreadable { what: "a text" })
    }

    pub(crate) fn maybe_text(&self, at: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Int(_) | Cell::Real(_) | Cell::Blob(_)) | None => {
                Err(StoreError::Unreadable { what: "a text" })
            }
        }
    }

    pub(crate) fn parse<T: std::str::FromStr>(&self, at: usize) -> Result<T, StoreError> {
        self.text(at)?.parse().map_err(|_| StoreError::Unreadable { what: "an id" })
    }

    pub(crate) fn maybe_parse<T: std::str::FromStr>(&self, at: usize) -> Result<Option<T>, StoreError> {
        let parse = |text: &str| text.parse().map_err(|_| StoreError::Unreadable { what: "an id" });
        self.maybe_text(at)?.map(parse).transpose()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, at: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(at)?).map_err(|_| StoreError::Unreadable { what: "a record" })
    }

    pub(crate) fn blob(&self, at: usize) -> Result<&[u8], StoreError> {
        self.maybe_blob(at)?.ok_or(StoreError::Unreadable { what: "bytes" })
    }

    pub(crate) fn maybe_blob(&self, at: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Blob(bytes)) => Ok(Some(bytes)),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Int(_) | Cell::Real(_) | Cell::Text(_)) | None => {
                Err(StoreError::Unreadable { what: "bytes" })
            }
        }
    }

    pub(crate) fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], StoreError> {
        self.blob(at)?.try_into().map_err(|_| StoreError::Unreadable { what: "bytes" })
    }
}

pub(super) fn from_sqlite(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let cell = |at: usize| -> Result<Cell, sqlx::Error> {
        let raw = row.try_get_raw(at)?;
        if raw.is_null() {
            return Ok(Cell::Null);
        }
        // The type of the value itself, not the declared one: SQLite has no other for computed columns.
        let kind = raw.type_info().name().to_owned();
        Ok(match kind.as_str() {
            "INTEGER" => Cell::Int(row.try_get_unchecked(at)?),
            "REAL" => Cell::Real(row.try_get_unchecked(at)?),
            "BLOB" => Cell::Blob(row.try_get_unchecked(at)?),
            _ => Cell::Text(row.try_get_unchecked(at)?),
        })
    };
    (0..row.len()).map(cell).collect::<Result<_, _>>().map(Row)
}

pub(super) fn from_postgres(row: &PgRow) -> Result<Row, sqlx::Error> {
    let cell = |at: usize| -> Result<Cell, sqlx::Error> {
        if row.try_get_raw(at)?.is_null() {
            return Ok(Cell::Null);
        }
        Ok(match row.column(at).type_info().name() {
            "INT8" => Cell::Int(row.try_get_unchecked(at)?),
            "INT4" => Cell::Int(i64::from(row.try_get_unchecked::<i32, _>(at)?)),
            "FLOAT8" => Cell::Real(row.try_get_unchecked(at)?),
            "BYTEA" => Cell::Blob(row.try_get_unchecked(at)?),
            _ => Cell::Text(row.try_get_unchecked(at)?),
        })
    };
    (0..row.len()).map(cell).collect::<Result<_, _>>().map(Row)
}

/// `($first,$first+1,…)` for a list of values, and the values. The list is filled up to a power of two by
/// repeating the last value, so that few different statements have to be prepared.
pub(crate) fn in_list(first: usize, values: impl IntoIterator<Item = Value>) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    let places: Vec<String> = (first..first + values.len()).map(|n| format!("${n}")).collect();
    // An empty list is a syntax error on PostgreSQL; NULL is in no list.
    let list = if places.is_empty() { "(NULL)".to_owned() } else { format!("({})", places.join(",")) };
    (list, values)
}
