//! The one way in.

use std::sync::Arc;
use std::time::Duration;

use dispatch_core::ids::IncidentId;
use dispatch_core::incident::Effect;
use dispatch_core::policy::Policy;
use dispatch_core::time::{Clock, Timestamp};
use supervision_log::SigningKey;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::change::StreamId;
use crate::error::{StoreError, SubmitError};
use crate::feed::Feed;
use crate::store::Store;
use crate::submission::{OutboxId, Receipt, Submission};

/// Signs checkpoints.
#[derive(Clone)]
pub struct CheckpointSigner(pub SigningKey);

/// How a desk works.
#[derive(Clone)]
pub struct DeskConfig {
    /// Whom to ask for the time.
    pub clock: Clock,
    /// Who signs checkpoints; none are made without.
    pub signer: Option<CheckpointSigner>,
    /// How often a checkpoint is made, if the log has grown.
    pub checkpoint_every: Duration,
}

/// Whether the store takes what is handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It does.
    Normal,
    /// It does not: calls go on, forms are kept as drafts.
    Darurat {
        /// Since when.
        since: Timestamp,
    },
}

/// A deadline that is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Due {
    /// When it was due.
    pub at: Timestamp,
    /// Of what.
    pub stream: StreamId,
}

impl Due {
    /// What the clock task submits for it. Any number of desks may: it happens once.
    pub fn submission(&self) -> Option<Submission> { todo!() }
}

/// Something that a courier has to do now.
#[derive(Clone, PartialEq, Debug)]
pub struct OutboxItem {
    /// Its id; stays the same in every attempt.
    pub id: OutboxId,
    /// What to do.
    pub effect: Effect,
    /// For which incident.
    pub incident: IncidentId,
    /// How often it was leased, this time included.
    pub attempts: u32,
}

/// The only writer.
#[derive(Clone)]
pub struct Desk;

#[allow(missing_docs, unused_variables)]
impl Desk {
    pub async fn start(store: Store, config: DeskConfig, tasks: &TaskTracker, stop: CancellationToken) -> Result<Desk, StoreError> { todo!() }
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, SubmitError> { todo!() }
    pub fn store(&self) -> &Store { todo!() }
    pub fn policy(&self) -> Arc<Policy> { todo!() }
    pub fn mode(&self) -> watch::Receiver<Mode> { todo!() }
    pub fn feed(&self) -> Arc<Feed> { todo!() }
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> { todo!() }
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> { todo!() }
    pub async fn lease_effects(&self, limit: u32, now: Timestamp, lease: Duration) -> Result<Vec<OutboxItem>, SubmitError> { todo!() }
    pub async fn retry(&self, id: &OutboxId, next_due: Timestamp) -> Result<(), SubmitError> { todo!() }
}
