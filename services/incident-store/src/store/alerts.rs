//! Questions about the disaster mode and words to agencies.

use dispatch_core::broadcast::Broadcast;
use dispatch_core::disaster::Disaster;
use dispatch_core::ids::BroadcastId;
use dispatch_core::limits::BROADCASTS_LISTED_MAX;
use dispatch_core::time::Timestamp;

use super::Store;
use crate::engine::Value;
use crate::error::StoreError;

/// The disaster mode that was proposed last.
pub(crate) const DISASTER: &str = "SELECT disaster FROM disaster ORDER BY at_us DESC LIMIT 1";

impl Store {
    /// The disaster mode that was proposed last, whether it is on or over.
    pub async fn disaster(&self) -> Result<Option<Disaster>, StoreError> {
        self.readers().row(DISASTER, vec![]).await?.map(|row| row.json(0)).transpose()
    }

    /// One word to agencies.
    pub async fn broadcast(&self, id: BroadcastId) -> Result<Option<Broadcast>, StoreError> {
        let sql = "SELECT broadcast FROM broadcast WHERE id = $1";
        self.readers().row(sql, vec![Value::of(id)]).await?.map(|row| row.json(0)).transpose()
    }

    /// Words to agencies since a time, the newest first.
    pub async fn broadcasts(&self, since: Timestamp) -> Result<Vec<Broadcast>, StoreError> {
        let sql = "SELECT broadcast FROM broadcast WHERE at_us >= $1 ORDER BY at_us DESC LIMIT $2";
        let values = vec![since.into(), BROADCASTS_LISTED_MAX.into()];
        self.readers().rows(sql, values).await?.iter().map(|row| row.json(0)).collect()
    }
}
