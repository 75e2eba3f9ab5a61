//! The desk's end: one task holds the line, and takes it up again when it breaks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader, BufWriter};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    ASKS_OPEN_MAX, Answer, Ask, FactsAway, Figures, FoundJournal, FrameError, FromDesk, FromTrunk,
    GREETING_WITHIN, PROTOCOL, Refusal, SILENCE_MAX, frame,
};
use crate::journal::Entry;
use crate::order::{CallOrders, LineEvents, OrderError, OrderInbox, OrderReply, PendingOrder};

/// How often a trunk that is away is called.
const CALLED_EVERY: Duration = Duration::from_millis(200);
/// Pages asked for at once; one follower asks for one at a time.
const PAGES_WAITING_MAX: usize = 16;

/// Whether the trunk is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkState {
    /// It answers; which journal it writes.
    Here(FoundJournal),
    /// It is not running, or does not answer.
    Away,
    /// It runs and does not take us: versions that do not fit together.
    Refused(Refusal),
}

/// The desk's end of the link. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DeskEnd {
    /// Orders to the trunk; while it is away each gets [`OrderError::TrunkBusy`] at once.
    pub orders: CallOrders,
    /// What moves on the line.
    pub line: LineEvents,
    /// The facts.
    pub facts: LinkFacts,
    figures: watch::Receiver<Figures>,
}

/// Facts over the link. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LinkFacts {
    pages: mpsc::Sender<Page>,
    state: watch::Receiver<LinkState>,
    changed: Arc<watch::Sender<()>>,
    acknowledged: Arc<watch::Sender<u64>>,
}

/// A page of facts that is asked for.
#[derive(Debug)]
struct Page {
    after: u64,
    limit: usize,
    reply: oneshot::Sender<Result<Vec<Entry>, FactsAway>>,
}

impl DeskEnd {
    /// Begins to hold the line to the trunk that listens at `path`. The task ends with `stop`.
    pub fn start(path: &Path, stop: CancellationToken) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (orders, inbox) = CallOrders::channel();
        let (pages, wanted) = mpsc::channel(PAGES_WAITING_MAX);
        let (state_sender, state) = watch::channel(LinkState::Away);
        let (figures_sender, figures) = watch::channel(Figures::default());
        let (changed, acknowledged) = (Arc::new(watch::Sender::new(())), Arc::new(watch::Sender::new(0)));
        let line = LineEvents::default();
        let facts = LinkFacts { pages, state, changed: changed.clone(), acknowledged: acknowledged.clone() };
        let holder = Holder {
            path: path.to_owned(),
            inbox,
            wanted,
            acknowledged: acknowledged.subscribe(),
            state: state_sender,
            changed,
            figures: figures_sender,
            line: line.clone(),
            session: 0,
            open: Open::default(),
        };
        (Self { orders, line, facts, figures }, holder.run(stop))
    }

    /// Whether the trunk is there, and changes of it.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.facts.state.clone()
    }

    /// What the trunk counts, as it said last.
    pub fn figures(&self) -> watch::Receiver<Figures> {
        self.figures.clone()
    }
}

impl LinkFacts {
    pub(super) fn found(&self) -> Option<FoundJournal> {
        match *self.state.borrow() {
            LinkState::Here(found) => Some(found),
            LinkState::Away | LinkState::Refused(_) => None,
        }
    }

    pub(super) async fn read_after(&self, after: u64, limit: usize) -> Result<Vec<Entry>, FactsAway> {
        let (reply, answer) = oneshot::channel();
        self.pages.send(Page { after, limit, reply }).await.map_err(|_| FactsAway)?;
        answer.await.map_err(|_| FactsAway)?
    }

    pub(super) fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    pub(super) fn acknowledge(&self, index: u64) {
        self.acknowledged.send_replace(index);
    }
}

/// Questions that wait for their answers.
#[derive(Debug, Default)]
struct Open {
    next: u64,
    waiting: Arc<Mutex<BTreeMap<u64, Waiting>>>,
}

#[derive(Debug)]
enum Waiting {
    Order(PendingOrder),
    Page(oneshot::Sender<Result<Vec<Entry>, FactsAway>>),
}

impl Open {
    fn add(&mut self, waiting: Waiting) -> Result<u64, Waiting> {
        let mut open = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= ASKS_OPEN_MAX {
            return Err(waiting);
        }
        self.next += 1;
        open.insert(self.next, waiting);
        Ok(self.next)
    }

    fn give_up(&self) {
        let open = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        open.into_values().for_each(refuse);
    }
}

/// Nobody will answer.
fn refuse(waiting: Waiting) {
    match waiting {
        Waiting::Order(order) => order.reply(OrderReply::Refused { error: OrderError::TrunkBusy }),
        Waiting::Page(reply) => {
            reply.send(Err(FactsAway)).ok();
        }
    }
}

/// The task.
struct Holder {
    path: PathBuf,
    inbox: OrderInbox,
    wanted: mpsc::Receiver<Page>,
    acknowledged: watch::Receiver<u64>,
    state: watch::Sender<LinkState>,
    changed: Arc<watch::Sender<()>>,
    figures: watch::Sender<Figures>,
    line: LineEvents,
    session: u64,
    open: Open,
}

impl Holder {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.call_once() => {}
            }
            self.open.give_up();
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(CALLED_EVERY) => {}
                () = refuse_all(&mut self.inbox, &mut self.wanted) => break,
            }
        }
        self.open.give_up();
    }

    /// Calls the trunk and holds the line for as long as it stands.
    async fn call_once(&mut self) {
        let greeted = tokio::select! {
            greeted = greet(&self.path) => greeted,
            () = refuse_all(&mut self.inbox, &mut self.wanted) => return,
        };
        match greeted {
            Ok((input, output, found)) => {
                self.session += 1;
                let found = FoundJournal { session: self.session, ..found };
                self.tell(LinkState::Here(found));
                info!(journal = %found.id, "The trunk is there");
                let error = self.hold(input, output).await;
                warn!(%error, "The trunk is away");
                self.tell(LinkState::Away);
            }
            Err(NotTaken::Refused(reason)) => self.tell(LinkState::Refused(reason)),
            Err(NotTaken::Away) => self.tell(LinkState::Away),
        }
    }

    fn tell(&self, now: LinkState) {
        let before = self.state.send_replace(now);
        if before != now {
            if let LinkState::Refused(reason) = now {
                tracing::error!(%reason, ours = PROTOCOL, "The trunk does not take this desk");
            }
            self.changed.send_replace(());
        }
    }

    async fn hold(&mut self, input: Reader, output: OwnedWriteHalf) -> FrameError {
        let reading = read_all(
            input,
            self.open.waiting.clone(),
            self.changed.clone(),
            self.figures.clone(),
            self.line.clone(),
        );
        tokio::pin!(reading);
        let mut output = BufWriter::new(output);
        loop {
            let message = tokio::select! {
                error = &mut reading => return error,
                Some(pending) = self.inbox.next() => {
                    let order = pending.order.clone();
                    self.ask(Ask::Order { order }, Waiting::Order(pending))
                }
                Some(Page { after, limit, reply }) = self.wanted.recv() => {
                    self.ask(Ask::Facts { after, limit }, Waiting::Page(reply))
                }
                Ok(()) = self.acknowledged.changed() => {
                    Some(FromDesk::Acknowledge { index: *self.acknowledged.borrow_and_update() })
                }
            };
            let Some(message) = message else { continue };
            let written = tokio::select! {
                error = &mut reading => return error,
                written = write(&mut output, &message) => written,
            };
            match written {
                Ok(()) => {}
                // Only this one cannot be sent: an order that no trunk would take.
                Err(FrameError::TooLarge { bytes }) => {
                    warn!(bytes, "An order is too large");
                    self.take_back(&message);
                }
                Err(error) => return error,
            }
        }
    }

    fn ask(&mut self, ask: Ask, waiting: Waiting) -> Option<FromDesk> {
        match self.open.add(waiting) {
            Ok(number) => Some(FromDesk::Ask { number, ask }),
            Err(waiting) => {
                refuse(waiting);
                None
            }
        }
    }

    fn take_back(&self, message: &FromDesk) {
        if let FromDesk::Ask { number, .. } = message {
            let waiting = self.open.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(number);
            waiting.into_iter().for_each(refuse);
        }
    }
}

type Reader = BufReader<OwnedReadHalf>;

enum NotTaken {
    Away,
    Refused(Refusal),
}

// A trunk that is not there is the usual reason, five times a second; the state says it once.
impl From<FrameError> for NotTaken {
    fn from(_: FrameError) -> Self {
        Self::Away
    }
}

async fn greet(path: &Path) -> Result<(Reader, OwnedWriteHalf, FoundJournal), NotTaken> {
    let (input, mut output) = UnixStream::connect(path).await.map_err(FrameError::Line)?.into_split();
    let mut input = BufReader::new(input);
    let greeting = async {
        // A trunk that refuses may have closed its side already; its word is there to read all the same.
        frame::write(&mut output, &FromDesk::Hello { protocol: PROTOCOL }).await.ok();
        frame::read::<FromTrunk>(&mut input, &mut Vec::new()).await
    };
    match timeout(GREETING_WITHIN, greeting).await.map_err(|_| NotTaken::Away)?? {
        FromTrunk::Hello { protocol: PROTOCOL, journal, process, durable_at_start, last_index } => {
            let found = FoundJournal { id: journal, process, durable_at_start, last_index, session: 0 };
            Ok((input, output, found))
        }
        FromTrunk::Refused { reason, .. } => Err(NotTaken::Refused(reason)),
        FromTrunk::Hello { .. } => Err(NotTaken::Refused(Refusal::OtherProtocol)),
        FromTrunk::Answer { .. }
        | FromTrunk::Changed
        | FromTrunk::Line { .. }
        | FromTrunk::Figures { .. } => Err(NotTaken::Away),
    }
}

async fn write(output: &mut BufWriter<OwnedWriteHalf>, message: &FromDesk) -> Result<(), FrameError> {
    frame::write(output, message).await?;
    output.flush().await?;
    Ok(())
}

/// Reads until the line breaks or nothing comes any more.
async fn read_all(
    mut input: Reader,
    waiting: Arc<Mutex<BTreeMap<u64, Waiting>>>,
    changed: Arc<watch::Sender<()>>,
    figures: watch::Sender<Figures>,
    line: LineEvents,
) -> FrameError {
    let mut buffer = Vec::new();
    loop {
        let message = match timeout(SILENCE_MAX, frame::read(&mut input, &mut buffer)).await {
            Ok(Ok(message)) => message,
            Ok(Err(error)) => return error,
            Err(_) => return std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
        };
        match message {
            FromTrunk::Answer { number, answer } => {
                let asked = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
                match (asked, answer) {
                    (Some(Waiting::Order(order)), Answer::Order { reply }) => order.reply(*reply),
                    (Some(Waiting::Page(reply)), Answer::Facts { entries }) => {
                        reply.send(Ok(entries)).ok();
                    }
                    (Some(other), Answer::Order { .. } | Answer::Facts { .. } | Answer::FactsAway) => {
                        refuse(other);
                    }
                    (None, _) => {}
                }
            }
            FromTrunk::Changed => {
                changed.send_replace(());
            }
            FromTrunk::Line { event } => line.tell(event),
            FromTrunk::Figures { figures: now } => {
                figures.send_replace(now);
            }
            FromTrunk::Hello { .. } | FromTrunk::Refused { .. } => {
                return std::io::Error::from(std::io::ErrorKind::InvalidData).into();
            }
        }
    }
}

/// Whoever asks while the trunk is away is told so at once. Ends when nobody can ask any more.
async fn refuse_all(inbox: &mut OrderInbox, wanted: &mut mpsc::Receiver<Page>) {
    loop {
        tokio::select! {
            order = inbox.next() => match order {
                Some(order) => refuse(Waiting::Order(order)),
                None => return,
            },
            page = wanted.recv() => match page {
                Some(page) => refuse(Waiting::Page(page.reply)),
                None => return,
            },
        }
    }
}
