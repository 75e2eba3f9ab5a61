//! What a report of an incident is proven by: leaves, their way through the tree, and what lies behind commitments.

use supervision_log::CommitmentOpening;

use super::Store;
use crate::engine::{Row, Value, in_list};
use crate::error::StoreError;

impl Store {
    /// The leaf bytes of these entries, in the order of the log.
    pub async fn leaves(&self, indexes: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let (list, values) = in_list(1, indexes.iter().map(|index| Value::from(*index)));
        let sql = format!("SELECT idx, leaf FROM event WHERE idx IN {list} ORDER BY idx");
        let rows = self.readers().rows(&sql, values).await?;
        rows.iter().map(|row| Ok((row.count(0)?, row.blob(1)?.to_vec()))).collect()
    }

    /// What lies behind the commitments of these entries; nothing of what was destroyed.
    pub async fn openings(&self, indexes: &[u64]) -> Result<Vec<CommitmentOpening>, StoreError> {
        let (list, values) = in_list(1, indexes.iter().map(|index| Value::from(*index)));
        let sql = format!(
            "SELECT personal.idx, n, salt, wrapped, value FROM personal \
             JOIN record_key ON record_key.stream = personal.stream \
             WHERE personal.idx IN {list} ORDER BY personal.idx, n"
        );
        let rows = self.readers().rows(&sql, values).await?;
        let opening = |row: &Row| {
            Ok(CommitmentOpening {
                index: row.count(0)?,
                place: row.count(1)?,
                salt: row.bytes(2)?,
                key: row.bytes(3)?,
                value: row.text(4)?.to_owned(),
            })
        };
        rows.iter().map(opening).collect()
    }
}
