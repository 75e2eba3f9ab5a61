//! The one task that writes. It is never cancelled: it is told to stop, and finishes what it holds.

use std::sync::Arc;
use std::time::Duration;

use dispatch_core::limits::SUBMISSIONS_PER_BATCH_MAX;
use dispatch_core::time::{Timestamp, zone};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::batch::{Committed, Known, become_writer, commit};
use super::form_drafts::Typed;
use super::{DeskConfig, Mode, OutboxItem, Shared, chores, form_drafts, tree};
use crate::engine::{Connection, Failure, Use};
use crate::error::{StoreError, SubmitError};
use crate::form_draft::{DraftKept, FormPlace};
use crate::records::LogHead;
use crate::store::Store;
use crate::submission::{OutboxId, Receipt, Submission};

/// A transaction that takes longer is given up: its connection is dropped, without a cancel request. Longer
/// than SQLite waits for another process (5 s), longer than a failover of the standby's slot.
const COMMIT_WITHIN: Duration = Duration::from_secs(8);
/// How long to wait before the store is tried again: at first, and at most.
const RETRY_AFTER: Duration = Duration::from_millis(50);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(1);
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(1);
/// How often an idle connection is asked whether it lives, so that consoles hear of an outage before a person
/// presses a key.
const PING_AFTER: Duration = Duration::from_secs(3);
/// How long the store is left to others between two parts of an old log that are taken into the tree.
const TREE_PAUSE: Duration = Duration::from_millis(20);
const MINUTE_US: i64 = 60_000_000;
const TIDY_EVERY: Duration = Duration::from_secs(600);

/// A submission and who waits for its receipt.
pub(super) struct Pending {
    pub(super) submission: Submission,
    pub(super) reply: oneshot::Sender<Result<Receipt, SubmitError>>,
}

/// What the writer is asked for.
pub(super) enum Work {
    Submit(Box<Pending>),
    Lease {
        limit: u32,
        now: Timestamp,
        until: Timestamp,
        reply: oneshot::Sender<Result<Vec<OutboxItem>, SubmitError>>,
    },
    GiveBack {
        id: OutboxId,
        due: Timestamp,
        reply: oneshot::Sender<Result<(), SubmitError>>,
    },
    KeepDraft {
        typed: Box<Typed>,
        reply: oneshot::Sender<Result<DraftKept, SubmitError>>,
    },
    DropDraft {
        place: FormPlace,
        reply: oneshot::Sender<Result<(), SubmitError>>,
    },
    Sign {
        reply: oneshot::Sender<Result<(), SubmitError>>,
    },
}

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) config: DeskConfig,
    pub(super) queue: mpsc::Receiver<Work>,
    pub(super) shared: Arc<Shared>,
    pub(super) catch_up: Arc<Notify>,
    pub(super) stop: CancellationToken,
    pub(super) connection: Option<Connection>,
    pub(super) known: Known,
    pub(super) is_fenced: bool,
    pub(super) last_write: Instant,
    pub(super) last_checkpoint: Instant,
    /// The day of the last checkpoint, or of the start.
    pub(super) checkpoint_day: i64,
    pub(super) last_tidy: Instant,
}

impl Writer {
    pub(super) async fn run(mut self) {
        let mut housekeeping = interval(HOUSEKEEPING_EVERY);
        housekeeping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = self.stop.clone();
        loop {
            // Only waiting is in the select; nothing that touches the store can be dropped half-way.
            let work = tokio::select! {
                work = self.queue.recv() => work,
                () = stop.cancelled(), if !self.queue.is_closed() => {
                    // From here on nothing new comes in; what is in the queue is still written.
                    self.queue.close();
                    continue;
                }
                _ = housekeeping.tick() => {
                    self.keep_house().await;
                    continue;
                }
                () = sleep(TREE_PAUSE), if self.can_grow_tree() => {
                    self.grow_tree().await;
                    continue;
                }
            };
            let Some(work) = work else { break };
            let (batch, other) = self.gather(work);
            if !batch.is_empty() {
                self.write(batch).await;
            }
            if let Some(other) = other {
                self.serve(other).await;
            }
        }
        self.checkpoint().await;
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    /// Everything that waits, up to one batch or up to the first thing that is no submission.
    fn gather(&mut self, first: Work) -> (Vec<Pending>, Option<Work>) {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(work) = next {
            match work {
                Work::Submit(pending) => batch.push(*pending),
                other @ (Work::Lease { .. }
                | Work::GiveBack { .. }
                | Work::KeepDraft { .. }
                | Work::DropDraft { .. }
                | Work::Sign { .. }) => return (batch, Some(other)),
            }
            next = if batch.len() < SUBMISSIONS_PER_BATCH_MAX { self.queue.try_recv().ok() } else { None };
        }
        (batch, None)
    }

    /// Writes a batch; while the store is away, tries the same batch again and again. The keys make it happen
    /// once, also when a commit went through that nobody could tell us about.
    async fn write(&mut self, batch: Vec<Pending>) {
        let mut batches = vec![batch];
        let mut retry_after = RETRY_AFTER;
        let mut is_uncertain = false;
        while let Some(mut batch) = batches.pop() {
            if !is_uncertain && self.connection.is_none() {
                // Who was told that the store is away, and that nothing is kept, is not surprised later.
                batch.retain(|pending| pending.submission.journal.is_some() || !pending.reply.is_closed());
            }
            if batch.is_empty() {
                continue;
            }
            if self.is_fenced {
                batch.into_iter().for_each(|pending| answer(pending, Err(SubmitError::Stopped)));
                continue;
            }
            match self.attempt(&batch, &mut is_uncertain).await {
                Ok(committed) => {
                    self.committed(batch, committed);
                    (retry_after, is_uncertain) = (RETRY_AFTER, false);
                }
                Err(Failure::Data(_)) if batch.len() > 1 => {
                    // One of them cannot be stored; the others must not suffer for it. Last in, first out.
                    batches.extend(batch.into_iter().rev().map(|pending| vec![pending]));
                }
                Err(Failure::Data(error)) => {
                    let key = batch.first().map(|pending| pending.submission.key.as_str());
                    error!(key, error = &error as &dyn std::error::Error, "A submission cannot be stored");
                    batch.into_iter().for_each(|pending| answer(pending, Err(SubmitError::Unstorable)));
                }
                Err(Failure::Fenced) => {
                    self.fenced();
                    batches.push(batch);
                }
                Err(Failure::Away(error)) => {
                    self.away(&error);
                    if self.stop.is_cancelled() {
                        batch.into_iter().for_each(answer_away);
                        continue;
                    }
                    batches.push(batch);
                    sleep(retry_after).await;
                    retry_after = (retry_after * 2).min(RETRY_AFTER_MAX);
                }
            }
        }
    }

    /// One try. `is_uncertain` becomes true once a commit may have gone through.
    async fn attempt(&mut self, batch: &[Pending], is_uncertain: &mut bool) -> Result<Committed, Failure> {
        let now = self.config.clock.now();
        let mut connection = self.connect().await?;
        *is_uncertain = true;
        let submissions: Vec<&Submission> = batch.iter().map(|pending| &pending.submission).collect();
        let key = self.store.number_key();
        let done = in_time(commit(&mut connection, &self.known, key, now, &submissions)).await?;
        self.connection = Some(connection);
        Ok(done)
    }

    /// The connection, taken out: it comes back only after a success. Dropped with an error, it is closed.
    async fn connect(&mut self) -> Result<Connection, Failure> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let mut connection = self.store.readers().target().connect(Use::Writing).await?;
        self.known = in_time(become_writer(&mut connection, Some(self.known.head))).await?;
        self.shared.policy.send_replace(Arc::clone(&self.known.policy));
        self.is_back();
        Ok(connection)
    }

    fn committed(&mut self, batch: Vec<Pending>, committed: Committed) {
        self.known = committed.known;
        self.last_write = Instant::now();
        let policy = &self.known.policy;
        self.shared.policy.send_if_modified(|present| {
            // What another desk let hold after this commit was heard of before.
            let is_new = !Arc::ptr_eq(present, policy) && policy.rules.version >= present.rules.version;
            if is_new {
                present.clone_from(policy);
            }
            is_new
        });
        if !self.shared.feed.extend(committed.changes) {
            // Another desk wrote in between.
            self.catch_up.notify_one();
        }
        for (pending, verdict) in batch.into_iter().zip(committed.verdicts) {
            answer(pending, verdict);
        }
    }

    /// The store takes writes again.
    fn is_back(&mut self) {
        let was_away = *self.shared.mode.borrow() != Mode::Normal;
        if was_away && !self.is_fenced {
            info!("The store is back");
            self.shared.mode.send_replace(Mode::Normal);
        }
        // A commit whose answer was lost is in the log, but not in the feed.
        self.catch_up.notify_one();
    }

    fn away(&mut self, error: &StoreError) {
        self.connection = None;
        self.enter_darurat();
        warn!(error = error as &dyn std::error::Error, "The store does not take writes");
    }

    fn enter_darurat(&self) {
        let since = self.config.clock.now();
        self.shared.mode.send_if_modified(|mode| {
            let is_new = *mode == Mode::Normal;
            if is_new {
                *mode = Mode::Darurat { since };
            }
            is_new
        });
    }

    fn fenced(&mut self) {
        self.connection = None;
        self.is_fenced = true;
        self.enter_darurat();
        error!(
            epoch = self.known.head.epoch,
            index = self.known.head.index,
            "The store does not go on from what this desk wrote; this desk writes no more"
        );
    }

    async fn serve(&mut self, work: Work) {
        match work {
            // `gather` keeps submissions.
            Work::Submit(pending) => self.write(vec![*pending]).await,
            Work::Lease { limit, now, until, reply } => {
                let lease = async |connection: &mut Connection, seen| {
                    chores::lease(connection, seen, limit, now, until).await
                };
                // Who no longer waits finds the lease expired later.
                let _gone = reply.send(self.chore(lease).await);
            }
            Work::GiveBack { id, due, reply } => {
                let give_back = async |connection: &mut Connection, seen| {
                    chores::give_back(connection, seen, &id, due).await
                };
                // Whether anybody hears it changes nothing.
                let _gone = reply.send(self.chore(give_back).await);
            }
            Work::KeepDraft { typed, reply } => {
                let now = self.config.clock.now();
                let keep = async |connection: &mut Connection, seen| {
                    form_drafts::keep(connection, seen, now, &typed).await
                };
                // The console writes again with what was typed since.
                let _gone = reply.send(self.chore(keep).await);
            }
            Work::DropDraft { place, reply } => {
                let drop = async |connection: &mut Connection, seen| {
                    form_drafts::drop(connection, seen, place).await
                };
                // What is left is forgotten after two days.
                let _gone = reply.send(self.chore(drop).await);
            }
            Work::Sign { reply } => {
                let done = match self.config.signer.clone() {
                    Some(signer) => {
                        let (log_id, now) = (self.store.log_id(), self.config.clock.now());
                        let sign = async |connection: &mut Connection, seen| {
                            chores::checkpoint(connection, seen, log_id, &signer, now).await
                        };
                        self.chore(sign).await
                    }
                    None => Ok(()),
                };
                // The next one is due later in any case.
                let _gone = reply.send(done);
            }
        }
    }

    /// A transaction of its own beside the submissions.
    async fn chore<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Connection, LogHead) -> Result<T, Failure>,
    ) -> Result<T, SubmitError> {
        match self.connect().await {
            Ok(mut connection) => {
                let done = in_time(work(&mut connection, self.known.head)).await;
                self.conclude(connection, done)
            }
            Err(failure) => Err(self.failed(failure)),
        }
    }

    /// Keeps the connection after a success, else says what the failure means.
    fn conclude<T>(&mut self, connection: Connection, done: Result<T, Failure>) -> Result<T, SubmitError> {
        match done {
            Ok(value) => {
                self.connection = Some(connection);
                self.last_write = Instant::now();
                Ok(value)
            }
            Err(failure) => Err(self.failed(failure)),
        }
    }

    fn failed(&mut self, failure: Failure) -> SubmitError {
        match failure {
            Failure::Away(error) => {
                self.away(&error);
                SubmitError::StoreAway { kept: false }
            }
            Failure::Data(error) => {
                error!(error = &error as &dyn std::error::Error, "The store refused the writer's own work");
                SubmitError::Unstorable
            }
            Failure::Fenced => {
                self.fenced();
                SubmitError::Stopped
            }
        }
    }

    async fn keep_house(&mut self) {
        if self.is_fenced {
            return;
        }
        let lies_idle = self.last_write.elapsed() >= PING_AFTER;
        if self.connection.is_none() || lies_idle {
            match self.connect().await {
                Ok(mut connection) => {
                    let ping = async { Ok(connection.row("SELECT 1", vec![]).await.map(drop)?) };
                    let done = in_time(ping).await;
                    // Why it failed is logged where it is handled.
                    let _mode = self.conclude(connection, done);
                }
                Err(failure) => {
                    let _mode = self.failed(failure);
                }
            }
        }
        // Under load nothing else gets to it.
        if self.can_grow_tree() {
            self.grow_tree().await;
        }
        let day = day_of(self.config.clock.now());
        if day != self.checkpoint_day || self.last_checkpoint.elapsed() >= self.config.checkpoint_every {
            self.checkpoint_day = day;
            self.checkpoint().await;
        }
        if self.last_tidy.elapsed() >= TIDY_EVERY {
            self.last_tidy = Instant::now();
            self.tidy().await;
        }
    }

    async fn checkpoint(&mut self) {
        self.last_checkpoint = Instant::now();
        let Some(signer) = self.config.signer.clone() else { return };
        let Some(mut connection) = self.connection.take() else { return };
        let (head, log_id, now) = (self.known.head, self.store.log_id(), self.config.clock.now());
        let done = in_time(chores::checkpoint(&mut connection, head, log_id, &signer, now)).await;
        // The next one is due later in any case.
        let _mode = self.conclude(connection, done);
    }

    const fn can_grow_tree(&self) -> bool {
        !self.known.is_tree_whole && self.connection.is_some() && !self.is_fenced
    }

    /// Takes some more of a log from before into the tree.
    async fn grow_tree(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let done = in_time(tree::take_in(&mut connection, self.known.head)).await;
        if let Ok(is_whole) = self.conclude(connection, done) {
            self.known.is_tree_whole = is_whole;
        }
    }

    async fn tidy(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let done = in_time(chores::tidy(&mut connection, self.known.head, self.config.clock.now())).await;
        // What is left is tidied next time.
        let _mode = self.conclude(connection, done);
    }
}

/// The day where the centre stands, as a number.
pub(super) fn day_of(now: Timestamp) -> i64 {
    (now.as_micros() + zone::here().minutes() * MINUTE_US).div_euclid(24 * 60 * MINUTE_US)
}

async fn in_time<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_elapsed| Failure::Away(StoreError::Away { host: "no answer in time".into(), source: None });
    timeout(COMMIT_WITHIN, work).await.map_err(late)?
}

fn answer(pending: Pending, verdict: Result<Receipt, SubmitError>) {
    // Nobody waits any more: the submission is carried out all the same, a repeat gets the receipt.
    let _gone = pending.reply.send(verdict);
}

fn answer_away(pending: Pending) {
    let kept = pending.submission.journal.is_some();
    answer(pending, Err(SubmitError::StoreAway { kept }));
}
