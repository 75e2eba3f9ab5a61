//! Questions.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch_core::area::Area;
use dispatch_core::call::Call;
use dispatch_core::duty::Duty;
use dispatch_core::ids::{AgencyId, AssignmentId, CallId, IncidentId, UserId};
use dispatch_core::incident::Incident;
use dispatch_core::policy::{AgencyEntry, Policy};
use dispatch_core::time::{Clock, Timestamp};
use supervision_log::LogId;

use crate::change::Change;
use crate::engine::StoreUrl;
use crate::error::StoreError;
use crate::records::*;

/// Incidents that a text search looks at.
pub const SEARCH_WINDOW_MAX: u32 = 5_000;

/// How a store is opened.
#[derive(Clone)]
pub struct StoreConfig {
    /// Where it is.
    pub url: StoreUrl,
    /// Whom to ask for the time.
    pub clock: Clock,
}

/// An open store: answers questions.
#[derive(Clone)]
pub struct Store;

/// The outline of an area as a GeoJSON geometry.
pub fn polygon_geojson(_area: &Area) -> Option<serde_json::Value> { todo!() }

#[allow(missing_docs, unused_variables)]
impl Store {
    pub async fn open(config: StoreConfig) -> Result<Store, StoreError> { todo!() }
    /// Away or not, asked just now.
    pub async fn ping(&self) -> Result<(), StoreError> { todo!() }
    pub async fn founding(&self) -> Result<Option<Founding>, StoreError> { todo!() }
    pub async fn call(&self, id: CallId) -> Result<Option<Call>, StoreError> { todo!() }
    pub async fn calls(&self, filter: &CallFilter) -> Result<Page<Call>, StoreError> { todo!() }
    pub async fn calls_by_id(&self, ids: &[CallId]) -> Result<Vec<Call>, StoreError> { todo!() }
    pub async fn open_calls(&self, limit: u32) -> Result<Vec<Call>, StoreError> { todo!() }
    pub async fn number_histories(&self, calls: &[CallId]) -> Result<BTreeMap<CallId, NumberHistory>, StoreError> { todo!() }
    pub async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, StoreError> { todo!() }
    pub async fn incidents(&self, filter: &IncidentFilter) -> Result<Page<Incident>, StoreError> { todo!() }
    pub async fn open_incidents(&self, limit: u32) -> Result<Vec<Incident>, StoreError> { todo!() }
    pub async fn incident_of_assignment(&self, id: AssignmentId) -> Result<Option<Incident>, StoreError> { todo!() }
    pub async fn assignments_of(&self, agency: AgencyId, open: bool, limit: u32) -> Result<Vec<Incident>, StoreError> { todo!() }
    /// Events of the incident and its calls, newest `limit`, oldest first; `record` is None.
    pub async fn timeline(&self, incident: IncidentId, limit: u32) -> Result<Vec<Change>, StoreError> { todo!() }
    pub async fn duties(&self) -> Result<Vec<Duty>, StoreError> { todo!() }
    pub async fn duty(&self, user: UserId) -> Result<Option<Duty>, StoreError> { todo!() }
    pub async fn users(&self) -> Result<Vec<UserRecord>, StoreError> { todo!() }
    pub async fn user(&self, id: UserId) -> Result<Option<UserRecord>, StoreError> { todo!() }
    /// With the password hash.
    pub async fn user_by_name(&self, username: &str) -> Result<Option<(UserRecord, String)>, StoreError> { todo!() }
    pub async fn agencies(&self) -> Result<Vec<AgencyEntry>, StoreError> { todo!() }
    pub async fn areas(&self) -> Result<Vec<Area>, StoreError> { todo!() }
    pub async fn policy(&self) -> Result<Arc<Policy>, StoreError> { todo!() }
    pub async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRecord>, StoreError> { todo!() }
    pub async fn snapshot(&self, scope: &SnapshotScope) -> Result<Snapshot, StoreError> { todo!() }
    pub async fn changes_after(&self, cursor: u64, limit: u32) -> Result<Vec<Change>, StoreError> { todo!() }
    pub async fn log_entries(&self, after: u64, limit: u32) -> Result<Vec<LogEntry>, StoreError> { todo!() }
    pub async fn head(&self) -> Result<LogHead, StoreError> { todo!() }
    pub async fn latest_checkpoint(&self) -> Result<Option<CheckpointEntry>, StoreError> { todo!() }
    pub async fn checkpoints_after(&self, size: u64, limit: u32) -> Result<Vec<CheckpointEntry>, StoreError> { todo!() }
    pub fn log_id(&self) -> LogId { todo!() }
    pub async fn wallboard(&self, now: Timestamp) -> Result<WallboardFigures, StoreError> { todo!() }
    /// Latest escalations, overdue dispositions and call-backs, exhausted plans; newest first; `record` is None.
    pub async fn escalations(&self, limit: u32) -> Result<Vec<Change>, StoreError> { todo!() }
    pub async fn journal_cursor(&self, journal: [u8; 16]) -> Result<u64, StoreError> { todo!() }
}
