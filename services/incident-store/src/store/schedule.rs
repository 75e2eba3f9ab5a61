//! Questions of the clock and the couriers: what is due.

use dispatch_core::time::Timestamp;

use super::{Store, at_most};
use crate::desk::Due;
use crate::error::StoreError;

impl Store {
    pub(crate) async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> {
        let sql = "SELECT due_us, stream FROM deadline WHERE due_us <= $1 ORDER BY due_us, stream LIMIT $2";
        let rows = self.readers().rows(sql, vec![now.into(), at_most(limit).into()]).await?;
        rows.iter().map(|row| Ok(Due { at: row.time(0)?, stream: row.parse(1)? })).collect()
    }

    pub(crate) async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = self.readers().row("SELECT MIN(due_us) FROM deadline", vec![]).await?;
        row.map_or(Ok(None), |row| row.maybe_time(0))
    }

    /// Whether a courier has anything to do, asked without writing.
    pub(crate) async fn has_effects(&self, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM outbox WHERE due_us <= $1 AND lease_until_us <= $1 LIMIT 1";
        Ok(self.readers().row(sql, vec![now.into()]).await?.is_some())
    }
}
