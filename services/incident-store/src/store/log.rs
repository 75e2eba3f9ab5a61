//! Questions about the log: raw for those who verify, readable for consoles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::ids::{IncidentId, UserId};
use dispatch_core::time::Timestamp;
use supervision_log::{Hash, Leaf};

use super::{Store, at_most, read_head};
use crate::change::{Change, DeskEvent, Record, StreamId};
use crate::desk::seal;
use crate::engine::{Row, Value, in_list};
use crate::error::StoreError;
use crate::records::{CheckpointEntry, LogEntry, LogHead};

/// The columns and the order that [`read_head`] reads.
pub(crate) const HEAD: &str = "SELECT epoch, idx, hash FROM log_head WHERE id = 1";
/// The same words as the partial index `event_escalation` has, else the planner does not see that it fits.
const ESCALATIONS: &str = "SELECT idx, leaf FROM event WHERE kind IN ('incident.escalated', \
    'incident.plan_exhausted', 'incident.help_asked', 'call.disposition_overdue', 'call.call_back_overdue') \
    ORDER BY idx DESC LIMIT $1";

impl Store {
    /// Where the log ends.
    pub async fn head(&self) -> Result<LogHead, StoreError> {
        let row = self.readers().row(HEAD, vec![]).await?;
        read_head(&row.ok_or(StoreError::NotAStore)?)
    }

    /// Entries after an index, as they are hashed.
    pub async fn log_entries(&self, after: u64, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let sql = "SELECT idx, leaf, hash FROM event WHERE idx > $1 ORDER BY idx LIMIT $2";
        self.readers()
            .rows(sql, vec![after.into(), at_most(limit).into()])
            .await?
            .iter()
            .map(read_entry)
            .collect()
    }

    /// The newest checkpoint.
    pub async fn latest_checkpoint(&self) -> Result<Option<CheckpointEntry>, StoreError> {
        let sql = "SELECT idx, text, at_us FROM checkpoint ORDER BY idx DESC LIMIT 1";
        self.readers().row(sql, vec![]).await?.as_ref().map(read_checkpoint).transpose()
    }

    /// Checkpoints of sizes above `size`, in order.
    pub async fn checkpoints_after(&self, size: u64, limit: u32) -> Result<Vec<CheckpointEntry>, StoreError> {
        let sql = "SELECT idx, text, at_us FROM checkpoint WHERE idx > $1 ORDER BY idx LIMIT $2";
        let rows = self.readers().rows(sql, vec![size.into(), at_most(limit).into()]).await?;
        rows.iter().map(read_checkpoint).collect()
    }

    /// Changes after a cursor, each with the present state of its stream.
    pub async fn changes_after(&self, cursor: u64, limit: u32) -> Result<Vec<Change>, StoreError> {
        let sql = "SELECT idx, leaf FROM event WHERE idx > $1 ORDER BY idx LIMIT $2";
        let rows = self.readers().rows(sql, vec![cursor.into(), at_most(limit).into()]).await?;
        let mut changes = self.readable(&rows).await?;
        let streams: BTreeSet<StreamId> = changes.iter().map(|change| change.stream).collect();
        let records = self.records(&streams).await?;
        for change in &mut changes {
            change.record = records.get(&change.stream).cloned();
        }
        Ok(changes)
    }

    /// The newest `limit` events of an incident and of its calls, oldest first, without records.
    pub async fn timeline(&self, incident: IncidentId, limit: u32) -> Result<Vec<Change>, StoreError> {
        let sql = "SELECT idx, leaf FROM event WHERE stream = $1 OR stream IN \
                   (SELECT 'call:' || call FROM incident_call WHERE incident = $2 \
                    UNION SELECT 'call:' || id FROM call WHERE incident = $2) ORDER BY idx DESC LIMIT $3";
        let values =
            vec![Value::of(StreamId::Incident(incident)), Value::of(incident), at_most(limit).into()];
        let mut rows = self.readers().rows(sql, values).await?;
        rows.reverse();
        self.readable(&rows).await
    }

    /// The newest escalations, exhausted plans, crews that asked for help, and dispositions and call-backs that are late; newest first,
    /// without records.
    pub async fn escalations(&self, limit: u32) -> Result<Vec<Change>, StoreError> {
        let rows = self.readers().rows(ESCALATIONS, vec![at_most(limit).into()]).await?;
        self.readable(&rows).await
    }

    /// How far a trunk's journal has been taken in: the index of its next record.
    pub async fn journal_cursor(&self, journal: [u8; 16]) -> Result<u64, StoreError> {
        let sql = "SELECT next_index FROM journal_cursor WHERE journal = $1";
        let row = self.readers().row(sql, vec![hex::encode(journal).into()]).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Rows of index and leaf, with their personal values put back in.
    pub(crate) async fn readable(&self, rows: &[Row]) -> Result<Vec<Change>, StoreError> {
        let indexes = rows.iter().map(|row| row.count(0)).collect::<Result<Vec<_>, _>>()?;
        let (list, values) = in_list(1, indexes.iter().map(|index| Value::from(*index)));
        let sql = format!("SELECT idx, n, value FROM personal WHERE idx IN {list}");
        let mut personal = BTreeMap::new();
        for row in self.readers().rows(&sql, values).await? {
            personal.insert((row.count(0)?, row.count(1)?), row.text(2)?.to_owned());
        }
        rows.iter().map(|row| change_of(row.blob(1)?, &personal)).collect()
    }

    async fn records(&self, streams: &BTreeSet<StreamId>) -> Result<BTreeMap<StreamId, Record>, StoreError> {
        let mut records = BTreeMap::new();
        for table in ["call", "incident", "duty", "unit"] {
            let ids = streams.iter().filter_map(|stream| id_in(*stream, table));
            let (list, values) = in_list(1, ids);
            if values.is_empty() {
                continue;
            }
            let sql = format!("SELECT id, state FROM {table} WHERE id IN {list}");
            for row in self.readers().rows(&sql, values).await? {
                let (stream, record) = match table {
                    "call" => (StreamId::Call(row.parse(0)?), Record::Call(Arc::new(row.json(1)?))),
                    "incident" => {
                        (StreamId::Incident(row.parse(0)?), Record::Incident(Arc::new(row.json(1)?)))
                    }
                    "unit" => (StreamId::Unit(row.parse(0)?), Record::Unit(Arc::new(row.json(1)?))),
                    _duty => (StreamId::Duty(row.parse(0)?), Record::Duty(Arc::new(row.json(1)?))),
                };
                records.insert(stream, record);
            }
        }
        Ok(records)
    }
}

fn id_in(stream: StreamId, table: &str) -> Option<Value> {
    match stream {
        StreamId::Call(id) => (table == "call").then(|| Value::of(id)),
        StreamId::Incident(id) => (table == "incident").then(|| Value::of(id)),
        StreamId::Duty(id) => (table == "duty").then(|| Value::of(id)),
        StreamId::Unit(id) => (table == "unit").then(|| Value::of(id)),
        StreamId::Site => None,
    }
}

/// The readable change of a leaf. `personal` holds values by index and place.
pub(crate) fn change_of(leaf: &[u8], personal: &BTreeMap<(u64, u64), String>) -> Result<Change, StoreError> {
    let unreadable = || StoreError::Unreadable { what: "an event" };
    let leaf = Leaf::decode(leaf).map_err(|_| unreadable())?;
    let stream: StreamId = leaf.stream.parse().map_err(|_| unreadable())?;
    let mut body = serde_json::from_slice(&leaf.body).map_err(|_| unreadable())?;
    seal::open(&mut body, &|index, place| personal.get(&(index, place)).map(String::as_str));
    Ok(Change {
        index: leaf.index,
        at: Timestamp::from_micros(leaf.at_us),
        actor: actor_from(&leaf.actor).ok_or_else(unreadable)?,
        stream,
        version: leaf.version,
        policy: leaf.policy,
        event: DeskEvent::from_json(stream, body).map_err(|_| unreadable())?,
        record: None,
    })
}

fn actor_from(text: &str) -> Option<Actor> {
    match text {
        "system" => Some(Actor::System),
        "trunk" => Some(Actor::Trunk),
        other => match other.strip_prefix("unit:") {
            Some(unit) => unit.parse().ok().map(Actor::Unit),
            None => other.strip_prefix("user:")?.parse::<UserId>().ok().map(Actor::User),
        },
    }
}

pub(crate) fn read_entry(row: &Row) -> Result<LogEntry, StoreError> {
    Ok(LogEntry { index: row.count(0)?, leaf: row.blob(1)?.to_vec(), hash: Hash(row.bytes(2)?) })
}

pub(crate) fn read_checkpoint(row: &Row) -> Result<CheckpointEntry, StoreError> {
    Ok(CheckpointEntry { size: row.count(0)?, text: row.text(1)?.to_owned(), at: row.time(2)? })
}
