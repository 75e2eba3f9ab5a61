//! Replaying the log.

use crate::error::StoreError;
use crate::store::Store;

/// Where a record is not what its events give.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which stream.
    pub stream: String,
    /// What differs.
    pub what: &'static str,
}

/// Replays every event and compares the result with the records.
pub async fn rebuild_check(_store: &Store) -> Result<Vec<Difference>, StoreError> {
    todo!()
}
