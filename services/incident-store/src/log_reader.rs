//! Reading the log for those who check it.

use supervision_log::{BadEntry, Entry, LogId, SignedCheckpoint, Verified, VerifyingKey};

use crate::engine::StoreUrl;
use crate::error::StoreError;
use crate::records::LogHead;

/// Some entries, and the checkpoints that speak of sizes within them.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// In order.
    pub entries: Vec<Entry>,
    /// In order; each is of a size up to the last entry of the page (all that are left, on the last page).
    pub checkpoints: Vec<SignedCheckpoint>,
}

/// The log as of one moment, read-only, of a store that may be in use.
pub struct LogReader;

#[allow(missing_docs, unused_variables)]
impl LogReader {
    pub async fn open(url: &StoreUrl) -> Result<LogReader, StoreError> { todo!() }
    pub fn log_id(&self) -> LogId { todo!() }
    pub fn head(&self) -> LogHead { todo!() }
    /// None after the last one.
    pub async fn next_page(&mut self) -> Result<Option<LogPage>, StoreError> { todo!() }
}

/// Verifies a whole store.
pub async fn verify_store(
    _url: &StoreUrl,
    _key: Option<VerifyingKey>,
    _kept: &[SignedCheckpoint],
) -> Result<Result<Verified, BadEntry>, StoreError> {
    todo!()
}
