//! Replaying the log: the records are nothing but what the events give.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::change::{Record, StreamId};
use crate::error::StoreError;
use crate::replay::apply;
use crate::store::Store;

/// Where a record is not what its events give.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which stream.
    pub stream: StreamId,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Replays every event from the first on and compares the result with the records. Holds one record of each
/// stream in memory, so it is a tool for a copy and for tests, not for a running centre.
pub async fn rebuild_check(store: &Store) -> Result<Vec<Difference>, StoreError> {
    let mut replayed: BTreeMap<StreamId, (u64, Option<Record>)> = BTreeMap::new();
    let mut cursor = 0;
    loop {
        let rows = store
            .readers()
            .rows("SELECT idx, leaf FROM event WHERE idx > $1 ORDER BY idx LIMIT 500", vec![cursor.into()])
            .await?;
        let changes = store.readable(&rows).await?;
        let Some(last) = changes.last() else { break };
        cursor = last.index;
        for change in &changes {
            let (version, record) = replayed.entry(change.stream).or_default();
            *version = change.version;
            *record = apply(record.take(), change);
        }
    }
    compare(store, replayed).await
}

async fn compare(
    store: &Store,
    mut replayed: BTreeMap<StreamId, (u64, Option<Record>)>,
) -> Result<Vec<Difference>, StoreError> {
    let mut differences = Vec::new();
    for table in ["call", "incident", "duty", "unit"] {
        let sql = format!("SELECT id, version, state FROM {table}");
        for row in store.readers().rows(&sql, vec![]).await? {
            let (stream, record) = match table {
                "call" => (StreamId::Call(row.parse(0)?), Record::Call(Arc::new(row.json(2)?))),
                "incident" => (StreamId::Incident(row.parse(0)?), Record::Incident(Arc::new(row.json(2)?))),
                "unit" => (StreamId::Unit(row.parse(0)?), Record::Unit(Arc::new(row.json(2)?))),
                _duty => (StreamId::Duty(row.parse(0)?), Record::Duty(Arc::new(row.json(2)?))),
            };
            let what = match replayed.remove(&stream) {
                None => "a record without events",
                Some((version, _)) if version != row.count(1)? => "the version",
                Some((_, found)) if found.as_ref() != Some(&record) => "the state",
                Some(_) => continue,
            };
            differences.push(Difference { stream, what });
        }
    }
    replayed.remove(&StreamId::Site);
    differences
        .extend(replayed.into_keys().map(|stream| Difference { stream, what: "events without a record" }));
    Ok(differences)
}
