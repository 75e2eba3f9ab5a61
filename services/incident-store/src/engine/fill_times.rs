//! Fills the rows of migration 0023 for records that are older than it, within its transaction.

use dispatch_core::call::Call;
use dispatch_core::incident::Incident;
use dispatch_core::metrics::{CallTimes, IncidentTimes};

use super::connection::Connection;
use super::value::{Row, Value};
use crate::error::StoreError;

/// Records read at once: some megabytes.
const RECORDS_PER_PAGE: u32 = 1_000;

const CALL_TIMES: &str = "INSERT INTO call_times (at_us, id, times) VALUES ";
const INCIDENT_TIMES: &str = "INSERT INTO incident_times (at_us, id, times) VALUES ";

/// Writes the times of every call and incident that is there.
pub(super) async fn fill_times(connection: &mut Connection) -> Result<(), StoreError> {
    let call = |row: &Row| {
        let times = CallTimes::of(&row.json::<Call>(1)?);
        times.map(|times| Ok(vec![times.at().into(), Value::of(times.id), json(&times)?])).transpose()
    };
    fill(connection, "call", CALL_TIMES, call).await?;
    let incident = |row: &Row| {
        let times = IncidentTimes::of(&row.json::<Incident>(1)?);
        Ok(Some(vec![times.at().into(), Value::of(times.id), json(&times)?]))
    };
    fill(connection, "incident", INCIDENT_TIMES, incident).await
}

async fn fill(
    connection: &mut Connection,
    table: &str,
    insert: &str,
    times: impl Fn(&Row) -> Result<Option<Vec<Value>>, StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT id, state FROM {table} WHERE id > $1 ORDER BY id LIMIT $2");
    let mut last = String::new();
    loop {
        let rows = connection.rows(&sql, vec![last.as_str().into(), RECORDS_PER_PAGE.into()]).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        end.text(0)?.clone_into(&mut last);
        let found = rows.iter().filter_map(|row| times(row).transpose()).collect::<Result<Vec<_>, _>>()?;
        connection.insert(insert, found, "").await?;
    }
}

fn json(times: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_string(times).map(Value::from).map_err(|_| StoreError::Unreadable { what: "a record" })
}
