//! The one way in.
//!
//! [`Desk::submit`] hands a [`Submission`] to the one task that writes. The task gathers what waits, decides it
//! in memory in the order of arrival and commits it as one transaction: the log index is gap-free and equals
//! commit order, and throughput does not hang on one fsync an event.
//!
//! While the store is away the mode is [`Mode::Darurat`]. Who waits is told so after two seconds: a form is sent
//! again later with its key; a fact out of the journal stays with the writer and is written when the store is
//! back. The same batch is tried again until it is in; its keys make it happen once.
//!
//! Personal values never reach the log. In a leaf's body each is replaced by
//! `{"$commit": HMAC-SHA256(key of the stream, salt ‖ canonical JSON), "ref": "<index>.<place>", "shape": …}`;
//! value and salt are kept beside the log and can be destroyed without it. A destroyed text reads as [`ERASED`], any other
//! destroyed value as absent; therefore a personal value that is not a text is always optional in an event.

mod alerts;
mod batch;
mod book;
mod call_back_owner;
mod cards;
mod chores;
mod decide;
mod follower;
mod form_drafts;
mod late_offers;
mod load;
mod merging;
mod numbers;
mod paper;
mod redial;
mod reference;
mod referrals;
mod rosters;
mod rules;
pub(crate) mod seal;
mod site;
mod tree;
mod units;
mod write;
mod write_records;
mod write_site;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use dispatch_core::actor::Actor;
use dispatch_core::call::CallCommand;
use dispatch_core::ids::{IncidentId, UserId};
use dispatch_core::incident::{Effect, IncidentCommand};
use dispatch_core::limits::SUBMISSIONS_WAITING_MAX;
use dispatch_core::policy::Policy;
use dispatch_core::private::Private;
use dispatch_core::time::{Clock, Timestamp};
use supervision_log::SigningKey;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use seal::ERASED;

use crate::change::StreamId;
use crate::engine::{Failure, Target, Use};
use crate::error::{StoreError, SubmitError};
use crate::feed::Feed;
use crate::form_draft::{DraftKept, FormPlace};
use crate::store::Store;
use crate::submission::{DeskCommand, IdempotencyKey, OutboxId, Receipt, Submission};
use writer::{Pending, Work, Writer};

/// Who waits longer than this is told that the store is away.
const AWAY_AFTER: Duration = Duration::from_secs(2);

/// Signs checkpoints of the log.
#[derive(Clone)]
pub struct CheckpointSigner(pub SigningKey);

impl std::fmt::Debug for CheckpointSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckpointSigner")
    }
}

/// How a desk works.
#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// Whom to ask for the time.
    pub clock: Clock,
    /// Who signs checkpoints; without one there are none.
    pub signer: Option<CheckpointSigner>,
    /// How often a checkpoint is made, if the log has grown. One more is made when a day has ended where the centre
    /// stands, and one at the end.
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
    /// What the clock submits for it. Any number of desks may do so: it happens once. None for a stream that
    /// has no deadlines.
    pub fn submission(&self) -> Option<Submission> {
        let command = match self.stream {
            StreamId::Call(id) => DeskCommand::Call(id, CallCommand::DeadlineReached),
            StreamId::Incident(id) => DeskCommand::Incident(id, IncidentCommand::DeadlineReached),
            StreamId::Duty(_) | StreamId::Unit(_) | StreamId::Site => return None,
        };
        let key = IdempotencyKey::made(format!("deadline:{}:{}", self.stream, self.at.as_micros()));
        Some(Submission::new(key, Actor::System, command))
    }
}

/// Something that a courier has to do now.
#[derive(Clone, PartialEq, Debug)]
pub struct OutboxItem {
    /// Its id; the same in every attempt.
    pub id: OutboxId,
    /// What to do.
    pub effect: Effect,
    /// For which incident.
    pub incident: IncidentId,
    /// How often it was leased, this time included.
    pub attempts: u32,
}

/// What the desk's tasks and its users share.
struct Shared {
    policy: watch::Sender<Arc<Policy>>,
    mode: watch::Sender<Mode>,
    feed: Arc<Feed>,
}

/// The only writer. Cheap to clone; all clones hand in to the same task.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    queue: mpsc::Sender<Work>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// Becomes a writer of the store and starts the tasks. Cancel `stop` to end them: what was handed in before
    /// is still written.
    pub async fn start(
        store: Store,
        config: DeskConfig,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, StoreError> {
        let mut connection = store.readers().target().connect(Use::Writing).await?;
        let known = batch::become_writer(&mut connection, None).await.map_err(start_failed)?;
        let shared = Arc::new(Shared {
            policy: watch::Sender::new(Arc::clone(&known.policy)),
            mode: watch::Sender::new(Mode::Normal),
            feed: Arc::new(Feed::new(known.head.index)),
        });
        let (queue, work) = mpsc::channel(SUBMISSIONS_WAITING_MAX);
        let catch_up = Arc::new(Notify::new());
        let followed = Arc::clone(&shared);
        tasks.spawn(follower::follow(store.clone(), followed, Arc::clone(&catch_up), stop.clone()));
        if matches!(store.readers().target(), Target::Postgres(_)) {
            tasks.spawn(follower::listen(store.clone(), Arc::clone(&catch_up), stop.clone()));
        }
        let now = config.clock.now();
        let writer = Writer {
            store: store.clone(),
            config,
            queue: work,
            shared: Arc::clone(&shared),
            catch_up,
            stop,
            connection: Some(connection),
            known,
            is_fenced: false,
            last_write: Instant::now(),
            last_checkpoint: Instant::now(),
            checkpoint_day: writer::day_of(now),
            last_tidy: Instant::now(),
        };
        tasks.spawn(writer.run());
        Ok(Self { store, queue, shared })
    }

    /// Hands in a submission and waits for its receipt.
    ///
    /// Dropping the future does not take the submission back: it is carried out once, or, if the store is away,
    /// not at all. Send it again with its key to learn which.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, SubmitError> {
        let kept = submission.journal.is_some();
        let (reply, answer) = oneshot::channel();
        self.hand_in(Work::Submit(Box::new(Pending { submission, reply })))?;
        receive(answer, kept).await
    }

    /// The store that this desk writes.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The policy in force, as of the last commit that this desk made or heard of.
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.shared.policy.borrow())
    }

    /// Whether the store takes what is handed in, and word of every change of that.
    pub fn mode(&self) -> watch::Receiver<Mode> {
        self.shared.mode.subscribe()
    }

    /// What was committed lately, by this desk and by others.
    pub fn feed(&self) -> Arc<Feed> {
        Arc::clone(&self.shared.feed)
    }

    /// Deadlines that are due at `now`, the oldest first.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> {
        self.store.due(now, limit).await
    }

    /// When the next deadline is due, if there is any.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_due().await
    }

    /// What a courier has to do now. Nobody else gets it before `lease` has passed; by then report on it with
    /// `completes`, or give it back with [`Desk::retry`].
    pub async fn lease_effects(
        &self,
        limit: u32,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<OutboxItem>, SubmitError> {
        let has_effects = self.store.has_effects(now).await;
        if !has_effects.map_err(|_away| SubmitError::StoreAway { kept: false })? {
            return Ok(vec![]);
        }
        let lease_us = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
        let until = Timestamp::from_micros(now.as_micros().saturating_add(lease_us));
        let (reply, answer) = oneshot::channel();
        self.hand_in(Work::Lease { limit, now, until, reply })?;
        receive(answer, false).await
    }

    /// Gives an item back, to be tried again at `next_due`.
    pub async fn retry(&self, id: &OutboxId, next_due: Timestamp) -> Result<(), SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Work::GiveBack { id: id.clone(), due: next_due, reply })?;
        receive(answer, false).await
    }

    /// Keeps what somebody types into a form. `seen` is the revision that their console knows, 0 when it knows none;
    /// a writing that came in between stays, and is told.
    pub async fn keep_draft(
        &self,
        place: FormPlace,
        author: UserId,
        seen: u64,
        content: Private<String>,
    ) -> Result<DraftKept, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let typed = Box::new(form_drafts::Typed { place, author, seen, content });
        self.hand_in(Work::KeepDraft { typed, reply })?;
        receive(answer, false).await
    }

    /// Forgets what was typed into a form: it was handed in, or thrown away.
    pub async fn drop_draft(&self, place: FormPlace) -> Result<(), SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Work::DropDraft { place, reply })?;
        receive(answer, false).await
    }

    /// Signs a checkpoint now, if the log has grown: whoever needs a proof does not wait for the next one.
    pub async fn sign_now(&self) -> Result<(), SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.hand_in(Work::Sign { reply })?;
        receive(answer, false).await
    }

    fn hand_in(&self, work: Work) -> Result<(), SubmitError> {
        self.queue.try_send(work).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Stopped,
        })
    }
}

async fn receive<T>(answer: oneshot::Receiver<Result<T, SubmitError>>, kept: bool) -> Result<T, SubmitError> {
    match timeout(AWAY_AFTER, answer).await {
        Ok(Ok(verdict)) => verdict,
        // The writer is gone, or it dropped what nobody waited for.
        Ok(Err(_dropped)) => Err(SubmitError::Stopped),
        Err(_elapsed) => Err(SubmitError::StoreAway { kept }),
    }
}

fn start_failed(failure: Failure) -> StoreError {
    match failure {
        Failure::Away(error) | Failure::Data(error) => error,
        // Nothing was seen before, so nothing can be missing.
        Failure::Fenced => StoreError::NotAStore,
    }
}
